# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: what trafctl does is the same for both
# short: none, as 92 has the most of it in a tenth of the time
# bound: 900
#
# Promise: "trafctl mirror stop" makes the device and the host what they were; so does a
# start that fails. A device that is used for something else is refused, and nothing is
# changed. What is missing of a device in mirror mode is said. Names may be odd, change,
# and be another device's in the end.
source "$(dirname "$0")/life.sh"
source "$(dirname "$0")/monitor.sh"
only_in_a_guest

TC=$(command -v tc)
NFT=$(command -v nft)

monitor() { in_namespace monitor "$@"; }

# "starts_and_stops DEVICE"
starts_and_stops() {
	remember "$1"
	mirror start "$1" >&2
	mirror status >&2
	! is_the_same "$1" || die "a start changes nothing"
	mirror stop "$1" >&2
	is_as_before "$1"
	say "$1 is as it was"
}

# "cannot MESSAGE [DEVICE]"
cannot() {
	fails "$1" mirror start "${2:-eth0}"
	grep -Fx -e "trafctl: $1" "$work/said" >/dev/null || { cat "$work/said" >&2; die "it said more"; }
}

# "misses MESSAGE": the only thing, and all is well after another start.
misses() {
	mirror status >"$work/status" && die "nobody misses it: $1"
	same "what is missed" "$(grep -c "^wrong  eth0: .*$1" "$work/status") of $(wc -l <"$work/status")" "1 of 1"
	mirror start eth0 >&2
	mirror status >&2
}

# "set_for_all_stays SYSCTL AT-START SINCE": of all devices.
set_for_all_stays() {
	monitor sysctl -q -w "net.$1=$2"
	mirror start eth0 >&2
	monitor sysctl -q -w "net.$1=$3"
	mirror stop eth0 >&2
	same "$1 of the device" "$(within monitor sysctl -n "net.${1/.all./.eth0.}")" "$3"
}

# "replaced PROGRAM OTHER COMMAND...": while the command runs, PROGRAM is OTHER, and what it
# was is "$work/real".
replaced() {
	cp "$1" "$work/real"
	mount --bind "$2" "$1"
	trap 'umount "'"$1"'"; rm -rf "$work"' EXIT
	"${@:3}"
	umount "$1"
	trap 'rm -rf "$work"' EXIT
}

make_monitor

say "it was up, with an address that the kernel has made"
has_made_address() {
	ip -n monitor address show dev eth0 | grep -q fe80
}
until_true 10 has_made_address
starts_and_stops eth0
has_made_address || die "it is gone"

say "it was down, and otherwise another"
ip -n monitor link set eth0 down
ip -n monitor link set eth0 promisc on arp off
within monitor sysctl -q -w net.ipv6.conf.eth0.{disable_ipv6=1,accept_ra=2} net.ipv4.conf.eth0.drop_unicast_in_l2_multicast=1
starts_and_stops eth0
within monitor sysctl -q -w net.ipv6.conf.eth0.{disable_ipv6=0,accept_ra=1} net.ipv4.conf.eth0.drop_unicast_in_l2_multicast=0
ip -n monitor link set eth0 promisc off arp on up

say "its MTU is too small for IPv6"
ip -n monitor link set eth0 mtu 1279
starts_and_stops eth0 >"$work/told" 2>&1
cat "$work/told"
grep "eth0: it has no IPv6, so that packets of IPv6 are not seen" "$work/told"
ip -n monitor link set eth0 mtu 1500

say "somebody sets all devices"
set_for_all_stays ipv4.conf.all.forwarding 1 0
set_for_all_stays ipv4.conf.all.forwarding 0 1
set_for_all_stays ipv6.conf.all.disable_ipv6 0 1
set_for_all_stays ipv6.conf.all.disable_ipv6 1 0

