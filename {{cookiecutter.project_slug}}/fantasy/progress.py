"""Progress bars of the management commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(title: str, total: int, stream: IO[str] | Any) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how much is done. Silent when the stream is no terminal."""
    console = Console(file=stream, force_terminal=stream.isatty())
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not stream.isatty()) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)
