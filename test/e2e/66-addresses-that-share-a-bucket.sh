# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: --hashsize and --maxaddrs say how quickly addresses are found and how
# many there may be, and change nothing in what is counted: thousands of addresses
# in so few buckets that 16 share each, in networks of all widths, to the byte.
#
# families: ipv4 ipv6
# nft-only: iptables only passes the packets
. "$(dirname "$0")/lib.sh"

KNOWN=4000

use_bench_hook
ip netns add router
router ip link set lo up
{
	echo "*raw"
	while read -r name network options; do
		echo "-A PREROUTING -m traffic --traffic --ipconn --netbase $(network "$network")" \
			"$options --name $name"
	done <<-END
		buckets 10.0.0.0/8 --hashsize 16 --maxaddrs $KNOWN
		exactly 10.0.0.0/11 --maxaddrs $KNOWN
		narrow 10.0.0.0/20 --hashsize 16
		many 10.0.0.0/20 --hashsize 1048576
		clears 10.0.0.0/8 --hashsize 16 --maxaddrs $KNOWN --clearonread
		fewer 10.0.0.0/16 --maxaddrs $((KNOWN - 500))
	END
	echo COMMIT
} | router $IPTABLES-restore
"${SWARM[@]}" -c "$(nproc)" -k $KNOWN -a 2048 -j 4 router "$work/truth" >&2

ORDERED=no
for table in buckets exactly narrow many clears; do
	for file in "" _packets _ipconn; do
		same_table "$table$file" "$work/truth$file"
	done
	same "what is uncounted in $table" "$(info $table uncounted_packets)" 0
done
table fewer >"$work/fewer"
same "rows of fewer" "$(wc -l <"$work/fewer")" $((KNOWN - 500 + 1))
same "rows of fewer that are not as they have to be" "$(grep -c -v -x -F -f "$work/truth" "$work/fewer" || true)" 0

table fewer_packets >"$work/fewer_packets"
same "packets" $(($(total "$work/fewer_packets") + $(info fewer uncounted_packets))) "$(total "$work/truth_packets")"
same "bytes" $(($(total "$work/fewer") + $(info fewer uncounted_bytes))) "$(total "$work/truth")"