say "its hardware merged packets"
if ip -n monitor link add bond0 address 02:00:00:00:01:00 type bond && within monitor ethtool -K bond0 lro on; then
	ip -n monitor link set bond0 up
	starts_and_stops bond0
	mirror start bond0 | grep "lro off"
	within monitor ethtool -k bond0 | grep "large-receive-offload: off"
	mirror stop bond0
	say "which a device that forwards may not"
	monitor sysctl -q -w net.ipv4.ip_forward=0
	within monitor ethtool -K bond0 lro on
	mirror start bond0 >&2
	monitor sysctl -q -w net.ipv4.ip_forward=1
	mirror stop bond0
	within monitor ethtool -k bond0 | grep "large-receive-offload: off"
	ip -n monitor link del bond0
else
	without large receive offload
fi

say "refused, which changes nothing"
remember eth0
cannot "lo: it is no Ethernet device" lo
fails "none: No such device" mirror start none
fails "eth0: it is not in mirror mode" mirror stop eth0
ip -n monitor address add 10.1.1.1/24 dev eth0
cannot "eth0: it has an address: 10.1.1.1/24"
ip -n monitor address flush dev eth0 scope global
for address in 2001:db8:1::1/64 fe80::1/64; do
	ip -n monitor address add $address dev eth0 nodad
	cannot "eth0: it has an address: $address"
	ip -n monitor address del $address dev eth0
done
ip -n monitor route add 10.2.0.0/16 dev eth0
cannot "eth0: a route leads through it: 10.2.0.0/16 dev eth0 scope link"
ip -n monitor route del 10.2.0.0/16
ip -n monitor route add 10.2.0.0/16 nexthop dev eth0 nexthop dev eth0 weight 2
cannot "eth0: a route leads through it: 10.2.0.0/16"
ip -n monitor route del 10.2.0.0/16
ip -n monitor route add 2001:db8:2::/64 dev eth0
cannot "eth0: a route leads through it: 2001:db8:2::/64 dev eth0 metric 1024 pref medium"
ip -n monitor route del 2001:db8:2::/64
ip -n monitor nexthop add id 7 dev eth0
fails "eth0: a nexthop leads through it: id 7 dev eth0 " mirror start eth0
ip -n monitor nexthop del id 7
ip -n monitor neighbour add 10.9.9.9 lladdr 02:00:00:00:09:09 dev eth0 nud permanent
cannot "eth0: it has a neighbour: 10.9.9.9 lladdr 02:00:00:00:09:09 PERMANENT"
ip -n monitor neighbour del 10.9.9.9 dev eth0
for qdisc in clsact ingress; do
	monitor tc qdisc add dev eth0 $qdisc
	cannot "eth0: somebody has filters there (tc qdisc show dev eth0: $qdisc): remove them first"
	monitor tc qdisc del dev eth0 $qdisc
done
if ip -n monitor link add link eth0 name eth0.5 type vlan id 5; then
	cannot "eth0: another device is on top of it: eth0.5"
	ip -n monitor link del eth0.5
else
	without VLANs
fi
if ip -n monitor link add link eth0 name above type macvlan; then
	cannot "eth0: another device is on top of it: above"
	ip -n monitor link del above
else
	without macvlan
fi
if ip -n monitor link add br0 type bridge; then
	ip -n monitor link set eth0 master br0
	cannot "eth0: it is a port of another device: br0"
	ip -n monitor link del br0
else
	without bridges
fi
if modprobe pppoe; then
	within monitor /usr/bin/python3 - "$work/go" <<-'END' &
		import ctypes, os, struct, sys, time

		AF_PPPOX, SOCK_STREAM, PX_PROTO_OE = 24, 1, 0
		libc = ctypes.CDLL(None, use_errno=True)
		address = struct.pack("=HI", AF_PPPOX, PX_PROTO_OE) + struct.pack("!H6s16s", 1, b"\2\0\0\0\0\1", b"eth0")
		fd = libc.socket(AF_PPPOX, SOCK_STREAM, PX_PROTO_OE)
		if libc.connect(fd, address, len(address)):
		    sys.exit(os.strerror(ctypes.get_errno()))
		while not os.path.exists(sys.argv[1]):
		    time.sleep(0.1)
	END
	session=$!
	until_true 10 within monitor grep -q eth0 /proc/net/pppoe
	cannot "eth0: PPPoE runs on it: session 00000100"
	touch "$work/go"
	wait $session
else
	without PPPoE
