#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Sends frames that hosts and routers answer or forward:

	provoke.py DEVICE FAMILY MAC OWN TO KIND...

MAC is that of the host that is to be provoked, where it hears DEVICE; OWN an address of
it; TO an address that it would forward to. Each is sent to a MAC address of somebody
else, to MAC, and to all.
"""
import socket
import struct
import sys

DEVICE, FAMILY, MAC, OWN, TO = sys.argv[1:6]
KINDS = sys.argv[6:]
IPV6 = FAMILY == "ipv6"
AF = socket.AF_INET6 if IPV6 else socket.AF_INET
SENDER = b"\x02\0\0\0\0\x99"
ICMP, TCP, UDP = 58 if IPV6 else 1, 6, 17
HOP_BY_HOP = 0
# Whom it would answer: TO is behind another of its devices.
FROM = "2001:db8::909:909" if IPV6 else "9.9.9.9"


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def pack(address):
    return socket.inet_pton(AF, address)


def packet(source, to, protocol, payload, ttl=64):
    """Of IP, with the checksum at the place where the protocol has it."""
    source, to = pack(source), pack(to)
    at = {ICMP: 2, TCP: 16, UDP: 6}.get(protocol)
    pseudo = source + to + struct.pack("!IHBB", len(payload), 0, 0, protocol)
    if protocol == ICMP and not IPV6:
        pseudo = b""
    if at is not None:
        payload = payload[:at] + struct.pack("!H", checksum(pseudo + payload)) + payload[at + 2:]
    if IPV6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, ttl) + source + to + payload
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, ttl, protocol, 0) + source + to
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def icmp(kind, body=b"\0" * 4, code=0):
    return struct.pack("!BBH", kind, code, 0) + body


def echo(to):
    return packet(FROM, to, ICMP, icmp(128 if IPV6 else 8, b"\0\1\0\1provoked"))


def udp(to, ttl=64):
    return packet(FROM, to, UDP, struct.pack("!HHHH", 4000, 9, 16, 0) + b"provoked", ttl)


def syn(to):
    return packet(FROM, to, TCP, struct.pack("!HHIIBBHHH", 4000, 9, 1, 0, 0x50, 2, 1000, 0, 0))


def option(to, kind):
    """With an option that nobody knows, and in which a kind says what to do about it."""
    rest = struct.pack("!HHHH", 4000, 9, 8, 0)
    return packet(FROM, to, HOP_BY_HOP, bytes([UDP, 0, kind, 4, 0, 0, 0, 0]) + rest)


def neighbour(to):
    return packet("2001:db8::909:909", to, ICMP, icmp(135, b"\0" * 4 + pack(OWN) + b"\1\1" + SENDER), 255)


def kinds_ipv4():
    arp = struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + SENDER + pack(FROM) + b"\0" * 6 + pack(OWN)
    return {
        "neighbour": [(0x806, arp)],
        "own": [(0x800, p) for p in (echo(OWN), udp(OWN), syn(OWN))],
        "forward": [(0x800, p) for p in (echo(TO), udp(TO), udp(TO, 1), syn(TO))],
        "all": [(0x800, p) for p in (echo("224.0.0.1"), echo("255.255.255.255"), udp("224.0.0.1"),
                                      packet(FROM, "224.0.0.1", 2, struct.pack("!BBHI", 0x11, 10, 0xeef5, 0), 1))],
    }


def kinds_ipv6():
    solicited = "ff02::1:ff" + OWN.split(":")[-1].rjust(4, "0")[-4:-2] + ":" + OWN.split(":")[-1]
    link = "fe80::99"
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 3600, 0) + pack("2001:db8:77::")
    advertisement = packet(link, "ff02::1", ICMP, icmp(134, struct.pack("!BBHII", 64, 0, 1800, 0, 0) + prefix), 255)
    query = packet(link, "ff02::1", ICMP, icmp(130, struct.pack("!HH16x", 10, 0)), 1)
    return {
        "neighbour": [(0x86DD, p) for p in (neighbour(OWN), neighbour(solicited), advertisement, query)],
        "own": [(0x86DD, p) for p in (echo(OWN), udp(OWN), syn(OWN))],
        "forward": [(0x86DD, p) for p in (echo(TO), udp(TO), udp(TO, 1), syn(TO))],
        "option": [(0x86DD, option(TO, kind)) for kind in (0x3E, 0x7E, 0xBE, 0xFE)],
        "all": [(0x86DD, p) for p in (echo("ff02::1"), udp("ff02::1"), option("ff02::1", 0xBE))],
    }


def main():
    known = kinds_ipv6() if IPV6 else kinds_ipv4()
    to = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    to.bind((DEVICE, 0))
    macs = [b"\x02\0\0\0\0\x98", bytes.fromhex(MAC.replace(":", "")), b"\xff" * 6]
    count = 0
    for kind in KINDS or known:
        for ethertype, data in known[kind]:
            for mac in macs:
                to.send(mac + SENDER + struct.pack("!H", ethertype) + data)
                count += 1
    print(count)


main()
