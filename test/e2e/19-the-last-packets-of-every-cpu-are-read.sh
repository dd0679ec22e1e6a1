#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: what has been counted is read, to the last packet, whichever CPU
# counted it, however long ago, and whether or not that CPU still runs.
#
# (A CPU posts a packet to its counters a few packets later; whoever reads has
# that done first.)
. "$(dirname "$0")/lib.sh"

CPU=/sys/devices/system/cpu/cpu1/online

sent=0

# "send CPU COUNT": so many packets each way, to and from one address.
send() {
	blast -c "$1" <<-END
		inside  tcp count=$2 src=193.11.176.1 dst=8.8.8.8 flags=A size=1000
		outside udp count=$2 src=8.8.8.8 dst=193.11.176.1 size=100
	END
	sent=$((sent + $2))
}

expect_sent() {
	expect_row RSN 193.11.176.1 $((sent * 100)) $((sent * 1000)) 0 $((sent * 1000)) $((sent * 100)) 0 0 0
	expect_row RSN_packets 193.11.176.1 $sent $sent 0 $sent $sent 0 0 0
}

topology
router iptables -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# Fewer than a journal holds, just as many, and more.
for count in 1 3 4 5 20; do
	send 1 $count
	expect_sent
done

# From both CPUs, read when one of them is gone, and when it is back.
trap 'echo 1 >$CPU; rm -rf "$work"' EXIT
send 0 2
send 1 3
echo 0 >$CPU
expect_sent
echo 1 >$CPU
send 1 2
expect_sent

# What was cleared does not come back.
send 1 3
ip netns exec router tee $TABLES/RSN <<<clear >/dev/null
same "rows after clear" "$(table RSN | tail -n +2 | wc -l)" 0
sent=0
send 0 1
expect_row RSN 193.11.176.1 100 1000 0 1000 100 0 0 0
