# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: a packet that the stack has merged (GRO) or has yet to split (GSO,
# TSO) counts as the packets that cross the wire, each with its own headers:
# TCP, UDP, and TCP in IP tunnels.
#
# The links of the hosts leave packets merged, or the router merges what it
# receives; where the router sends, they are split. Truth is what the next hop
# receives. The rule's own counter has to show fewer packets than that, or else
# nothing was merged and nothing was tried.
#
# bound: 240
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/arrivals.sh"

# "merged WHAT COMMAND...": what it sends is merged at the rule, and counted
# as it arrives.
sent=0
matched=0
merging=1
merged() {
	local matched_before=$matched sent_before=$sent
	local in out

	say "$1"
	"${@:2}"
	until_true 10 quiet
	expect_arrivals RSN 193.11.176.1
	read -r in out _ <"$work/arrivals"
	sent=$((in + out))
	matched=$(rule_counters mangle FORWARD)
	matched=${matched% *}
	say "$1: $((matched - matched_before)) packets at the rule, $((sent - sent_before)) on the wire"
	[ $(((matched - matched_before) * 4)) -lt $(((sent - sent_before) * 3)) ] ||
		[ $merging = 0 ] || die "$1: hardly anything was merged"
}

# "merging_needs NAMESPACE DEVICE FEATURE": without it what follows is sent as
# well, but nothing can be merged.
merging_needs() {
	merging=0
	if ip netns exec "$1" ethtool -k "$2" | grep "^$3:" | grep -q -v -F '[fixed]'; then
		merging=1
	else
		without "$3"
	fi
}

# "both_talk INSIDE OUTSIDE": a connection from inside, and one from outside.
both_talk() {
	talk "inside,$1" "outside,$2" 80 1 400000 700000
	talk "outside,$2" "inside,$1" 80 1 500000 300000
}

datagrams() {
	inside /usr/bin/python3 - "$(address 193.11.176.1)" "$(address 9.9.9.9)" <<-'END'
		import socket, sys

		UDP_SEGMENT = 103
		family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
		most = 1500 - 8 - (40 if family == socket.AF_INET6 else 20)
		# A last one that is full, one that is shorter, and a single one.
		for length, size in (40000, 1000), (40001, most), (5 * 700 + 1, 700), (900, 1000):
		    s = socket.socket(family, socket.SOCK_DGRAM)
		    s.bind((sys.argv[1], 40000))
		    s.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
		    s.sendto(bytes(length), (sys.argv[2], 9))
	END
}

# "tunnel KIND [OPTION...]": links "tunnel" between the hosts, 10.9.0.1 and .2.
tunnel() {
	ip -n inside link del tunnel 2>/dev/null || true
	ip -n outside link del tunnel 2>/dev/null || true
	ip -n inside link add tunnel type "$@" \
		local "$(address 193.11.176.1)" remote "$(address 8.8.8.8)"
	ip -n outside link add tunnel type "$@" \
		local "$(address 8.8.8.8)" remote "$(address 193.11.176.1)"
	ip -n inside address add "$(network 10.9.0.1/30)" dev tunnel
	ip -n outside address add "$(network 10.9.0.2/30)" dev tunnel
	ip -n inside link set tunnel up
	ip -n outside link set tunnel up
}

# Nothing in front of the inner header that would not be there without.
case $FAMILY in
ipv4) IP_IN_IP=(ipip) IP_IN_GRE=(gre) ;;
ipv6) IP_IN_IP=(ip6tnl mode ip6ip6 encaplimit none) IP_IN_GRE=(ip6gre encaplimit none) ;;
esac

topology
inside_host 193.11.176.1
outside_host 8.8.8.8
count_arrivals 193.11.176.1
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --conntimeout 3600 --name RSN
# What the router sends is split.
router ethtool -K in tx-udp-segmentation off
router ethtool -K out tx-udp-segmentation off

say "packets that are sent merged, and stay so"
inside ethtool -K eth0 gso on tso on
outside ethtool -K eth0 gso on tso on
merged "TCP by TSO" both_talk 193.11.176.1 8.8.8.8
merging_needs inside eth0 tx-udp-segmentation
merged "UDP by GSO" datagrams
merging=1
tunnel "${IP_IN_IP[@]}"
merged "TCP in IPIP by TSO" both_talk 10.9.0.1 10.9.0.2
tunnel "${IP_IN_GRE[@]}"
merged "TCP in GRE by TSO" both_talk 10.9.0.1 10.9.0.2

say "packets that the router merges as it receives them"
inside ethtool -K eth0 tso off tx-udp-segmentation off
outside ethtool -K eth0 tso off tx-udp-segmentation off
router ethtool -K in gro on
router ethtool -K out gro on
# A veth has GRO of its own from Linux 5.13 on; what came just before tells.
merging_needs router in rx-udp-gro-forwarding
merged "TCP in GRE by GRO" both_talk 10.9.0.1 10.9.0.2
tunnel "${IP_IN_IP[@]}"
merged "TCP in IPIP by GRO" both_talk 10.9.0.1 10.9.0.2
merged "TCP by GRO" both_talk 193.11.176.1 8.8.8.8

for device in in out; do
	router ethtool -K $device rx-udp-gro-forwarding on || [ $merging = 0 ]
done
merged "UDP by GRO" datagrams
for device in in out; do
	router ethtool -K $device rx-udp-gro-forwarding off rx-gro-list on ||
		[ $merging = 0 ]
done
merged "UDP by GRO, into lists of fragments" datagrams
merged "TCP by GRO, into lists of fragments" both_talk 193.11.176.1 8.8.8.8

# A connection is one, however its packets travel: one each way for every
# "talk" without a tunnel, a pair of ports of UDP, and the two kinds of tunnel.
expect_row RSN_ipconn 193.11.176.1 3 6  3 3  0 1  0 0  0 2
