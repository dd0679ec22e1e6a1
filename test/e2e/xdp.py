#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Gives a device a program of XDP that passes all packets:

	xdp.py DEVICE END

until the file END is there. (The numbers are those of linux/bpf.h.)
"""
import ctypes
import os
import platform
import socket
import struct
import sys
import time

NR_BPF = {"x86_64": 321, "i686": 357, "aarch64": 280}[platform.machine()]
BPF_PROG_LOAD = 5
BPF_LINK_CREATE = 28
BPF_PROG_TYPE_XDP = 6
BPF_XDP = 37
XDP_PASS = 2
MOV_R0 = 0xb7
EXIT = 0x95

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    fd = libc.syscall(NR_BPF, command, attributes, len(attributes))
    if fd < 0:
        sys.exit(f"bpf: {os.strerror(ctypes.get_errno())}")
    return fd


def address(buffer):
    return ctypes.addressof(buffer)


device, end = sys.argv[1:]
code = ctypes.create_string_buffer(struct.pack("=BBhiBBhi", MOV_R0, 0, 0, XDP_PASS, EXIT, 0, 0, 0))
licence = ctypes.create_string_buffer(b"GPL")
program = bpf(BPF_PROG_LOAD, struct.pack("=IIQQ48x", BPF_PROG_TYPE_XDP, 2, address(code), address(licence)))
link = bpf(BPF_LINK_CREATE, struct.pack("=IIII", program, socket.if_nametoindex(device), BPF_XDP, 0))
while not os.path.exists(end):
    time.sleep(0.1)
