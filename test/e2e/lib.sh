# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scenarios are written in. A scenario sources it first and ends with
# its last step; whatever fails ends it. run.sh cleans up after it.
#
# Scenarios are written with addresses of IPv4. In a run for IPv6 ($FAMILY; run.sh
# says which scenarios have one) each stands for the address of 2001:db8::/96 that
# has it as its end: blast and the functions here take them as they are written,
# other programs get them from "address", "network" and the variables below.
#
# The network, after "topology":
#
#	namespace inside            router               outside
#
#	193.11.176.0/20        +-------------+       everything else
#	+-------------+        |             |        +-------------+
#	|        eth0 | ------ | in      out | ------ | eth0        |
#	+-------------+        +-------------+        +-------------+
#	      10.255.1.2  10.255.1.1    10.255.2.1  10.255.2.2
#
# The links are veth pairs. Neighbours are static, and IPv6 is off or asks nobody
# anything, so that no packet passes but those of the scenario; GRO, GSO and TSO
# are off, so that they pass as they are sent. Packets of blast need no hosts on either side;
# inside_host and outside_host give a namespace addresses to really talk from.
#
# (mirror.sh has another one, with a switch in the middle.)

set -eEuo pipefail
export LC_ALL=C

FAMILY=${FAMILY:-ipv4}
# shellcheck disable=SC2034 # for the scenarios
{
	IPTABLES=iptables
	NFT_FAMILY=ip
	ADDRESS_BITS=32
	IP_HEADER=20
	EVERYTHING=0.0.0.0/0
	NETBASE=193.11.176.0
	NETMASK=255.255.240.0
	NETWORK=$NETBASE/20
	PROMISC_MODULE=iptable_promisc
	# Whether rows ascend by address; a scenario of a hashed table says so.
	ORDERED=yes
}
# shellcheck disable=SC2034
if [ "$FAMILY" = ipv6 ]; then
	IPTABLES=ip6tables
	NFT_FAMILY=ip6
	ADDRESS_BITS=128
	IP_HEADER=40
	EVERYTHING=::/0
	NETBASE=2001:db8::c10b:b000
	NETMASK=116
	NETWORK=$NETBASE/$NETMASK
	PROMISC_MODULE=ip6table_promisc
	ORDERED=no
fi
TABLES=/proc/net/xt_traffic
# What is between inside and outside, and where tables are looked at.
MIDDLE=router
METER=router

top=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# For the files of this scenario.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'failed_at "${BASH_SOURCE[0]##*/}:$LINENO" "$BASH_COMMAND"' ERR

MAC_INSIDE=02:00:00:00:00:01
MAC_ROUTER_IN=02:00:00:00:00:02
MAC_ROUTER_OUT=02:00:00:00:00:03
MAC_OUTSIDE=02:00:00:00:00:04

# Where packets of blast leave from: each host's link to the next hop, and the router.
BLAST_LINKS=(-l "inside=inside,eth0,$MAC_ROUTER_IN" -l "outside=outside,eth0,$MAC_ROUTER_OUT" -l router=router)

# "address ADDRESS": what it stands for, as the tables write it. What is no address
# of IPv4 stays.
address() {
	local a b c d

	if [[ "$FAMILY" = ipv4 || $1 != *.*.*.* || $1 == *:* ]]; then
		echo "$1"
		return
	fi
	IFS=. read -r a b c d <<<"$1"
	printf '2001:db8::%x:%x\n' $((a << 8 | b)) $((c << 8 | d))
}

# "map_lines <LINES": address for each line.
map_lines() {
	if [ "$FAMILY" = ipv4 ]; then
		cat
		return
	fi
	awk -F . 'NF == 4 && !/:/ { printf "2001:db8::%x:%x\n", $1 * 256 + $2, $3 * 256 + $4; next } 1'
}

# "network ADDRESS/LEN"
network() {
	echo "$(address "${1%/*}")/$((${1#*/} + ADDRESS_BITS - 32))"
}

