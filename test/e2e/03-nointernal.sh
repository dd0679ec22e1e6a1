#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: --nointernal leaves out what passes between two addresses of the
# network; ! --nointernal counts only that. The rule matches, and its tables
# hold, the same packets.
#
# The same packets pass three rules: without the option and with it both ways.
. "$(dirname "$0")/lib.sh"

# One burst of every pair of sides, and connections of every kind.
cat >"$work/bursts" <<-END
	inside  tcp  count=300 src=193.11.176.0/20 dst=8.8.0.0/16 flags=S dport=1~1024 size=$((IP_HEADER + 20))~1500
	outside tcp  count=300 src=8.8.0.0/16 dst=193.11.176.0/20 flags=S dport=1~1024 size=$((IP_HEADER + 20))~1500
	inside  tcp  count=300 src=193.11.176.0~193.11.179.255 dst=193.11.180.0~193.11.191.255 flags=S dport=1~1024 size=$((IP_HEADER + 20))~1500
	inside  udp  count=300 src=193.11.176.0~193.11.176.99 dst=193.11.176.0~193.11.176.99 sport=1~20 dport=1~20
	outside udp  count=300 src=8.8.8.0~8.8.8.99 dst=193.11.176.0~193.11.176.99 sport=1~20 dport=1~20
	inside  icmp count=100 src=193.11.176.0/20 dst=193.11.177.0
	inside  icmp count=100 src=193.11.176.0/20 dst=8.8.8.8
	inside  ip   count=100 src=193.11.176.0~193.11.176.9 dst=193.11.176.0~193.11.176.9 proto=47~50
	outside ip   count=100 src=8.8.8.8 dst=193.11.176.0~193.11.176.9 proto=47~50
	outside tcp  count=100 src=8.8.8.8 dst=9.9.9.9 flags=S
END

with() {
	local mode=$1
	shift

	router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
		--netbase $NETBASE --netmask $NETMASK --name "$mode" "$@"
	blast -s 3 -n $NETWORK -m "$mode" -o "$work/$mode" <"$work/bursts"
	same_as_sent "$mode" mangle FORWARD
	router $IPTABLES -t mangle -F FORWARD
}

topology
with all
with nointernal --nointernal
with onlyinternal ! --nointernal

# All packets that belong are in exactly one of the two.
read -r all _ <"$work/all_rule"
read -r without _ <"$work/nointernal_rule"
read -r only _ <"$work/onlyinternal_rule"
same "parts of the whole" $((without + only)) "$all"
