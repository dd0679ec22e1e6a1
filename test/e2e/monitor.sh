# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What scenarios are written in about what "trafctl mirror" leaves behind, with lib.sh: a
# monitor with devices that are links to a switch.

# shellcheck disable=SC2154 # variables of lib.sh

# shellcheck disable=SC2034 # for kills.sh
METER=monitor
MIRROR=("$top/out/trafctl" mirror --run "$work/run")

mirror() {
	within monitor "${MIRROR[@]}" "$@"
}

# "state DEVICE": all that a start may change. (Some sysctls cannot be read while they have
# no value. Where IPv6 is off, the kernel joins the group of all nodes, for nothing, when
# addr_gen_mode is written.)
state() {
	{
		ip -n monitor -d -batch - <<-END
			address show dev $1
			maddress show dev $1
			route show table all dev $1
		END
		ip -n monitor -6 -d route show table all dev "$1"
		tc -n monitor qdisc show dev "$1"
		within monitor nft list ruleset
		within monitor ethtool -k "$1"
		within monitor grep -r "" "/proc/sys/net/ipv4/conf/$1" "/proc/sys/net/ipv6/conf/$1" 2>/dev/null || true
		find "$work" -name mirrors
	} | grep -v 'link  33:33:00:00:00:01' | sort
}

# A link takes a moment to come up, and an address that the kernel has made to be its own.
is_steady() {
	state "$1" >"$work/before"
	! grep -q tentative "$work/before" || return
	sleep 0.5
	state "$1" | cmp -s - "$work/before"
}

# "remember DEVICE": its state, when that has settled.
remember() {
	until_true 20 is_steady "$1"
}

is_the_same() {
	state "$1" >"$work/after"
	cmp -s "$work/before" "$work/after"
}

# "is_as_before DEVICE": in a moment.
is_as_before() {
	local tries

	for ((tries = 0; tries < 10; tries++)); do
		! is_the_same "$1" || return 0
		sleep 0.5
	done
	diff -u "$work/before" "$work/after" >&2
}

# "make_device NAME": a link to the switch, with an address that the kernel has made.
make_device() {
	ip -n monitor link add "$1" address "$(mac "$1")" type veth peer name "$1" netns switch
	ip -n switch link set "$1" up
	ip -n monitor link set "$1" up
}

mac() {
	printf '%s' "$1" | md5sum | sed -E 's/^(..)(..)(..).*/02:00:00:\1:\2:\3/'
}

# The monitor is a router.
make_monitor() {
	local namespace

	for namespace in monitor switch; do
		ip netns add $namespace
	done
	within switch sysctl -q -w net.ipv6.conf.{all,default}.disable_ipv6=1
	within monitor sysctl -q -w net.ipv4.ip_forward=1
	make_device eth0
}