BLAST=("$top/out/test/blast")
[ "$FAMILY" = ipv4 ] || BLAST+=(-6 2001:db8::)

say() {
	echo "[$EPOCHREALTIME] $*" >&2
}

# Of a here-document only the command.
failed_at() {
	say "FAILED at $1: ${2%%$'\n'*}"
}

die() {
	say "FAILED: $*"
	exit 1
}

# "skip WHY": what is missing, that nothing the tests may install would bring.
skip() {
	say "skipped"
	echo "$*" >"$SKIPPED"
	exit 1
}

# "without WHAT": of which the rest of the scenario has to do without, and its result
# says so.
without() {
	say "without $*"
	echo "$*" >>"$WITHOUT"
}

# --- where commands run ----------------------------------------------------

in_namespace() {
	say "$1: ${*:2}"
	within "$@"
}

# "within NAMESPACE COMMAND...", and nothing said. (ip netns exec mounts a /sys of
# that namespace as well, which takes longer than most commands.)
within() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

inside() { in_namespace inside "$@"; }
router() { in_namespace router "$@"; }
outside() { in_namespace outside "$@"; }

# "until_true SECONDS COMMAND..." polls.
until_true() {
	local seconds=$(($1 * ${SLOWNESS:-1}))
	local end=$((SECONDS + seconds))
	shift

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || die "not within $seconds s: $*"
		sleep 0.1
	done
}

# --- packets by the million ------------------------------------------------

# Sends by the module bench_hook, see the heads of both.
SWARM=("$top/out/test/swarm")
[ "$FAMILY" = ipv4 ] || SWARM+=(-6)

use_bench_hook() {
	rmmod bench_hook 2>/dev/null || true
	insmod "$top/out/bench-$(uname -r)/bench_hook.ko"
	trap 'rmmod bench_hook; rm -rf "$work"' EXIT
}

# "sum_up FILE...": their rows, added up by address or port. (drain reads any file, and adds
# much faster than awk.)
sum_up() {
	{
		echo IP
		sed -E '/^(IP|PORT)/d' "$@"
	} >"$work/to-sum-up"
	"$top/out/test/drain" "$work/to-sum-up" 65536 1 1 0 1 2>/dev/null
}

# "whole_rows FILE": of what was read of a table that clears. What has its newline has
# been delivered.
whole_rows() {
	{ cat "$1"; echo; } | sed '$d'
}

# Whether objects take what they say: kmemleak keeps a record of each, KASAN a trace.
objects_are_lean() {
	[ ! -e /sys/kernel/debug/kmemleak ]
}

# Bytes of the kernel's that tables can be made of.
kernel_memory() {
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { sum += $2 } END { printf "%.0f\n", sum * 1024 }' /proc/meminfo
}

# --- the network -----------------------------------------------------------

# In few commands, as each scenario begins with it.
topology() {
	local namespace

	say "topology"
	# A backlog that never drops: what is sent arrives.
	sysctl -q -w net.core.netdev_max_backlog=10000000
	for namespace in inside router outside; do
		ip netns add $namespace
		# shellcheck disable=SC2046 # words
		within $namespace sysctl -q -w $(sysctls $namespace)
	done
	ip -n router -batch - <<-END
		link set lo up
		link add in address $MAC_ROUTER_IN type veth peer name eth0 netns inside address $MAC_INSIDE
		link add out address $MAC_ROUTER_OUT type veth peer name eth0 netns outside address $MAC_OUTSIDE
		link set in up $(quiet_link)
		link set out up $(quiet_link)
		address add $(network 10.255.1.1/30) dev in
		address add $(network 10.255.2.1/30) dev out
		neighbour add $(address 10.255.1.2) lladdr $MAC_INSIDE dev in nud permanent
		neighbour add $(address 10.255.2.2) lladdr $MAC_OUTSIDE dev out nud permanent
		route add $NETWORK via $(address 10.255.1.2)
		route add $EVERYTHING via $(address 10.255.2.2)
	END
	host_side inside 10.255.1.2 10.255.1.1 $MAC_ROUTER_IN
	host_side outside 10.255.2.2 10.255.2.1 $MAC_ROUTER_OUT
	offloads off
}

