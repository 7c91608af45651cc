"""What a drill may not change: each promise names every request that breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from fleet.drills.evidence import PUBLIC, READS, Evidence, Kind, Request


class Promise(Protocol):
    @property
    def text(self) -> str:
        """For the table."""

    def problems(self, evidence: Evidence) -> Iterator[str]:
        """None when it was kept."""


@dataclass(frozen=True)
class NoneFails:
    """Every request of these kinds is answered, whatever is broken."""

    kinds: Collection[Kind]
    text: str

    def problems(self, evidence: Evidence) -> Iterator[str]:
        if not evidence.of(self.kinds):
            yield "nobody asked"
        yield from described(evidence, evidence.failed(self.kinds))


@dataclass(frozen=True)
class FewFail:
    """No more requests of these kinds fail than the fact of that name says."""

    fact: str
    text: str
    kinds: Collection[Kind] = tuple(Kind)

    def problems(self, evidence: Evidence) -> Iterator[str]:
        failed, most = evidence.failed(self.kinds), evidence.facts[self.fact]
        if len(failed) > most:
            yield f"{len(failed)} failed, {self.fact} {most:g}"
            yield from described(evidence, failed)


@dataclass(frozen=True)
class RefusedClearly:
    """What cannot be done is said soon: 503 with Retry-After, and nothing else fails."""

    within_s: float
    kinds: Collection[Kind] = (Kind.SAVE,)

    @property
    def text(self) -> str:
        return f"saves that cannot be done get 503 within {self.within_s:g} s"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        unclear = [
            request
            for request in evidence.failed(self.kinds)
            if request.status != 503 or not request.retry_after or request.took_s > self.within_s
        ]
        yield from described(evidence, unclear)


@dataclass(frozen=True)
class Recovers:
    """After the mending nothing fails for longer than this."""

    within_s: float

    @property
    def text(self) -> str:
        return f"normal {self.within_s:g} s after"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        until = evidence.mended_at + self.within_s
        # Who was waiting when it was mended may still be told that it could not be done.
        late = [request for request in evidence.failed() if request.started > until]
        yield from described(evidence, late)
        if not any(r.started > until and not r.is_failed for r in evidence.requests):
            yield "nobody asked afterwards"


@dataclass(frozen=True)
class NoSpike:
    """After the mending nobody waits much longer than before the breaking."""

    times: float = 3.0
    floor_s: float = 0.5  # what a busy machine may do at any time

    text = "no spike when it is back"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        before = [r.took_s for r in evidence.requests if r.ended < evidence.broken_at]
        limit_s = max(self.floor_s, self.times * max(before, default=0.0))
        after = [r for r in evidence.requests if r.started > evidence.mended_at]
        yield from described(evidence, [r for r in after if r.took_s > limit_s])


@dataclass(frozen=True)
class FactAtMost:
    """Something that was measured. What was not measured is no promise kept."""

    fact: str
    most: float
    text: str

    def problems(self, evidence: Evidence) -> Iterator[str]:
        value = evidence.facts.get(self.fact)
        if value is None:
            yield f"{self.fact}: not measured"
        elif value > self.most:
            yield f"{self.fact}: {value:.3g}, allowed {self.most:g}"


@dataclass(frozen=True)
class FactAtLeast:
    fact: str
    least: float
    text: str

    def problems(self, evidence: Evidence) -> Iterator[str]:
        value = evidence.facts.get(self.fact)
        if value is None:
            yield f"{self.fact}: not measured"
        elif value < self.least:
            yield f"{self.fact}: {value:.3g}, required {self.least:g}"


@dataclass(frozen=True)
class NotFlooded:
    """While it is broken no node gets more than this share of what the nodes answer."""

    most: float

    @property
    def text(self) -> str:
        return f"no node gets over {100 * self.most:.0f} %"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        answered = Counter(
            request.node
            for request in evidence.of(READS)
            if request.node and evidence.broken_at < request.started < evidence.mended_at
        )
        if not answered:
            yield "no node answered"
        for node, number in answered.items():
            share = number / answered.total()
            if share > self.most:
                yield f"{node} got {100 * share:.0f} %"


def described(evidence: Evidence, requests: Collection[Request], shown: int = 5) -> Iterator[str]:
    """The first ones in full; times are counted from the breaking."""
    for request in sorted(requests, key=lambda r: r.started)[:shown]:
        what = request.error or request.status
        at_s = request.started - evidence.broken_at
        where = f" of {request.node}" if request.node else ""
        yield (
            f"{request.kind.value} {request.address}: {what}{where} "
            f"at {at_s:+.2f} s, took {request.took_s:.2f} s"
        )
    if len(requests) > shown:
        yield f"and {len(requests) - shown} more"


NO_ERROR = NoneFails(tuple(Kind), "0 errors")
NO_FAILED_READ = NoneFails(READS, "0 failed GETs")
PUBLIC_SERVED = NoneFails(PUBLIC, "public pages 200 throughout")
