"""A connection pooler for PostgreSQL, as small as can be: sessions are shared out by transaction, or by client.

What it does is what PgBouncer does in `pool_mode = transaction` and `session`: clients are greeted with a made-up
process and key, and a session of the server belongs to a client from its first message until the server says that no
transaction is open (ReadyForQuery, state I), or until the client leaves. Messages: PostgreSQL manual, 53.7.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

REFUSED_FIRST = (80877103, 80877104)
"""Requests for TLS and GSS encryption, which come before the startup message."""


@dataclass
class Pooler:
    """Between clients and the server at `host`:`port`."""

    host: str
    port: int
    by_transaction: bool
    idle: list[socket.socket] = field(default_factory=list)
    greeting: bytes = b""

    def session(self, startup: bytes) -> socket.socket:
        """One that is free, the last one that was given back first; else a new one."""
        if self.idle:
            return self.idle.pop()
        server = socket.create_connection((self.host, self.port))
        server.sendall(startup)
        greeting = b""
        while True:
            kind, message = read(server)
            greeting += b"K" + struct.pack("!iii", 12, 4711, 42) if kind == b"K" else message
            if kind == b"Z":
                self.greeting = greeting
                return server

    def serve(self, client: socket.socket) -> None:
        """One client, until it leaves."""
        server = None
        with client, suppress(ConnectionError):
            startup = self._startup(client)
            server = self.session(startup)
            client.sendall(self.greeting)
            server = self._given_back(server)
            while True:
                kind, message = read(client)
                if kind == b"X":
                    break
                server = server or self.session(startup)
                server.sendall(message)
                if kind in (b"Q", b"S") and self._answer(server, client):
                    server = self._given_back(server)
        if server is not None:  # what its client left in it must not be another's
            server.close()

    def _given_back(self, server: socket.socket) -> socket.socket | None:
        if not self.by_transaction:
            return server
        self.idle.append(server)
        return None

    def _startup(self, client: socket.socket) -> bytes:
        while True:
            length, code = struct.unpack("!ii", exactly(client, 8))
            rest = exactly(client, length - 8)
            if code not in REFUSED_FIRST:
                return struct.pack("!ii", length, code) + rest
            client.sendall(b"N")

    def _answer(self, server: socket.socket, client: socket.socket) -> bool:
        """Hand over what the server says; whether no transaction is open at its end."""
        while True:
            kind, message = read(server)
            client.sendall(message)
            if kind == b"Z":
                return message[-1:] == b"I"


def read(source: socket.socket) -> tuple[bytes, bytes]:
    """One message: its kind, and all of it."""
    head = exactly(source, 5)
    [length] = struct.unpack("!i", head[1:])
    return head[:1], head + exactly(source, length - 4)


def exactly(source: socket.socket, many: int) -> bytes:
    """So many bytes. Raises ConnectionError when the other side leaves."""
    found = b""
    while len(found) < many:
        part = source.recv(many - len(found))
        if not part:
            raise ConnectionError("the other side left")
        found += part
    return found


@contextmanager
def pooler(url: sa.URL, *, by_transaction: bool) -> Iterator[sa.URL]:
    """A pooler in front of a database; gives the URL to reach it by."""
    between = Pooler(url.host or "127.0.0.1", url.port or 5432, by_transaction)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):  # the test is over
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=between.serve, args=[client], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield url.set(host="127.0.0.1", port=listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
    for server in between.idle:
        server.close()
