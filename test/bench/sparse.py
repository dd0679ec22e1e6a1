#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Sends a packet of each protocol named to one address of every /24 of 10.0.0.0/12.

	sparse.py tcp|udp|icmp...

Over the namespace's loopback device; what would answer is kept from it.
"""
import socket
import struct
import subprocess
import sys

SOURCE = "192.0.2.1"
PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP, "icmp": socket.IPPROTO_ICMP}
# Twenty bytes that are a TCP header, and more than the others need.
TRANSPORT = struct.pack("!HHIIBBHHH", 50000, 9, 0, 0, 5 << 4, 0x10, 0, 0, 0)


def packet(protocol, address):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(TRANSPORT), 0, 0, 64, protocol, 0,
                         socket.inet_aton(SOURCE), socket.inet_aton(address))
    return header + TRANSPORT


def main():
    subprocess.run(["ip", "-batch", "-"], check=True, text=True, input=f"""
        address add {SOURCE}/32 dev lo
        route add local 10.0.0.0/12 dev lo
        rule add from 10.0.0.0/12 blackhole
        """)
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for name in sys.argv[1:]:
        for network in range(4096):
            address = f"10.{network >> 8}.{network & 255}.1"
            out.sendto(packet(PROTOCOLS[name], address), (address, 0))


main()
