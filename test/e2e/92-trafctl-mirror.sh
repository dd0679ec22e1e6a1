# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-ipv6: its table raw is another one
# bound: 600
#
# Promise: after "trafctl mirror start", a rule in table raw counts what a mirror port
# receives as its two ends have sent it: tagged or not, merged or not, fragments as they
# are. The host tracks none of it, answers none of it and forwards none of it, though it is
# a router, and the device sends nothing at all. When somebody flushes the table of nft that
# drops it, "trafctl mirror status" and "trafctl check" say so, and still nothing is
# forwarded.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/mirror.sh"
. "$(dirname "$0")/arrivals.sh"

TRAFCTL=$top/out/trafctl

mirror() {
	in_namespace monitor "$TRAFCTL" mirror "$@" --run "$work/run"
}

# The monitor routes, by another device, where nobody is to hear of what is mirrored.
make_router() {
	add_lan
	if [ "$FAMILY" = ipv6 ]; then
		within monitor sysctl -q -w net.ipv6.conf.all.forwarding=1
	else
		within monitor sysctl -q -w net.ipv4.ip_forward=1
	fi
	# By a rule that asks, connections are tracked, and fragments joined.
	monitor $IPTABLES -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,INVALID
}

# "provoke [KIND...]": all that a host or router would do something about.
provoke() {
	local frames before

	before=$(received eth0 monitor)
	frames=$(within switch /usr/bin/python3 "$top/test/e2e/provoke.py" span "$FAMILY" $MAC_MONITOR \
		"$(address $MONITOR_LAN)" "$(address 198.51.100.1)" "$@")
	until_true 10 has_heard $((before + frames))
	until_true 10 backlogs_are_empty
}

has_heard() {
	[ "$(received eth0 monitor)" = "$1" ]
}

tracked() {
	within monitor cat /proc/sys/net/netfilter/nf_conntrack_count
}

# "timeouts SECONDS": how long it is remembered.
timeouts() {
	# shellcheck disable=SC2086 # names
	within monitor sysctl -q -w net.netfilter.nf_conntrack_{udp_timeout,icmp_timeout,icmpv6_timeout,generic_timeout,tcp_timeout_syn_sent}=$1
}

# Who lists them forgets those that are too old.
is_forgotten() {
	[ -z "$(within monitor cat /proc/net/nf_conntrack)" ] && [ "$(tracked)" = 0 ]
}

# "silent WHAT COMMAND...": by what it does, nothing leaves the monitor.
silent() {
	local mirror_port lan heard

	mirror_port=$(transmitted eth0 monitor) lan=$(transmitted lan monitor) heard=$(received span)
	"${@:2}"
	same "sent by the mirror port, $1" "$(transmitted eth0 monitor) $(received span)" "$mirror_port $heard"
	same "sent by the other one, $1" "$(transmitted lan monitor)" "$lan"
}

