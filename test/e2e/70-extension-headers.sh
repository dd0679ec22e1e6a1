# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv6
# legacy-ipv6: the match gets no transport offset
#
# Promise: an IPv6 packet belongs to the upper-layer protocol behind its
# extension headers, whichever, in whatever order and however many there are, up
# to 32 of them; what a longer chain, or one that is cut short, does not name is
# OTHER and opens nothing. Bytes are all that is behind the IPv6 header, and that.
. "$(dirname "$0")/lib.sh"

# "counted NAME <BURSTS": in a table of its own.
counted() {
	say "$1"
	router ip6tables -t mangle -F FORWARD
	router ip6tables -t mangle -A FORWARD -m traffic --traffic --portconn --ipconn \
		--netbase $NETBASE --netmask $NETMASK --name "$1"
	blast -s 70 -n $NETWORK -o "$work/$1"
	same_as_sent "$1" mangle FORWARD
}

# Every order of these, in front of all that opens connections.
orders() {
	local a b c n=0

	for a in route dst ah frag; do
		for b in hop route dst ah; do
			for c in dst frag ah route; do
				n=$((n + 1))
				echo "inside tcp src=193.11.176.1 dst=8.8.8.8 ext=$a,$b,$c dport=$n flags=S"
				echo "inside udp src=193.11.176.1 dst=8.8.8.8 ext=hop,$a:16,$b:24,$c dport=$n" |
					sed 's/frag:[0-9]*/frag/'
			done
		done
	done
}

topology
orders | counted orders
#                                       TOTAL  TCP   UDP   ICMP OTHER
expect_row orders_ipconn 193.11.176.1   0 128  0 64  0 64  0 0  0 0

counted lengths <<-END
	$(for length in 8 16 24 64 256 1024; do
		echo "inside udp src=193.11.176.1 dst=8.8.8.8 ext=dst:$length dport=$length"
		echo "outside tcp src=8.8.8.8 dst=193.11.176.2 ext=hop,route:$length dport=$length flags=S"
	done)
	inside udp src=193.11.176.3 dst=8.8.8.8 ext=ah:12,ah:16,ah:24,ah:1020 size=1300
	inside icmp src=193.11.176.3 dst=8.8.8.8 ext=hop:264
END
expect_row lengths_packets 193.11.176.1  0 6     0 0  0 6     0 0
#                                        6 times 48, and 8 to 1024
expect_row lengths 193.11.176.1          0 1680  0 0  0 1680  0 0
expect_row lengths_ipconn 193.11.176.3   0 2     0 0  0 1     0 1  0 0

# Link MTU: 1500.
counted numbers <<-'END'
	inside tcp src=193.11.176.1 dst=8.8.8.8 ext=dst*31 flags=S dport=31
	inside tcp src=193.11.176.1 dst=8.8.8.8 ext=dst*32 flags=S dport=32
	inside udp src=193.11.176.1 dst=8.8.8.8 ext=route*16,dst*16 dport=32
	inside icmp src=193.11.176.1 dst=8.8.8.8 ext=hop,dst*31
	inside ip  src=193.11.176.1 dst=8.8.8.8 ext=hop,dst*31 proto=47
	inside tcp src=193.11.176.2 dst=8.8.8.8 ext=dst*33 flags=S dport=33
	inside udp src=193.11.176.2 dst=8.8.8.8 ext=route*16,dst*17 dport=33
	inside icmp src=193.11.176.2 dst=8.8.8.8 ext=hop,dst*32
	inside ip  src=193.11.176.2 dst=8.8.8.8 ext=dst*33 proto=47
	inside udp src=193.11.176.2 dst=8.8.8.8 ext=dst*64 dport=64
END
#                                         TOTAL  TCP  UDP  OTHER
expect_row numbers_packets 193.11.176.1   0 5    0 2  0 1  0 2
expect_row numbers_packets 193.11.176.2   0 5    0 0  0 0  0 5
expect_row numbers_ipconn 193.11.176.1    0 5    0 2  0 1  0 1  0 1
expect_row numbers_ipconn 193.11.176.2

# A chain that ends, or does not, in something else than TCP, UDP or ICMPv6.
counted others <<-'END'
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=50 payload=0102030405060708 count=3
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=50 ext=dst payload=0102030405060708
	inside ip src=193.11.176.1 dst=8.8.8.9 proto=59 count=2
	inside ip src=193.11.176.1 dst=8.8.8.9 proto=59 ext=hop,dst payload=9c400050
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=135 payload=3b00000000000000 count=2
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=139 payload=3b00000000000000
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=140 payload=3b00000000000000
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=4
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=41
	# Of IPv4, here a protocol like others.
	inside ip src=193.11.176.1 dst=8.8.8.8 proto=1 payload=0800000000000000 count=3
	# What is not encrypted behind AH is seen, as all that is in front.
	inside tcp src=193.11.176.2 dst=8.8.8.8 ext=ah:24 flags=S
	inside udp src=193.11.176.2 dst=8.8.8.8 ext=hop,ah:24,dst
	inside ip  src=193.11.176.2 dst=8.8.8.8 ext=ah:24 proto=50 payload=0102030405060708
END
expect_row others_ipconn 193.11.176.1     0 8    0 0  0 0  0 0  0 8
expect_row others_ipconn 193.11.176.2     0 3    0 1  0 1  0 0  0 1
expect_row others_portconn 0              0 9    0 0  0 0  0 0  0 9

# Chains and headers cut short at every byte; they would open all that they are
# too short for.
counted short <<-'END'
	inside tcp src=193.11.176.1 dst=8.8.8.8 sport=1000-1099 dport=1000-1099 flags=S ext=dst:24,route,ah:24,dst*3 size=40-139
	inside udp src=193.11.176.2 dst=8.8.8.8 dport=54 size=40-47
	inside icmp src=193.11.176.2 dst=8.8.8.8 size=40-47
	inside udp src=193.11.176.2 dst=8.8.8.8 dport=54 ext=dst:16 size=40-63
	inside icmp src=193.11.176.2 dst=8.8.8.8 ext=frag size=40-55
	inside ip proto=47 src=193.11.176.3 dst=8.8.8.8-8.8.8.55 ext=dst,frag,ah:40 size=40-95
	# Headers of TCP that claim to be longer than the packet, or shorter than they are.
	inside tcp src=193.11.176.4 dst=8.8.8.8 sport=1-10 flags=S ext=dst doff=6-15
	inside tcp src=193.11.176.4 dst=8.8.8.8 sport=1-5 flags=S ext=dst doff=0-4
END
# The last header names TCP in its first two bytes, the 74th of 100.
expect_row short_packets 193.11.176.1     0 100  0 26  0 0   0 74
expect_row short_packets 193.11.176.2     0 56   0 0   0 30  0 26
expect_row short_ipconn 193.11.176.1
expect_row short_ipconn 193.11.176.2
expect_row short_ipconn 193.11.176.3
expect_row short_ipconn 193.11.176.4
