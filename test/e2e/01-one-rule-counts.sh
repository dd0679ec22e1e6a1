#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: the rule gets in another way, and packets to the match
#
# Promise: one rule with --traffic counts the bytes and packets of every
# address of the network, in and out, by TCP, UDP and OTHER, exactly. Bytes are
# IP bytes, headers included.
#
# Told by three that know nothing of each other: what was sent, the rule's own
# counters, and nft sets on the same hook. The packets are a random mix (always
# the same one), short and long, of all protocols, fragments among them.
. "$(dirname "$0")/lib.sh"

case $FAMILY in
ipv4) PROTOCOLS="proto=0~255" OPTIONS="options=1~10" ;;
# Not those of extension headers, which nft follows otherwise.
ipv6) PROTOCOLS="proto=61~134" OPTIONS="ext=hop,dst:24" ;;
esac
# Of IP and UDP.
UDP=$((IP_HEADER + 8))

topology
addresses 193.11.176.0 4096 | witness
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --name RSN

blast -s 1 -n $NETWORK -o "$work/RSN" <<-END
	# The first and the last address, by hand.
	inside  tcp  src=193.11.176.0 dst=8.8.8.8 flags=S
	outside tcp  src=8.8.8.8 dst=193.11.176.0 flags=SA size=1500
	inside  udp  src=193.11.191.255 dst=8.8.8.8 size=$UDP
	outside icmp src=8.8.8.8 dst=193.11.191.255 type=0
	# Every address of the network sends one packet and gets another.
	inside  udp  src=193.11.176.0/20 dst=9.9.9.9 dport=53 size=60
	outside tcp  src=9.9.9.9 dst=193.11.176.0/20 flags=A size=1400
	# A mix.
	inside  tcp  count=3000 src=193.11.176.0~193.11.191.255 dst=8.0.0.0~9.255.255.255 sport=0~65535 dport=0~65535 size=$((IP_HEADER + 20))~1500
	outside tcp  count=3000 src=8.0.0.0~9.255.255.255 dst=193.11.176.0~193.11.191.255 sport=0~65535 dport=0~65535 size=$((IP_HEADER + 20))~1500
	inside  udp  count=1500 src=193.11.176.0~193.11.191.255 dst=8.0.0.0~9.255.255.255 sport=0~65535 dport=0~65535 size=$UDP~1500
	outside icmp count=500 src=8.0.0.0~9.255.255.255 dst=193.11.176.0~193.11.191.255 type=0~18 size=$UDP~1500
	outside ip   count=1000 $PROTOCOLS src=8.0.0.0~9.255.255.255 dst=193.11.176.0~193.11.191.255 size=$IP_HEADER~1500
	# Fragments and packets with IP options, or extension headers.
	inside  udp  count=200 src=193.11.176.0~193.11.176.9 dst=8.8.8.8 frag=0+ size=1500
	inside  udp  count=200 src=193.11.176.0~193.11.176.9 dst=8.8.8.8 frag=1480 size=$((IP_HEADER + 8))~1500
	outside tcp  count=200 src=8.8.8.8 dst=193.11.176.0~193.11.176.9 $OPTIONS size=$((IP_HEADER + 60))~1500
	# Between outsiders: passes the rule, and is nobody's.
	outside udp  count=100 src=8.8.8.8 dst=9.9.9.9
END

same_table RSN "$work/RSN"
same_table RSN_packets "$work/RSN_packets"
same "the rule's own counters" "$(rule_counters mangle FORWARD)" "$(<"$work/RSN_rule")"
witness_tables "$work/seen"
same_table RSN "$work/seen"
same_table RSN_packets "$work/seen_packets"
