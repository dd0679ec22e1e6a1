#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shows the main job on real packets, as root in a kernel that loads modules:
#
#   inside: two hosts           router                     outside: a server
#   193.11.176.10, .20   ---  193.11.176.1  198.51.100.1  ---  198.51.100.7
#   2001:db8:176::10, ::20 -  2001:db8:176::1  2001:db8:100::1 - 2001:db8:100::7
#
# Hosts of the inside network fetch files over HTTP, ask for names over UDP and
# ping; the router counts them with the first users' rule, and with the same for
# IPv6. At the end the tables are held against what the router's own network card
# has seen.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

inside=demo-inside-$$
router=demo-router-$$
outside=demo-outside-$$
work=$(mktemp -d)
servers=()
loaded=

clean_up() {
	local namespace

	kill "${servers[@]}" 2>/dev/null || true
	for namespace in "$inside" "$router" "$outside"; do
		ip netns del "$namespace" 2>/dev/null || true
	done
	[ -z "$loaded" ] || rmmod ipt_traffic || true
	rm -rf "$work"
}
trap clean_up EXIT

say() { printf '\n%s\n' "$*"; }

show() {
	printf '# %s\n' "$*"
	ip netns exec "$router" "$@"
}

load() {
	local xtlibdir

	# It may be the administrator's own that is loaded.
	if ! grep -q '^ipt_traffic ' /proc/modules; then
		modprobe x_tables
		insmod "out/kmod-$(uname -r)/ipt_traffic.ko"
		loaded=1
	fi
	xtlibdir=$(pkg-config --variable=xtlibdir xtables)
	mkdir "$work/xtables"
	ln -s "$xtlibdir"/*.so "$work/xtables/"
	ln -sf "$PWD/out/libxt_traffic.so" "$work/xtables/"
	export XTABLES_LIBDIR=$work/xtables
}

# A link between the router and one other; merging of packets is off, so that
# the card sees each packet as it crosses the wire.
link() {
	local far=$1 device=$2 mac=$3 far_mac=$4

	ip link add "$device" netns "$router" address "$mac" type veth \
		peer name eth0 netns "$far" address "$far_mac"
	ip -n "$router" link set "$device" up
	ip -n "$far" link set eth0 up
	ip netns exec "$router" ethtool -K "$device" gro off gso off tso off >/dev/null
	ip netns exec "$far" ethtool -K eth0 gro off gso off tso off >/dev/null
}

# "address NAMESPACE DEVICE ADDRESS/LENGTH..."
address() {
	local one

	for one in "${@:3}"; do
		ip -n "$1" addr add "$one" dev "$2"
	done
}

# "neighbour NAMESPACE DEVICE MAC ADDRESS..."
neighbour() {
	local one

	for one in "${@:4}"; do
		ip -n "$1" neigh add "$one" lladdr "$3" dev "$2"
	done
}

# Neighbours are known beforehand, and nobody has a link-local address, so that
# the card sees nothing besides (but groups being joined, at the beginning).
build_network() {
	local namespace

	for namespace in "$inside" "$router" "$outside"; do
		ip netns add "$namespace"
		ip netns exec "$namespace" sysctl -qw \
			net.ipv6.conf.default.addr_gen_mode=1 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.accept_ra=0
		ip -n "$namespace" link set lo up
	done
	link "$inside" lan 02:00:00:00:00:01 02:00:00:00:00:02
	link "$outside" wan 02:00:00:00:00:03 02:00:00:00:00:04

	address "$router" lan 193.11.176.1/20 2001:db8:176::1/48
	address "$router" wan 198.51.100.1/24 2001:db8:100::1/48
	address "$inside" eth0 193.11.176.10/20 193.11.176.20/20 \
		2001:db8:176::10/48 2001:db8:176::20/48
	address "$outside" eth0 198.51.100.7/24 2001:db8:100::7/48
	neighbour "$inside" eth0 02:00:00:00:00:01 193.11.176.1 2001:db8:176::1
	neighbour "$router" lan 02:00:00:00:00:02 193.11.176.10 193.11.176.20 \
		2001:db8:176::10 2001:db8:176::20
	neighbour "$router" wan 02:00:00:00:00:04 198.51.100.7 2001:db8:100::7
	neighbour "$outside" eth0 02:00:00:00:00:03 198.51.100.1 2001:db8:100::1
	ip -n "$inside" route add default via 193.11.176.1
	ip -n "$inside" route add default via 2001:db8:176::1
	ip -n "$outside" route add default via 198.51.100.1
	ip -n "$outside" route add default via 2001:db8:100::1
	ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
}

# "serve NAMESPACE ADDRESS"
serve() {
	ip netns exec "$1" /usr/bin/python3 test/demo/traffic.py \
		serve "$2" "$work/files" "$work/ready-$2" &
	servers+=($!)
}

start_servers() {
	mkdir "$work/files"
	head -c 400000 /dev/urandom >"$work/files/large"
	head -c 2000 /dev/urandom >"$work/files/small"
	serve "$outside" 198.51.100.7
	serve "$outside" 2001:db8:100::7
	serve "$inside" 193.11.176.20
	timeout 60 bash -c "until [ \$(ls '$work' | grep -c ready-) = 3 ]; do sleep 0.1; done"
}

make_traffic() {
	local client="/usr/bin/python3 test/demo/traffic.py"

	# shellcheck disable=SC2086 # a command and its words
	{
		ip netns exec "$inside" $client fetch 193.11.176.10 198.51.100.7 large 3
		ip netns exec "$inside" $client fetch 193.11.176.20 198.51.100.7 small 20
		ip netns exec "$inside" $client ask 193.11.176.10 198.51.100.7 30
		ip netns exec "$outside" $client fetch 198.51.100.7 193.11.176.20 small 5
		ip netns exec "$inside" $client fetch 2001:db8:176::10 2001:db8:100::7 large 2
		ip netns exec "$inside" $client ask 2001:db8:176::20 2001:db8:100::7 10
	}
	ip netns exec "$inside" ping -q -c 5 -i 0.2 -I 193.11.176.20 198.51.100.7 >/dev/null
	ip netns exec "$inside" ping -q -c 5 -i 0.2 -I 2001:db8:176::20 2001:db8:100::7 >/dev/null
	# Closing handshakes may still be on their way.
	settle
}

statistic() {
	ip netns exec "$router" cat "/sys/class/net/lan/statistics/$1"
}

# Until the card has seen nothing new for a second.
settle() {
	local before='' now

	for _ in {1..30}; do
		now=$(statistic rx_packets):$(statistic tx_packets)
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep 1
	done
}

# What is not ours has passed before.
start_of_card() {
	settle
	for name in rx_packets rx_bytes tx_packets tx_bytes; do
		start[$name]=$(statistic $name)
	done
}

# IP bytes and packets through the card; a frame has 14 bytes of Ethernet.
card() {
	local packets bytes

	packets=$(($(statistic "$1_packets") - start[$1_packets]))
	bytes=$(($(statistic "$1_bytes") - start[$1_bytes]))
	echo "$((bytes - 14 * packets)) bytes in $packets packets"
}

# The sum of a direction's TOTAL, field 2 (IN) or 3 (OUT).
counted() {
	local sums=() suffix

	for suffix in "" _packets; do
		sums+=("$(ip netns exec "$router" cat \
			"/proc/net/xt_traffic/RSN$suffix" \
			"/proc/net/xt_traffic/RSN6$suffix" |
			awk -v field="$1" '$1 != "IP" { sum += $field } END { print sum + 0 }')")
	done
	echo "${sums[0]} bytes in ${sums[1]} packets"
}

compare() {
	printf '%-20s the card: %s; the tables: %s\n' "$1" "$2" "$3"
	[ "$2" = "$3" ]
}

load
build_network
start_servers
declare -A start
start_of_card

say "The rule of the first users, on a router between 193.11.176.0/20 and the world:"
show iptables -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase 193.11.176.0 --netmask 255.255.240.0 --nointernal --name RSN
say "And the same for IPv6:"
show ip6tables -A FORWARD -m traffic --traffic --portconn --ipconn \
	--netbase 2001:db8:176:: --netmask 48 --nointernal --name RSN6

make_traffic
say "Two hosts inside have fetched 23 files over HTTP, asked for 30 names over UDP"
echo "and pinged 5 times; somebody outside has fetched 5 files from one of them."
echo "Over IPv6, they have fetched 2 files, asked for 10 names and pinged 5 times."

say "Bytes per address (every pair is IN, then OUT):"
show cat /proc/net/xt_traffic/RSN
say "Packets:"
show cat /proc/net/xt_traffic/RSN_packets
say "Connections per address:"
show cat /proc/net/xt_traffic/RSN_ipconn
say "Connections per port:"
show cat /proc/net/xt_traffic/RSN_portconn
say "About the table:"
show cat /proc/net/xt_traffic/RSN_info

say "IPv6: bytes, and connections, per address:"
show cat /proc/net/xt_traffic/RSN6
show cat /proc/net/xt_traffic/RSN6_ipconn

say "The same, for people:"
PATH=$PWD/out:$PATH
show trafctl list
show trafctl show RSN
show trafctl show --file portconn --top 2 RSN

say "Held against what the router's network card has seen:"
compare "IN, to the hosts:" "$(card tx)" "$(counted 2)"
compare "OUT, from the hosts:" "$(card rx)" "$(counted 3)"
say "Right to the byte."