# "sysctls NAMESPACE": of IPv6 no address but those that are given, and nobody
# asked whether another has them.
sysctls() {
	local forwards=0

	[ "$1" != router ] || forwards=1
	if [ "$FAMILY" = ipv6 ]; then
		echo net.ipv6.conf.{all,default}.forwarding=$forwards \
			net.ipv6.conf.default.{addr_gen_mode=1,accept_dad=0,accept_ra=0}
		return
	fi
	echo net.ipv6.conf.{all,default}.disable_ipv6=1 net.ipv4.ip_forward=$forwards \
		net.ipv4.conf.{all,default}.{rp_filter,send_redirects}=0
}

# IPv6 joins groups, and tells the link, where it has to resolve neighbours or may
# send to all.
quiet_link() {
	[ "$FAMILY" = ipv4 ] || echo arp off multicast off
}

# "host_side NAMESPACE ADDRESS ROUTER MAC_OF_ROUTER"
host_side() {
	ip -n "$1" -batch - <<-END
		link set lo up
		link set eth0 up $(quiet_link)
		address add $(network "$2/30") dev eth0
		neighbour add $(address "$3") lladdr $4 dev eth0 nud permanent
		route add $EVERYTHING via $(address "$3")
	END
}

# "offloads on|off": GRO, GSO and TSO of all links.
offloads() {
	offloads_of "$1" "inside eth0" "router in" "router out" "outside eth0"
}

# "offloads_of on|off 'NAMESPACE DEVICE'..."
offloads_of() {
	local namespace device

	while read -r namespace device; do
		in_namespace "$namespace" ethtool -K "$device" gro "$1" gso "$1" tso "$1"
	done < <(printf '%s\n' "${@:2}")
}

# "inside_host ADDRESS..." makes the inside namespace answer for them.
inside_host() {
	host_addresses inside "$@"
}

outside_host() {
	host_addresses outside "$@"
}

host_addresses() {
	local address

	for address in "${@:2}"; do
		echo "address add $(network "$address/32") dev lo"
	done | ip -n "$1" -batch -
}

# --- packets ---------------------------------------------------------------

# "device_counter NUMBER DEVICE [NAMESPACE]": in a column of /proc/net/dev; of a device there,
# or in the middle.
device_counter() {
	within "${3:-$MIDDLE}" cat /proc/net/dev | awk -v n="$1" -v device="$2:" '$1 == device { print $n }'
}

# Packets that it has received, found no room for, sent: "received DEVICE [NAMESPACE]".
received() { device_counter 3 "$@"; }
dropped() { device_counter 5 "$@"; }
transmitted() { device_counter 11 "$@"; }

# What the meter's IP has received, sent, forwarded, discarded.
ip_counters() {
	case $FAMILY in
	ipv4) within "$METER" cat /proc/net/snmp ;;
	ipv6) within "$METER" cat /proc/net/snmp6 ;;
	esac
}

# "blast [OPTION...] <<BURSTS" (see blast.c) from the links "inside", "outside"
# and "router" (its own output). Dies unless the middle has received all of it.
# With -o PREFIX it leaves there the tables as they have to be.
# shellcheck disable=SC2120 # some scenarios have options for it
blast() {
	local link packets bytes
	local -A arrived

	arrived=([inside]=$(received in) [outside]=$(received out))
	say "blast $*"
	"${BLAST[@]}" "${BLAST_LINKS[@]}" "$@" >"$work/sent"
	while read -r link packets bytes; do
		[ "$packets" != 0 ] || continue
		say "blast: $link sent $packets packets, $bytes bytes"
		case $link in
		inside) until_true 10 has_received in $((arrived[inside] + packets)) ;;
		outside) until_true 10 has_received out $((arrived[outside] + packets)) ;;
		esac
	done <"$work/sent"
	until_true 10 backlogs_are_empty
}

