# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-only: it is a table of iptables-legacy
# short: legacy-ipv4 legacy-ipv6
#
# Promise: on a mirror port, where every packet is addressed to somebody else, a rule in
# the table "promisc" of stock iptables-legacy counts exactly what the two ends have sent
# each other, on a kernel of a distribution as it is. It looks at packets as IP itself
# does, obeys verdicts, belongs to its namespace, and can be unloaded under traffic.
#
# bound: 240
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/arrivals.sh"
. "$(dirname "$0")/mirror.sh"

RULE=(-i eth0 -m traffic --traffic --portconn --ipconn --netbase "$NETBASE" --netmask "$NETMASK")

# Packets of 193.11.180.1, each once: the sound one with padding behind it, and those that
# IP refuses.
odd_packets() {
	/usr/bin/python3 - "$(address 193.11.180.1)" "$(address 9.9.9.9)" <<-'END'
		import socket, struct, sys

		UDP = struct.pack(">4H", 40000, 53, 8, 0)
		ours, theirs = sys.argv[1:]

		def ipv4(version=4, ihl=5, length=28, wrong=0):
		    head = struct.pack(">BBHHHBBH4s4s", version << 4 | ihl, 0, length, 0, 0, 64, 17, 0,
		                       socket.inet_aton(ours), socket.inet_aton(theirs))
		    total = sum(struct.unpack(">10H", head))
		    total = (total & 0xffff) + (total >> 16)
		    checksum = (~((total & 0xffff) + (total >> 16)) & 0xffff) ^ wrong
		    return head[:10] + struct.pack(">H", checksum) + head[12:] + UDP

		def ipv6(version=6, length=8, source=ours, destination=theirs):
		    return struct.pack(">IHBB", version << 28, length, 17, 64) + \
		        socket.inet_pton(socket.AF_INET6, source) + \
		        socket.inet_pton(socket.AF_INET6, destination) + UDP

		if ":" in ours:
		    packets = [ipv6() + bytes(18), ipv6(version=5), ipv6(length=9), ipv6(destination="::1"),
		               ipv6(destination="ff01::1"), ipv6(destination="ff00::1"), ipv6()[:39]]
		else:
		    packets = [ipv4() + bytes(18), ipv4(version=5), ipv4(ihl=4), ipv4(ihl=8), ipv4(length=29),
		               ipv4(length=19), ipv4(wrong=1), ipv4()[:19]]
		for packet in packets:
		    print("inside raw payload=" + packet.hex())
	END
}

# Whether there are more packets of 193.11.180.2 than before.
seen=0
has_grown() {
	local before=$seen

	read -r _ seen _ < <(row RSN_packets 193.11.180.2)
	[ "${seen:=0}" -gt "$before" ]
}

# "send_until FILE": packets, one after the other, as long as it is there.
send_until() {
	while [ -e "$1" ]; do
		"${BLAST[@]}" "${BLAST_LINKS[@]}" <<<"inside udp count=2000 src=193.11.180.2 dst=9.9.9.9" >/dev/null
	done
}

mirror_topology
use_table_promisc
ip_counters >"$work/before"
monitor $IPTABLES -t promisc -A PREROUTING "${RULE[@]}" --name RSN

say "what the ends have sent"
mirror_a_mix promisc PREROUTING
mirror_hosts
mirror_conversations promisc PREROUTING
monitor ethtool -K eth0 gro on
mirror_conversations promisc PREROUTING merged
monitor ethtool -K eth0 gro off

say "no packet has come further"
ip_counters >"$work/after"
same_file "$work/after" "$work/before"

say "as IP looks at packets: what is behind them, cut short, wrong"
odd_packets | blast
expect_row RSN_packets 193.11.180.1 0 1 0 0 0 1 0 0
expect_row RSN 193.11.180.1 0 $((IP_HEADER + 8)) 0 0 0 $((IP_HEADER + 8)) 0 0

say "whatever the verdict, nothing comes further, and nothing is left"
for target in "-j DROP" "-j NFQUEUE --queue-num 7" "-j RETURN" "-j ACCEPT"; do
	# shellcheck disable=SC2086 # words
	monitor $IPTABLES -t promisc -A PREROUTING -s "$(address 193.11.180.3)" $target
	blast <<<"inside udp count=100 src=193.11.180.3 dst=9.9.9.9"
	same "matched by $target" "$(rule_counters promisc PREROUTING 2)" "100 $((100 * (IP_HEADER + 8)))"
	monitor $IPTABLES -t promisc -D PREROUTING 2
done
monitor $IPTABLES -t promisc -P PREROUTING DROP
blast <<<"inside udp count=100 src=193.11.180.3 dst=9.9.9.9"
expect_row RSN_packets 193.11.180.3 0 500 0 0 0 500 0 0
ip_counters >"$work/after"
same_file "$work/after" "$work/before"

say "a target may keep packets"
insmod "$top/out/bench-$(uname -r)/xt_KEEP.ko"
XTABLES_LIBDIR=$XTABLES_LIBDIR:$top/out/test/keep \
	monitor $IPTABLES -t promisc -A PREROUTING -s "$(address 193.11.180.5)" -j KEEP
blast <<<"inside udp count=50 src=193.11.180.5 dst=9.9.9.9"
same "kept" "$(cat /sys/module/xt_KEEP/parameters/{kept,sound} | paste -s -d ' ')" "50 50"
monitor $IPTABLES -t promisc -D PREROUTING 2
until_true 10 rmmod xt_KEEP

say "other namespaces' packets are theirs, and so are their tables"
in_namespace inside $IPTABLES -t promisc -A PREROUTING -j ACCEPT
ip netns add extra
in_namespace extra $IPTABLES -t promisc -A PREROUTING -m traffic --traffic \
	--netbase "$NETBASE" --netmask "$NETMASK" --name EXTRA
blast <<<"inside udp count=100 src=193.11.180.4 dst=9.9.9.9"
same "seen inside" "$(within inside $IPTABLES -t promisc -nvxL PREROUTING 1 | awk '{ print $1, $2 }')" "0 0"
ip netns del extra
expect_row RSN_packets 193.11.180.4 0 100 0 0 0 100 0 0

say "rules hold the module, packets do not"
touch "$work/sending"
send_until "$work/sending" &
! rmmod "$PROMISC_MODULE" 2>/dev/null || die "it was unloaded under a rule"
in_namespace inside $IPTABLES -t promisc -F
monitor $IPTABLES -t promisc -F
until_true 10 rmmod "$PROMISC_MODULE"
for ((i = 0; i < 5; i++)); do
	use_table_promisc
	monitor $IPTABLES -t promisc -A PREROUTING "${RULE[@]}" --name RSN
	until_true 10 has_grown
	monitor $IPTABLES -t promisc -F
	until_true 10 rmmod "$PROMISC_MODULE"
done
rm "$work/sending"
wait
