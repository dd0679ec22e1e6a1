# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: the table is another module's
# needs-patched-iptables: it is what is looked at
# promisc-hook: no
# bound: 240
#
# Patched iptables on a kernel that has no PROMISC hook does everything else as the
# system's own. The chain PROMISC alone is refused, with a line that says what to
# do, and nothing is changed by that. With module iptable_promisc iptables-legacy has the
# chain there as well.
source "$(dirname "$0")/promisc.sh"
source "$(dirname "$0")/arrivals.sh"
source "$(dirname "$0")/mirror.sh"

# All that there is, by programs that are not patched.
everything() {
	stock $IPTABLES-save | without_comments
	within "$METER" nft list tables
}

# "refuses ERROR COMMAND...": it fails so, and all rules are as they were.
refuses() {
	everything >"$work/before"
	fails "$@"
	everything >"$work/after"
	same_file "$work/after" "$work/before"
}

case $FLAVOUR in
nft) why="this kernel has no PROMISC hook: boot a patched one, or load module $PROMISC_MODULE and use $IPTABLES-legacy" ;;
legacy) why="it comes with module $PROMISC_MODULE" ;;
esac
modprobe=$(</proc/sys/kernel/modprobe)
trap 'echo "$modprobe" >/proc/sys/kernel/modprobe; rm -rf "$work"' EXIT

case $FLAVOUR in
nft) ip netns add "$METER" ;;
legacy) mirror_topology ;;
esac
{
	ordinary_rules raw
	cat <<END
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A FORWARD -i in -o out -m mark --mark 0x1 -j MARK --set-xmark 0x2/0xffffffff
-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80
-A POSTROUTING -s $(network 193.11.176.0/24) -o out -j MASQUERADE
COMMIT
END
	ordinary_rules filter
} >"$work/ordinary"

# Versions word their lists in different ways.
same_version=yes
[ "$(stock $IPTABLES -V)" = "$(meter $IPTABLES -V)" ] || {
	without "lists of the system's iptables, which is of another version"
	same_version=no
}

say "ordinary rules, restored and saved, by the system's and by the patched"
stock $IPTABLES-restore <"$work/ordinary"
everything >"$work/stock"
saved >"$work/got"
stock $IPTABLES-save | without_comments >"$work/wanted"
same_file "$work/got" "$work/wanted"
meter $IPTABLES-restore <"$work/ordinary"
everything >"$work/got"
same_file "$work/got" "$work/stock"
for table in raw mangle nat filter; do
	stock $IPTABLES -t $table -S | prints $IPTABLES -t $table -S
	[ "$same_version" = no ] || stock $IPTABLES -t $table -nvxL | prints $IPTABLES -t $table -nvxL
done

say "changed by the patched, saved by the system's"
meter $IPTABLES -A OUTPUT -p udp -j ACCEPT
meter $IPTABLES -t nat -I POSTROUTING -o lo -j RETURN
meter $IPTABLES -P FORWARD DROP
meter $IPTABLES -D INPUT 1
meter $IPTABLES -E users2 users3
meter $IPTABLES -Z
stock $IPTABLES -C OUTPUT -p udp -j ACCEPT
stock $IPTABLES -t nat -C POSTROUTING -o lo -j RETURN
meter $IPTABLES -F
meter $IPTABLES -X
meter $IPTABLES -P FORWARD ACCEPT
meter $IPTABLES -P INPUT ACCEPT
stock $IPTABLES -S | prints $IPTABLES -S
users_chain_of_that_name
meter $IPTABLES-restore <"$work/ordinary"

say "the chain PROMISC is refused"
# In case the module is installed here.
[ "$FLAVOUR" = nft ] || echo /bin/false >/proc/sys/kernel/modprobe
refuses "$why" meter $IPTABLES -A PROMISC -p udp -j ACCEPT
refuses "$why" meter $IPTABLES -I PROMISC -m length --length 100
refuses "$why" meter $IPTABLES -P PROMISC DROP
refuses "$why" meter $IPTABLES -F PROMISC
refuses "$why" meter $IPTABLES -t promisc -A PREROUTING -p udp -j ACCEPT
refuses "" meter $IPTABLES -D PROMISC -p udp -j ACCEPT
refuses "" meter $IPTABLES -C PROMISC -p udp -j ACCEPT
refuses "" meter $IPTABLES -t filter -A PROMISC -p udp -j ACCEPT
if [ "$FLAVOUR" = nft ]; then
	say "it says so once, whatever was to be in the chain"
	refuses "line 2: CHAIN_ADD failed ($why): chain PROMISC" meter $IPTABLES-restore <<-END
		*promisc
		:PROMISC DROP [0:0]
		:sub - [0:0]
		-A PROMISC -p udp -j sub
		-A sub -j ACCEPT
		COMMIT
	END
	same "lines about a failure" "$(grep -c failed "$work/said")" 1
else
	refuses "$why" meter $IPTABLES-restore <<-END
		*promisc
		:PROMISC DROP [0:0]
		COMMIT
	END
	refuses "$why" meter $IPTABLES-save -t promisc
fi

say "to look at it, or to zero it, changes nothing, whether it is there or not"
everything >"$work/before"
for command in -L -S -Z; do
	meter $IPTABLES $command PROMISC || [ "$FLAVOUR$command" != nft-L ]
done
everything >"$work/after"
same_file "$work/after" "$work/before"

say "tables before it in a file are restored, and the others are as they were"
{
	sed -n '/^\*filter/,$p' "$work/ordinary" | sed 's/^:INPUT DROP/:INPUT ACCEPT/'
	printf '%s\n' "*promisc" ":PROMISC ACCEPT [0:0]" "-A PROMISC -p udp" COMMIT
} >"$work/with-promisc"
fails "$why" meter $IPTABLES-restore <"$work/with-promisc"
sed 's/^:INPUT DROP/:INPUT ACCEPT/' "$work/stock" >"$work/wanted"
everything >"$work/got"
same_file "$work/got" "$work/wanted"

if [ "$FLAVOUR" = nft ]; then
	say "what nft has no word for is not translated"
	same "a rule" "$(translate $IPTABLES-translate -A PROMISC -p tcp -j DROP)" "nft # -A PROMISC -p tcp -j DROP "
	translate $IPTABLES-restore-translate -f "$work/with-promisc" >"$work/translated"
	grep -Fx "# :PROMISC ACCEPT has no translation: nft has no name for its hook" "$work/translated"
	grep -Fx "# -t promisc -A PROMISC -p udp " "$work/translated"
	within "$METER" nft -f "$work/translated"
	exit
fi

say "with the module, the chain is there"
use_table_promisc
rules_come_and_go

say "the system's iptables, which calls it PREROUTING, and the patched take each other's rules"
sed '/-m traffic/d' "$work/saved" >"$work/patched"
sed 's/PROMISC/PREROUTING/' "$work/patched" >"$work/stock"
meter $IPTABLES-restore <"$work/patched"
stock $IPTABLES-save -t promisc | without_comments >"$work/got"
same_file "$work/got" "$work/stock"
stock $IPTABLES -t promisc -F PREROUTING
stock $IPTABLES-restore <"$work/stock"
saved -t promisc >"$work/got"
same_file "$work/got" "$work/patched"
counts_what_is_mirrored
