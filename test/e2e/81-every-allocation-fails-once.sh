# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: whichever of its allocations the kernel has no memory for, while rules
# are changed, files are opened, read and written, namespaces and the tables promisc
# are made and the modules are loaded, the caller is told, and all is as it was; or else
# it is done. Packets that find no memory are uncounted, to the byte. And what was taken out of
# the bound for what could not be made is given back.
#
# Each allocation of a call fails, one after the other; where the call succeeds in
# spite of that, once more with all that follow in it, as then the other way to get
# the memory fails too (kvmalloc()'s vmalloc(), a CPU's own page and the shared one).
# Memory per CPU comes from pages that are there already, but for a table that is
# very wide.
#
# families: ipv4 ipv6
# legacy-ipv6: it changes rules by another way
# needs-faults: the kernel has each allocation fail, one after the other
# bound: 1800
. "$(dirname "$0")/life.sh"

ORDERED=no
PARAMETERS=/sys/module/ipt_traffic/parameters
TRACING=/sys/kernel/tracing
export FAIL_CALL FAIL_SKIP FAIL_NTH FAIL_REST FAIL_REPORT
FAIL_REPORT=$work/report
KNOWN=300
faults=0
try=0
CHANGE="batch"
[ "$FLAVOUR" = nft ] || CHANGE="replace"

# "fail_marked PERCENT": how many allocations fail of a task that is marked for it.
fail_marked() {
	for attribute in failslab fail_page_alloc; do
		echo "$1" >/sys/kernel/debug/$attribute/probability
	done
}

# Allocations that may wait for memory fail as well, and those of pages.
permit_faults() {
	local debug=/sys/kernel/debug

	mountpoint -q $debug || mount -t debugfs debugfs $debug
	for attribute in failslab fail_page_alloc; do
		echo 0 >$debug/$attribute/verbose
		echo N >$debug/$attribute/ignore-gfp-wait
		echo Y >$debug/$attribute/task-filter
		echo -1 >$debug/$attribute/times
	done
	echo N >$debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$debug/fail_page_alloc/min-order
	# Not what kmemleak notes each of them in. Some kernels know from their start.
	echo Y >$debug/failslab/cache-filter
	for cache in /sys/kernel/slab/*; do
		[[ $cache == */kmemleak_* ]] || [ "$(<"$cache/failslab")" = 1 ] ||
			echo 1 >"$cache/failslab"
	done
	fail_marked 100
}

# "attempt CHECK COMMAND...": in the router, with @ in its words for the number of the
# try; then CHECK, with its status.
attempt() {
	local check=$1
	shift

	try=$((try + 1))
	status=0
	rm -f "$FAIL_REPORT"
	within router env LD_PRELOAD="$top/out/test/fail.so" "${@//@/$try}" \
		>"$work/output" 2>"$work/said" || status=$?
	$check $status
}

# "each_fails CALL CHECK COMMAND...": until there is no further allocation to fail, in
# each of these calls.
each_fails() {
	local before=$faults status survived=0
	FAIL_CALL=$1
	FAIL_SKIP=0
	FAIL_NTH=1
	shift

	while :; do
		FAIL_REST=no
		attempt "$@"
		[ -s "$FAIL_REPORT" ] || break
		if grep -q spared "$FAIL_REPORT"; then
			same "the status without a fault" "$status" 0
			FAIL_SKIP=$((FAIL_SKIP + 1))
			FAIL_NTH=1
			continue
		fi
		if [ "$status" = 0 ]; then
			FAIL_REST=yes
			attempt "$@"
			survived=$((survived + 1))
		fi
		faults=$((faults + 1))
		FAIL_NTH=$((FAIL_NTH + 1))
	done
	[ $FAIL_SKIP -gt 0 ] || die "no such call: $FAIL_CALL of ${*:2}"
	[ $faults -gt "$before" ] || die "nothing failed in $FAIL_CALL of ${*:2}"
	say "$((faults - before)) allocations failed, one by one, $survived with all behind: $FAIL_CALL of ${*:2}"
}

# Of all that was charged, nothing is left when the last table is gone.
all_is_given_back() {
	echo 1 >$PARAMETERS/memory
	refused "EMPTY: no memory for this table: 0 bytes of 1 are in use" \
		$IPTABLES -t raw -A PREROUTING -m traffic --traffic --netbase "$NETWORK" --name EMPTY
	echo 0 >$PARAMETERS/memory
}

flush() {
	within router $IPTABLES -t raw -F
}

# "sum FILE"
sum() {
	table "$1" | total -
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
	rules_are "$work/before"
}

# "rules_are FILE", and nothing said.
rules_are() {
	rules >"$work/now"
	cmp -s "$work/now" "$1" || same_file "$work/now" "$1"
}

