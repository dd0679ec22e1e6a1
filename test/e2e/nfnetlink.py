#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Hears what rules hand to user space, by -j NFQUEUE or -j NFLOG:

	nfnetlink.py queue|log NUMBER COUNT READY

Makes the file READY when it listens, accepts what is queued, and ends after COUNT
packets: a line for each, of its length and its source address. (The numbers are those of
linux/netfilter/nfnetlink_{queue,log}.h.)
"""
import os
import socket
import struct
import sys

NETLINK_NETFILTER = 12
NLMSG_ERROR = 2
NLM_F_REQUEST = 1
NF_ACCEPT = 1
COPY_PACKET = 2
WHOLE_PACKET = 0xffff
MESSAGE_HEADER = 16
NETFILTER_HEADER = 4

QUEUE, LOG = 3, 4
# Messages, and attributes, of both.
PACKET = 0
CONFIG = {QUEUE: 2, LOG: 1}
CONFIG_COMMAND = 1
CONFIG_COPY = 2
LOG_CONFIG_THRESHOLD = 5
BIND = {QUEUE: struct.pack("!BBH", 1, 0, 0), LOG: b"\1"}
PACKET_HEADER = 1
PAYLOAD = {QUEUE: 10, LOG: 9}
QUEUE_VERDICT = 1
VERDICT_HEADER = 2


def attribute(kind, value):
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + bytes(-size % 4)


def send(to, message, number, *attributes):
    payload = struct.pack("!BBH", socket.AF_UNSPEC, 0, number) + b"".join(attributes)
    to.send(struct.pack("=IHHII", MESSAGE_HEADER + len(payload), message, NLM_F_REQUEST, 0, 0) + payload)


def attributes(data):
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        found[kind & 0x7fff] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


def messages(data):
    while len(data) >= MESSAGE_HEADER:
        size, message = struct.unpack_from("=IH", data)
        yield message, data[MESSAGE_HEADER:size]
        data = data[(size + 3) & ~3:]


def source(packet):
    if packet[0] >> 4 == 4:
        return socket.inet_ntop(socket.AF_INET, packet[12:16])
    return socket.inet_ntop(socket.AF_INET6, packet[8:24])


def main():
    subsystem = {"queue": QUEUE, "log": LOG}[sys.argv[1]]
    number, count = int(sys.argv[2]), int(sys.argv[3])
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    kernel.bind((0, 0))
    config = subsystem << 8 | CONFIG[subsystem]
    send(kernel, config, number, attribute(CONFIG_COMMAND, BIND[subsystem]))
    copy = struct.pack("!IB", WHOLE_PACKET, COPY_PACKET)
    if subsystem == LOG:
        send(kernel, config, number, attribute(CONFIG_COPY, copy + b"\0"),
             attribute(LOG_CONFIG_THRESHOLD, struct.pack("!I", 1)))
    else:
        send(kernel, config, number, attribute(CONFIG_COPY, copy))
    open(sys.argv[4], "w").close()
    while count:
        for message, data in messages(kernel.recv(1 << 20)):
            if message == NLMSG_ERROR:
                sys.exit(f"refused: {os.strerror(-struct.unpack_from('=i', data)[0])}")
            if message != subsystem << 8 | PACKET:
                continue
            found = attributes(data[NETFILTER_HEADER:])
            packet = found[PAYLOAD[subsystem]]
            print(len(packet), source(packet), flush=True)
            if subsystem == QUEUE:
                send(kernel, QUEUE << 8 | QUEUE_VERDICT, number,
                     attribute(VERDICT_HEADER, struct.pack("!I", NF_ACCEPT) + found[PACKET_HEADER][:4]))
            count -= 1


main()