fi
for program in "$NFT nftables" "$TC iproute2"; do
	replaced "${program% *}" /dev/null cannot "$(basename "${program% *}"): there is no such program: install the package ${program#* }"
done
is_as_before eth0

say "a step that fails"
for step in "$NFT -f" "$TC clsact" "$TC ipv6"; do
	program=${step% *}
	cat >"$work/other" <<-END
		#!/bin/sh
		case "\$*" in *del*) ;; *"${step#* }"*) echo no >&2; exit 3 ;; esac
		exec $work/real "\$@"
	END
	chmod +x "$work/other"
	# The drop that is not to be had cannot be taken away either.
	if [ "$program" = "$NFT" ]; then
		replaced "$program" "$work/other" fails "ended with status 3: no" mirror start eth0
		mirror status && die "something is left of it"
		mirror stop eth0
	else
		replaced "$program" "$work/other" fails "ended with status 3: no" mirror start eth0
		grep -q "eth0: it is what it was before" "$work/said"
	fi
	is_as_before eth0
done

make_device eth1
remember eth1

say "what is missing is said"
mirror start eth0
monitor nft flush ruleset
misses "is not dropped any more"
monitor nft add table inet ipt_traffic_mirror '{ flags dormant; }'
misses "is not dropped any more"
monitor nft delete element inet ipt_traffic_mirror mirror_ports '{ "eth0" }'
misses "is not dropped any more"
monitor nft flush chain inet ipt_traffic_mirror answers
misses "is not dropped any more"
monitor tc filter del dev eth0 ingress pref 4
misses "its filters are not there any more"
monitor tc filter del dev eth0 egress
misses "its filters are not there any more"
monitor tc filter del dev eth0 egress
monitor tc filter add dev eth0 egress pref 1 protocol all matchall action pass
misses "its filters are not there any more"
monitor tc qdisc del dev eth0 clsact
misses "its filters are not there any more"
ip -n monitor link set eth0 promisc off
misses "it is not up, promisc on"
monitor sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.ip_forward=1
misses "somebody has changed net/ipv4/conf/eth0/forwarding"
ip -n monitor address add 10.1.1.1/24 dev eth0
mirror status >"$work/status" && die "it has an address, and nobody misses anything"
grep -x "wrong  eth0: it is used for something else: it has an address: 10.1.1.1/24" "$work/status"
cannot "eth0: it has an address: 10.1.1.1/24"
ip -n monitor address del 10.1.1.1/24 dev eth0
mirror status

say "another name, and another device beside it"
odd=$'a;{#$\'*\\}'
ip -n monitor link set eth0 down
ip -n monitor link set eth0 name "$odd"
ip -n monitor link set "$odd" up
mirror status >"$work/status"
grep -Fx "ok     $odd: it is in mirror mode, and all of it is in place" "$work/status"
mirror start eth1
mirror status >&2
say "its first name is good enough while nobody else has that"
mirror stop eth0
mirror status >"$work/status"
same "what is left" "$(<"$work/status")" "ok     eth1: it is in mirror mode, and all of it is in place"
mirror start "$odd"
mirror status >&2
mirror stop eth1
mirror status >&2
mirror stop "$odd"
is_as_before eth1
ip -n monitor link set "$odd" down
ip -n monitor link set "$odd" name 'a"b'
cannot 'a"b: nft cannot be told this name' 'a"b'
ip -n monitor link set 'a"b' name eth0
ip -n monitor link set eth0 up

say "a device that goes, and another one of its name"
remember eth0
mirror start eth1
ip -n monitor link del eth1
mirror status >"$work/status" && die "nobody misses it"
same "status" "$(<"$work/status")" 'wrong  eth1: it was in mirror mode, and is gone: "trafctl mirror stop eth1" forgets it'
mirror stop eth1
is_as_before eth0
make_device eth1
mirror start eth1
ip -n monitor link del eth1
make_device eth1
mirror start eth1
mirror start eth1 | grep -x "eth1: it is in mirror mode already; what was missing of that has been put back"
same "status" "$(mirror status)" "ok     eth1: it is in mirror mode, and all of it is in place"
mirror stop eth1
is_as_before eth0