# "talk CLIENT,ADDRESS SERVER,ADDRESS PORT CONNECTIONS THERE BACK": see talk.c
talk() {
	"$top/out/test/talk" "${1%,*},$(address "${1#*,}")" "${2%,*},$(address "${2#*,}")" "${@:3}"
}

# What a device has received may still wait for a CPU.
backlogs_are_empty() {
	local -a numbers

	while read -r -a numbers; do
		[ "${numbers[11]}" = 00000000 ] || return 1
	done </proc/net/softnet_stat
}

# Real connections are over, to the last packet.
quiet() {
	backlogs_are_empty &&
		[ -z "$(within inside ss -Htn state connected exclude time-wait)" ] &&
		[ -z "$(within outside ss -Htn state connected exclude time-wait)" ]
}

has_received() {
	[ "$(received "$1")" = "$2" ]
}

# --- what came of it -------------------------------------------------------

# "table FILE" prints a file of the meter's tables.
table() {
	within "$METER" cat "$TABLES/$1"
}

# "row FILE KEY": one row of it, without its key.
row() {
	table "$1" | awk -F '\t' -v key="$(address "$2")" '$1 == key { sub(/[^\t]*\t/, ""); print }'
}

# "total FILE": the sum of IN and OUT of its rows, as it was read from a table.
total() {
	awk -F '\t' 'NR > 1 { sum += $2 + $3 } END { printf "%.0f\n", sum }' "$1"
}

# "those_in KNOWN FILE": lines of FILE whose keys are in KNOWN, sorted.
those_in() {
	awk -F '\t' 'NR == FNR { known[$1]; next } $1 in known' "$1" "$2" | sort
}

# "info NAME KEY": a value of the meter's NAME_info.
info() {
	table "$1_info" | awk -F '\t' -v key="$2" '$1 == key { print $2 }'
}

# "expect_row FILE KEY NUMBER...": that row has exactly these; none: no row.
expect_row() {
	local file=$1 key=$2 row
	shift 2

	row=$(row "$file" "$key")
	same "row $key of $file" "${row//$'\t'/ }" "$*"
}

# "same WHAT GOT WANTED"
same() {
	[ "$2" = "$3" ] || die "$1 is '$2', wanted '$3'"
	say "$1 is '$2'"
}

# "same_file GOT WANTED": byte for byte.
same_file() {
	diff -u --label "got: $1" --label "wanted: $2" "$1" "$2" | head -n 40 >&2 || {
		[ -z "${VM_RESULTS:-}" ] || cp "$1" "$2" "$VM_RESULTS"
		die "$1 differs from $2"
	}
	say "$1 is as it has to be ($(wc -l <"$1") lines)"
}

# "same_table FILE WANTED": a file of the meter's tables, byte for byte, but for
# the order of the rows where there is none.
same_table() {
	table "$1" >"$work/got-$1"
	same_rows "$work/got-$1" "$2"
}

same_rows() {
	if [ $ORDERED = yes ]; then
		same_file "$1" "$2"
		return
	fi
	sort_rows <"$1" >"$work/got-sorted"
	sort_rows <"$2" >"$work/wanted-sorted"
	diff -q "$work/got-sorted" "$work/wanted-sorted" >/dev/null ||
		same_file "$work/got-sorted" "$work/wanted-sorted"
	say "$1 is as it has to be ($(wc -l <"$1") lines)"
}

sort_rows() {
	local header

	IFS= read -r header
	echo "$header"
	sort
}

# "same_as_sent NAME TABLE CHAIN [NUMBER]": all files of a table hold what blast -o
# "$work/NAME" has told, and so do the counters of its rule.
same_as_sent() {
	local file

	for file in "$1" "$1"_packets "$1"_ipconn "$1"_portconn; do
		same_table "$file" "$work/$file"
	done
	same "matched" "$(rule_counters "${@:2}")" "$(<"$work/$1_rule")"
}

# "expect_keys FILE KEY...": it has rows of these, and of no others.
expect_keys() {
	local file=$1
	shift

	table "$file" | cut -f 1 >"$work/got-keys-$file"
	{
		head -n 1 "$work/got-keys-$file"
		printf '%s\n' "$@" | map_lines
	} >"$work/keys-$file"
	same_rows "$work/got-keys-$file" "$work/keys-$file"
}

# "rule_counters TABLE CHAIN [NUMBER]": packets and bytes of a rule.
rule_counters() {
	within "$METER" $IPTABLES -t "$1" -nvxL "$2" "${3:-1}" | awk '{ print $1, $2 }'
}

# "addresses FIRST COUNT" prints consecutive addresses, as they are written here.
addresses() {
	local a b c d i n

	IFS=. read -r a b c d <<<"$1"
	for ((i = 0; i < $2; i++)); do
		n=$(((a << 24 | b << 16 | c << 8 | d) + i))
		echo "$((n >> 24)).$((n >> 16 & 255)).$((n >> 8 & 255)).$((n & 255))"
	done
}

# --- nft as a second witness -----------------------------------------------

# "witness [HOOK PRIORITY] <ADDRESSES" counts, by default on the hook of mangle
# FORWARD, what those addresses send and receive, by protocol, in sets that are
# filled beforehand (elements made by packets can get lost). Read it with
# witness_tables.
# shellcheck disable=SC2119,SC2120 # scenarios may name a hook
witness() {
	local hook=${1:-forward} priority=${2:-mangle}
	local elements way class

	elements=$(map_lines | paste -s -d ,)
	{
		echo "table $NFT_FAMILY witness {"
		for way in in out; do
			for class in tcp udp other; do
				echo "set ${way}_$class { type ${FAMILY}_addr; counter; elements = { $elements }; }"
			done
		done
		echo "chain $hook { type filter hook $hook priority $priority - 1; policy accept;"
		witness_rules saddr out
		witness_rules daddr in
		echo "}"
		echo "}"
	} >"$work/witness.nft"
	say "router: nft -f witness.nft"
	within router nft -f "$work/witness.nft"
}

witness_rules() {
	echo "meta l4proto tcp $NFT_FAMILY $1 @$2_tcp"
	echo "meta l4proto udp $NFT_FAMILY $1 @$2_udp"
	echo "meta l4proto != { tcp, udp } $NFT_FAMILY $1 @$2_other"
}

# "witness_tables PREFIX" writes down what it saw, PREFIX and PREFIX_packets in the
# shape of a table's files.
witness_tables() {
	witness_counters >"$work/witness"
	witness_table bytes <"$work/witness" >"$1"
	witness_table packets <"$work/witness" >"$1_packets"
}

witness_table() {
	printf 'IP\t\tTOTAL\t\tTCP\t\tUDP\t\tOTHER\n'
	awk -v unit="$1" '
		BEGIN { OFS = "\t"; CONVFMT = OFMT = "%.0f" }
		{
			n[$1, $2, $3] = unit == "bytes" ? $5 : $4
			address[$1]
		}
		function both(a, class) {
			return (n[a, "in", class] + 0) OFS (n[a, "out", class] + 0)
		}
		function total(a, way) {
			return n[a, way, "tcp"] + n[a, way, "udp"] + n[a, way, "other"]
		}
		END {
			for (a in address)
				if (total(a, "in") + total(a, "out") > 0)
					print a, total(a, "in"), total(a, "out"), \
						both(a, "tcp"), both(a, "udp"), both(a, "other")
		}' | sort -t . -n -k 1,1 -k 2,2 -k 3,3 -k 4,4
}

# Lines of ADDRESS in|out tcp|udp|other PACKETS BYTES.
witness_counters() {
	local way class

	for way in in out; do
		for class in tcp udp other; do
			within router nft list set $NFT_FAMILY witness "${way}_$class" |
				tr ',' '\n' |
				sed -nE "s/^(.*[^0-9a-f.:])?([0-9a-f.:]{3,39}) counter packets ([0-9]+) bytes ([0-9]+).*/\2 $way $class \3 \4/p"
		done
	done
}
