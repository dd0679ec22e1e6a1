# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# families: ipv4 ipv6
#
# Promise: a merged packet that comes from a virtual machine counts as on the
# wire too, though it says itself how it is to be cut and not into how many
# packets; UDP of the old kind (UFO) counts as fragments.
#
# A tun device with vnet headers stands for the machine; truth is what the next
# hop receives.
. "$(dirname "$0")/lib.sh"

topology
in_namespace outside nft -f - <<-END
	table $NFT_FAMILY arrived {
		counter of_tcp { }
		counter of_udp { }
		chain prerouting {
			type filter hook prerouting priority raw
			$NFT_FAMILY saddr $(address 193.11.176.1) meta l4proto tcp counter name of_tcp
			$NFT_FAMILY saddr $(address 193.11.176.1) meta l4proto udp counter name of_udp
		}
	}
END
router ethtool -K out tx-udp-segmentation off
modprobe tun
router ip tuntap add dev machine mode tun vnet_hdr
router ip link set machine up
router $IPTABLES -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

router /usr/bin/python3 - "$FAMILY" "$(address 193.11.176.1)" "$(address 9.9.9.9)" >"$work/cut" <<-'END'
	import fcntl, os, socket, struct, sys

	TUNSETIFF = 0x400454CA
	IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 1, 0x1000, 0x4000
	NEEDS_CSUM = 1
	GSO_NONE, GSO_TCPV4, GSO_UDP, GSO_TCPV6, GSO_ECN = 0, 1, 3, 4, 0x80
	if sys.argv[1] == "ipv4":
	    IP, FRAGMENT, GSO_TCP, FAMILY = 20, 0, GSO_TCPV4, socket.AF_INET
	else:
	    IP, FRAGMENT, GSO_TCP, FAMILY = 40, 8, GSO_TCPV6, socket.AF_INET6
	ADDRESSES = b"".join(socket.inet_pton(FAMILY, text) for text in sys.argv[2:])

	tun = os.open("/dev/net/tun", os.O_RDWR)
	fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"machine", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))

	def checksum(data):
	    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
	    while total >> 16:
	        total = (total & 0xFFFF) + (total >> 16)
	    return total ^ 0xFFFF

	def ip_header(protocol, length):
	    if FAMILY == socket.AF_INET6:
	        return struct.pack("!IHBB", 6 << 28, length, protocol, 64) + ADDRESSES
	    ip = struct.pack("!BBHHHBBH", 0x45, 0, IP + length, 1, 0, 64, protocol, 0) + ADDRESSES
	    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]

	# Packets and bytes, as cut by hand: TCP repeats its header, UDP is fragmented.
	cut = {6: [0, 0], 17: [0, 0]}

	def count(protocol, transport, size, payload):
	    header = IP + len(transport) if protocol == 6 else IP + (FRAGMENT if size else 0)
	    data = payload if protocol == 6 else len(transport) + payload
	    pieces = -(-data // size) if size else 1
	    cut[protocol][0] += pieces
	    cut[protocol][1] += data + pieces * header

	def send(protocol, transport, gso, size, payload, said=None, csum_offset=0):
	    ip = ip_header(protocol, len(transport) + payload)
	    header = IP + len(transport)
	    vnet = struct.pack("=BBHHHH", NEEDS_CSUM, gso, header if said is None else said,
	                       size, IP, csum_offset)
	    os.write(tun, vnet + ip + transport + bytes(payload))
	    count(protocol, transport, size, payload)

	def tcp(size, payload, options=0, flags=0x10, gso=GSO_TCP, **more):
	    words = 5 + options
	    header = struct.pack("!HHIIBBHHH", 40000, 80, 1, 0, words << 4, flags, 65535, 0, 0)
	    send(6, header + b"\1" * 4 * options, gso, size, payload, csum_offset=16, **more)

	def udp(size, payload, gso=GSO_UDP):
	    header = struct.pack("!HHHH", 40000, 53, 8 + payload, 0)
	    send(17, header, gso, size, payload, csum_offset=6)

	MSS = 1500 - IP - 32
	tcp(MSS, 40000, options=3)
	tcp(MSS, 10 * MSS, options=3)       # the last one is full
	tcp(MSS, 10 * MSS + 1, options=3)
	tcp(536, 60000)
	tcp(8, 50)
	tcp(1400, 5000, options=10)
	tcp(MSS, 5000, gso=GSO_TCP | GSO_ECN, flags=0x90)
	tcp(MSS, 5000, said=IP + 1)         # a length of the headers that lies
	tcp(0, 1000, gso=GSO_NONE)
	FULL = 1500 - IP - FRAGMENT - (1500 - IP - FRAGMENT) % 8
	udp(FULL, 20000)
	udp(FULL, FULL - 8 + 1)             # two fragments, the last of one byte
	udp(800, 8000 - 8)                  # ten, all full
	udp(0, 1000, gso=GSO_NONE)
	print(*cut[6], *cut[17])
END
until_true 10 backlogs_are_empty

read -r tcp_packets tcp_bytes udp_packets udp_bytes <"$work/cut"
same "arrived" "$(within outside nft list counters table $NFT_FAMILY arrived |
	awk '$1 == "packets" { print $2, $4 }' | paste -s -d ' ')" "$(<"$work/cut")"
expect_row RSN_packets 193.11.176.1 \
	0 $((tcp_packets + udp_packets)) 0 "$tcp_packets" 0 "$udp_packets" 0 0
expect_row RSN 193.11.176.1 \
	0 $((tcp_bytes + udp_bytes)) 0 "$tcp_bytes" 0 "$udp_bytes" 0 0
matched=$(rule_counters mangle FORWARD)
same "packets at the rule" "${matched% *}" 13
