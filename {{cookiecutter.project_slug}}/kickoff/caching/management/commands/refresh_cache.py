"""`manage.py refresh_cache [--once|--status] [--json]`"""

from __future__ import annotations

import json
import re
import signal
from argparse import ArgumentTypeError
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.status import status
from kickoff.caching.status_text import describe


class Command(BaseCommand):
    help = "Keeps the cache up to date: the one process that rebuilds what changes made stale."

    def add_arguments(self, parser: CommandParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--once", action="store_true", help="Handle what is there, then exit.")
        mode.add_argument("--status", action="store_true", help="Say how the refresher fares.")
        parser.add_argument("--json", action="store_true", help="The status as a JSON document.")
        parser.add_argument(
            "--shard", type=_shard, default=Shard(), help="Keep a part of the keys only, as 1/4."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["status"]:
            found = status()
            self.stdout.write(json.dumps(found, indent=2) if options["json"] else describe(found))
            return
        shard: Shard = options["shard"]
        refresher = Refresher(shard, Leadership(str(shard)))
        if options["once"]:
            refresher.once()
            return
        self._run(refresher)

    def _run(self, refresher: Refresher) -> None:
        stopping = False

        def stop(signum: int, frame: FrameType | None) -> None:
            nonlocal stopping
            stopping = True  # the key at hand is finished first

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        refresher.run(lambda: stopping)


def _shard(text: str) -> Shard:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    index, count = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= index <= count:
        raise ArgumentTypeError(f"{text} is no shard. The second of four is 2/4.")
    return Shard(index, count)