# "tagged [TAG...]": what the switch mirrors from now on is, the first is the inner one.
tagged() {
	local tag action=()

	within switch tc qdisc del dev span clsact 2>/dev/null || true
	[ $# -gt 0 ] || return 0
	for tag; do
		action+=(action vlan push protocol "$tag" id $((${#action[@]} + 5)) pipe)
	done
	within switch tc qdisc add dev span clsact
	switch tc filter add dev span egress matchall "${action[@]}"
}

# "rule NAME": the only one in raw.
rule() {
	within monitor $IPTABLES -t raw -F
	monitor $IPTABLES -t raw -A PREROUTING -i eth0 -m traffic --traffic --portconn --ipconn \
		--netbase "$NETBASE" --netmask "$NETMASK" --name "$1"
}

# "counted_as_sent NAME": all kinds of packets, in both directions.
counted_as_sent() {
	local extra=

	[ "$FAMILY" = ipv4 ] || extra="ext=hop,dst"
	rule "$1"
	blast -n $NETWORK -o "$work/$1" <<-END
		inside tcp src=193.11.176.0/28 dst=8.8.8.8 dport=1~9 flags=S count=32
		outside tcp src=8.8.8.0/29 dst=193.11.176.0/28 sport=80 flags=AP size=100~1400 count=64
		inside udp src=193.11.176.0/28 dst=8.8.8.0/28 size=100~1400 count=32
		outside udp src=8.8.8.8 dst=193.11.176.0~193.11.191.255 size=60 dport=53 count=64
		outside icmp src=8.8.8.8 dst=193.11.176.7 count=3
		inside ip src=193.11.176.1 dst=8.8.8.8 proto=47 count=3
		inside udp src=193.11.176.9 dst=8.8.8.8 $extra dport=53 count=3
		inside udp src=193.11.176.2 dst=8.8.8.8 frag=0+ size=$((IP_HEADER + 1208))
		inside udp src=193.11.176.2 dst=8.8.8.8 frag=1200 size=500
		outside udp src=8.8.8.8 dst=193.11.176.3 frag=1200+ size=500
	END
	same_as_sent "$1" raw PREROUTING
}

# With GRO, a veth has room for 256 packets, and nobody waits for what is mirrored: there
# are never so many on their way.
small_windows() {
	local namespace

	for namespace in inside outside; do
		within $namespace sysctl -q -w "net.ipv4.tcp_wmem=4096 65536 65536" "net.ipv4.tcp_rmem=4096 65536 65536"
	done
}

# "conversations NAME": real ones.
conversations() {
	rule "$1"
	count_arrivals 193.11.176.1
	talk inside,193.11.176.1 outside,8.8.8.8 80 1 300000 700000
	talk outside,8.8.8.8 inside,193.11.176.1 8080 1 100000 400000
	until_true 10 quiet
	same "lost by the mirror port" "$(dropped eth0 monitor)" 0
	expect_arrivals "$1" 193.11.176.1
	expect_row "$1_ipconn" 193.11.176.1 1 1 1 1 0 0 0 0 0 0
	in_namespace inside nft flush ruleset
	in_namespace outside nft flush ruleset
}

# "are_merged NAME": fewer packets came to the rule than were sent.
are_merged() {
	local packets matched

	packets=$(row "$1_packets" 193.11.176.1 | awk '{ print $1 + $2 }')
	matched=$(rule_counters raw PREROUTING)
	[ "${matched% *}" -lt "$packets" ] || die "nothing was merged: $matched"
	say "$packets packets were merged into ${matched% *}"
}

# As IPv6 is on again, it has something to say.
all_that_is_sent_arrives() {
	[ "$(received span)" = "$(transmitted eth0 monitor)" ]
}

mirror_topology
make_router
timeouts 1

say "without it, it is answered, forwarded and tracked"
in_namespace monitor tc qdisc add dev eth0 clsact
in_namespace monitor tc filter add dev eth0 ingress matchall action skbedit ptype host
# IPv6 tells it of addresses of that device only.
if [ "$FAMILY" = ipv4 ]; then
	by_mirror_port=$(transmitted eth0 monitor)
	provoke neighbour
	[ "$(transmitted eth0 monitor)" -gt "$by_mirror_port" ] || die "nobody answered who has an address"
fi
by_lan=$(transmitted lan monitor)
provoke own
[ "$(transmitted lan monitor)" -gt "$by_lan" ] || die "nothing was answered"
by_lan=$(transmitted lan monitor)
provoke forward
[ "$(transmitted lan monitor)" -gt "$by_lan" ] || die "nothing was forwarded"
[ "$(tracked)" -gt 0 ] || die "nothing was tracked"
if [ "$FAMILY" = ipv6 ]; then
	by_lan=$(transmitted lan monitor)
	provoke option
	[ "$(transmitted lan monitor)" -gt "$by_lan" ] || die "no unknown option was answered"
fi
in_namespace monitor tc qdisc del dev eth0 clsact
until_true 10 is_forgotten
timeouts 600

say "it is counted as it was sent"
silent "by a start" mirror start eth0
mirror status
within monitor "$TRAFCTL" check --run "$work/run" >"$work/checked" || true
grep -x 'ok     eth0: it is in mirror mode, and all of it is in place' "$work/checked"
silent "plain" counted_as_sent PLAIN
tagged 802.1Q
silent "with a tag" counted_as_sent TAG
tagged 802.1Q 802.1ad
silent "with two tags, 802.1ad outside" counted_as_sent STACKED
tagged 802.1Q 802.1Q
silent "with two tags, 802.1Q both" counted_as_sent DOUBLE
tagged 802.1Q 802.1ad 802.1Q
silent "with three tags" counted_as_sent TRIPLE
tagged

say "real connections"
inside_host 193.11.176.1
outside_host 8.8.8.8
small_windows
silent "apart" conversations APART
in_namespace monitor ethtool -K eth0 gro on
silent "merged" conversations MERGED
are_merged MERGED
tagged 802.1Q
silent "merged, with a tag" conversations MERGEDTAG
tagged 802.1Q 802.1ad
silent "merged, with two tags" conversations MERGEDTWO
tagged
mirror_offloads on
silent "merged by the sender" provoke forward

say "nothing is answered or forwarded"
silent "provoked" provoke
tagged 802.1Q
silent "provoked, with a tag" provoke
tagged
same "tracked" "$(tracked)" 0

say "somebody flushes all of nft"
in_namespace monitor nft flush ruleset
mirror status >"$work/status" && die "it is missed by nobody"
grep -q "^wrong  eth0: what it receives is not dropped any more" "$work/status"
within monitor "$TRAFCTL" check --run "$work/run" >"$work/checked" || true
grep -qFx "$(grep ^wrong "$work/status")" "$work/checked"
silent "provoked to forward" provoke forward
[ "$FAMILY" = ipv6 ] || silent "provoked" provoke
silent "by another start" mirror start eth0
mirror status
silent "provoked" provoke
mirror stop eth0
until_true 10 all_that_is_sent_arrives
