"""HTTP/1.1 over sockets, as little of it as visitors need: so a request costs next to nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

IDLE_LIMIT_S = 1.5  # the load balancer closes after 5: none is used that may just be closing


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # by their names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class NoAnswerError(Exception):
    """The connection was refused, or ended before the answer did."""


class ClosedError(NoAnswerError):
    """The connection ended before the first byte of an answer."""


class Connection:
    """To the site. Not for two requests at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.idle_since = time.monotonic()

    def close(self) -> None:
        self._writer.close()

    async def exchange(self, request: bytes) -> tuple[Answer, bool]:
        """The answer, and whether the connection stays open."""
        self._writer.write(request)
        head = (await self._head()).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        version, status = first.split(" ", 2)[:2]
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body, is_whole = await self._body(headers)
        stays = is_whole and version == "HTTP/1.1" and headers.get("connection") != "close"
        self.idle_since = time.monotonic()
        return Answer(int(status), headers, body), stays

    async def _head(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            raise ClosedError("the connection was closed") from error
        except ConnectionError as error:
            raise ClosedError(f"the connection ended: {error!r}") from error

    async def _body(self, headers: Mapping[str, str]) -> tuple[bytes, bool]:
        """With False it was all that came before the end of the connection."""
        if "content-length" in headers:
            return await self._reader.readexactly(int(headers["content-length"])), True
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return await self._chunks(), True
        return await self._reader.read(), False

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)


class Client:
    """Asks one site over as many connections as it takes. They are kept open, as browsers do."""

    def __init__(self, address: str, port: int, host: str) -> None:
        self._address, self._port, self._host = address, port, host
        self._idle: list[Connection] = []

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limit_s: float,
    ) -> Answer:
        """Raises NoAnswerError, and TimeoutError after the limit."""
        lines = {"Host": self._host, **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        request = f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        async with asyncio.timeout(limit_s):
            return await self._ask(request, may_reuse=method == "GET")

    async def _ask(self, request: bytes, *, may_reuse: bool) -> Answer:
        connection = self._idle_connection() if may_reuse else None
        if connection is not None:
            try:
                return await self._exchange(connection, request)
            except ClosedError:
                pass  # while nobody used it: browsers ask once more, too
        try:
            connection = Connection(*await asyncio.open_connection(self._address, self._port))
        except OSError as error:
            raise NoAnswerError(str(error)) from error
        return await self._exchange(connection, request)

    async def _exchange(self, connection: Connection, request: bytes) -> Answer:
        try:
            answer, stays = await connection.exchange(request)
        except (OSError, ValueError, EOFError) as error:
            connection.close()
            raise NoAnswerError(f"the connection ended: {error!r}") from error
        except BaseException:
            connection.close()
            raise
        if stays:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def _idle_connection(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if time.monotonic() - connection.idle_since < IDLE_LIMIT_S:
                return connection
            connection.close()
        return None
