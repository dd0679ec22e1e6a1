#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# trafctl, without a kernel: the tables are those of a copy of /proc. What people are
# shown is compared to expected/; what machines read, by formats.py to the tables. What
# is wrong with a file has to be said, with its line.
#
# A second trafctl is built with sanitizers, and all is done with it as well.
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit
source test/checks.sh

proc=test/tools/proc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TZ=UTC LC_ALL=C

trafctl() {
	local command=$1
	shift

	"$program" "$command" --proc "$proc" "$@"
}

# "shows FILE COMMAND...": exactly what expected/FILE has.
shows() {
	local expected=test/tools/expected/$1
	shift

	trafctl "$@" | diff "$expected" -
}

# "exports FORMAT [OPTION...]"
exports() {
	trafctl export --format "$@" | python3 test/tools/formats.py "$proc" "$1"
}

# "says STATUS MESSAGE COMMAND...": ends with that status, and says that on stderr.
says() {
	local status=$1 message=$2
	shift 2

	trafctl "$@" >"$work/output" 2>"$work/said"
	if [ $? != "$status" ] || ! grep -qF -e "$message" "$work/said"; then
		cat "$work/output" "$work/said"
		return 1
	fi
}

# "damaged MESSAGE SED-COMMAND FILE": in a copy.
damaged() {
	local proc=$work/proc

	rm -rf "$proc"
	cp -r test/tools/proc "$proc"
	sed -i "$2" "$proc/net/xt_traffic/$3"
	says 1 "$1" export
}

snapshot() {
	trafctl snapshot --run "$work/run" -o "$@" >/dev/null
}

# What a snapshot has is what there is, to the byte.
snapshot_is_whole() {
	local kind suffix

	snapshot "$work/whole" || return
	for kind in bytes packets ipconn portconn; do
		suffix=_$kind
		[ $kind != bytes ] || suffix=
		diff "$proc/net/xt_traffic/RSN$suffix" <(awk -F '\t' -v kind="$kind" '
			/^table\t/ { here = $2 == "RSN" }
			/^file\t/ { rows = here && $2 == kind; next }
			!NF { rows = 0 }
			rows' "$work/whole") || return
	done
}

# Wherever it was cut off, it is none.
cut_snapshot_is_none() {
	local size=0 length

	snapshot "$work/whole" || return
	length=$(stat -c %s "$work/whole")
	while [ $size -lt "$length" ]; do
		head -c $size "$work/whole" >"$work/cut"
		says 1 "$work/cut" diff "$work/cut" || return
		size=$((size + 97))
	done
	head -c $((length - 1)) "$work/whole" >"$work/cut"
	says 1 "cut short" diff "$work/cut"
}

snapshots_ascend() {
	mkdir "$work/kept"
	for _ in 1 2 3 4; do
		snapshot "$work/kept" --keep 3 || return
	done
	[ "$(find "$work/kept" -name '*.traffic' | wc -l)" = 3 ]
}

# "grown SED-COMMAND": what is counted between two snapshots.
grown() {
	local proc=$work/grown

	rm -rf "$proc" "$work/before"
	cp -r test/tools/proc "$proc"
	snapshot "$work/before" || return
	sed -i "$1" "$proc/net/xt_traffic/RSN" "$proc/net/xt_traffic/RSN_info"
	trafctl diff "$work/before" --format csv --file bytes 2>"$work/said" | cut -d, -f3-
}

diff_is_the_difference() {
	diff <(grown $'s/^193.11.176.20\t54063\t22182\t53643/193.11.176.20\t54073\t22182\t53653/') - <<-END
		table,counted,key,total_in,total_out,tcp_in,tcp_out,udp_in,udp_out,icmp_in,icmp_out,other_in,other_out
		RSN,bytes,193.11.176.20,10,0,10,0,0,0,,,0,0
	END
}

diff_knows_a_reset() {
	grown 's/^generation\t1763804400123456789/generation\t1763804400123456790/' | grep -qF "RSN,bytes,193.11.176.20,54063,22182" &&
		grep -qF "have begun anew" "$work/said"
}

diff_knows_what_was_taken_off() {
	grown $'s/^193.11.176.20\t.*/193.11.176.20\t1\t0\t1\t0\t0\t0\t0\t0/' | grep -qF "RSN,bytes,193.11.176.20,1,0" &&
		grep -qF "1 rows of bytes have less" "$work/said"
}

full_disk() {
	says 1 "No space left" export -o /dev/full && says 1 "No space left" snapshot --run "$work/run" -o /dev/full
}

# A reader sees the old file or the new one.
file_is_replaced() {
	echo old >"$work/file"
	trafctl export -o "$work/file" RSN && grep -q 193.11.185.1 "$work/file" &&
		says 1 "no table of this name" export -o "$work/file" NONE &&
		grep -q 193.11.185.1 "$work/file" &&
		[ "$(find "$work" -name 'file.*')" = "" ]
}

all_checks() {
	check "list$1" shows list list
	check "show$1" shows show show
	check "show all, sorted$1" shows show-sorted show --file all --sort udp_out --units raw
	check "show some$1" shows show-some show --net 193.11.176.0/24 --file all --top 1 --units si RSN
	check "show anonymised$1" shows show-anonymised show --anonymise --min 1K RSN six
	check "show ports$1" shows show-ports show --port 53 --port 80
	for format in tsv csv json jsonl prom openmetrics; do
		check "export: $format$1" exports $format
		check "export: $format, sorted$1" exports $format --sort address
	done
	check "unknown command$1" says 2 "no such option" show --nothing
	check "usage: format$1" says 2 "there are text, tsv" export --format xml
	check "usage: network$1" says 2 "the network of that length is 193.11.176.0/20" show --net 193.11.176.1/20
	check "usage: port$1" says 2 "not a number from 0 to 65535" show --port 65536
	check "usage: column$1" says 2 "--sort nothing" show --sort nothing
	check "usage: no such rows$1" says 2 "no such rows" show --file portconn --host 10.0.0.1
	check "usage: anonymised metrics$1" says 2 "told apart" export --anonymise --format prom
	check "usage: amount$1" says 2 "not an amount" show --min 1X
	check "no such table$1" says 1 "there is no table of this name" show NONE
	check "a total that is not the sum$1" damaged "RSN, line 3: not a row" $'3s/^\\([0-9.]*\\)\t5/\\1\t6/' RSN
	check "a line that is cut short$1" damaged "RSN, line 5: a line is cut short" '5s/$/\x00/' RSN
	check "a header of another file$1" damaged "RSN_portconn, line 1: not the header" '1s/PORT/IP/' RSN_portconn
	check "a key that is none$1" damaged "RSN, line 2: not a row" '2s/^193/"93/' RSN
	check "a description without its network$1" damaged "RSN_info" '/^network/d' RSN_info
	check "a snapshot is whole$1" snapshot_is_whole
	check "a snapshot that is cut short is none$1" cut_snapshot_is_none
	check "snapshots ascend, the newest are kept$1" snapshots_ascend
	check "diff: the difference$1" diff_is_the_difference
	check "diff: a reset$1" diff_knows_a_reset
	check "diff: what was taken off$1" diff_knows_what_was_taken_off
	check "a full disk$1" full_disk
	check "a file is replaced as a whole$1" file_is_replaced
	rm -rf "$work/kept"
}

program=out/trafctl
make --no-print-directory -s $program out/test/trafctl-sanitized || exit
all_checks ""
program=out/test/trafctl-sanitized
all_checks " (sanitized)"
finish_checks
