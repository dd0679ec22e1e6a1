# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A mirror port, for scenarios that source this after lib.sh and arrivals.sh. After
# "mirror_topology":
#
#	namespace inside           switch           outside
#
#	193.11.176.0/20        +-------------+      everything else
#	+-------------+        |             |      +-------------+
#	|        eth0 | ------ | in      out | ---- | eth0        |
#	+-------------+        |             |      +-------------+
#	      10.255.1.2       |    span     |            10.255.1.1
#	                       +-------------+
#	                              |
#	                       +-------------+
#	                       |    eth0     |
#	                       +-------------+
#	                           monitor
#
# What arrives at "in" leaves by "out", and the reverse; all of it leaves by "span" as
# well. The monitor has none of the addresses, and its own MAC address is nobody's
# next hop. Tables are looked at there.

# shellcheck disable=SC2154 # top and work are of lib.sh
MAC_MONITOR=02:00:00:00:00:05
MAC_LAN=02:00:00:00:00:06
MAC_LAN_PEER=02:00:00:00:00:07
MONITOR_LAN=10.255.9.1
# shellcheck disable=SC2034 # of lib.sh
{
	MIDDLE=switch
	METER=monitor
	BLAST_LINKS=(-l "inside=inside,eth0,$MAC_OUTSIDE" -l "outside=outside,eth0,$MAC_INSIDE")
}

switch() { in_namespace switch "$@"; }
monitor() { in_namespace monitor "$@"; }

mirror_topology() {
	local namespace

	say "mirror_topology"
	sysctl -q -w net.core.netdev_max_backlog=10000000
	for namespace in inside switch outside monitor; do
		ip netns add $namespace
		# shellcheck disable=SC2046 # words
		within $namespace sysctl -q -w $(sysctls $namespace)
	done
	within switch sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	ip -n switch -batch - <<-END
		link add in type veth peer name eth0 netns inside address $MAC_INSIDE
		link add out type veth peer name eth0 netns outside address $MAC_OUTSIDE
		link add span type veth peer name eth0 netns monitor address $MAC_MONITOR
		link set in up
		link set out up
		link set span up
	END
	mirror_from in out
	mirror_from out in
	host_side inside 10.255.1.2 10.255.1.1 "$MAC_OUTSIDE"
	host_side outside 10.255.1.1 10.255.1.2 "$MAC_INSIDE"
	ip -n monitor link set lo up
	ip -n monitor link set eth0 promisc on up
	mirror_offloads off
}

# The monitor has another device, and all its routes by that.
add_lan() {
	ip netns add lan
	within lan sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	ip -n monitor -batch - <<-END
		link add lan address $MAC_LAN type veth peer name eth0 netns lan address $MAC_LAN_PEER
		link set lan up $(quiet_link)
		address add $(network $MONITOR_LAN/30) dev lan
		neighbour add $(address 10.255.9.2) lladdr $MAC_LAN_PEER dev lan nud permanent
		route add $EVERYTHING via $(address 10.255.9.2)
	END
	ip -n lan link set eth0 up
}

# The table "promisc" of iptables-legacy, in kernels with and without the PROMISC hook.
use_table_promisc() {
	modprobe "${PROMISC_MODULE%%table*}_tables"
	grep -q -w xt_register_template /proc/kallsyms || skip "its tables have no templates, as before Linux 5.15"
	insmod "$top/out/kmod-$(uname -r)/$PROMISC_MODULE.ko"
}

# "mirror_from PORT OTHER": of the switch.
mirror_from() {
	tc -n switch qdisc add dev "$1" clsact
	tc -n switch filter add dev "$1" ingress matchall \
		action mirred egress mirror dev span \
		action mirred egress redirect dev "$2"
}

# "mirror_offloads on|off": GRO, GSO and TSO of all links.
mirror_offloads() {
	offloads_of "$1" "inside eth0" "switch in" "switch out" "switch span" "outside eth0" "monitor eth0"
}

# "mirror_a_mix TABLE CHAIN": packets of all kinds, seen by a table RSN of the whole network
# with all files, which has to be as the ends have sent them. (Not those of the
# conversations.)
mirror_a_mix() {
	local udp=$((IP_HEADER + 8))
	local tcp=$((IP_HEADER + 20))

	blast -s 7 -n "$NETWORK" -o "$work/RSN" <<-END
		# The first address of their half, the last, and each.
		inside  tcp  src=193.11.184.0 dst=8.8.8.8 flags=S
		outside tcp  src=8.8.8.8 dst=193.11.184.0 flags=SA size=1500
		outside icmp src=8.8.8.8 dst=193.11.191.255
		inside  udp  src=193.11.184.0/21 dst=9.9.9.9 dport=53 size=$udp
		outside tcp  src=9.9.9.9 dst=193.11.184.0/21 flags=A size=1400
		# A mix, with short ones and fragments.
		inside  tcp  count=300 src=193.11.184.0~193.11.191.255 dst=8.0.0.0~9.255.255.255 sport=0~65535 dport=0~65535 size=$tcp~1500
		outside tcp  count=300 src=8.0.0.0~9.255.255.255 dst=193.11.184.0~193.11.191.255 sport=0~65535 dport=0~65535 flags=S size=$tcp~1500
		inside  udp  count=300 src=193.11.184.0~193.11.191.255 dst=8.0.0.0~9.255.255.255 sport=0~65535 dport=0~65535 size=$udp~1500
		outside ip   count=300 proto=61~134 src=8.0.0.0~9.255.255.255 dst=193.11.184.0~193.11.191.255 size=$IP_HEADER~1500
		inside  udp  count=50 src=193.11.184.1 dst=8.8.8.8 frag=0+ size=1496
		inside  udp  count=50 src=193.11.184.1 dst=8.8.8.8 frag=1480 size=$udp~1500
		# Between insiders, and outsiders.
		inside  udp  count=50 src=193.11.184.3 dst=193.11.184.4
		outside udp  count=50 src=8.8.8.8 dst=9.9.9.9
	END
	same_as_sent RSN "$@"
}

# Real hosts, before "mirror_conversations".
mirror_hosts() {
	inside_host 193.11.176.1
	outside_host 8.8.8.8
	count_arrivals 193.11.176.1
	conversations=0
	on_the_wire=0
}

# "mirror_conversations TABLE CHAIN [merged]": one opened from each side, which the table RSN
# has to have as they arrive; merged: by the monitor, as the rule's own counter tells.
mirror_conversations() {
	local before after in out sent

	before=$(rule_counters "$1" "$2")
	talk inside,193.11.176.1 outside,8.8.8.8 80 1 200000 300000
	talk outside,8.8.8.8 inside,193.11.176.1 80 1 150000 100000
	until_true 10 quiet
	conversations=$((conversations + 1))
	expect_arrivals RSN 193.11.176.1
	expect_row RSN_ipconn 193.11.176.1 $conversations $conversations \
		$conversations $conversations 0 0 0 0 0 0
	after=$(rule_counters "$1" "$2")
	read -r in out _ <"$work/arrivals"
	sent=$((in + out - on_the_wire))
	on_the_wire=$((in + out))
	say "$((${after% *} - ${before% *})) packets at the rule, $sent on the wire"
	[ -z "${3:-}" ] || [ $(((${after% *} - ${before% *}) * 4)) -lt $((sent * 3)) ] ||
		die "hardly anything was merged"
}
