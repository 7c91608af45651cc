"""`manage.py mark ENTRY [ARGS…|--all]`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kickoff.caching.entries import registry
from kickoff.caching.keys import Argument
from kickoff.caching.marks import mark


class Command(BaseCommand):
    help = "Marks a key as stale, after a change that bypassed Django's models."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entry", metavar="ENTRY", help="For example fantasy.League.page")
        parser.add_argument("arguments", nargs="*", metavar="ARGS")
        parser.add_argument("--all", action="store_true", help="All keys of the entry.")

    def handle(self, *args: Any, **options: Any) -> None:
        entry = registry.get(options["entry"])
        if entry is None:
            names = ", ".join(sorted(entry.name for entry in registry)) or "none"
            raise CommandError(f"There is no entry {options['entry']}. There are: {names}")
        if not options["all"]:
            keys = [tuple(_argument(text) for text in options["arguments"])]
        elif entry.keys is None:
            raise CommandError(f"{entry.name} does not list its keys: name the arguments.")
        else:
            keys = list(entry.keys())
        self.stdout.write(f"{entry.name}: {mark(entry.name, keys)} marked")


def _argument(text: str) -> Argument:
    return int(text) if text.removeprefix("-").isdigit() else text
