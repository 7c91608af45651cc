"""Progress bars of the management commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


class ProgressBar:
    """A bar in a terminal, and nothing elsewhere. Lines that are said stand above it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def reach(self, done: int) -> None:
        """So much of the total is done."""
        self._progress.update(self._task, completed=done)

    def say(self, line: str) -> None:
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(title: str, total: int, stream: IO[str] | Any) -> Iterator[ProgressBar]:
    """Shows a bar on the stream while the block runs, if the stream is a terminal."""
    console = Console(file=stream, force_terminal=stream.isatty())
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not stream.isatty()) as progress:
        yield ProgressBar(progress, progress.add_task(title, total=total))
