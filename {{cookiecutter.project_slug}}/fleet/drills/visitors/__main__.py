"""python -m fleet.drills.visitors PLAN: visits until its standard input ends.

Each line there is answered with the moment at which the oldest request began that still waits.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from fleet.drills.visitors.log import Log
from fleet.drills.visitors.mix import Visitors
from fleet.drills.visitors.plan import read_plan


async def main(path: Path) -> None:
    plan = read_plan(path)
    with open(plan.log, "ab") as file:
        log = Log(file)
        visiting = asyncio.ensure_future(Visitors(plan, log).run())
        while await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(f"{log.waiting_since()}\n")
            sys.stdout.flush()
        visiting.cancel()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
