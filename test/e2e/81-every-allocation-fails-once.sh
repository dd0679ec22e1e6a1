# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whichever of its allocations the kernel has no memory for, while rules
# are changed, files are opened, read and written, namespaces are made and the
# module is loaded, the caller is told, and all is as it was; or else it is done.
# Packets that find no memory are uncounted, to the byte.
#
# families: ipv4 ipv6
# legacy-ipv6: it changes rules by another way
# needs-faults: the kernel has each allocation fail, one after the other
# bound: 1800
. "$(dirname "$0")/life.sh"

ORDERED=no
export FAIL_NTH FAIL_CALL FAIL_REPORT
FAIL_REPORT=$work/report
KNOWN=300
faults=0

# Allocations that may wait for memory fail as well, and those of pages.
permit_faults() {
	local debug=/sys/kernel/debug

	mountpoint -q $debug || mount -t debugfs debugfs $debug
	for attribute in failslab fail_page_alloc; do
		echo 0 >$debug/$attribute/verbose
		echo N >$debug/$attribute/ignore-gfp-wait
	done
	echo N >$debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$debug/fail_page_alloc/min-order
}

# "failing COMMAND...": in the router.
failing() {
	within router env LD_PRELOAD="$top/out/test/fail.so" "$@" 2>"$work/said"
}

# "each_fails CALL CHECK COMMAND...": until there is no further allocation to fail.
# CHECK is run with the command's status after each time.
each_fails() {
	local check=$2 status
	FAIL_CALL=$1
	shift 2

	FAIL_NTH=0
	while :; do
		FAIL_NTH=$((FAIL_NTH + 1))
		rm -f "$FAIL_REPORT"
		status=0
		failing "$@" || status=$?
		[ -s "$FAIL_REPORT" ] || die "no such call: $FAIL_CALL of $*"
		$check $status
		grep -q failed "$FAIL_REPORT" || break
		faults=$((faults + $(grep -c failed "$FAIL_REPORT")))
	done
	[ "$FAIL_NTH" -gt 1 ] || die "nothing failed in $FAIL_CALL of $*"
	same "the status without a fault" $status 0
	say "$((FAIL_NTH - 1)) allocations failed, one by one: $FAIL_CALL of $*"
}

# --- rules ---------------------------------------------------------------------

rules() {
	within router $IPTABLES -t raw -S
}

# Of what a command does, which succeeds: "expect_change UNDO COMMAND...".
expect_change() {
	local undo=$1
	shift

	rules >"$work/before"
	within router "$@"
	rules >"$work/after"
	undo_change="$undo"
	undo
}

# "rules_are FILE", and nothing said.
rules_are() {
	rules >"$work/now"
	cmp -s "$work/now" "$1" || same_file "$work/now" "$1"
}

undo() {
	# shellcheck disable=SC2086 # words
	within router $undo_change
	rules_are "$work/before"
}

rules_are_right() {
	if [ "$1" = 0 ]; then
		rules_are "$work/after"
		undo
		return
	fi
	rules_are "$work/before"
	[ -s "$work/said" ] || die "it failed, and said nothing"
}

# "each_change UNDO COMMAND..."
each_change() {
	local call=send

	[ "$FLAVOUR" = nft ] || call=setsockopt
	expect_change "$@"
	shift
	each_fails $call rules_are_right "$@"
}

try_rules() {
	local options=(--traffic --ipconn --portconn --clearonread --netbase "$(network 10.0.0.0/12)")
	local -a raw=("$IPTABLES" -t raw)

	echo 0 >/sys/module/ipt_traffic/parameters/linger
	router "${raw[@]}" -A PREROUTING -m traffic --traffic --netbase "$NETWORK" --name KEEP
	each_change "${raw[*]} -D PREROUTING 2" \
		"${raw[@]}" -A PREROUTING -m traffic "${options[@]}" --name FAULTY
	each_change "${raw[*]} -D PREROUTING 2" \
		"${raw[@]}" -A PREROUTING -m traffic "${options[@]}" --hashsize 64 --name FAULTY
	each_change "${raw[*]} -D PREROUTING 2" \
		"${raw[@]}" -A PREROUTING -m traffic --traffic --netbase "$NETWORK" --name KEEP
	each_change "${raw[*]} -R PREROUTING 1 -m traffic --traffic --netbase $NETWORK --name KEEP" \
		"${raw[@]}" -R PREROUTING 1 -m traffic "${options[@]}" --name FAULTY
	each_change "${raw[*]} -A PREROUTING -m traffic --traffic --netbase $NETWORK --name KEEP" \
		"${raw[@]}" -D PREROUTING 1
	each_change "${raw[*]} -A PREROUTING -m traffic --traffic --netbase $NETWORK --name KEEP" \
		"${raw[@]}" -F
	router "${raw[@]}" -F
	echo 30 >/sys/module/ipt_traffic/parameters/linger
}

# --- files ---------------------------------------------------------------------

