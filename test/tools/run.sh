#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# trafctl, without a kernel: the tables are those of a copy of /proc. What people are
# shown is compared to expected/; what machines read, by formats.py to the tables. What
# is wrong with a file has to be said, with its line.
#
# A second trafctl is built with sanitizers, and all is done with it as well.
set -u -o pipefail
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
	grown 's/^generation\t1763804400123456789/generation\t1763804400123456790/' | grep -F "RSN,bytes,193.11.176.20,54063,22182" >/dev/null &&
		grep -qF "have begun anew" "$work/said"
}

diff_knows_what_was_taken_off() {
	grown $'s/^193.11.176.20\t.*/193.11.176.20\t1\t0\t1\t0\t0\t0\t0\t0/' | grep -F "RSN,bytes,193.11.176.20,1,0" >/dev/null &&
		grep -qF "1 rows of bytes have less" "$work/said"
}

# Units are looked at as they are installed.
units_are_right() {
	make --no-print-directory -s out/systemd/ipt_traffic{,-snapshot,-mirror@}.service out/systemd/ipt_traffic-snapshot.timer || return
	systemd-analyze verify --man=no out/systemd/*.{service,timer} >"$work/output" 2>&1
	# They are not installed here.
	! grep -vE "Command /usr/(libexec|sbin)/[a-z_/]* is not executable" "$work/output" || return
	# In tenths; less is better.
	systemd-analyze security --offline=yes --threshold=25 out/systemd/*.service
}

full_disk() {
	says 1 "No space left" export -o /dev/full && says 1 "No space left" snapshot --run "$work/run" -o /dev/full
}

# A reader sees the old file or the new one, who could read the old one the new one, too.
file_is_replaced() {
	rm -rf "$work/textfiles"
	mkdir "$work/textfiles"
	echo old >"$work/textfiles/file"
	chmod 604 "$work/textfiles/file"
	chown nobody "$work/textfiles/file"
	touch "$work/textfiles/.trafctl-123456" "$work/textfiles/"{file.123456,file.traffic.123456}
	trafctl export -o "$work/textfiles/file" RSN && grep -q 193.11.185.1 "$work/textfiles/file" &&
		says 1 "no table of this name" export -o "$work/textfiles/file" NONE &&
		grep -q 193.11.185.1 "$work/textfiles/file" &&
		[ "$(stat -c '%a %U' "$work/textfiles/file")" = "604 nobody" ] &&
		(umask 022 && trafctl export -o "$work/textfiles/new") &&
		[ "$(stat -c %a "$work/textfiles/new")" = 644 ] &&
		[ "$(ls -A "$work/textfiles")" = $'file\nfile.123456\nfile.traffic.123456\nnew' ]
}

snapshots_are_private() {
	(umask 022 && snapshot "$work/private") && [ "$(stat -c %a "$work/private")" = 640 ]
}

# What alone has a table is kept.
others_are_kept() {
	rm -rf "$work/others"
	mkdir "$work/others"
	snapshot "$work/others" && snapshot "$work/others" --keep 1 x_info &&
		snapshot "$work/others" --keep 1 RSN six &&
		[ "$(grep -c ^table "$work/others"/* | cut -d : -f 2 | xargs)" = "1 2" ]
}

# Two network namespaces have a directory in common.
names_are_taken_once() {
	local i

	rm -rf "$work/common"
	mkdir "$work/common"
	for i in 1 2 3 4; do
		trafctl snapshot --run "$work/run$i" -o "$work/common" >"$work/output$i" &
	done
	wait
	[ "$(cat "$work"/output? | sort -u | wc -l)" = 4 ] && [ "$(grep -h ^id "$work/common"/* | sort -u | wc -l)" = 4 ]
}

tables_count_once() {
	snapshot "$work/twice" RSN six RSN && [ "$(grep -c ^table "$work/twice")" = 2 ]
}

snapshot_has_one_end() {
	snapshot "$work/once" && cat "$work/once" "$work/once" >"$work/twice" &&
		says 1 "behind the snapshot's end" diff "$work/twice" && rm "$work/twice"
}

diff_knows_who_has_gone() {
	local proc=$work/grown

	rm -rf "$proc" "$work/before"
	cp -r test/tools/proc "$proc"
	snapshot "$work/before" || return
	sed -i 2d "$proc/net/xt_traffic/RSN"
	rm "$proc"/net/xt_traffic/six*
	trafctl diff "$work/before" >/dev/null 2>"$work/said" && grep -qF "1 rows of bytes have less" "$work/said" &&
		grep -qF "six is not there any more" "$work/said"
}

# Whatever a host is called.
json_is_utf8() {
	snapshot "$work/host" && sed -i $'s/^host\t.*/host\ta\xff\xc3\xa4"\\\\/' "$work/host" &&
		trafctl diff --format json "$work/host" "$work/host" | python3 -c '
import json, sys
host = json.loads(sys.stdin.buffer.read().decode("utf-8"))["host"]
sys.exit(host != "a\ufffd\ufffd\ufffd\"\\")'
}

