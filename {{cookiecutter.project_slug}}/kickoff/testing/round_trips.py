"""How often a client waits for its server: counted on the wire, whatever either of them logs."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
CHUNK_BYTES = 1 << 16


class CountingProxy:
    """Stands at `port` in front of a server. What it forwards is not changed.

    A round trip begins with the first bytes that a client sends after an answer.
    """

    def __init__(self, server_port: int) -> None:
        self.round_trips = 0
        self._server_port = server_port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Ends all connections."""
        for each in [self._listener, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((HOST, self._server_port))
            except OSError:
                client.close()  # as the server, which is away, would
                continue
            self._sockets += [client, server]
            self._threads.append(threading.Thread(target=self._forward, args=(client, server)))
            self._threads[-1].start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        """Until either end closes. One thread for each connection, so the count is its own."""
        with client, server, selectors.DefaultSelector() as selector:
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(each, selectors.EVENT_READ)
            was_answered = True
            with suppress(OSError):
                while True:
                    for key, _ in selector.select():
                        source = client if key.fileobj is client else server
                        data = source.recv(CHUNK_BYTES)
                        if not data:
                            return
                        if source is client and was_answered:
                            self.round_trips += 1
                        was_answered = source is server
                        (server if source is client else client).sendall(data)


@contextmanager
def counting_proxy(server_port: int) -> Iterator[CountingProxy]:
    proxy = CountingProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
