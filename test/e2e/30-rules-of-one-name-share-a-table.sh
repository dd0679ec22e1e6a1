# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv4
#
# Rules that give the same name and the same options count into one table. So
# rules that see different packets (INPUT and OUTPUT; FORWARD of one protocol
# and of another) count each of them once, and a packet that passes two rules
# of a name is counted twice. The table stays for the others when one goes.
source "$(dirname "$0")/life.sh"

has_rules() {
	[ "$(info "$1" rules)" = "$2" ]
}

packets() {
	blast <<-END
		inside  icmp count=3 src=193.11.176.1 dst=10.255.1.1 type=0 size=100
		router  icmp count=2 src=10.255.1.1 dst=193.11.176.1 type=0 size=50
		inside  tcp  count=5 src=193.11.176.1 dst=198.51.100.1 size=60
		outside udp  count=4 src=198.51.100.1 dst=193.11.176.1 size=70
	END
}

share="-m traffic --traffic --netbase $NETBASE --netmask $NETMASK --name"
topology
router $IPTABLES-restore <<-END
	*mangle
	-A INPUT $share ONCE
	-A OUTPUT $share ONCE
	-A FORWARD -p tcp $share ONCE
	-A FORWARD -p udp $share ONCE
	-A FORWARD $share TWICE
	COMMIT
	*filter
	-A FORWARD $share TWICE
	COMMIT
END
same "rules of ONCE" "$(info ONCE rules)" 4
same "rules of TWICE" "$(info TWICE rules)" 2

packets
expect_row ONCE 193.11.176.1 380 600 0 300 280 0 100 300
expect_row ONCE_packets 193.11.176.1 6 8 0 5 4 0 2 3
expect_row TWICE 193.11.176.1 560 600 0 600 560 0 0 0
expect_row TWICE_packets 193.11.176.1 8 10 0 10 8 0 0 0

say "one rule of each goes: what the others see is counted"
# shellcheck disable=SC2086 # words
router $IPTABLES -t mangle -D FORWARD -p udp $share ONCE
# shellcheck disable=SC2086 # words
router $IPTABLES -t filter -D FORWARD $share TWICE
until_true 10 has_rules ONCE 3
until_true 10 has_rules TWICE 1
packets
expect_row ONCE 193.11.176.1 480 1200 0 600 280 0 200 600
expect_row TWICE 193.11.176.1 840 900 0 900 840 0 0 0
