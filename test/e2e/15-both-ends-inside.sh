# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: a connection between two addresses inside is OUT for the one and IN
# for the other, and adds one IN and one OUT to its port. Under --nointernal it
# is nothing, not even remembered; under ! --nointernal nothing else is.
. "$(dirname "$0")/lib.sh"

topology
router $IPTABLES-restore <<-END
	*mangle
	-A FORWARD -m traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name ALL
	-A FORWARD -m traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --nointernal --name OUTER
	-A FORWARD -m traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK ! --nointernal --name INNER
	COMMIT
END
blast <<-'END'
	inside  tcp  src=193.11.176.1 dst=193.11.191.2 sport=1000 dport=22 flags=S
	inside  tcp  src=193.11.191.2 dst=193.11.176.1 sport=22 dport=1000 flags=SA
	inside  udp  src=193.11.191.2 dst=193.11.176.1 sport=1000 dport=53
	inside  udp  src=193.11.176.1 dst=193.11.191.2 sport=53 dport=1000
	inside  icmp src=193.11.176.1 dst=193.11.191.2
	inside  ip   src=193.11.176.1 dst=193.11.191.2 proto=47
	# To itself: it stands on both sides.
	inside  udp  src=193.11.176.5 dst=193.11.176.5 sport=53 dport=53
	# And to outside.
	inside  tcp  src=193.11.176.1 dst=8.8.8.8 sport=1000 dport=22 flags=S
	outside udp  src=8.8.8.8 dst=193.11.176.1 sport=1000 dport=53
END
#                                     TOTAL  TCP  UDP  ICMP OTHER
expect_row ALL_ipconn 193.11.176.1    2 4    0 2  2 0  0 1  0 1
expect_row ALL_ipconn 193.11.191.2    3 1    1 0  0 1  1 0  1 0
expect_row ALL_ipconn 193.11.176.5    1 1    0 0  1 1  0 0  0 0
expect_row ALL_portconn 0             2 2    0 0  0 0  1 1  1 1
expect_row ALL_portconn 22            1 2    1 2  0 0  0 0  0 0
expect_row ALL_portconn 53            3 2    0 0  3 2  0 0  0 0

expect_row INNER_ipconn 193.11.176.1  1 3    0 1  1 0  0 1  0 1
expect_row INNER_portconn 22          1 1    1 1  0 0  0 0  0 0
expect_row INNER_portconn 53          2 2    0 0  2 2  0 0  0 0
expect_row INNER_portconn 0           2 2    0 0  0 0  1 1  1 1

expect_row OUTER_ipconn 193.11.176.1  1 1    0 1  1 0  0 0  0 0
expect_row OUTER_ipconn 193.11.191.2
expect_row OUTER_portconn 22          0 1    0 1  0 0  0 0  0 0
expect_row OUTER_portconn 53          1 0    0 0  1 0  0 0  0 0
expect_keys OUTER_portconn 22 53
