# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# short: nft-ipv4
#
# While a rule uses a table, a rule that gives the same name and other options
# is refused, and the kernel's log names the option that differs; the table goes
# on as it was. Once no rule uses it, the new rule's table takes its place, and
# files of the old kind go away. A saved table can be carried over.
source "$(dirname "$0")/life.sh"

packets() {
	blast <<-END
		inside tcp src=193.11.176.1-193.11.176.9 dst=198.51.100.1 flags=S size=60
	END
}

# "differs OPTION OPTIONS...": those are refused because of that one.
differs() {
	refused "R: option $1 differs from the rule that uses this name already" \
		$IPTABLES -t mangle -A FORWARD -m traffic --name R "${@:2}"
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase $NETWORK --name R
packets
table R >"$work/R"
router $IPTABLES -t mangle -S >"$work/rules"

differs --traffic --portconn --netbase $NETWORK
differs --portconn --traffic --portconn --netbase $NETWORK
differs --ipconn --traffic --ipconn --netbase $NETWORK
differs --clearonread --traffic --netbase $NETWORK --clearonread
differs --nointernal --traffic --netbase $NETWORK --nointernal
differs "! --nointernal" --traffic --netbase $NETWORK ! --nointernal
differs --netbase --traffic --netbase "$(network 193.11.192.0/20)"
differs --netmask --traffic --netbase "$(network 193.11.176.0/21)" --maxaddrs 4096
differs --hashsize --traffic --netbase $NETWORK --hashsize 64
differs --maxaddrs --traffic --netbase $NETWORK --maxaddrs 5000
differs --aggregate --traffic --netbase $NETWORK --aggregate $((ADDRESS_BITS - 8)) --maxaddrs 4096
differs --conntimeout --traffic --netbase $NETWORK --conntimeout 60

say "all that changed nothing"
same_table R "$work/R"
same "files" "$(files)" "R R_info R_packets"
same "rules" "$(router $IPTABLES -t mangle -S)" "$(<"$work/rules")"

say "no rule uses it: the new one's table takes its place"
router $IPTABLES -t mangle -F
router $IPTABLES -t mangle -A FORWARD -m traffic --portconn --netbase $NETWORK --name R
files_become R_info R_portconn
packets
expect_row R_portconn 80 0 9 0 9 0 0 0 0 0 0
same "rows" "$(table R_portconn | wc -l)" 2

say "carrying a table over: save, delete, add, restore"
table R_portconn >"$work/R_portconn"
router $IPTABLES -t mangle -F
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --portconn \
	--netbase $NETWORK --name R
files_become R R_info R_packets R_portconn
same "rows" "$(table R_portconn | wc -l)" 1
within router cp "$work/R_portconn" $TABLES/R_portconn
packets
expect_row R_portconn 80 0 18 0 18 0 0 0 0 0 0