# "nothing_there COMMAND": which is said, and is no failure.
nothing_there() {
	local proc=$work/none

	mkdir -p "$proc/net/xt_traffic"
	says 0 "there is no table" "$1"
}

unheard() {
	! trafctl list >/dev/full 2>"$work/said" && grep -q "standard output: No space" "$work/said" &&
		! trafctl list >&- 2>"$work/said" && grep -q "standard output: Bad file" "$work/said"
}

# FUZZ_RUNS says how many.
fuzz() {
	mkdir "$work/corpus"
	snapshot "$work/corpus/whole" || return
	out/test/fuzz-snapshot -runs="${FUZZ_RUNS:-300000}" -seed=1 -max_len=8192 -timeout=10 \
		-close_fd_mask=3 -artifact_prefix=out/tools/ "$work/corpus" >"$work/output" 2>&1
	grep "^Done" "$work/output" || { tail -n 40 "$work/output"; return 1; }
}

# "valgrind_likes STATUS COMMAND...": it ends so; nothing that is not set is used, nothing
# is lost.
valgrind_likes() {
	local wanted=$1 status=0
	shift

	valgrind -q --leak-check=full --show-leak-kinds=all --error-exitcode=99 --child-silent-after-fork=yes \
		out/trafctl "$1" --proc "$proc" "${@:2}" >/dev/null 2>"$work/said" || status=$?
	[ $status = "$wanted" ] || { echo "status $status"; cat "$work/said"; return 1; }
}

valgrind_likes_all() {
	local format

	for format in text tsv csv json jsonl prom openmetrics; do
		valgrind_likes 0 export --format $format || return
	done
	valgrind_likes 0 list &&
		valgrind_likes 0 show --file all --sort total --top 2 --anonymise &&
		valgrind_likes 0 snapshot --run "$work/run" -o "$work/valgrind" &&
		valgrind_likes 0 diff "$work/valgrind" &&
		valgrind_likes 0 restore --run "$work/run" "$work/valgrind" &&
		PATH=$PWD/test/tools/check/bin:$PATH valgrind_likes 1 check --run "$work/run" &&
		valgrind_likes 1 mirror start lo --run "$work/run" &&
		mirror_note 0 "started 999999 1003 0 $mirror_settings mon0" &&
		valgrind_likes 1 mirror status --run "$work/mirrors" &&
		valgrind_likes 1 show NONE
}

# Of a table with so many rows that they are some 20 MiB, in memory of 8.
needs_little_memory() {
	local proc=$work/large format

	mkdir -p "$proc/net/xt_traffic" "$proc/sys/kernel"
	cp -r test/tools/proc/sys/kernel/random "$proc/sys/kernel/"
	sed 's/^network\t.*/network\t10.0.0.0\/12/' test/tools/proc/net/xt_traffic/RSN_info >"$proc/net/xt_traffic/RSN_info"
	sed -i '/^options/s/--portconn --ipconn //' "$proc/net/xt_traffic/RSN_info"
	for file in "" _packets; do
		awk 'BEGIN {
			printf "IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n"
			for (i = 0; i < 300000; i++)
				printf "10.%d.%d.%d\t1234567890\t9876543210\t1234567890\t0\t0\t9876543210\t0\t0\n", i / 65536, i / 256 % 256, i % 256
		}' >"$proc/net/xt_traffic/RSN$file"
	done
	for format in tsv csv json jsonl prom openmetrics; do
		(
			ulimit -v 8192
			trafctl export --format $format | wc -l
		) | awk '$1 < 600000 { print; exit 1 }' || return
	done
}

