# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: a name belongs to one family: while a rule of iptables uses it one of
# ip6tables is refused, and the other way round; the kernel's log says why. When no
# rule uses it any more it is free for either. Tables of both families stand side by
# side, and each sees the packets of its own.
source "$(dirname "$0")/life.sh"

IPV6=2001:db8::/32

rule() {
	router "$1" "$2" FORWARD -m traffic --traffic --netbase "$3" --name "$4"
}

topology
rule iptables -A $NETWORK FOUR
rule ip6tables -A $IPV6 SIX
same "families" "$(info FOUR family) $(info SIX family)" "ipv4 ipv6"
same "networks" "$(info FOUR network) $(info SIX network)" "$NETWORK $IPV6"
refused "FOUR: the family differs from the rule that uses this name already" \
	ip6tables -A FORWARD -m traffic --traffic --netbase $IPV6 --name FOUR
refused "SIX: the family differs from the rule that uses this name already" \
	iptables -A FORWARD -m traffic --traffic --netbase $NETWORK --name SIX
blast <<<"inside tcp src=193.11.176.1 dst=8.8.8.8 size=60"
expect_row FOUR 193.11.176.1 0 60 0 60 0 0 0 0
same "rows of SIX" "$(table SIX | wc -l)" 1

say "both wide open: 0.0.0.0/0 and ::/0, and packets of both"
rule iptables -A 0.0.0.0/0 ALL4
rule ip6tables -A ::/0 ALL6
router iptables -A OUTPUT -m traffic --traffic --netbase 0.0.0.0/0 --name ALL4
router ip6tables -A OUTPUT -m traffic --traffic --netbase ::/0 --name ALL6
blast <<<"inside tcp src=193.11.176.1 dst=8.8.8.8 size=60"
router sysctl -q -w net.ipv6.conf.lo.disable_ipv6=0
# Request and reply, 40 + 8 + 100 bytes each.
router ping -6 -q -c 1 -s 100 ::1 >"$work/ping"
expect_row ALL4 193.11.176.1 0 60 0 60 0 0 0 0
expect_row ALL4 8.8.8.8 60 0 60 0 0 0 0 0
same "rows of ALL4" "$(table ALL4 | wc -l)" 3
expect_row ALL6 ::1 296 296 0 0 0 0 296 296
same "rows of ALL6" "$(table ALL6 | wc -l)" 2

say "the name is free for the other family when no rule uses it"
rule iptables -D $NETWORK FOUR
rule ip6tables -A $IPV6 FOUR
same "family" "$(info FOUR family)" ipv6
same "rows" "$(table FOUR | wc -l)" 1