undo() {
	# shellcheck disable=SC2086 # words
	within router $undo_change
}

rules_are_right() {
	if [ "$1" = 0 ]; then
		rules_are "$work/after"
		undo
		return
	fi
	rules_are "$work/before"
	it_was_told "$1"
}

# "it_was_told STATUS": what was missing. (Legacy's restore tells the line only.)
it_was_told() {
	[ "$1" = 0 ] || grep -q -e 'emory' -e 'No buffer space' -e 'restore: line [0-9]* failed$' "$work/said" ||
		die "status $1: $(<"$work/said")"
}

# "each_change UNDO COMMAND..."
each_change() {
	expect_change "$@"
	shift
	each_fails $CHANGE rules_are_right "$@"
}

try_rules() {
	local options=(--traffic --ipconn --portconn --clearonread --netbase "$(network 10.0.0.0/12)")
	local -a raw=("$IPTABLES" -t raw)

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
	cat >"$work/both" <<-END
		*raw
		-A PREROUTING -m traffic --traffic --netbase $NETWORK --name KEEP
		-A PREROUTING -m traffic --portconn --name PORTS --netbase $NETWORK
		COMMIT
	END
	each_change "${raw[*]} -D PREROUTING 2" "$IPTABLES-restore" "$work/both"
	flush
	all_is_given_back
}

# "make_tables COUNT OPTION...": called T1, T2 and so on; the next try is the first.
make_tables() {
	local i

	{
		echo "*raw"
		for ((i = 1; i <= $1; i++)); do
			echo "-A PREROUTING -m traffic ${*:2} --name T$i"
		done
		echo COMMIT
	} >"$work/rules"
	within router $IPTABLES-restore "$work/rules"
	try=0
}

# The log tells of it ten times only, and not when the module asks.
watch_memory_per_cpu() {
	mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING
	echo 1 >$TRACING/events/percpu/percpu_alloc_percpu_fail/enable
}

failures_per_cpu() {
	grep -c percpu_alloc_percpu_fail: $TRACING/trace || true
}

# A table that is there can count, too.
one_more_or_none() {
	it_was_told "$1"
	if [ "$1" = 0 ]; then
		made=$((made + 1))
		within router bash -c "echo >/dev/udp/$loopback/9"
		[ "$(sum WIDE${try}_packets)" -gt 0 ] || die "WIDE$try does not count"
	fi
	same "rules" "$(rules | grep -c traffic || true)" "$made"
}

# So wide that for each there have to be made pages per CPU, when the first ones have
# taken what was there: all stay.
try_wide_tables() {
	local made=32 loopback=127.0.0.1 failed
	[ "$FAMILY" = ipv4 ] || loopback=::1

	echo 2G >$PARAMETERS/memory
	make_tables $made --traffic --netbase "$EVERYTHING" --hashsize 64 --maxaddrs 16777216
	watch_memory_per_cpu
	failed=$(failures_per_cpu)
	each_fails $CHANGE one_more_or_none $IPTABLES -t raw -A PREROUTING -m traffic --traffic \
		--netbase "$EVERYTHING" --hashsize 64 --maxaddrs 16777216 --name WIDE@
	[ "$(failures_per_cpu)" -gt "$failed" ] || die "there was always memory per CPU"
	flush
	all_is_given_back
}

# A table that lingers gives its place, and its memory, to the new one; it may be gone
# even where that one was not made.
no_rule_or_a_new_one() {
	it_was_told "$1"
	if [ "$1" = 0 ]; then
		same "T$try" "$(info T$try options | cut -d ' ' -f 1)" --ipconn
		flush
	else
		same "rules" "$(rules | grep -c traffic || true)" 0
	fi
}

# The place of each is taken by one of other options.
try_tables_that_linger() {
	local netbase row
	netbase="--netbase $(network 10.0.0.0/24)"
	row=$(printf '%s\t1\t2\t1\t2\t0\t0\t0\t0' "$(address 10.0.0.1)")

	make_tables 150 --traffic "$netbase"
	within router bash -c "for file in $TABLES/T*[0-9]; do echo '$row' >\$file; done"
	echo 3600 >$PARAMETERS/linger
	flush
	# shellcheck disable=SC2086 # words
	each_fails $CHANGE no_rule_or_a_new_one \
		$IPTABLES -t raw -A PREROUTING -m traffic --ipconn $netbase --name T@
	echo 0 >$PARAMETERS/linger
	# What lingers still goes with its next rule.
	make_tables 150 --traffic "$netbase"
	flush
	all_is_given_back
}

# --- files ---------------------------------------------------------------------

