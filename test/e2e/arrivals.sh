# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What arrives at the next hop, for scenarios that source this after lib.sh: the truth where
# packets are merged on their way.

# "count_arrivals ADDRESS": what it sends as it arrives outside, what it gets inside; by
# class.
count_arrivals() {
	count_arrivals_at outside saddr "$1"
	count_arrivals_at inside daddr "$1"
}

count_arrivals_at() {
	in_namespace "$1" nft -f - <<-END
		table $NFT_FAMILY arrived {
			counter of_tcp { }
			counter of_udp { }
			counter of_other { }
			chain prerouting {
				type filter hook prerouting priority raw
				$NFT_FAMILY $2 != $(address "$3") return
				meta l4proto tcp counter name of_tcp
				meta l4proto udp counter name of_udp
				meta l4proto != { tcp, udp } counter name of_other
			}
		}
	END
}

# Lines of CLASS PACKETS BYTES.
arrived_at() {
	ip netns exec "$1" nft list counters table "$NFT_FAMILY" arrived |
		awk '$1 == "counter" { class = substr($2, 4) } $1 == "packets" { print class, $2, $4 }'
}

# The rows that have to be: a line of packets, a line of bytes.
rows_of_arrivals() {
	{
		arrived_at inside | sed 's/^/in /'
		arrived_at outside | sed 's/^/out /'
	} | awk '
		{
			for (i = 3; i <= 4; i++) {
				n[i, $1, $2] = $i
				n[i, $1, "total"] += $i
			}
		}
		function pair(i, class) {
			return n[i, "in", class] " " n[i, "out", class]
		}
		END {
			for (i = 3; i <= 4; i++)
				print pair(i, "total"), pair(i, "tcp"), pair(i, "udp"), pair(i, "other")
		}'
}

# "expect_arrivals TABLE ADDRESS": its rows are what has arrived, which is left in
# $work/arrivals.
expect_arrivals() {
	local packets bytes

	# shellcheck disable=SC2154 # of lib.sh
	rows_of_arrivals >"$work/arrivals"
	{ read -r packets && read -r bytes; } <"$work/arrivals"
	expect_row "$1_packets" "$2" "$packets"
	expect_row "$1" "$2" "$bytes"
}
