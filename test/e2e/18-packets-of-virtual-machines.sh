# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
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
	table ip arrived {
		counter of_tcp { }
		counter of_udp { }
		chain prerouting {
			type filter hook prerouting priority raw
			ip saddr 193.11.176.1 meta l4proto tcp counter name of_tcp
			ip saddr 193.11.176.1 meta l4proto udp counter name of_udp
		}
	}
END
router ethtool -K out tx-udp-segmentation off
modprobe tun
router ip tuntap add dev machine mode tun vnet_hdr
router ip link set machine up
router iptables -t mangle -A FORWARD -m traffic --traffic --ipconn \
	--netbase $NETBASE --netmask $NETMASK --name RSN

router /usr/bin/python3 - <<-'END'
	import fcntl, os, socket, struct

	TUNSETIFF = 0x400454CA
	IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 1, 0x1000, 0x4000
	NEEDS_CSUM = 1
	GSO_NONE, GSO_TCPV4, GSO_UDP, GSO_ECN = 0, 1, 3, 0x80
	IP = 20

	tun = os.open("/dev/net/tun", os.O_RDWR)
	fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"machine", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))

	def checksum(data):
	    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
	    while total >> 16:
	        total = (total & 0xFFFF) + (total >> 16)
	    return total ^ 0xFFFF

	def send(protocol, transport, gso, size, payload, said=None, csum_offset=0):
	    length = IP + len(transport) + payload
	    addresses = socket.inet_aton("193.11.176.1") + socket.inet_aton("9.9.9.9")
	    ip = struct.pack("!BBHHHBBH", 0x45, 0, length, 1, 0, 64, protocol, 0) + addresses
	    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
	    header = IP + len(transport)
	    vnet = struct.pack("=BBHHHH", NEEDS_CSUM, gso, header if said is None else said,
	                       size, IP, csum_offset)
	    os.write(tun, vnet + ip + transport + bytes(payload))

	def tcp(size, payload, options=0, flags=0x10, gso=GSO_TCPV4, **more):
	    words = 5 + options
	    header = struct.pack("!HHIIBBHHH", 40000, 80, 1, 0, words << 4, flags, 65535, 0, 0)
	    send(6, header + b"\1" * 4 * options, gso, size, payload, csum_offset=16, **more)

	def udp(size, payload, gso=GSO_UDP):
	    header = struct.pack("!HHHH", 40000, 53, 8 + payload, 0)
	    send(17, header, gso, size, payload, csum_offset=6)

	tcp(1448, 40000, options=3)
	tcp(1448, 10 * 1448, options=3)     # the last one is full
	tcp(1448, 10 * 1448 + 1, options=3)
	tcp(536, 60000)
	tcp(8, 50)
	tcp(1400, 5000, options=10)
	tcp(1448, 5000, gso=GSO_TCPV4 | GSO_ECN, flags=0x90)
	tcp(1448, 5000, said=21)            # a length of the headers that lies
	tcp(0, 1000, gso=GSO_NONE)
	udp(1480, 20000)
	udp(1480, 1480 - 8 + 1)             # two fragments, the last of one byte
	udp(800, 8000 - 8)                  # ten, all full
	udp(0, 1000, gso=GSO_NONE)
END
until_true 10 backlogs_are_empty

# As cut by hand: TCP packets and bytes, UDP packets and bytes.
same "arrived" "$(ip netns exec outside nft list counters table ip arrived |
	awk '$1 == "packets" { print $2, $4 }' | paste -s -d ' ')" "181 152999 27 31037"
#                                    TOTAL     TCP       UDP      OTHER
expect_row RSN_packets 193.11.176.1  0 208     0 181     0 27     0 0
expect_row RSN 193.11.176.1          0 184036  0 152999  0 31037  0 0
matched=$(rule_counters mangle FORWARD)
same "packets at the rule" "${matched% *}" 13
