"""Measures the steps of a page on this machine, now: in turns, with medians, within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from statistics import median, quantiles
from threading import Lock

import msgspec
from django.db import connection
from django.utils import timezone

from kickoff.caching import conf
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import BusyError
from lab.queries import Repeated, captured, repeated, unlogged
from lab.steps import STEPS
from lab.steps.step import NotHereError, Step
from lab.twins.page import Kwargs, Page

# A round with a naive twin and two waits for the process memory takes about half a second.
LONGEST_S = 4.0
MOST_ROUNDS, FEWEST_ROUNDS = 9, 3
# Steps that take microseconds are repeated within their turn: the first after another step finds
# the caches of the processor cold.
MOST_RUNS, TURN_S = 10, 0.01

_turn = Lock()


class Taken(msgspec.Struct, frozen=True):
    """What a step took. `times_ms` are all runs; `store_reads` come from the store, not memory."""

    step: str
    times_ms: tuple[float, ...]
    queries: tuple[Repeated, ...]
    store_reads: int
    html_bytes: int

    @property
    def median_ms(self) -> float:
        return median(self.times_ms)

    @property
    def quartiles_ms(self) -> tuple[float, float]:
        first, _, third = quantiles(self.times_ms, n=4, method="inclusive")
        return first, third

    @property
    def query_count(self) -> int:
        return sum(one.times for one in self.queries)


class Measurement(msgspec.Struct, frozen=True):
    """All steps of a page. `obstacles` has a sentence for each step that was not taken."""

    page: str
    url: str
    measured_at: datetime
    database: str
    taken: dict[str, Taken]
    obstacles: dict[str, str]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Raises BusyError while this process works for the lab already: it must not hold up a site."""
    if not _turn.acquire(blocking=False):
        raise BusyError("The lab is measuring already.")
    try:
        yield
    finally:
        _turn.release()


def measure(page: Page, kwargs: Kwargs) -> Measurement:
    """Takes about LONGEST_S; see `one_at_a_time`."""
    with unlogged():
        seen, obstacles = _look(page, kwargs)
        times = _times(page, kwargs, [STEPS[name] for name in seen])
    return Measurement(
        page=page.name,
        url=page.url(kwargs),
        measured_at=timezone.now(),
        database=connection.display_name,
        taken={
            name: msgspec.structs.replace(taken, times_ms=tuple(times[name]))
            for name, taken in seen.items()
        },
        obstacles=obstacles,
    )


def _look(page: Page, kwargs: Kwargs) -> tuple[dict[str, Taken], dict[str, str]]:
    """Each step twice: what the second run asks for, and what keeps others from being taken."""
    seen: dict[str, Taken] = {}
    obstacles: dict[str, str] = {}
    for name, step in STEPS.items():
        try:
            if obstacle := step.obstacle():
                raise NotHereError(obstacle)
            step.respond(page, kwargs)  # Templates are loaded, slots are filled.
            _prepare(step, page, kwargs)
            with captured() as capture, observed_reads() as reads:
                response = step.respond(page, kwargs)
        except NotHereError as reason:
            obstacles[name] = str(reason)
            continue
        store_reads = sum(read.source is Source.STORE for read in reads)
        seen[name] = Taken(name, (), repeated(capture), store_reads, len(response.content))
    return seen, obstacles


def _times(page: Page, kwargs: Kwargs, steps: Sequence[Step]) -> dict[str, list[float]]:
    """In milliseconds. The steps take turns, so that a slow moment of the machine hits them all."""
    times: dict[str, list[float]] = {step.name: [] for step in steps}
    end = time.monotonic() + LONGEST_S
    for number in range(MOST_ROUNDS):
        if number >= FEWEST_ROUNDS and time.monotonic() > end:
            break
        for step in steps:
            times[step.name] += _turn_of(step, page, kwargs)
    return times


def _turn_of(step: Step, page: Page, kwargs: Kwargs) -> list[float]:
    _prepare(step, page, kwargs)
    runs: list[float] = []
    while not runs or not (step.from_store or len(runs) == MOST_RUNS or sum(runs) > 1e3 * TURN_S):
        started = time.perf_counter()
        step.respond(page, kwargs)
        runs.append(1e3 * (time.perf_counter() - started))
    return runs


def _prepare(step: Step, page: Page, kwargs: Kwargs) -> None:
    """See `Step`."""
    if step.from_store:
        time.sleep(conf.number("CACHING_MEMORY_S") * 1.05)
    if step.is_kept:
        step.respond(page, kwargs)
