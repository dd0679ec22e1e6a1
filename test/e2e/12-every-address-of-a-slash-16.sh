# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
# short: nft-ipv6
#
# Promise: a network of 65,536 addresses that are all active has 65,536 rows,
# which one cat reads, in order, also while traffic runs. Each row is consistent
# (TOTAL is the sum), and no number ever goes back from one read to the next.
. "$(dirname "$0")/lib.sh"

WIDE=$(network 10.16.0.0/16)

# First every address, then more of the same.
traffic() {
	"${BLAST[@]}" -c 0 -s 12 -n "$WIDE" -o "$work/RSN" \
		-l inside=inside,eth0,$MAC_ROUTER_IN -l outside=outside,eth0,$MAC_ROUTER_OUT <<-END
		inside  tcp src=10.16.0.0/16 dst=8.8.8.8 size=$((IP_HEADER + 20))~1500
		outside udp src=8.8.8.8 dst=10.16.0.0/16 size=$((IP_HEADER + 8))~1500
		inside  icmp src=10.16.0.0~10.16.255.255 dst=8.8.8.8 size=$((IP_HEADER + 8))~1500 count=150000
	END
}

read_all() {
	table RSN >"$work/$1"
}

all_are_active() {
	read_all first
	[ "$(wc -l <"$work/first")" = 65537 ]
}

# On one processor, who sends may not have had its turn between two reads.
something_changed() {
	read_all second
	! cmp -s "$work/first" "$work/second"
}

topology
router ip route add "$WIDE" via "$(address 10.255.1.2)"
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --netbase "$WIDE" --name RSN
traffic >"$work/sent" &
until_true 30 all_are_active
until_true 30 something_changed
kill -0 $! || die "the traffic was over too soon"
wait $!
until_true 20 backlogs_are_empty

same_table RSN "$work/RSN"
same_table RSN_packets "$work/RSN_packets"
same "rows" "$(wc -l <"$work/second")" 65537

say "rows are consistent, and nothing goes back"
if [ $ORDERED = no ]; then
	# What was there at the first read still stands where it stood.
	for table in first second RSN; do
		sort_rows <"$work/$table" >"$work/sorted"
		mv "$work/sorted" "$work/$table"
	done
fi
paste "$work/first" "$work/second" "$work/RSN" | awk -F '\t' '
	NR == 1 { next }
	$1 != $10 || $1 != $19 || NF != 27 { print "other rows: " $0; exit 1 }
	$2 != $4 + $6 + $8 || $3 != $5 + $7 + $9 { print "TOTAL: " $0; exit 1 }
	$11 != $13 + $15 + $17 || $12 != $14 + $16 + $18 { print "TOTAL: " $0; exit 1 }
	{
		for (i = 2; i <= 9; i++)
			if ($i > $(i + 9) || $(i + 9) > $(i + 18)) {
				print "back: " $0
				exit 1
			}
	}' >&2
