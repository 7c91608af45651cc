"""Proof that no write escapes: whoever writes a watched table must have written a mark.

An `execute_wrapper` sees every statement. The tests of the site run under it; it can be switched on
anywhere for a while.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections

from kickoff.caching.models import Mark
from kickoff.caching.watch import watches

_WRITE = re.compile(
    r"""^\s*(?P<verb>INSERT|UPDATE|DELETE|REPLACE)(?:\s+(?:OR\s+\w+|IGNORE|INTO|FROM))*
    \s+[`"]?(?P<table>\w+)""",
    re.IGNORECASE | re.VERBOSE,
)


class UnmarkedWriteError(AssertionError):
    """A watched table was written and nothing was marked."""


@dataclass
class Write:
    """A write of a watched table that waits for its mark."""

    table: str
    line: str


class Auditor:
    """Watches the statements of connections between its creation and `verify`.

    A mark settles the writes before it, of tables that its entry depends on. Deletions are marked
    first, while the rows are there: for them a mark also settles the DELETE that follows.

    It sees the connections of the thread that switched it on, and does not know which row a
    statement changed: a mark of any key of an entry settles all writes of its tables. Watches
    on some fields, and against foreign keys, need not mark each time and are left to tests.
    """

    def __init__(self) -> None:
        self._tables = watches.audited_tables()
        self._unmarked: list[Write] = []
        self._marked_before: set[str] = set()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        result = execute(sql, params, many, context)
        written = _WRITE.match(sql)
        if written is not None and written["table"] == Mark._meta.db_table:
            self._see_marks(params or ())
        elif written is not None and written["table"] in self._tables and _changed_rows(context):
            self._see_write(written["verb"], written["table"])
        return result

    def verify(self) -> None:
        """Raises UnmarkedWriteError that names the lines which wrote without a mark."""
        if not self._unmarked:
            return
        lines = "\n".join(f"  {write.table}, written by {write.line}" for write in self._unmarked)
        raise UnmarkedWriteError(
            f"Cached pages show these tables, but nothing was marked:\n{lines}\n"
            "Write through the models, or call kickoff.caching.marks.mark in the same transaction."
        )

    def _see_marks(self, params: Iterable[Any]) -> None:
        tables = watches.tables_of(param for param in params if isinstance(param, str))
        self._unmarked = [write for write in self._unmarked if write.table not in tables]
        self._marked_before |= tables

    def _see_write(self, verb: str, table: str) -> None:
        if verb.upper() == "DELETE" and table in self._marked_before:
            return
        self._marked_before.discard(table)
        self._unmarked.append(Write(table, _line_that_wrote()))


@contextmanager
def audited() -> Iterator[Auditor]:
    """Raises UnmarkedWriteError at the end of the block when a write escaped."""
    auditor = Auditor()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(auditor))
        yield auditor
    auditor.verify()


def _changed_rows(context: dict[str, Any]) -> bool:
    return bool(context["cursor"].rowcount)


def _line_that_wrote() -> str:
    for frame in reversed(traceback.extract_stack()):
        if not _is_machinery(frame.filename.replace("\\", "/")):
            return f"{frame.filename}:{frame.lineno}: {frame.line}"
    return "unknown"


def _is_machinery(path: str) -> bool:
    return "/django/" in path or ("/kickoff/caching/" in path and "/tests/" not in path)
