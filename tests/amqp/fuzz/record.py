#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: record.py PORT FOLDER: writes what a real RabbitMQ on that port says into the corpus.

Asks what openEverything() of fuzzedsession.cpp asks, so that the fuzz target takes the answers as they
are. The user is guest.
"""

import pathlib
import socket
import struct
import sys

METHOD, HEADER, BODY = 1, 2, 3


def short(text):
    return bytes([len(text)]) + text


def long(text):
    return struct.pack(">I", len(text)) + text


def frame(kind, channel, payload):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def method(channel, group, number, arguments=b""):
    return frame(METHOD, channel, struct.pack(">HH", group, number) + arguments)


def field(key, value):
    return short(key) + value


def message(key, headers, body, mandatory=False):
    properties = (struct.pack(">H", 0xFFFC) + short(b"text/plain") + short(b"utf-8") + long(headers)
                  + b"\x02\x05" + short(b"correlation") + short(b"reply") + short(b"60000")
                  + short(b"id") + struct.pack(">Q", 1767323045) + short(b"type") + short(b"guest")
                  + short(b"app") + short(b"cluster"))
    return (method(1, 60, 40, b"\0\0" + short(b"") + short(key) + bytes([mandatory]))
            + frame(HEADER, 1, struct.pack(">HHQ", 60, 0, len(body)) + properties)
            + (frame(BODY, 1, body) if body else b""))


# Each type that RabbitMQ reads (its errata of AMQP 0-9-1, section 4.2.5.5).
EVERY_TYPE = b"".join([
    field(b"t", b"t\1"), field(b"b", b"b\xff"), field(b"B", b"B\xff"), field(b"s", b"s\xff\xfe"),
    field(b"u", b"u\xff\xfe"), field(b"I", b"I\xff\xff\xff\xfb"), field(b"i", b"i\xff\xff\xff\xfb"),
    field(b"l", b"l" + struct.pack(">q", -1 << 40)), field(b"L", b"L" + struct.pack(">q", 1 << 40)),
    field(b"f", b"f" + struct.pack(">f", 1.5)), field(b"d", b"d" + struct.pack(">d", 0.1)),
    field(b"D", b"D\2\0\0\0\x7b"), field(b"S", b"S" + long("€".encode())),
    field(b"bytes", b"S" + long(b"\xff\xfe")), field(b"x", b"x" + long(b"ab\0")),
    field(b"T", b"T" + struct.pack(">Q", 1767323045)), field(b"V", b"V"),
    field(b"A", b"A" + long(b"I\0\0\0\1V" + b"S" + long(b"z") + b"A" + long(b"t\0"))),
    field(b"F", b"F" + long(field(b"deep", b"F" + long(field(b"deeper", b"F" + long(b"")))))),
])


class Peer:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(1)
        self.heard = b""

    def ask(self, *requests):
        """All at once; then whatever comes until nothing comes for a second."""
        self.socket.sendall(b"".join(requests))
        try:
            while part := self.socket.recv(65536):
                self.heard += part
        except TimeoutError:
            pass

    def take(self):
        heard, self.heard = self.heard, b""
        return heard


def main():
    folder = pathlib.Path(sys.argv[2])
    peer = Peer(int(sys.argv[1]))
    capabilities = field(b"consumer_cancel_notify", b"t\1") + field(b"connection.blocked", b"t\1")
    peer.ask(b"AMQP\0\0\x09\1")
    peer.ask(method(0, 10, 11, long(field(b"capabilities", b"F" + long(capabilities)))
                    + short(b"PLAIN") + long(b"\0guest\0guest") + short(b"en_US")))
    peer.ask(method(0, 10, 31, struct.pack(">HIH", 2047, 131072, 0)),
             method(0, 10, 40, short(b"/") + b"\0\0"))
    (folder / "greeting-of-rabbitmq").write_bytes(b"G" + peer.take())

    for channel in (1, 2):
        peer.ask(method(channel, 20, 10, short(b"")))
    peer.take()  # answered by the harness
    peer.ask(method(1, 85, 10, b"\0"))
    peer.ask(method(1, 50, 10, b"\0\0" + short(b"fuzz") + b"\0" + long(b"")))
    peer.ask(message(b"fuzz", EVERY_TYPE, b"body"), message(b"nowhere", b"", b"back", True),
             message(b"fuzz", b"", b""))
    peer.ask(method(1, 60, 70, b"\0\0" + short(b"fuzz") + b"\1"))
    peer.ask(method(1, 60, 10, struct.pack(">IHB", 0, 10, 0)))
    peer.ask(method(1, 60, 20, b"\0\0" + short(b"fuzz") + short(b"t") + b"\2" + long(b"")))
    (folder / "session-of-rabbitmq").write_bytes(b"S" + peer.take())
    peer.ask(method(2, 40, 10, b"\0\0" + short(b"fuzz.x") + short(b"topic") + b"\0" + long(b"")),
             method(2, 50, 20, b"\0\0" + short(b"fuzz") + short(b"fuzz.x") + short(b"#") + b"\0"
                    + long(b"")),
             method(2, 50, 50, b"\0\0" + short(b"fuzz") + short(b"fuzz.x") + short(b"#")
                    + long(b"")),
             method(2, 50, 30, b"\0\0" + short(b"fuzz") + b"\0"),
             method(2, 40, 20, b"\0\0" + short(b"fuzz.x") + b"\0"),
             method(2, 50, 40, b"\0\0" + short(b"fuzz") + b"\0"))
    peer.ask(method(2, 60, 70, b"\0\0" + short(b"not there") + b"\0"))
    (folder / "topology-of-rabbitmq").write_bytes(b"S" + peer.take())


if __name__ == "__main__":
    main()
