# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: the table is another module's
# needs-patched-iptables: it knows the chain
# promisc-hook: yes
# bound: 240
#
# On a kernel with the PROMISC hook, patched iptables of both flavours has the chain
# PROMISC, as it has INPUT: for rules, targets, a policy, counters, to be saved and
# restored. It sees what is addressed to others, which goes no further whatever becomes
# of it there.
source "$(dirname "$0")/promisc.sh"
source "$(dirname "$0")/arrivals.sh"
source "$(dirname "$0")/mirror.sh"

# "passes COUNT": so many packets of one host.
passes() {
	blast <<<"inside udp count=$1 src=193.11.180.3 dst=9.9.9.9"
}

# "matched NUMBER": packets that this rule has.
matched() {
	rule_counters promisc PROMISC "$1" | cut -d ' ' -f 1
}

# "hears queue|log NUMBER": what rules hand to user space is what was sent; it is accepted.
hears() {
	within monitor /usr/bin/python3 "$top/test/e2e/nfnetlink.py" "$1" "$2" 3 "$work/listening" >"$work/heard" &
	until_true 10 test -e "$work/listening"
	passes 3
	wait $!
	rm "$work/listening"
	same "heard" "$(uniq -c "$work/heard" | awk '{ print $1, $2, $3 }')" "3 $((IP_HEADER + 8)) $ours"
}

# ip6tables-nft 1.8.9 takes no counters for any rule.
keeps_counters() {
	meter $IPTABLES -t mangle -A PREROUTING -i lo -c 5 600
	[ "$(rule_counters mangle PREROUTING)" = "5 600" ]
}

mirror_topology
[ "$FLAVOUR" = nft ] || use_table_promisc

rules_come_and_go
users_chain_of_that_name
counts_what_is_mirrored

say "targets"
ip_counters >"$work/before"
ours=$(address 193.11.180.3)
meter $IPTABLES -F PROMISC
for target in "-j ACCEPT" "-j DROP" "-j RETURN" "-j MARK --set-mark 1" "-j LOG --log-prefix promisc:" \
	"-j NFQUEUE --queue-num 7 --queue-bypass" "-j sub" "-g sub"; do
	# shellcheck disable=SC2086 # words
	meter $IPTABLES -I PROMISC -s "$ours" $target
	passes 3
	same "matched by $target" "$(matched 1)" 3
	meter $IPTABLES -D PROMISC 1
done

say "user space"
meter $IPTABLES -A PROMISC -s "$ours" -j NFLOG --nflog-group 5
meter $IPTABLES -A PROMISC -s "$ours" -j NFQUEUE --queue-num 7
# Nobody listens to the queue: they are dropped there.
hears log 5
hears queue 7
same "matched" "$(matched 1) $(matched 2)" "6 6"
meter $IPTABLES -F PROMISC

say "matches: length, interface, protocol, ports, packet type, mark of an earlier rule"
meter $IPTABLES -A PROMISC -s "$ours" -m length --length $((IP_HEADER + 8))
meter $IPTABLES -A PROMISC -i eth0 -s "$ours" -p udp -m udp --sport 1024: -j MARK --set-mark 5
meter $IPTABLES -A PROMISC -m pkttype --pkt-type otherhost -m mark --mark 5
meter $IPTABLES -A PROMISC -i lo
meter $IPTABLES -A PROMISC -m conntrack --ctstate INVALID
meter $IPTABLES -A PROMISC -m conntrack ! --ctstate INVALID
passes 10
same "matched" "$(for rule in 1 2 3 4 5 6; do matched $rule; done | paste -s -d ' ')" "10 10 10 0 10 0"

say "the policy's own counters, and -Z"
meter $IPTABLES -P PROMISC DROP
meter $IPTABLES -Z PROMISC
passes 7
meter $IPTABLES -nvxL PROMISC >"$work/listed"
grep -F "Chain PROMISC (policy DROP 7 packets, $((7 * (IP_HEADER + 8))) bytes)" "$work/listed"
same "matched" "$(matched 1)" 7

say "nothing has come further"
ip_counters >"$work/after"
same_file "$work/after" "$work/before"

say "saved and restored with counters, beside other tables"
meter $IPTABLES -A INPUT -j ACCEPT
within monitor $IPTABLES-save -c >"$work/saved"
meter $IPTABLES -F PROMISC
meter $IPTABLES-restore -c <"$work/saved"
if keeps_counters; then
	meter $IPTABLES -t mangle -F
	saved -c -t promisc >"$work/got"
	sed -n '/^\*promisc/,/^COMMIT/p' "$work/saved" >"$work/wanted"
	same_file "$work/got" "$work/wanted"
else
	without "counters that are restored"
fi

say "a copy goes to another host"
meter $IPTABLES -F PROMISC
add_lan
by_mirror_port=$(transmitted eth0 monitor)
by_lan=$(transmitted lan monitor)
meter $IPTABLES -A PROMISC -s "$ours" -j TEE --gateway "$(address 10.255.9.2)"
passes 10
same "copies" $(($(transmitted lan monitor) - by_lan)) 10
same "sent by the mirror port" "$(transmitted eth0 monitor)" "$by_mirror_port"
meter $IPTABLES -F PROMISC

if [ "$FLAVOUR" = nft ]; then
	say "the chain can be removed, and comes again"
	meter $IPTABLES -t promisc -F
	meter $IPTABLES -P PROMISC ACCEPT
	meter $IPTABLES -X PROMISC
	within monitor nft list table $NFT_FAMILY promisc >"$work/listed"
	grep PROMISC "$work/listed" && die "the chain is still there"
	meter $IPTABLES -A PROMISC
	within monitor nft list table $NFT_FAMILY promisc >"$work/listed"
	grep PROMISC "$work/listed"
fi
