"""The debug toolbar's panel of cached reads: what this page read, and where it came from."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from debug_toolbar.panels import Panel
from django.http import HttpRequest, HttpResponse

from kickoff.caching.observing import Read, observed_reads


class CachedReadsPanel(Panel):
    """Lists each entry that the page read."""

    title = "Cached reads"
    template = "caching/panel.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stack = ExitStack()
        self._reads: list[Read] = []

    @property
    def nav_subtitle(self) -> str:
        reads = self.get_stats().get("reads", [])  # type: ignore[no-untyped-call]
        hits = sum(read["is_hit"] for read in reads)
        return f"{len(reads)} reads, {hits} hits"

    def enable_instrumentation(self) -> None:
        self._reads = self._stack.enter_context(observed_reads())

    def disable_instrumentation(self) -> None:
        self._stack.close()

    def generate_stats(self, request: HttpRequest, response: HttpResponse) -> None:
        rows = [_row(read) for read in self._reads]
        self.record_stats({"reads": rows})  # type: ignore[no-untyped-call]


def _row(read: Read) -> dict[str, Any]:
    return {
        "name": f"{read.entry}{read.arguments}",
        "is_hit": read.is_hit,
        "source": read.source.value,
        "age_s": round(read.age_s, 1),
        "size_bytes": read.size_bytes,
        "duration_ms": round(read.duration_s * 1000, 2),
        "declared_at": read.declared_at,
    }