# "swarm OPTION..."
swarm() {
	"${SWARM[@]}" -a 256 -j 20 "$@" router "$work/truth" >"$work/sent"
}

begin_table() {
	router $IPTABLES -t raw -A PREROUTING -m traffic --traffic --ipconn --clearonread \
		--netbase "$(network 10.0.0.0/12)" "$@"
}

# (There is no such file, says procfs, when it has no memory for what is on the way
# there; and the address is bad, where no page could be had for what was read.)
keep_what_was_read() {
	whole_rows "$work/part" >>"$work/taken"
	: >"$work/part"
	[ "$1" = 0 ] || grep -q -e 'Cannot allocate memory' -e 'No such file' -e 'Bad address' "$work/said" ||
		die "status $1: $(<"$work/said")"
}

keep_what_was_written() {
	if [ "$1" = 0 ]; then
		cat "$work/row" >>"$work/given"
	else
		grep -q -e 'Cannot allocate memory' -e 'No space' -e 'Bad address' "$work/said" ||
			die "status $1: $(<"$work/said")"
	fi
}

# "try_files OPTION...": of a table.
try_files() {
	local file=$TABLES/FILES

	begin_table "$@" --name FILES
	for call in open read; do
		swarm -k $KNOWN
		: >"$work/taken"
		: >"$work/part"
		each_fails $call keep_what_was_read \
			dd if=$file of="$work/part" bs=4096 status=none
		within router cat $file >>"$work/taken"
		sum_up "$work/taken" >"$work/all"
		sum_up "$work/truth" >"$work/wanted"
		same_file "$work/all" "$work/wanted"
	done
	swarm -k $KNOWN
	: >"$work/given"
	# Of an address that has counted nothing, too.
	for row in 10.0.0.1 10.0.99.99; do
		printf '%s\t30\t40\t10\t10\t10\t10\t10\t20\n' "$(address $row)" >"$work/row"
		each_fails write keep_what_was_written dd if="$work/row" of=$file conv=notrunc status=none
	done
	within router cat $file >"$work/taken"
	sum_up "$work/taken" >"$work/all"
	sum_up "$work/truth" "$work/given" >"$work/wanted"
	same_file "$work/all" "$work/wanted"
	router $IPTABLES -t raw -F
}

# --- packets -------------------------------------------------------------------

# "sum FILE"
sum() {
	table "$1" | awk -F '\t' 'NR > 1 { sum += $2 + $3 } END { printf "%.0f\n", sum }'
}

# "try_packets PERCENT OPTION...": each allocation fails with that probability.
try_packets() {
	local percent=$1 packets bytes uncounted
	shift

	begin_table "$@" --name PACKETS
	for attribute in failslab fail_page_alloc; do
		echo Y >/sys/kernel/debug/$attribute/task-filter
		echo -1 >/sys/kernel/debug/$attribute/times
		echo "$percent" >/sys/kernel/debug/$attribute/probability
	done
	swarm -m -k 60000 -c "$(nproc)"
	for attribute in failslab fail_page_alloc; do
		echo 0 >/sys/kernel/debug/$attribute/probability
		echo N >/sys/kernel/debug/$attribute/task-filter
	done
	read -r packets bytes < <(awk '/^known|^new/ { p += $2; b += $3 } END { printf "%.0f %.0f\n", p, b }' "$work/sent")
	uncounted=$(info PACKETS uncounted_packets)
	same "packets of PACKETS, and uncounted" $(($(sum PACKETS_packets) + uncounted)) "$packets"
	same "bytes" $(($(sum PACKETS) + $(info PACKETS uncounted_bytes))) "$bytes"
	[ "$uncounted" -gt 0 ] || die "every packet was counted"
	[ "$uncounted" -lt "$packets" ] || die "no packet was counted"
	router $IPTABLES -t raw -F
}

# --- namespaces, and the module -------------------------------------------------

anything() {
	[ "$1" = 0 ] || [ -s "$work/said" ] || die "it failed, and said nothing"
}

loaded_or_not() {
	if [ "$1" = 0 ]; then
		until_true 10 rmmod ipt_traffic
	else
		[ ! -e /sys/module/ipt_traffic ] || die "it is loaded, after status $1"
		[ ! -e $TABLES ] || die "$TABLES is there, after status $1"
	fi
}

ip netns add router
ip -n router link set lo up
permit_faults
# See test/vm/kernel-trouble.sh.
echo "e2e: allocations fail from here on" >/dev/kmsg
use_bench_hook
try_rules
try_files
try_files --hashsize 64
try_packets 50
try_packets 50 --hashsize 64
try_packets 95
each_fails unshare anything unshare --net true
rmmod bench_hook
trap 'rm -rf "$work"' EXIT
until_true 20 rmmod ipt_traffic
each_fails syscall loaded_or_not insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"
echo "e2e: allocations fail no more" >/dev/kmsg
say "faults: $faults"
