# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: --hashsize and --maxaddrs say how quickly addresses are found and how
# many there may be, and change nothing in what is counted: thousands of addresses
# in 16 buckets, each to the byte, in networks of all widths.
#
# families: ipv4 ipv6
# once: iptables only passes the packets
. "$(dirname "$0")/lib.sh"

SWARM=("$top/out/test/swarm")
[ "$FAMILY" = ipv4 ] || SWARM+=(-6)
KNOWN=4000

rmmod bench_hook 2>/dev/null || true
insmod "$top/out/bench-$(uname -r)/bench_hook.ko"
trap 'rmmod bench_hook; rm -rf "$work"' EXIT
ip netns add router
router ip link set lo up
{
	echo "*raw"
	while read -r name network options; do
		echo "-A PREROUTING -m traffic --traffic --ipconn --netbase $(network "$network")" \
			"$options --name $name"
	done <<-END
		buckets 10.0.0.0/8 --hashsize 16
		exactly 10.0.0.0/11 --hashsize 16 --maxaddrs $KNOWN
		narrow 10.0.0.0/20 --hashsize 1024
		clears 10.0.0.0/8 --hashsize 16 --clearonread
		fewer 10.0.0.0/16 --maxaddrs $((KNOWN - 500))
	END
	echo COMMIT
} | router $IPTABLES-restore
"${SWARM[@]}" -c "$(nproc)" -k $KNOWN -a 2048 -j 4 router "$work/truth" >&2

ORDERED=no
for table in buckets exactly narrow clears; do
	for file in "" _packets _ipconn; do
		same_table "$table$file" "$work/truth$file"
	done
	same "what is uncounted in $table" "$(info $table uncounted_packets)" 0
done
table fewer >"$work/fewer"
same "rows of fewer" "$(wc -l <"$work/fewer")" $((KNOWN - 500 + 1))
same "rows of fewer that are not as they have to be" "$(grep -c -v -x -F -f "$work/truth" "$work/fewer" || true)" 0
