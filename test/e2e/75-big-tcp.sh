# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Promise: packets of BIG TCP, larger than 64 KiB, count as the segments they stand
# for; the hop-by-hop header that the kernel puts into them does not count.
#
# Truth is what the next hop receives.
#
# families: ipv6
. "$(dirname "$0")/lib.sh"

SIZE=180000

# What a host receives of the connection: packets and bytes.
arrived_at() {
	within "$1" nft list counters | awk '$1 == "packets" { print $2, $4 }'
}

topology
ip -n inside link set eth0 gso_max_size $SIZE 2>"$work/error" ||
	skip "this kernel, or its ip, has no BIG TCP: $(<"$work/error")"
# Linux 6.1 adds the hop-by-hop header to each segment when it compares these with
# the MTU of the next link.
ip -n inside link set eth0 mtu 1492
inside ethtool -K eth0 gso on tso on
inside_host 193.11.176.1
outside_host 8.8.8.8
for namespace in inside outside; do
	in_namespace $namespace nft -f - <<-END
		table ip6 arrived {
			counter arrived { }
			chain prerouting {
				type filter hook prerouting priority raw
				meta l4proto tcp counter name arrived
			}
		}
	END
done
# More than the header of IPv6 can tell.
router nft -f - <<-'END'
	table ip6 large {
		counter large { }
		chain forward {
			type filter hook forward priority mangle - 1
			meta length > 65575 counter name large
		}
	}
END
router ip6tables -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

# So much is in flight at once, however slow this machine is; but packets are made
# when they are queued, and no larger than half of the window then: not all at once.
for namespace in inside outside; do
	within $namespace sysctl -q -w net.ipv4.tcp_tso_rtt_log=20 \
		net.ipv4.tcp_rmem="4096 8000000 16000000" net.ipv4.tcp_wmem="4096 400000 400000"
done
talk inside,193.11.176.1 outside,8.8.8.8 80 1 12000000 100
until_true 20 quiet

read -r packets bytes < <(arrived_at outside)
read -r packets_back bytes_back < <(arrived_at inside)
large=$(arrived_at router)
say "larger than 65,575 bytes: ${large% *} packets of ${large#* } bytes"
[ "${large% *}" -gt 0 ] || die "no packet was that large"
expect_row RSN_packets 193.11.176.1 "$packets_back" "$packets" "$packets_back" "$packets" 0 0 0 0
expect_row RSN 193.11.176.1 "$bytes_back" "$bytes" "$bytes_back" "$bytes" 0 0 0 0
expect_row RSN_ipconn 193.11.176.1 0 1  0 1  0 0  0 0  0 0