# "swarm OPTION..."
swarm() {
	"${SWARM[@]}" -o -a 256 "$@" router "$work/truth" >"$work/sent"
}

begin_table() {
	router $IPTABLES -t raw -A PREROUTING -m traffic --traffic --ipconn --portconn --clearonread \
		--netbase "$(network 10.0.0.0/12)" "$@"
}

# "memory_was_missing STATUS". (There is no such file, says procfs, when it has no
# memory for what is on the way there; and the address is bad, where no page could be
# had for what is read or written.)
memory_was_missing() {
	[ "$1" = 0 ] || grep -q -e 'Cannot allocate memory' -e 'No such file' -e 'Bad address' \
		-e 'No space' "$work/said" || die "status $1: $(<"$work/said")"
}

keep_what_was_read() {
	whole_rows "$work/part" >>"$work/taken"
	: >"$work/part"
	memory_was_missing "$1"
}

info_is_whole() {
	memory_was_missing "$1"
	[ "$1" != 0 ] || same "lines of FILES_info" "$(wc -l <"$work/part")" 13
	: >"$work/part"
}

# "try_reading CALLS OPTION...": of a table that clears: what is read is what was
# counted.
try_reading() {
	local call file

	for call in $1; do
		begin_table "${@:2}" --name FILES
		swarm -j 20 -k $KNOWN
		for file in "" _packets _ipconn _portconn; do
			: >"$work/taken"
			: >"$work/part"
			each_fails "$call" keep_what_was_read \
				dd if=$TABLES/FILES$file of="$work/part" bs=4096 status=none
			within router cat $TABLES/FILES$file >>"$work/taken"
			sum_up "$work/taken" >"$work/all"
			sum_up "$work/truth$file" >"$work/wanted"
			same_file "$work/all" "$work/wanted"
		done
		each_fails "$call" info_is_whole \
			dd if=$TABLES/FILES_info of="$work/part" bs=4096 status=none
		flush
	done
	all_is_given_back
}

# The file of this try holds what it held before, or what it has to hold afterwards.
written_or_not() {
	within router cat "$TABLES/T$try$file" >"$work/now"
	memory_was_missing "$1"
	if [ "$1" = 0 ]; then
		cmp -s "$work/now" "$work/after$file" || same_file "$work/now" "$work/after$file"
	else
		cmp -s "$work/now" "$work/before$file" || same_file "$work/now" "$work/before$file"
	fi
}

# "as_high ROW": its first number is 2^63 in place of what it was, the others 0.
as_high() {
	awk -F '\t' -v OFS='\t' -v high=9223372036854775808 '{
		for (i = 2; i <= NF; i++)
			$i = i == 2 || i == 4 ? high : 0
		print
	}' <<<"$1"
}

# "expect_written WHAT": of the next table, into before, after and line.
expect_written() {
	local row

	within router cat "$TABLES/T1$file" >"$work/before$file"
	row=$(sed -n 2p "$work/before$file")
	case $1 in
	restore*)
		if [ "$file" = _portconn ]; then
			row=65000$'\t'${row#*$'\t'}
		else
			row=$(address 10.0.0.200)$'\t'${row#*$'\t'}
		fi
		# With a number for which there has to be a place for that.
		[ "$1" = restore ] || row=$(as_high "$row")
		echo "$row" >"$work/line"
		cat "$work/before$file" "$work/line" >"$work/after$file"
		;;
	subtract)
		echo "-$row" >"$work/line"
		sed 2d "$work/before$file" >"$work/after$file"
		;;
	clear)
		echo clear >"$work/line"
		sed 1q "$work/before$file" >"$work/after$file"
		;;
	esac
}

# "try_writing OPTION...": each time into another table, as what one try has made is
# there for the next.
try_writing() {
	local what file

	for what in restore restore-high subtract clear; do
		make_tables 80 --traffic --ipconn --portconn --netbase "$(network 10.0.0.0/24)" "$@"
		swarm -k 30
		for file in "" _packets _ipconn _portconn; do
			expect_written $what
			each_fails write written_or_not \
				dd if="$work/line" of="$TABLES/T@$file" conv=notrunc status=none
		done
		flush
		all_is_given_back
	done
}

# --- packets -------------------------------------------------------------------

# "expect_all_counted NAME": or uncounted.
expect_all_counted() {
	local bytes

	read -r packets bytes < <(awk '/^known|^new/ { p += $2; b += $3 } END { printf "%.0f %.0f\n", p, b }' "$work/sent")
	uncounted=$(info "$1" uncounted_packets)
	same "packets of $1, and uncounted" $(($(sum "$1_packets") + uncounted)) "$packets"
	same "bytes" $(($(sum "$1") + $(info "$1" uncounted_bytes))) "$bytes"
}

