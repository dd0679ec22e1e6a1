#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: a packet from inside to outside is OUT of its source, one from
# outside to inside is IN to its destination, one between two addresses inside
# is both, and one between outsiders is nothing. The rule matches exactly those
# that count.
. "$(dirname "$0")/lib.sh"

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# 1: inside to outside
blast <<-'END'
	inside tcp src=193.11.176.1 dst=8.8.8.8 flags=S dport=443 size=100
END
#                                  TOTAL  TCP    UDP  OTHER
expect_row RSN 193.11.176.1        0 100  0 100  0 0  0 0
expect_row RSN_packets 193.11.176.1 0 1   0 1    0 0  0 0
#                                  TOTAL  TCP  UDP  ICMP OTHER
expect_row RSN_ipconn 193.11.176.1 0 1    0 1  0 0  0 0  0 0
expect_row RSN_portconn 443        0 1    0 1  0 0  0 0  0 0
expect_row RSN 8.8.8.8
same "matched" "$(rule_counters mangle FORWARD)" "1 100"

# 2: outside to inside
blast <<-'END'
	outside udp src=8.8.8.8 dst=193.11.176.2 dport=53 size=200
END
expect_row RSN 193.11.176.2        200 0  0 0  200 0  0 0
expect_row RSN_packets 193.11.176.2 1 0   0 0  1 0    0 0
expect_row RSN_ipconn 193.11.176.2 1 0    0 0  1 0  0 0  0 0
expect_row RSN_portconn 53         1 0    0 0  1 0  0 0  0 0
same "matched" "$(rule_counters mangle FORWARD)" "2 300"

# 3: inside to inside
blast <<-'END'
	inside icmp src=193.11.176.3 dst=193.11.191.4 size=84
END
expect_row RSN 193.11.176.3        0 84   0 0  0 0  0 84
expect_row RSN 193.11.191.4        84 0   0 0  0 0  84 0
expect_row RSN_packets 193.11.176.3 0 1   0 0  0 0  0 1
expect_row RSN_packets 193.11.191.4 1 0   0 0  0 0  1 0
expect_row RSN_ipconn 193.11.176.3 0 1    0 0  0 0  0 1  0 0
expect_row RSN_ipconn 193.11.191.4 1 0    0 0  0 0  1 0  0 0
expect_row RSN_portconn 0          1 1    0 0  0 0  1 1  0 0
same "matched" "$(rule_counters mangle FORWARD)" "3 384"

# 4: outside to outside, the network's neighbours among them
blast <<-'END'
	outside tcp src=8.8.8.8 dst=9.9.9.9 flags=S
	outside udp src=193.11.175.255 dst=193.11.192.0
END
same "matched" "$(rule_counters mangle FORWARD)" "3 384"
expect_keys RSN 193.11.176.1 193.11.176.2 193.11.176.3 193.11.191.4
expect_keys RSN_portconn 0 53 443
