# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# several-cpus: two of them meet one new flow
#
# Promise: UDP counts a connection for the first datagram between two
# address-port pairs, in either direction; other protocols for the first packet
# between two addresses of one protocol. A request and its reply that arrive at
# once on two CPUs open one connection, not two.
. "$(dirname "$0")/lib.sh"

FLOWS=5000

# "side CPU": sends in step with the other.
side() {
	"${BLAST[@]}" -c "$1" -y "$work/steps" -l inside=inside,eth0,$MAC_ROUTER_IN \
		-l outside=outside,eth0,$MAC_ROUTER_OUT >/dev/null
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --portconn --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

say "queries and answers"
blast <<-'END'
	inside  udp src=193.11.176.1 dst=8.8.8.8 sport=1000-1009 dport=53
	outside udp src=8.8.8.8 dst=193.11.176.1 sport=53 dport=1000-1009
	inside  udp src=193.11.176.1 dst=8.8.8.8 sport=1000-1009 dport=53
	outside udp src=8.8.8.8 dst=193.11.176.1 sport=5353 dport=99 count=7
	inside  udp src=193.11.176.1 dst=8.8.8.8 sport=99 dport=5353 count=7
END
#                                       TOTAL  TCP  UDP   ICMP OTHER
expect_row RSN_ipconn 193.11.176.1      1 10   0 0  1 10  0 0  0 0
expect_row RSN_portconn 53              0 10   0 0  0 10  0 0  0 0
expect_row RSN_portconn 99              1 0    0 0  1 0   0 0  0 0
expect_keys RSN_portconn 53 99

say "other protocols: one a pair of addresses and protocol, under port 0"
# The last is no extension header in either family.
blast <<-END
	inside  ip proto=47 src=193.11.176.2 dst=8.8.8.8 size=100 count=9
	outside ip proto=47 src=8.8.8.8 dst=193.11.176.2 size=100 count=9
	inside  ip proto=47 src=193.11.176.2 dst=8.8.8.9 size=100 count=9
	outside ip proto=50 src=8.8.8.8 dst=193.11.176.2 size=100 count=9
	inside  ip proto=50 src=193.11.176.2 dst=8.8.8.8 size=100 count=9
	inside  ip proto=132 src=193.11.176.2 dst=8.8.8.8 size=$IP_HEADER
	inside  ip proto=255 src=193.11.176.2 dst=8.8.8.8 size=$IP_HEADER
	inside  ip proto=138 src=193.11.176.2 dst=8.8.8.8 size=$IP_HEADER
END
expect_row RSN_ipconn 193.11.176.2      1 5    0 0  0 0   0 0  1 5
expect_row RSN_portconn 0               1 5    0 0  0 0   0 0  1 5

say "$FLOWS requests and replies, each pair at once"
side 0 <<-END &
	inside  udp count=$FLOWS src=193.11.177.1 dst=8.8.8.8 sport=10000-14999 dport=53
	inside  ip  count=190 proto=61-250 src=193.11.177.3 dst=8.8.8.8
END
side 1 <<-END
	outside udp count=$FLOWS src=8.8.8.8 dst=193.11.177.1 sport=53 dport=10000-14999
	outside ip  count=190 proto=61-250 src=8.8.8.8 dst=193.11.177.3
END
wait $!
until_true 20 backlogs_are_empty

row RSN_ipconn 193.11.177.1 >"$work/udp"
read -r in out _ <"$work/udp"
say "opened by the reply: $in, by the request: $out"
same "connections of UDP" $((in + out)) $FLOWS
[ $((in * out)) -gt 0 ] || die "always the same was first: they did not arrive at once"