# What the module is depends on this machine.
check_says() {
	PATH=$PWD/test/tools/check/bin:$PATH trafctl check --run "$work/run" >"$work/output" 2>"$work/said"
	[ $? = 1 ] || return
	diff test/tools/expected/check <(grep -v '^[a-z]* *module: ' "$work/output") &&
		grep -q '^wrong *module: what modprobe finds is for Linux 4.19.0' "$work/output"
}

# What a note has of a device's settings, and of those of all devices.
mirror_settings="0 0 1 1 0 1 0 0 0 - - - 1 -"

# "mirror_note COOKIE+N LINE": a note of this network namespace, or another.
mirror_note() {
	local directory=$work/mirrors

	directory+=/net-$(stat -Lc %i /proc/self/ns/net)
	mkdir -p "$directory"
	python3 - "$@" >"$directory/mirrors" <<-'END'
		import socket, struct, sys

		SO_NETNS_COOKIE = 71
		cookie, = struct.unpack("Q", socket.socket().getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8))
		stage, rest = sys.argv[2].split(" ", 1)
		print(stage, cookie + int(sys.argv[1]), rest)
	END
}

# "mirror_prints LINE ARGUMENT...": and nothing else, with programs that say yes to
# everything.
mirror_prints() {
	local line=$1
	shift

	ln -sf /bin/true "$work/yes/nft"
	diff <(echo "$line") <(PATH=$work/yes:$PATH trafctl mirror "$@" --run "$work/mirrors")
}

mirror_forgets() {
	local gone="started 999999 1003 0 $mirror_settings mon0"

	mkdir -p "$work/yes"
	mirror_note 0 "$gone" &&
		mirror_prints 'wrong  mon0: it was in mirror mode, and is gone: "trafctl mirror stop mon0" forgets it' status &&
		mirror_prints "mon0: it is gone, and forgotten" stop mon0 &&
		mirror_prints "no device is in mirror mode" status &&
		mirror_note 1 "$gone" &&
		mirror_prints "no device is in mirror mode" status
}

mirror_note_is_damaged() {
	local note

	for note in "begun 999999 1003 0 $mirror_settings mon0" "started 999999 1003 $mirror_settings mon0" \
		"started 999999 1003 0 $mirror_settings a-name-too-long!" "started x"; do
		mirror_note 0 "$note" && says 1 "mirrors: Invalid" mirror status --run "$work/mirrors" || return
	done
}

# "completes WANTED WORD...": what bash offers for the last word.
completes() {
	local wanted=$1
	shift

	diff <(printf '%s\n' "$wanted") <(
		PATH=$(dirname "$program"):$PATH
		source tools/trafctl.bash
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_trafctl
		echo "${COMPREPLY[*]}"
	)
}

