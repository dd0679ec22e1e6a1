# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
# legacy-only: it has a table that iptables-nft has not
# short: legacy-ipv4 legacy-ipv6
#
# Promise: what promisc-patches/README.md says that each way of a mirror port sees, or
# misses, is so: each row of its table, for the ways that this kernel has.
#
# bound: 300
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/arrivals.sh"
. "$(dirname "$0")/mirror.sh"

readme=$top/promisc-patches/README.md
PACKETS=7

# "send WHAT ADDRESS": PACKETS frames from the inside, whose packets have that source.
send() {
	inside /usr/bin/python3 - "$1" "$(address "$2")" "$(address 9.9.9.9)" $PACKETS <<-'END'
		import socket, struct, sys

		what, source, destination, count = sys.argv[1:]
		six = ":" in source
		OUTSIDE = bytes.fromhex("020000000004")
		udp = struct.pack(">4H", 40000, 53, 28, 0) + bytes(20)

		def ipv4(payload, offset=0, version=4):
		    head = struct.pack(">BBHHHBBH4s4s", version << 4 | 5, 0, 20 + len(payload), 1, offset, 64, 17, 0,
		                       socket.inet_aton(source), socket.inet_aton(destination))
		    total = sum(struct.unpack(">10H", head))
		    total = (total & 0xffff) + (total >> 16)
		    return head[:10] + struct.pack(">H", ~((total & 0xffff) + (total >> 16)) & 0xffff) + head[12:] + payload

		def ipv6(payload, next_header=17, version=6):
		    return struct.pack(">IHBB", version << 28, len(payload), next_header, 64) + \
		        socket.inet_pton(socket.AF_INET6, source) + \
		        socket.inet_pton(socket.AF_INET6, destination) + payload

		def piece(first):
		    part = udp[:8] if first else udp[8:]
		    if six:
		        return ipv6(struct.pack(">BBHI", 17, 0, 1 if first else 8, 1) + part, 44)
		    return ipv4(part, 0x2000 if first else 1)

		tags, mac, packet, ethertype = b"", OUTSIDE, ipv6(udp) if six else ipv4(udp), 0x86dd if six else 0x0800
		if what == "padding":
		    packet += bytes(18)
		elif what == "vlan":
		    tags = struct.pack(">HH", 0x8100, 100)
		elif what == "802.1ad":
		    tags = struct.pack(">HHHH", 0x88a8, 100, 0x8100, 200)
		elif what == "802.1Q twice":
		    tags = struct.pack(">HHHH", 0x8100, 100, 0x8100, 200)
		elif what == "broadcast":
		    mac = b"\xff" * 6
		elif what == "multicast":
		    mac = bytes.fromhex("01005e000001")
		elif what == "own":
		    mac = bytes.fromhex("020000000005")
		elif what == "refused":
		    packet = ipv6(udp, version=7) if six else ipv4(udp, version=7)
		elif what == "refused options":
		    # An option of which RFC 8200 says: who does not know it discards the packet.
		    packet = ipv6(bytes([17, 0, 0x40 | 0x1e, 4, 0, 0, 0, 0]) + udp, 0)
		elif what == "no IP":
		    ethertype = 0x88cc

		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for i in range(int(count)):
		    if what == "fragments":
		        packet = piece(i % 2 == 0)
		    s.send(mac + bytes.fromhex("020000000001") + tags + struct.pack(">H", ethertype) + packet)
	END
	until_true 10 backlogs_are_empty
}

# "kind_of ROW": what to send for it; nothing: it is of the other family.
kind_of() {
	case $1 in
	"IPv4 and IPv6 packets to others") echo plain ;;
	"the same with padding behind them") echo padding ;;
	"tagged, VLAN without a device") echo vlan ;;
	"tagged twice, 802.1ad and 802.1Q") echo 802.1ad ;;
	"tagged twice, 802.1Q both") echo 802.1Q twice ;;
	"fragments, while connections are tracked") echo fragments ;;
	"to all (broadcast frames)") echo broadcast ;;
	"to a group (multicast frames)") echo multicast ;;
	"to the monitor's own MAC address") echo own ;;
	"IPv6, where the device had"*) [ "$FAMILY" = ipv4 ] || echo ipv6 disabled ;;
	"headers that IP refuses") echo refused ;;
	"hop-by-hop options that IP refuses") [ "$FAMILY" = ipv4 ] || echo refused options ;;
	"ARP, LLDP and all else that is not IP") echo no IP ;;
	"counted by the monitor's own IP"*) echo counters ;;
	*) die "no test for the row '$1' of $readme" ;;
	esac
}

# Packets.
# shellcheck disable=SC2016 # awk's
what_ip_has_received() {
	case $FAMILY in
	ipv4) within monitor awk '$1 == "Ip:" && ++n == 2 { print $4 }' /proc/net/snmp ;;
	ipv6) within monitor awk '$1 == "Ip6InReceives" { print $2 }' /proc/net/snmp6 ;;
	esac
}

# "sees ROW KIND ADDRESS": whether this way sees all of it ("yes"), or nothing ("no").
sees() {
	local before after packets

	before=$(what_ip_has_received)
	send "$2" "$3"
	after=$(what_ip_has_received)
	if [ "$2" = counters ]; then
		packets=$((after - before))
	else
		packets=$(row RSN_packets "$3" | cut -f 2)
	fi
	case ${packets:-0} in
	"$PACKETS") echo yes ;;
	0) echo no ;;
	*) echo "$packets of $PACKETS" ;;
	esac
}

# "prove COLUMN": each row of the table, in the way of that column.
prove() {
	local column=$1 row said kind i=0

	while IFS='|' read -r _ row said; do
		row=$(trim "$row")
		said=$(trim "$(cut -d '|' -f "$column" <<<"$said")")
		kind=$(kind_of "$row")
		i=$((i + 1))
		[ -n "$kind" ] || continue
		same "$row" "$(sees "$row" "$kind" "193.11.176.$i")" "$said"
		rows=$((rows + 1))
	done < <(rows_of_readme)
}

trim() {
	local text=$1

	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

# Of the table whose first column is what a mirror port receives.
rows_of_readme() {
	sed -n '/^| received by the mirror port/,/^$/ { /^|/p; }' "$readme" | tail -n +3
}

RULE=(-i eth0 -m traffic --traffic --netbase "$NETBASE" --netmask "$NETMASK" --name RSN)
rows=0
mirror_topology
# Connections are tracked, so that fragments would be joined.
monitor $IPTABLES -t filter -A INPUT -m conntrack --ctstate NEW
[ "$FAMILY" = ipv4 ] || monitor sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1

use_table_promisc
say "the table promisc"
monitor $IPTABLES -t promisc -A PREROUTING "${RULE[@]}"
case $PROMISC_HOOK in
yes) prove 1 ;;
no) prove 2 ;;
esac
monitor $IPTABLES -t promisc -F

say "trafctl mirror"
echo clear | monitor tee "$TABLES/RSN" "$TABLES/RSN_packets" >/dev/null
monitor "$top/out/trafctl" mirror start eth0
monitor $IPTABLES -t raw -A PREROUTING "${RULE[@]}"
prove 3
[ $rows -ge 24 ] || die "only $rows rows were tried"