# "try_packets PERCENT OPTION...": each allocation fails with that probability.
try_packets() {
	local percent=$1 packets uncounted
	shift

	begin_table "$@" --name PACKETS
	fail_marked "$percent"
	swarm -j 20 -m -k 60000 -c "$(nproc)"
	fail_marked 100
	expect_all_counted PACKETS
	[ "$uncounted" -gt 0 ] || die "every packet was counted"
	[ "$uncounted" -lt "$packets" ] || die "no packet was counted"
	flush
	all_is_given_back
}

# The next try gets a new table.
all_were_counted() {
	local packets uncounted

	same "status of swarm" "$1" 0
	cp "$work/output" "$work/sent"
	expect_all_counted P$try
	[ "$uncounted" = 0 ] || lost=yes
	within router $IPTABLES -t raw -R PREROUTING 1 -m traffic "${options[@]}" --name P$((try + 1))
}

# "try_packets_in_turn OPTION...": one chunk after the other of packets for which pages
# have to be made.
try_packets_in_turn() {
	local -a options
	local lost=no
	options=(--traffic --ipconn --portconn --clearonread --netbase "$(network 10.0.0.0/24)" "$@")

	try=0
	router $IPTABLES -t raw -A PREROUTING -m traffic "${options[@]}" --name P1
	each_fails packets all_were_counted "${SWARM[@]}" -o -k 30 -a 256 router "$work/truth"
	[ $lost = yes ] || die "every packet was counted"
	flush
	all_is_given_back
}

# --- namespaces, and the module -------------------------------------------------

there_are_files_or_no_namespace() {
	[ "$1" = 0 ] || grep -q "unshare failed" "$work/said" || die "status $1: $(<"$work/said")"
}

loaded_or_not() {
	if [ "$1" = 0 ]; then
		until_true 10 rmmod ipt_traffic
	else
		[ ! -e /sys/module/ipt_traffic ] || die "it is loaded, after status $1"
		[ ! -e $TABLES ] || die "$TABLES is there, after status $1"
	fi
}

# --- the tables promisc ----------------------------------------------------------

promisc_loaded_or_not() {
	if [ "$1" = 0 ]; then
		rmmod "$PROMISC_MODULE"
	else
		[ ! -e "/sys/module/$PROMISC_MODULE" ] || die "$PROMISC_MODULE is loaded, after status $1"
	fi
}

promisc_is_there_or_not() {
	it_was_told "$1"
	[ "$1" != 0 ] || same "its chain" "$(<"$work/output")" "-P PREROUTING ACCEPT"
}

# Each try in a network namespace of its own, for which the table is made.
try_promisc() {
	local file
	file=$top/out/kmod-$(uname -r)/$PROMISC_MODULE.ko

	modprobe "${PROMISC_MODULE%%table*}_tables"
	each_fails syscall promisc_loaded_or_not insmod "$file"
	insmod "$file"
	each_fails table promisc_is_there_or_not unshare --net $IPTABLES -t promisc -S
	# Namespaces are gone a moment after who was in them.
	until_true 10 rmmod "$PROMISC_MODULE"
}

ip netns add router
ip -n router link set lo up
permit_faults
# See test/vm/kernel-trouble.sh.
echo "e2e: allocations fail from here on" >/dev/kmsg
use_bench_hook
echo 0 >$PARAMETERS/linger
try_rules
try_wide_tables
try_tables_that_linger
try_reading "open read"
try_reading read --hashsize 64
try_writing
try_writing --hashsize 64
try_packets_in_turn
try_packets_in_turn --hashsize 64
try_packets 50
try_packets 50 --hashsize 64
try_packets 95
# It is long enough without a device for each kind of tunnel.
sysctl -q -w net.core.fb_tunnels_only_for_init_net=2
each_fails unshare there_are_files_or_no_namespace unshare --net ls /proc/self/net/xt_traffic
[ "$FLAVOUR" = nft ] || try_promisc
rmmod bench_hook
trap 'rm -rf "$work"' EXIT
until_true 20 rmmod ipt_traffic
each_fails syscall loaded_or_not insmod "$top/out/kmod-$(uname -r)/ipt_traffic.ko"
fail_marked 0
echo "e2e: allocations fail no more" >/dev/kmsg

# Of what the module could not get it says so in a line; nobody needs all of memory shown.
dumps() {
	dmesg | awk '
		/vmalloc error|page allocation failure|percpu: allocation failed/ { inside = 1 }
		/Mem-Info|<\/TASK>/ { inside = 0 }
		inside && /\[ipt_traffic\]/ { count++ }
		END { print count + 0 }'
}
same "lines of dumps about the module" "$(dumps)" 0
say "faults: $faults"
