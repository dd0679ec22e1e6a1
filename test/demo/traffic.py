#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the demonstration sends: files over HTTP, and questions over UDP.

  traffic.py serve ADDRESS DIRECTORY READY   until it is killed; makes READY
  traffic.py fetch FROM TO FILE TIMES        a connection for each file
  traffic.py ask FROM TO TIMES               a socket for each question
"""

import functools
import http.client
import http.server
import pathlib
import socket
import socketserver
import struct
import sys
import threading

DNS_PORT = 53
HTTP_PORT = 80
TIMEOUT = 30  # seconds: a bound, not a measure


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class NamelessServer(http.server.ThreadingHTTPServer):
    def __init__(self, address, handler):
        self.address_family = family_of(address[0])
        super().__init__(address, handler)

    def server_bind(self):
        # HTTPServer would ask the resolver for the name of its address.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


def answer_questions(address):
    server = socket.socket(family_of(address), socket.SOCK_DGRAM)
    server.bind((address, DNS_PORT))
    return server


def answer_forever(server):
    while True:
        question, client = server.recvfrom(2048)
        # The question again, as an answer with one record of type A.
        header = question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0)
        record = struct.pack("!HHHIH4B", 0xC00C, 1, 1, 60, 4, 192, 0, 2, 1)
        server.sendto(header + question[12:] + record, client)


def serve(address, directory, ready):
    names = answer_questions(address)
    threading.Thread(target=answer_forever, args=(names,), daemon=True).start()
    handler = functools.partial(QuietHandler, directory=directory)
    server = NamelessServer((address, HTTP_PORT), handler)
    pathlib.Path(ready).touch()
    server.serve_forever()


def fetch(source, target, name, times):
    for _ in range(int(times)):
        connection = http.client.HTTPConnection(
            target, HTTP_PORT, timeout=TIMEOUT, source_address=(source, 0)
        )
        connection.request("GET", "/" + name)
        response = connection.getresponse()
        assert response.status == 200, response.status
        response.read()
        connection.close()


def ask(source, target, times):
    for number in range(int(times)):
        client = socket.socket(family_of(source), socket.SOCK_DGRAM)
        client.bind((source, 0))
        client.settimeout(TIMEOUT)
        label = b"host%d" % number
        name = bytes([len(label)]) + label + b"\x07example\x00"
        header = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0)
        client.sendto(header + name + struct.pack("!HH", 1, 1), (target, DNS_PORT))
        client.recv(2048)
        client.close()


if __name__ == "__main__":
    {"serve": serve, "fetch": fetch, "ask": ask}[sys.argv[1]](*sys.argv[2:])
