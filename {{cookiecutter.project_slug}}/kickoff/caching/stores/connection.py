"""A connection to memcached: how commands are sent and answers are read."""

from __future__ import annotations

import select
import socket
from collections.abc import Hashable, Mapping, Sequence

from pymemcache.client.base import Client
from pymemcache.exceptions import MemcacheUnexpectedCloseError, MemcacheUnknownError

from kickoff.caching.stores.base import Held, Write

RECEIVE_BYTES = 128 * 1024
_END_OF_LINE = b"\r\n"
_NOTHING = b"END\r\n"
_ADDED_OR_NOT = (b"STORED", b"NOT_STORED")
_WRITTEN_OR_NOT = (b"STORED", b"NOT_STORED", b"EXISTS", b"NOT_FOUND")


class Connection(Client):
    """pymemcache's plain client, which also knows to which life of the server it is connected."""

    _incarnation: str | None = None

    def close(self) -> None:
        self._incarnation = None
        super().close()

    def __del__(self) -> None:
        self.close()

    def get_values(self, keys: Sequence[str]) -> dict[str, bytes]:
        """`get` of one or more keys, with the whole answer read at once.

        pymemcache reads it line by line and 4 kB at a time, which takes half as long again for a
        page of 18 kB.
        """
        if self.sock is None:
            self._connect()
        self._open_socket.sendall(b"get " + " ".join(keys).encode() + _END_OF_LINE)
        values: dict[str, bytes] = {}
        unanswered = set(keys)
        data, at = self._receive(b"", len(_NOTHING)), 0
        while data[at:] != _NOTHING:
            data, end = self._line(data, at)
            key, size_bytes = self._value_head(data[at:end], unanswered)
            start = end + len(_END_OF_LINE)
            stop = start + size_bytes
            at = stop + len(_END_OF_LINE)
            data = self._receive(data, at + len(_NOTHING))  # at least that is left
            if data[stop:at] != _END_OF_LINE:
                raise MemcacheUnknownError(data[stop:at])
            values[key] = data[start:stop]
        return values

    def _value_head(self, head: bytes, unanswered: set[str]) -> tuple[str, int]:
        """The key and the size of the value that follows; the key is answered then."""
        self._raise_errors(head, b"get")
        words = head.decode().split()
        if len(words) != 4 or words[0] != "VALUE" or words[1] not in unanswered:
            raise MemcacheUnknownError(head)  # of another question: this socket is out of step
        unanswered.remove(words[1])
        return words[1], int(words[3])

    def _line(self, data: bytes, at: int) -> tuple[bytes, int]:
        """Data with the whole line that begins there, and where that ends."""
        while (end := data.find(_END_OF_LINE, at)) < 0:
            data = self._receive(data, len(data) + 1)
        return data, end

    def _receive(self, data: bytes, size_bytes: int) -> bytes:
        """Data with what follows, until there are so many bytes."""
        while len(data) < size_bytes:
            more = self._open_socket.recv(RECEIVE_BYTES)
            if not more:
                raise MemcacheUnexpectedCloseError
            data = data + more if data else more
        return data

    @property
    def _open_socket(self) -> socket.socket:
        assert self.sock is not None, "connected before it is used"
        return self.sock

    def is_stale(self) -> bool:
        """Is there something to read although nothing was asked? Then the other side is gone."""
        if self.sock is None:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return bool(poll.poll(0))

    def incarnation(self) -> str:
        """To which life of the server this connection leads: its process id and start time. Asked
        once: both end together."""
        if self._incarnation is None:
            stats = self.stats()  # type: ignore[no-untyped-call]
            started_at = int(stats[b"time"]) - int(stats[b"uptime"])
            self._incarnation = f"{stats[b'pid']}-{started_at}"
        return self._incarnation

    def gets_held(self, key: str) -> Held | None:
        """`gets` with a token that no later life of the server accepts."""
        incarnation = self.incarnation()
        value, cas_id = self.gets(key)
        return None if cas_id is None else Held(value, (incarnation, cas_id))

    def add_or_gets_held(self, values: Mapping[str, bytes], ttl_s: int) -> dict[str, Held]:
        """`add` of each, and what is there then, with tokens as `gets_held` has: asked for at once.
        What went away in between is left out."""
        incarnation = self.incarnation()
        lines: list[bytes] = []
        for key, value in values.items():
            add, gets = f"add {key} 0 {ttl_s} {len(value)}", f"gets {key}"
            lines += [add.encode(), value, gets.encode()]
        self._send(lines)
        held: dict[str, Held] = {}
        data, at = b"", 0
        for key in values:
            data, end = self._line(data, at)
            added, is_refused = data[at:end], data[at:].startswith(b"SERVER_ERROR")
            if not is_refused and added not in _ADDED_OR_NOT:
                raise MemcacheUnknownError(added)
            data, at, found = self._value_with_cas_id(key, data, end + len(_END_OF_LINE))
            if found is not None:  # also from a server that has no memory for ours
                held[key] = Held(found[0], (incarnation, found[1]))
            elif is_refused:
                self._raise_errors(added, b"add")
        self._expect_end(data, at)
        return held

    def _send(self, lines: list[bytes]) -> None:
        self._open_socket.sendall(_END_OF_LINE.join([*lines, b""]))

    def _value_with_cas_id(
        self, key: str, data: bytes, at: int
    ) -> tuple[bytes, int, tuple[bytes, bytes] | None]:
        """What the data says there, as `gets` is answered; with the data, and where the next answer
        begins."""
        data, end = self._line(data, at)
        start = end + len(_END_OF_LINE)
        if data[at:start] == _NOTHING:
            return data, start, None
        self._raise_errors(data[at:end], b"gets")
        words = data[at:end].decode().split()
        if len(words) != 5 or words[:2] != ["VALUE", key]:
            raise MemcacheUnknownError(data[at:end])
        stop = start + int(words[3])
        after = stop + len(_END_OF_LINE + _NOTHING)
        data = self._receive(data, after)
        if data[stop:after] != _END_OF_LINE + _NOTHING:
            raise MemcacheUnknownError(data[stop:after])
        return data, after, (data[start:stop], words[4].encode())

    def _expect_end(self, data: bytes, at: int) -> None:
        """What follows the last answer belongs to no question: the socket is out of step."""
        if data[at:]:
            raise MemcacheUnknownError(data[at:])

    def write_many(self, writes: Sequence[Write]) -> list[bool]:
        """`cas` where a write has a token, else `set`, sent at once: whether each was stored."""
        incarnation = self.incarnation()
        sent = [write for write in writes if _is_for(write, incarnation)]
        self._send([line for write in sent for line in (_command(write), write.value)])
        stored: list[bool] = []
        data, at = b"", 0
        for _ in sent:
            data, end = self._line(data, at)
            answer, at = data[at:end], end + len(_END_OF_LINE)
            if answer not in _WRITTEN_OR_NOT and not answer.startswith(b"SERVER_ERROR"):
                raise MemcacheUnknownError(answer)
            stored.append(answer == b"STORED")
        self._expect_end(data, at)
        answers = iter(stored)
        return [_is_for(write, incarnation) and next(answers) for write in writes]

    def cas_held(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        """`cas` with such a token. memcached counts its cas ids from 1 after a restart, so that a
        bare id could hit another value; a connection, however, ends with its server.
        """
        assert isinstance(token, tuple)
        incarnation, cas_id = token
        if incarnation != self.incarnation():
            return False
        return self.cas(key, value, cas_id, ttl_s) is True


def _is_for(write: Write, incarnation: str) -> bool:
    """Whether its token, if it has one, is of this life of the server."""
    return not isinstance(write.token, tuple) or write.token[0] == incarnation


def _command(write: Write) -> bytes:
    size_bytes = len(write.value)
    if not isinstance(write.token, tuple):
        return f"set {write.key} 0 {write.ttl_s} {size_bytes}".encode()
    cas_id: bytes = write.token[1]
    return f"cas {write.key} 0 {write.ttl_s} {size_bytes} ".encode() + cas_id
