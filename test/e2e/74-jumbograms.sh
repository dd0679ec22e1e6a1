# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv6
#
# Promise: a jumbogram (RFC 2675), whose IPv6 header has no length, counts in full,
# with the hop-by-hop header that tells it.
#
# The loopback link is the only one that carries them, and only from a packet
# socket: Linux sends none itself. That takes no more than 17 pages (6.1).
. "$(dirname "$0")/lib.sh"

topology
ip -n router link set lo mtu 120000
ip -n router address add "$(network 193.11.176.1/32)" dev lo
router ip6tables-restore <<-END
	*mangle
	-A PREROUTING -m traffic --traffic --portconn --ipconn --netbase $NETWORK --name RSN
	-A INPUT -m traffic --traffic --portconn --ipconn --netbase $NETWORK --name ARRIVED
	-A INPUT -d $(address 193.11.176.1) -j DROP
	COMMIT
END
blast -n $NETWORK -o "$work/RSN" -l lo=router,lo,00:00:00:00:00:00 <<-'END'
	lo udp src=8.8.8.8 dst=193.11.176.1 ext=jumbo size=65576 dport=53
	lo udp src=8.8.8.8 dst=193.11.176.1 ext=jumbo size=68000 dport=53
	lo tcp src=8.8.8.8 dst=193.11.176.1 ext=jumbo,dst:64 size=69000 flags=S
	lo icmp src=8.8.8.8 dst=193.11.176.1 ext=jumbo size=66001
	lo udp src=8.8.8.8 dst=193.11.176.1 ext=hop size=65535 dport=54
END
same_as_sent RSN mangle PREROUTING
#                                 TOTAL     TCP       UDP       OTHER
expect_row RSN 193.11.176.1       334112 0  69000 0  199111 0  66001 0
for file in "" _packets _ipconn _portconn; do
	same_table "ARRIVED$file" "$work/RSN$file"
done
same "matched as they arrive" "$(rule_counters mangle INPUT)" "$(<"$work/RSN_rule")"
