# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv6
#
# Promise: ICMPv6 is OTHER in the traffic table. Of all its messages only an echo
# request opens a connection, each by itself, under port 0: no error, no reply,
# nothing of neighbour discovery or of multicast groups.
. "$(dirname "$0")/lib.sh"

topology
router ip6tables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN
blast -n $NETWORK -o "$work/RSN" <<-'END'
	# Every type, then what is usual, with what it carries.
	inside  icmp src=193.11.176.1 dst=8.8.8.8 type=0-255
	inside  icmp src=193.11.176.2 dst=8.8.8.8 size=104 count=50
	outside icmp src=8.8.8.8 dst=193.11.176.2 type=129 size=104 count=50
	outside icmp src=8.8.8.8 dst=193.11.176.2 type=128 code=0-3
	outside icmp src=9.9.9.9 dst=193.11.176.3 type=1-4 size=1280 count=40
	inside  icmp src=193.11.176.4 dst=193.11.176.5 type=133-137 ttl=255
	inside  icmp src=193.11.176.4 dst=193.11.176.5 type=130-132
	inside  icmp src=193.11.176.4 dst=193.11.176.5 type=143 ext=hop
	inside  icmp src=193.11.176.4 dst=193.11.176.5 type=128
END
same_as_sent RSN mangle FORWARD
#                                    TOTAL  TCP  UDP  ICMP   OTHER
expect_row RSN_ipconn 193.11.176.1   0 1    0 0  0 0  0 1    0 0
expect_row RSN_ipconn 193.11.176.2   4 50   0 0  0 0  4 50   0 0
expect_row RSN_ipconn 193.11.176.3
expect_row RSN_ipconn 193.11.176.4   0 1    0 0  0 0  0 1    0 0
expect_row RSN_portconn 0            5 52   0 0  0 0  5 52   0 0
expect_row RSN 193.11.176.2          5392 5200  0 0  0 0  5392 5200