completions() {
	completes "show snapshot" trafctl s &&
		completes "--keep" trafctl snapshot --k &&
		completes "iec si raw" trafctl show --units "" &&
		completes "raw" trafctl diff --units r &&
		completes "prom" trafctl export --format p &&
		completes "total_in total_out" trafctl show --sort total_ &&
		completes "start stop status" trafctl mirror "" &&
		completes "lo" trafctl mirror start l
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
	check "usage: letters$1" says 2 "-x: no such option" show -xyz
	check "usage: an argument too much$1" says 2 "--anonymise=1: wants no argument" show --anonymise=1
	check "usage: two snapshots$1" says 2 "b: no such argument" restore --run "$work/run" a b
	check "usage: format$1" says 2 "there are text, tsv" export --format xml
	check "usage: network$1" says 2 "the network of that length is 193.11.176.0/20" show --net 193.11.176.1/20
	check "usage: port$1" says 2 "not a number from 0 to 65535" show --port 65536
	check "usage: column$1" says 2 "--sort nothing" show --sort nothing
	check "usage: no column$1" says 2 "--sort _in" show --sort _in
	check "usage: no such rows$1" says 2 "no such rows" show --file portconn --host 10.0.0.1
	check "usage: anonymised metrics$1" says 2 "told apart" export --anonymise --format prom
	check "usage: amount$1" says 2 "not an amount" show --min 1X
	check "no such table$1" says 1 "there is no table of this name" show NONE
	check "a total that is not the sum$1" damaged "RSN, line 3: not a row" $'3s/^\\([0-9.]*\\)\t5/\\1\t6/' RSN
	check "a line that is cut short$1" damaged "RSN, line 5: a line is cut short" '5s/$/\x00/' RSN
	check "a header of another file$1" damaged "RSN_portconn, line 1: not the header" '1s/PORT/IP/' RSN_portconn
	check "a port that is none$1" damaged "RSN_portconn, line 2: not a row" '2s/^[0-9]*/a:/' RSN_portconn
	check "a key that is none$1" damaged "RSN, line 2: not a row" '2s/^193/"93/' RSN
	check "a description without its network$1" damaged "RSN_info" '/^network/d' RSN_info
	check "a snapshot is whole$1" snapshot_is_whole
	check "a snapshot that is cut short is none$1" cut_snapshot_is_none
	check "snapshots ascend, the newest are kept$1" snapshots_ascend
	check "diff: the difference$1" diff_is_the_difference
	check "diff: a reset$1" diff_knows_a_reset
	check "diff: what was taken off$1" diff_knows_what_was_taken_off
	check "a full disk$1" full_disk
	check "check$1" check_says
	check "a file is replaced as a whole$1" file_is_replaced
	check "snapshots are private$1" snapshots_are_private
	check "what alone has a table is kept$1" others_are_kept
	check "no two snapshots have one name$1" names_are_taken_once
	check "a table that is named twice counts once$1" tables_count_once
	check "a snapshot has one end$1" snapshot_has_one_end
	check "diff: what is not there any more$1" diff_knows_who_has_gone
	check "JSON is UTF-8$1" json_is_utf8
	check "no tables to list$1" nothing_there list
	check "no tables to export$1" nothing_there export
	check "no such rows$1" says 0 "no table has such rows" show --file ipconn six
	check "nobody hears$1" unheard
	check "mirror: no such word$1" says 2 "mirror begin: there are start, stop and status" mirror begin lo
	check "mirror: no word$1" says 2 "there are start, stop and status" mirror
	check "mirror: no device$1" says 2 "mirror start: wants a device" mirror start
	check "mirror: a device too much$1" says 2 "lo: no such argument" mirror status lo
	check "mirror: no such device$1" says 1 "none: No such device" mirror start none --run "$work/run"
	check "mirror: a name that cannot be$1" says 1 "No such device" mirror start "a name/that is far too long" --run "$work/run"
	check "mirror: loopback$1" says 1 "lo: it is no Ethernet device" mirror start lo --run "$work/run"
	check "mirror: not started$1" says 1 "lo: it is not in mirror mode" mirror stop lo --run "$work/run"
	check "mirror: a device that is gone$1" mirror_forgets
	check "mirror: notes that are none$1" mirror_note_is_damaged
	rm -rf "$work/kept"
}

program=out/trafctl
make --no-print-directory -s $program out/test/{trafctl-sanitized,fuzz-snapshot} || exit
mkdir -p out/tools
all_checks ""
check "promtool, node_exporter and Prometheus read metrics" test/tools/prometheus.sh out/trafctl "$proc"
check "exports need little memory" needs_little_memory
check "systemd likes the units" units_are_right
check "valgrind finds nothing" valgrind_likes_all
check "anything can be read as a snapshot" fuzz
check "bash completes the command line" completions
program=out/test/trafctl-sanitized
all_checks " (sanitized)"
finish_checks
