# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
#
# Promise: later fragments, and packets whose transport header is cut short,
# count as traffic of their protocol like all others, but have no ports and open
# nothing. The first fragment opens. IP options change none of this.
. "$(dirname "$0")/lib.sh"

topology
router iptables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

say "fragments"
blast <<-'END'
	# Later ones first.
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=1480 size=500
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=2960+ size=1500
	inside tcp src=193.11.176.1 dst=8.8.8.8 dport=80 frag=1480 size=700
	# What looks like a SYN, in the payload.
	inside tcp src=193.11.176.1 dst=8.8.8.8 frag=8 payload=9c40005000000000000000005002ffff00000000
	inside icmp src=193.11.176.1 dst=8.8.8.8 frag=1480 payload=0800000000000000
	inside ip proto=47 src=193.11.176.1 dst=8.8.8.8 frag=8 size=400
END
#                                    TOTAL   TCP    UDP     OTHER
expect_row RSN 193.11.176.1          0 3168  0 740  0 2000  0 428
expect_row RSN_packets 193.11.176.1  0 6     0 2    0 2     0 2
expect_row RSN_ipconn 193.11.176.1
same "ports" "$(table RSN_portconn | wc -l)" 1
blast <<-'END'
	inside udp src=193.11.176.1 dst=8.8.8.8 dport=53 frag=0+ size=1500
	inside tcp src=193.11.176.1 dst=8.8.8.8 dport=80 frag=0+ size=60 flags=S
	inside icmp src=193.11.176.1 dst=8.8.8.8 frag=0+ size=1500
	inside ip proto=47 src=193.11.176.1 dst=8.8.8.8 frag=0+ size=1500
END
expect_row RSN_ipconn 193.11.176.1   0 4  0 1  0 1  0 1  0 1
expect_row RSN_portconn 0            0 2  0 0  0 0  0 1  0 1
expect_row RSN_portconn 53           0 1  0 0  0 1  0 0  0 0
expect_row RSN_portconn 80           0 1  0 1  0 0  0 0  0 0

say "cut short, by every length there is"
blast <<-'END'
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=81 flags=S size=20-39
	inside udp src=193.11.176.2 dst=8.8.8.8 dport=54 size=20-27
	inside icmp src=193.11.176.2 dst=8.8.8.8 size=20-27
	# Headers that claim to be longer than the packet, or shorter than they are.
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=81 flags=S doff=6-15
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=81 flags=S doff=0-4
END
#                                    TOTAL   TCP    UDP    OTHER
expect_row RSN 193.11.176.2          0 1566  0 1190  0 188  0 188
expect_row RSN_packets 193.11.176.2  0 51    0 35   0 8    0 8
expect_row RSN_ipconn 193.11.176.2
blast <<-'END'
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=81 flags=S size=40
	inside udp src=193.11.176.2 dst=8.8.8.8 dport=54 size=28
	inside icmp src=193.11.176.2 dst=8.8.8.8 size=28
	inside tcp src=193.11.176.2 dst=8.8.8.8 dport=82 flags=S doff=15 size=80
END
#                                    TOTAL  TCP  UDP  ICMP OTHER
expect_row RSN_ipconn 193.11.176.2   0 4    0 2  0 1  0 1  0 0
expect_row RSN_portconn 54           0 1    0 0  0 1  0 0  0 0
expect_row RSN_portconn 81           0 1    0 1  0 0  0 0  0 0
# The TCP header of 60 bytes.
expect_row RSN_portconn 82           0 1    0 1  0 0  0 0  0 0

say "IP options, of every length, in front of whole headers and of cut ones"
blast <<-'END'
	inside tcp src=193.11.176.3 dst=8.8.8.8 sport=1000-1010 dport=1000-1010 flags=S options=0-10
	inside udp src=193.11.176.3 dst=8.8.8.8 sport=2000-2010 dport=2000-2010 options=0-10
	inside icmp src=193.11.176.3 dst=8.8.8.8 options=0-10
	inside tcp src=193.11.176.3 dst=8.8.8.8 sport=3000 dport=3000 flags=S options=10 size=79
	inside udp src=193.11.176.3 dst=8.8.8.8 sport=3000 dport=3000 options=1 size=31
END
#                                    TOTAL   TCP    UDP    OTHER
expect_row RSN 193.11.176.3          0 1826  0 739  0 559  0 528
expect_row RSN_packets 193.11.176.3  0 35    0 12   0 12   0 11
#                                    TOTAL   TCP   UDP   ICMP  OTHER
expect_row RSN_ipconn 193.11.176.3   0 33    0 11  0 11  0 11  0 0
expect_row RSN_portconn 1010         0 1     0 1   0 0   0 0   0 0
expect_row RSN_portconn 2010         0 1     0 0   0 1   0 0   0 0
expect_row RSN_portconn 3000
