# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# several-cpus: what arrives is steered to one, while others send
#
# Promise: a rule counts what the host itself sends (OUTPUT) and receives
# (INPUT), exactly, also when a packet arrives while the same CPU is in the
# middle of counting one that a process sends, and while other CPUs count for
# the same address.
#
# One rule in a chain of its own, reached from OUTPUT and INPUT. Processes send
# on both CPUs; all that arrives is steered to CPU 0 by an interrupt, or stays on
# the CPU that sent it.
. "$(dirname "$0")/lib.sh"

COUNT=15000

# "sender CPU LINK BURST..."
sender() {
	"${BLAST[@]}" -c "$1" -l outside=outside,eth0,$MAC_ROUTER_OUT -l router=router >/dev/null <<-END
		$2 udp count=$COUNT ${@:3}
	END
}

# How often CPUs were interrupted by another one's packets, in all.
steered() {
	local sum=0
	local -a numbers

	while read -r -a numbers; do
		sum=$((sum + 16#${numbers[9]}))
	done </proc/net/softnet_stat
	echo $sum
}

all_at_once() {
	local pids=() pid
	local before

	before=$(received out)
	sender 0 router src=193.11.176.1 dst=8.8.8.8 size=100 &
	pids+=($!)
	sender 1 router src=193.11.176.1 dst=8.8.8.8 size=101 &
	pids+=($!)
	sender 0 outside src=8.8.8.8 sport=80 dst=193.11.176.1 dport=40000 size=1000 &
	pids+=($!)
	sender 1 outside src=8.8.8.8 sport=80 dst=193.11.176.1 dport=40000 size=1001 &
	pids+=($!)
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	until_true 20 has_received out $((before + 2 * COUNT))
	until_true 20 backlogs_are_empty
}

topology
router ip address add "$(network 193.11.176.1/32)" dev lo
router $IPTABLES-restore <<-END
	*mangle
	:ACCOUNT - [0:0]
	-A OUTPUT -j ACCOUNT
	-A INPUT -j ACCOUNT
	-A ACCOUNT -m traffic --traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name RSN
	-A INPUT -d $(address 193.11.176.1) -j DROP
	COMMIT
END

say "each CPU for itself"
all_at_once
#                                     TOTAL           TCP  UDP             OTHER
expect_row RSN_packets 193.11.176.1   30000 30000     0 0  30000 30000     0 0
expect_row RSN 193.11.176.1           30015000 3015000 0 0 30015000 3015000 0 0
same "the rule's own counters" "$(rule_counters mangle ACCOUNT)" "60000 33030000"

say "what arrives interrupts CPU 0"
ip netns exec router sh -c 'echo 1 >/sys/class/net/out/queues/rx-0/rps_cpus'
steered_before=$(steered)
all_at_once
steered=$(($(steered) - steered_before))
say "interrupts: $steered"
if [ $steered -le 100 ]; then
	if pgrep -x backlog_napi/0 >/dev/null; then
		# PREEMPT_RT, since 6.10
		without "an interrupt, as a thread of CPU 0 takes what arrives"
	elif [ "${SLOWNESS:-1}" -gt 2 ]; then
		without "an interrupt, as CPU 0 was at the ones when the next ones came"
	else
		die "nothing was steered to CPU 0"
	fi
fi
expect_row RSN_packets 193.11.176.1   60000 60000     0 0  60000 60000     0 0
expect_row RSN 193.11.176.1           60030000 6030000 0 0 60030000 6030000 0 0
same "the rule's own counters" "$(rule_counters mangle ACCOUNT)" "120000 66060000"

# All of them between the same two ports: one connection, opened by whoever was
# first.
row RSN_ipconn 193.11.176.1 | awk '$1 + $2 != 1 { exit 1 }' || die "more than one connection"
