# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
# short: nft-ipv4
#
# "clear" written to a file sets that file's numbers to zero, and no other's,
# and gives the table a new generation; what is counted afterwards is shown.
# What a reader of a clearing table has reserved at that moment does not come
# back.
source "$(dirname "$0")/lib.sh"

packets() {
	blast <<-END
		inside udp src=193.11.176.1-193.11.191.254 dst=198.51.100.1 size=100
	END
}

topology
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name PLAIN
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic \
	--netbase $NETBASE --netmask $NETMASK --clearonread --name CLEARING
packets
table PLAIN >"$work/plain"
table PLAIN_packets >"$work/packets"
table PLAIN_ipconn >"$work/ipconn"
same "rows" "$(wc -l <"$work/plain")" 4095
generation=$(info PLAIN generation)

router bash -c "echo clear >$TABLES/PLAIN"
same "PLAIN" "$(table PLAIN)" "$(head -n 1 "$work/plain")"
same_table PLAIN_packets "$work/packets"
same_table PLAIN_ipconn "$work/ipconn"
same "a new generation" "$(($(info PLAIN generation) > generation))" 1
packets
same_table PLAIN "$work/plain"

say "a reservation does not survive clearing"
cat >"$work/steps" <<-END
	exec 5<$TABLES/CLEARING
	dd bs=40 count=1 status=none <&5 >/dev/null
	echo clear >$TABLES/CLEARING
	exec 5<&-
END
router bash -e "$work/steps"
same "CLEARING" "$(table CLEARING)" "$(head -n 1 "$work/plain")"
packets
table CLEARING >"$work/again"
same_rows "$work/again" "$work/plain"
