"""Far more visitors than the fleet can serve: python -m fleet.drills.visitors.flood PLAN

First a few ask as fast as they are answered: what the fleet can do. Then so many times as many
come, whatever becomes of those before them.
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import count
from pathlib import Path

import msgspec

from fleet.drills.visitors.http import Client, NoAnswerError

PATIENCE_S = 15.0


class FloodPlan(msgspec.Struct, frozen=True):
    port: int
    host: str
    address: str  # with {} for a number: no answer is ever that of a cache
    at_once: int  # of those who ask as fast as they are answered
    seconds: float
    times: float
    per_s: float = 0.0  # 0: measure what the fleet can do, and do not flood


class Tally(msgspec.Struct):
    """What became of all of them."""

    served: int = 0
    refused: int = 0  # 503 with Retry-After
    other: int = 0
    seconds: float = 0.0
    worst_served_s: float = 0.0
    worst_refused_s: float = 0.0

    @property
    def per_s(self) -> float:
        return self.served / self.seconds if self.seconds else 0.0


class Flood:
    def __init__(self, plan: FloodPlan) -> None:
        self._plan = plan
        self._client = Client("127.0.0.1", plan.port, plan.host)
        self._numbers = count(time.monotonic_ns())
        self.tally = Tally(seconds=plan.seconds)

    async def as_fast_as_answered(self) -> None:
        """`at_once` of them, each with the next request when the last one is answered."""
        until = time.monotonic() + self._plan.seconds

        async def ask_on() -> None:
            while time.monotonic() < until:
                await self._ask()

        await asyncio.gather(*(ask_on() for _ in range(self._plan.at_once)))

    async def at_a_rate(self) -> None:
        """So many in each second, and then no more."""
        per_s = self._plan.per_s * self._plan.times
        started = time.monotonic()

        async def ask_at(beat: int) -> None:
            await asyncio.sleep(started + beat / per_s - time.monotonic())
            await self._ask()

        await asyncio.gather(*(ask_at(n) for n in range(int(per_s * self._plan.seconds))))

    async def _ask(self) -> None:
        started = time.monotonic()
        try:
            address = self._plan.address.format(next(self._numbers))
            answer = await self._client.ask(address, limit_s=PATIENCE_S)
        except (NoAnswerError, TimeoutError):
            self.tally.other += 1
            return
        took_s = time.monotonic() - started
        if answer.status == 200:
            self.tally.served += 1
            self.tally.worst_served_s = max(self.tally.worst_served_s, took_s)
        elif answer.status == 503 and "retry-after" in answer.headers:
            self.tally.refused += 1
            self.tally.worst_refused_s = max(self.tally.worst_refused_s, took_s)
        else:
            self.tally.other += 1


async def main(path: Path) -> None:
    plan = msgspec.json.decode(path.read_bytes(), type=FloodPlan)
    flood = Flood(plan)
    await (flood.at_a_rate() if plan.per_s else flood.as_fast_as_answered())
    sys.stdout.buffer.write(msgspec.json.encode(flood.tally) + b"\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
