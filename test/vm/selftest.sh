#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shows that the rig's checks bite: every way in which a run can go wrong is
# tried once, and run.sh has to say so. Needs what run.sh needs; some 90 s, and
# as long as it takes on a machine that is slower.
#
#	test/vm/selftest.sh [RIG]
#
# RIG is called instead of run.sh, as it is: test/bench/uml.sh.
set -u
shopt -s lastpipe	# what is checked at the end of a pipe counts

here=$(dirname "$(realpath "$0")")
rig=$(realpath "${1:-$here/run.sh}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# "job NAME" takes a script from standard input.
job() {
	script=$work/$1.sh
	cat >"$script"
}

# "run WANTED_STATUS [OPTION...]" runs the last job.
run() {
	local want=$1 got
	shift

	"$rig" --out "$work/out" "$@" "$script" >"$work/stdout" 2>"$work/stderr"
	got=$?
	check "exit status $got, wanted $want" [ "$got" = "$want" ]
}

check() {
	local what=$1
	shift

	if "$@" >/dev/null 2>&1; then
		echo "ok   ${script##*/}: $what"
		passed=$((passed + 1))
		return
	fi
	echo "FAIL ${script##*/}: $what"
	sed 's/^/     | /' "$work/stdout" "$work/stderr"
	failed=$((failed + 1))
}

# Both kinds of guest have it in their arguments where their results go.
running() {
	pgrep --full "(path=|share=\")$work/out" >/dev/null
}

# What only a whole machine has.
is_qemu() {
	[ "$rig" = "$here/run.sh" ]
}

began=$SECONDS
job succeeds <<-'EOT'
	echo "to stdout"
	echo "to stderr" >&2
	echo kept >"$VM_RESULTS/file"
	[ "$(id -u)" = 0 ] && [ "$(ls /sys/class/net)" = lo ] &&
		iptables-nft -A INPUT -p udp --dport 53 -j ACCEPT &&
		iptables-legacy -A INPUT -p udp --dport 53 -j ACCEPT &&
		ip netns add one && ip link add type veth
EOT
run 0
boot=$((SECONDS - began + 1))
check "its output" [ "$(<"$work/stdout")" = $'to stdout\nto stderr' ]
check "its results" [ "$(<"$work/out/results/file")" = kept ]
check "the kernel log" grep "Linux version" "$work/out/kernel-log"

# The quicker one: now and then a guest does not begin, and is started again.
job fails <<-'EOT'
	exit 3
EOT
began=$SECONDS
run 3
[ $((SECONDS - began + 1)) -gt $boot ] || boot=$((SECONDS - began + 1))

job writes-to-the-host <<-EOT
	rm $work/precious && touch $work/new /usr/bin/new-from-the-guest && rm /bin/sh
EOT
touch "$work/precious"
run 0
check "a file removed in the guest is still here" [ -e "$work/precious" ]
check "a file made in the guest is not here" [ ! -e "$work/new" ]
check "no program came or went" [ -e /bin/sh -a ! -e /usr/bin/new-from-the-guest ]

if is_qemu; then
	# A real backtrace of the kernel's, printed at a quiet level.
	job makes-the-kernel-complain <<-'EOT'
		echo l >/proc/sysrq-trigger
	EOT
	run 126
	check "says what it said" grep -i "call trace" "$work/stderr"
fi

job has-the-kernel-complain <<-'EOT'
	echo "<4>WARNING: CPU: 0 PID: 1 at nowhere.c:1" >/dev/kmsg
EOT
run 126
check "says what it said" grep "nowhere.c:1" "$work/stderr"

job fails-and-makes-the-kernel-complain <<-'EOT'
	echo "<4>WARNING: CPU: 0 PID: 1 at nowhere.c:1" >/dev/kmsg
	exit 4
EOT
run 4
check "says what it said" grep "nowhere.c:1" "$work/stderr"

job complains-as-allowed <<-'EOT'
	echo "<4>WARNING: CPU: 0 PID: 1 at nowhere.c:1" >/dev/kmsg
EOT
run 0 --allow nowhere.c

if is_qemu; then
	# A million turns of two instructions, however fast the host is. The clock's
	# interrupts fall into it, some 4,000 instructions each 4 ms.
	job counts-instructions <<-EOT
		cc -O2 -o /tmp/loop -x c - <<'END'
		#include <stdio.h>
		#include <time.h>
		int main(void)
		{
			struct timespec from, to;
			unsigned int turns = 1000000;
			clock_gettime(CLOCK_MONOTONIC, &from);
			asm volatile("1: dec %0; jnz 1b" : "+r"(turns));
			clock_gettime(CLOCK_MONOTONIC, &to);
			printf("%ld\n", (to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec);
		}
		END
		/tmp/loop
	EOT
	run 0 --icount --cpus 2
	check "an instruction is a nanosecond" \
		[ "$(<"$work/stdout")" -ge 2000000 -a "$(<"$work/stdout")" -lt 2100000 ]

	job crashes-the-kernel <<-'EOT'
		echo c >/proc/sysrq-trigger
	EOT
	run 125
	check "shows the console" grep "sysrq triggered crash" "$work/stderr"
fi

job powers-off <<-'EOT'
	echo started
	busybox poweroff -f
EOT
run 125
check "what it wrote until then" grep started "$work/stdout"

job hangs <<-'EOT'
	echo started
	exec sleep infinity
EOT
run 124 --timeout $((3 * boot + 5))
check "what it wrote until then" grep started "$work/stdout"

if is_qemu; then
	# What nothing of is heard is started twice.
	job never-begins <<-'EOT'
		true
	EOT
	VM_BOOT_SECONDS=$((boot + 5)) run 125 --append "rdinit=/bin/busybox -- sleep infinity"
	check "says that it has not begun" grep "not begun in" "$work/stderr"
	check "leaves no guest" eval '! running'

	job needs-a-kernel <<-'EOT'
		true
	EOT
	run 125 --kernel "$work/none"
fi

# Neither a polite end of run.sh nor a sudden one leaves a guest behind.
for signal in TERM INT KILL; do
	job "ended-by-$signal" <<-'EOT'
		echo started
		exec sleep infinity
	EOT
	: >"$work/stdout" # here, for else what the run before wrote could be taken for this one's
	# A shell without job control has background jobs ignore SIGINT.
	env --default-signal=INT "$rig" --out "$work/out" "$script" >"$work/stdout" 2>&1 &
	pid=$!
	for ((i = 0; i < 100 * boot; i++)); do
		grep -q started "$work/stdout" && break
		sleep 0.1
	done
	check "runs" running
	kill -"$signal" "$pid"
	wait "$pid" 2>/dev/null
	for ((i = 0; i < 100; i++)); do
		running || break
		sleep 0.1
	done
	check "leaves no guest" eval '! running'
done

# "trouble yes|no <LOG": what kernel-trouble.sh has to say of it.
trouble() {
	"$here/kernel-trouble.sh" >"$work/stdout"
	check "trouble: $1" [ $? = "$([ "$1" = yes ] && echo 0 || echo 1)" ]
}

# "race FUNCTION CALLER"
race() {
	cat <<-END
		[    1.0] ==================================================================
		[    1.0] BUG: KCSAN: data-race in $1 / $1
		[    1.0] write to 0xffff888004bc1f34 of 4 bytes by task 77 on cpu 0:
		[    1.0]  $1+0x2a/0x60
		[    1.0]  $2+0x9a/0x1b0
		[    1.0] ==================================================================
	END
}

# "list_of_rcu FILE"
list_of_rcu() {
	cat <<-END
		[    1.0] WARNING: suspicious RCU usage
		[    1.0] net/netfilter/$1:2771 RCU-list traversed in non-reader section!!
		[    1.0] Call Trace:
		[    1.0]  <TASK>
		[    1.0]  </TASK>
	END
}

if is_qemu; then
	script=kernel-trouble.sh
	race seq_read_iter proc_reg_read_iter | trouble no
	race "view_take [ipt_traffic]" proc_reg_read_iter | trouble yes
	race seq_read_iter "traffic_read [ipt_traffic]" | trouble yes
	race nf_hook_slow "promisc_receive [iptable_promisc]" | trouble yes
	race nf_hook_slow "promisc_receive [ip6table_promisc]" | trouble yes
	list_of_rcu nf_tables_api.c | trouble no
	list_of_rcu nft_set_bitmap.c | trouble no
	list_of_rcu nf_tables_core.c | trouble yes
	{
		race seq_read_iter proc_reg_read_iter
		list_of_rcu nf_tables_api.c
		echo "[    1.0] WARNING: CPU: 0 PID: 1 at nowhere.c:1"
	} | trouble yes
	echo "[    1.0] page allocation failure: order:0" | trouble yes
	for error in "page allocation failure: order:0" "vmalloc error: size 4096" "percpu: allocation failed"; do
		printf '[    1.0] e2e: allocations %s\n' "fail from here on" "fail no more" |
			sed "1a [    1.0] $error\n[    1.0] Call Trace:" | trouble no
	done
	{
		echo "[    1.0] e2e: allocations fail from here on"
		echo "[    1.0] page allocation failure: order:0"
		yes "[    1.0] something else" | head -n 10
		echo "[    1.0] Call Trace:"
	} | trouble yes
	for error in "-12 no" "-22 yes"; do
		printf '[    1.0] %s\n' "e2e: allocations fail from here on" \
			"sysctl could not get directory: /net ${error% *}" "Call Trace:" \
			"e2e: allocations fail no more" | trouble "${error#* }"
	done
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
