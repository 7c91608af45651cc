"""Asks for pages over HTTP, as browsers do, and notes when each has changed."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from itertools import cycle

ACCEPTED = "gzip, deflate, br, zstd"  # as browsers say
PAUSE_S = 0.002  # between two questions


class Role:
    def ask_at(self, address: str, port: int, host: str) -> None:
        self._connection = HTTPConnection(address, port, timeout=10)
        self._headers = {"Host": host, "Accept-Encoding": ACCEPTED}

    def learn(self, paths: list[str]) -> None:
        """The pages as they are now."""
        self._connection.close()  # The server has perhaps done so long ago; it is opened anew.
        self._known = {path: self._page(path) for path in paths}

    def watch(self, until: float) -> dict[str, float]:
        """When each was first seen in another shape; returns early when all were."""
        changed: dict[str, float] = {}
        for path in cycle(self._known):
            if time.monotonic() > until or len(changed) == len(self._known):
                break
            if path not in changed:
                if self._page(path) != self._known[path]:
                    changed[path] = time.monotonic()
                time.sleep(PAUSE_S)
        return changed

    def _page(self, path: str) -> bytes:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        page = answer.read()
        assert answer.status == 200, f"{path} answers {answer.status}"
        return page
