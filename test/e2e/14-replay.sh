# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# nft-only: iptables only passes the packets
# families: ipv4 ipv6
#
# Promise: what comes in on a mirror port, addressed to others, is counted in raw
# PREROUTING as well, and exactly, whatever it is.
#
# Captures are replayed to the router's link. Every row of every table, of those
# networks that most packets belong to, has to be what captures.c reads in the
# same captures; of IPv4, bytes and packets are also compared with nft sets on the
# hook.
# The captures are made here, or found in the directory $CAPTURES (replay.sh).
#
# bound: 900
. "$(dirname "$0")/lib.sh"

case $FAMILY in
# The default for IPv6 is fewer than a large network has in captures.
ipv4) ALL_HOSTS=224.0.0.251 MAXADDRS= ;;
ipv6) ALL_HOSTS=ff02::fb MAXADDRS='--maxaddrs 1000000' ;;
esac

make_captures() {
	"${BLAST[@]}" -s 7 -w "plain=$1/plain.pcap" -w "odd=$1/odd.pcap" >/dev/null <<-END
		plain tcp  count=2000 src=193.11.176.0~193.11.176.99 dst=8.8.8.0~8.8.9.255 sport=1024~1100 dport=80~90 flags=S size=$((IP_HEADER + 20))~1500
		plain tcp  count=2000 src=8.8.8.0~8.8.9.255 dst=193.11.176.0~193.11.176.99 sport=80~90 dport=1024~1100 flags=FA size=$((IP_HEADER + 20))~1500
		plain tcp  count=2000 src=193.11.176.0~193.11.176.99 dst=8.8.8.0~8.8.9.255 sport=1024~1100 dport=80~90 flags=S
		plain udp  count=2000 src=193.11.176.0~193.11.176.99 dst=172.20.0.0~172.20.0.50 sport=53~80 dport=53~80 size=$((IP_HEADER + 8))~1500
		plain udp  count=500 src=10.0.0.1 dst=$ALL_HOSTS sport=5353 dport=5353
		plain udp  count=9 src=0.0.0.0 dst=255.255.255.255 sport=68 dport=67
		odd icmp count=500 src=193.11.176.0~193.11.176.99 dst=8.8.8.8 type=0~18
		odd ip   count=1000 proto=1~255 src=193.11.176.0~193.11.176.99 dst=172.20.0.0~172.20.0.50 size=$IP_HEADER~1500
		odd udp  count=300 src=8.8.8.8 dst=193.11.176.0~193.11.176.99 frag=0~9000+ size=$((IP_HEADER + 8))~1500
		odd junk count=3000 proto=6 src=193.11.176.0~193.11.176.99 dst=8.8.8.0~8.8.9.255
		odd junk count=3000 proto=17 src=8.8.8.0~8.8.9.255 dst=172.20.0.0~172.20.0.50
		odd junk count=3000 proto=0~255 src=8.8.8.0~8.8.9.255 dst=193.11.176.0~193.11.176.99
	END
	# One of another link type, raw IP, to be skipped.
	{
		head -c 20 "$1/plain.pcap"
		printf '\145\0\0\0'
	} >"$1/raw-ip.pcap"
	echo "no capture" >"$1/README"
}

# All captures of a directory, as pcap; damaged ones as far as they go.
read_captures() {
	local file n=0

	mkdir "$work/pcap"
	while IFS= read -r -d '' file; do
		n=$((n + 1))
		tcpdump -Z root -r "$file" -w "$work/pcap/$n-${file##*/}" 2>"$work/error" ||
			say "$file: $(tail -n 1 "$work/error")"
	done < <(find -L "$1" -type f -print0 | sort -z)
	# What had no header at all.
	find "$work/pcap" -size -24c -delete
}

# "name_of TRUTH": the table's, which has no colons.
name_of() {
	tr : _ <<<"N${1##*-}"
}

# Of the rows of several files one table.
together() {
	head -n 1 "$1"
	tail -qn +2 "$@"
}

if [ -n "${CAPTURES:-}" ]; then
	captures=$CAPTURES count=8
	length=12
	# All of IPv6 fits into one table.
	[ "$FAMILY" = ipv4 ] || length=0 count=1
else
	captures=$work/captures count=3
	length=$((ADDRESS_BITS - 16))
	mkdir "$captures"
	make_captures "$captures"
fi
topology
ip -n router link set out mtu 65535 promisc on
ip -n outside link set eth0 mtu 65535
say "reading $captures"
read_captures "$captures"
"$top/out/test/captures" "$FAMILY" "$length" "$count" "$work/truth" "$work/merged" "$work"/pcap/* >"$work/networks"
say "networks and their packets: $(paste -s -d , "$work/networks")"
truths=()
while read -r network _; do
	truths+=("$work/truth-$network")
done <"$work/networks"
if [ ${#truths[@]} = 0 ]; then
	[ -n "${CAPTURES:-}" ] || die "no packets"
	say "no packets of $FAMILY in these captures"
	exit 0
fi

[ "$FAMILY" != ipv4 ] || cut -f 1 "${truths[@]}" | grep -v IP | witness prerouting raw
echo 1G >/sys/module/ipt_traffic/parameters/memory
{
	echo "*raw"
	for truth in "${truths[@]}"; do
		echo "-A PREROUTING -i out -m traffic --traffic --portconn --ipconn" \
			"--netbase ${truth##*-}/$length $MAXADDRS --conntimeout 43200" \
			"--name $(name_of "$truth")"
	done
	echo "-A PREROUTING -i out -j DROP"
	echo "COMMIT"
} >"$work/rules"
router $IPTABLES-restore "$work/rules"
# Last, so that nothing of it is ever answered.
router tc qdisc add dev out clsact
router tc filter add dev out ingress matchall action skbedit ptype host

outside tcpreplay -q -t -i eth0 "$work/merged" >"$work/replayed" 2>&1 || die "$(cat "$work/replayed")"
grep -q 'Failed packets: *0' "$work/replayed" || die "$(cat "$work/replayed")"
until_true 60 backlogs_are_empty

i=0
for truth in "${truths[@]}"; do
	name=$(name_of "$truth")
	i=$((i + 1))
	same_table "$name" "$truth"
	same_table "${name}_packets" "${truth}_packets"
	same "the rule of $name" "$(rule_counters raw PREROUTING $i)" "$(<"${truth}_rule")"
	if [ "$(table "${name}_info" | awk '$1 == "flows_forgotten" { print $2 }')" != 0 ]; then
		[ -n "${CAPTURES:-}" ] || die "$name has forgotten flows"
		say "$name has forgotten flows: its connections are not compared"
		continue
	fi
	same_table "${name}_ipconn" "${truth}_ipconn"
	same_table "${name}_portconn" "${truth}_portconn"
done
# Of IPv6 nft passes over what has a chain of headers cut short.
[ "$FAMILY" = ipv4 ] || exit 0
witness_tables "$work/seen"
together "${truths[@]}" >"$work/all"
together "${truths[@]/%/_packets}" >"$work/all_packets"
same_rows "$work/seen" "$work/all"
same_rows "$work/seen_packets" "$work/all_packets"
