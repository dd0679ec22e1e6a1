# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: a flow that was silent for longer than --conntimeout counts anew with
# its next opening packet. A TCP flow is kept by its SYNs alone; one of UDP or
# another protocol by each of its packets.
#
# nft-only: the clock is the same for both flavours
# short: nft-ipv6
. "$(dirname "$0")/lib.sh"

# Seconds; in a slow kernel, more of them.
UNIT=${SLOWNESS:-1}
TIMEOUT=$((8 * UNIT))

# "at TIME" waits until that long after the beginning; a late one would prove
# nothing.
at() {
	until_true 30 has_come "$1"
	say "$1 * $UNIT s"
	! has_come $(($1 + 1)) || die "too late: this machine is too slow"
}

has_come() {
	[ $((${EPOCHREALTIME/./} - began)) -ge $(($1 * UNIT * 1000000)) ]
}

# Flows to port 1 and from 193.11.176.1 are kept, others are left alone; data of
# TCP keeps nothing.
keep() {
	cat <<-'END'
		inside  tcp src=193.11.176.1 dst=8.8.8.8 sport=1000 dport=1 flags=S
		outside udp src=8.8.8.8 dst=193.11.176.1 sport=1 dport=1001
		outside ip  src=8.8.8.8 dst=193.11.176.1 proto=50
		inside  tcp src=193.11.176.2 dst=8.8.8.8 sport=1000 dport=2 flags=A
		outside tcp src=8.8.8.8 dst=193.11.176.2 sport=2 dport=1000 flags=AP
	END
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --conntimeout $TIMEOUT --name RSN
everything=$(cat <<-'END'
	inside tcp src=193.11.176.1-193.11.176.2 dst=8.8.8.8 sport=1000 dport=1-2 flags=S
	inside udp src=193.11.176.1-193.11.176.2 dst=8.8.8.8 sport=1001 dport=1-2
	inside ip  src=193.11.176.1-193.11.176.2 dst=8.8.8.8 proto=50
END
)
blast <<<"$everything"
began=${EPOCHREALTIME/./}
at 5
keep | blast
at 10
blast <<<"$everything"
#                                   TOTAL  TCP  UDP  ICMP OTHER
expect_row RSN_ipconn 193.11.176.1  0 3    0 1  0 1  0 0  0 1
expect_row RSN_ipconn 193.11.176.2  0 6    0 2  0 2  0 0  0 2
expect_row RSN_portconn 1           0 2    0 1  0 1  0 0  0 0
expect_row RSN_portconn 2           0 4    0 2  0 2  0 0  0 0
