# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# promisc-hook: yes
#
# On a kernel with the PROMISC hook, iptables and nft as the system has them do what they
# do on any: rules are restored and saved again, chains of nft are at each of the hooks
# there were, ingress of an inet table among them, and all count what passes. Where nobody
# listens at the new hook, what is addressed to others is dropped and counted as always.
. "$(dirname "$0")/life.sh"

# "saved": all rules, without the counters and comments.
saved() {
	within router $IPTABLES-save | sed -E '/^#/d; s/\[[0-9]+:[0-9]+\]/[0:0]/; s/ $//' | by_table
}

# The order of tables is not that of the file.
by_table() {
	awk '/^\*/ { table = $1 } { print table "\t" NR "\t" $0 }' | sort -s -k 1,1 | cut -f 3-
}

# What nft counted in a chain.
counted() {
	within router nft -j list chain inet stock "$1" |
		jq -r '.nftables[] | .rule.expr? // empty | .[] | .counter? // empty | .packets'
}

# What "out" has received for others.
for_others() {
	within router ip -s -s -j link show dev out | jq '.[0].stats64.rx.otherhost // 0'
}

# IPv6 tells the link of groups in the first moments.
ip_is_quiet() {
	ip_counters >"$work/before"
	sleep 1.5
	ip_counters | cmp -s - "$work/before"
}

topology

say "nobody listens: for others is for others"
ip -n router link set out promisc on
until_true 20 ip_is_quiet
before=$(for_others)
blast -l others=outside,eth0,02:00:00:00:00:77 <<<"others udp count=100 src=8.8.8.8 dst=193.11.176.1"
ip_counters >"$work/after"
same "packets for others" $(($(for_others) - before)) 100
same_file "$work/after" "$work/before"

say "rules are restored, and saved as they were"
{
	ordinary_rules filter
	cat <<END
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A FORWARD -m traffic --traffic --portconn --ipconn --netbase $NETBASE --netmask $NETMASK --name RSN
-A POSTROUTING -o out -m mark --mark 0x1 -j MARK --set-xmark 0x2/0xffffffff
COMMIT
END
	ordinary_rules raw
} >"$work/rules"
router $IPTABLES-restore <"$work/rules"
saved >"$work/saved"
same_file "$work/saved" "$work/rules"
router $IPTABLES-restore <"$work/saved"
saved >"$work/again"
same_file "$work/again" "$work/rules"

say "chains of nft at all hooks"
cat >"$work/chains.nft" <<-END
	table inet stock {
		chain ingress { type filter hook ingress device "in" priority 0; counter; }
		chain prerouting { type filter hook prerouting priority 10; iifname "in" counter; }
		chain input { type filter hook input priority 10; counter; }
		chain forward { type filter hook forward priority 10; iifname "in" counter; }
		chain output { type filter hook output priority 10; counter; }
		chain postrouting { type filter hook postrouting priority 10; oifname "out" counter; }
	}
END
router nft -f "$work/chains.nft"
within router nft list table inet stock >"$work/listed"
router nft flush table inet stock
router nft delete table inet stock
router nft -f "$work/listed"

say "all of them count what passes"
blast -n "$NETWORK" -o "$work/RSN" <<-END
	inside  tcp count=200 src=193.11.176.0~193.11.191.255 dst=8.0.0.0~9.255.255.255 dport=0~65535 flags=S
	inside  udp count=200 src=193.11.176.0~193.11.191.255 dst=8.8.8.8 dport=53 size=$((IP_HEADER + 8))~1500
	outside tcp count=100 src=8.8.8.8 dst=193.11.176.0~193.11.191.255 flags=SA size=1500
END
same_as_sent RSN mangle FORWARD
for chain in ingress prerouting forward postrouting; do
	same "counted at $chain" "$(counted $chain)" 400
done
same "counted at input and output" "$(counted input) $(counted output)" "0 0"

say "they know no chain PROMISC"
if [ -z "${IPTABLES_TREE:-}" ]; then
	! router $IPTABLES -A PROMISC -j ACCEPT 2>"$work/error" || die "there is one"
	say "$(<"$work/error")"
	saved >"$work/again"
	same_file "$work/again" "$work/rules"
fi
