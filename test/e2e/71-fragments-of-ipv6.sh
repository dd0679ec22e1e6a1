# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv6
# legacy-ipv6: fragments have no transport header
#
# Promise: the first fragment of an IPv6 packet counts and opens like a packet; a
# later one belongs to TCP or UDP if its fragment header names it, is OTHER else,
# has no ports and opens nothing. A packet that defragmentation has joined before
# the rule counts as the one it now is.
. "$(dirname "$0")/lib.sh"

topology
router ip6tables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

say "as they come, later ones first"
blast -n $NETWORK -o "$work/RSN" <<-'END'
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=1448 size=500
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=2896+ size=1496
	inside tcp src=193.11.176.1 dst=8.8.8.8 dport=80 frag=1448 ext=hop,route size=700
	# What looks like a SYN, a header, or an echo request, in the payload.
	inside tcp src=193.11.176.1 dst=8.8.8.8 frag=8 payload=9c40005000000000000000005002ffff00000000
	inside tcp src=193.11.176.1 dst=8.8.8.8 frag=8 ext=frag,dst payload=06000000000000009c40005000000000000000005002ffff00000000
	inside icmp src=193.11.176.1 dst=8.8.8.8 frag=1448 payload=8000000000000000
	inside ip proto=47 src=193.11.176.1 dst=8.8.8.8 frag=8 size=400
	inside ip proto=50 src=193.11.176.1 dst=8.8.8.8 frag=8 size=400
	inside ip proto=59 src=193.11.176.1 dst=8.8.8.8 frag=8 size=400
	# The first.
	inside udp src=193.11.176.2 dst=8.8.8.8 dport=53 frag=0+ size=1496
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=80 frag=0+ ext=hop,frag,dst size=96 flags=S
	inside icmp src=193.11.176.2 dst=8.8.8.8 frag=0+ size=1496
	inside ip proto=47 src=193.11.176.2 dst=8.8.8.8 frag=0+ size=1496
	inside ip proto=50 src=193.11.176.2 dst=8.8.8.8 frag=0+ size=1496
	# Too short for what it begins with.
	inside tcp src=193.11.176.3 dst=8.8.8.8 dport=80 frag=0+ size=64 flags=S
	inside udp src=193.11.176.3 dst=8.8.8.8 dport=80 frag=0+ ext=frag,dst:16 size=56
	# The only one (RFC 6946), and two such headers.
	inside tcp src=193.11.176.4 dst=8.8.8.8 dport=81 frag=0 flags=S
	inside udp src=193.11.176.4 dst=8.8.8.8 dport=81 ext=frag,dst,frag frag=0
END
same_as_sent RSN mangle FORWARD
#                                     TOTAL  TCP  UDP  OTHER
expect_row RSN_packets 193.11.176.1   0 9    0 2  0 2  0 5
# The header that is there in part names UDP all the same.
expect_row RSN_packets 193.11.176.3   0 2    0 1  0 1  0 0
expect_row RSN_ipconn 193.11.176.1
expect_row RSN_ipconn 193.11.176.2    0 5    0 1  0 1  0 1  0 2
expect_row RSN_ipconn 193.11.176.3
expect_row RSN_ipconn 193.11.176.4    0 2    0 1  0 1  0 0  0 0
expect_row RSN_portconn 53            0 1    0 0  0 1  0 0  0 0

say "joined: connection tracking does it for all of a namespace"
router ip6tables -t mangle -F FORWARD
router ip6tables -t filter -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,INVALID,RELATED
router ip6tables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name JOINED
blast <<-'END'
	# UDP of 2904 bytes, in three pieces, the first one last.
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=2896 size=56
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=1448+ size=1496
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=0+ size=1496
	# Behind a header of 8 bytes in each piece: 1484, a header of 16 among them.
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=80 flags=S ext=route,frag,dst:16 frag=0+ size=1496
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=80 ext=route,frag,dst:16 frag=1440 size=100
	# Never whole.
	inside udp src=193.11.176.3 dst=8.8.8.8 dport=53 frag=0+ size=1496
END
#                                        TOTAL   TCP     UDP     OTHER
expect_row JOINED 193.11.176.1           0 2944  0 0     0 2944  0 0
expect_row JOINED_packets 193.11.176.1   0 1     0 0     0 1     0 0
expect_row JOINED 193.11.176.2           0 1532  0 1532  0 0     0 0
expect_row JOINED_ipconn 193.11.176.1    0 1     0 0     0 1     0 0  0 0
expect_row JOINED_ipconn 193.11.176.2    0 1     0 1     0 0     0 0  0 0
expect_keys JOINED 193.11.176.1 193.11.176.2
expect_keys JOINED_portconn 53 80
