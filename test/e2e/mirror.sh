# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A mirror port, for scenarios that source this after lib.sh. After "mirror_topology":
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

MAC_MONITOR=02:00:00:00:00:05
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
