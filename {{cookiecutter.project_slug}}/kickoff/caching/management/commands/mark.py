"""`manage.py mark ENTRY [ARGS…|--all]`"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kickoff.caching.entries import DerivedEntry, Entry, registry
from kickoff.caching.keys import Argument, Arguments
from kickoff.caching.marks import mark


class Command(BaseCommand):
    help = (
        "Marks a key as stale, after a change that bypassed Django's models. With --all it marks "
        "each key that the entry lists: an entry lists them when it is declared with keys=."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entry", metavar="ENTRY", help="For example fantasy.League.page")
        parser.add_argument("arguments", nargs="*", metavar="ARGS", help="Those of one key.")
        parser.add_argument(
            "--all", action="store_true", help="All keys of an entry that is declared with keys=."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        entry = _entry(options["entry"])
        keys = _all_keys(entry) if options["all"] else [_key(entry, options["arguments"])]
        self.stdout.write(f"{entry.name}: {mark(entry.name, keys)} marked")


def _entry(name: str) -> Entry[Any]:
    entry = registry.get(name)
    if entry is None:
        names = ", ".join(sorted(entry.name for entry in registry)) or "none"
        raise CommandError(f"There is no entry {name}. There are: {names}")
    part: Entry[Any] | None = entry
    while isinstance(part, DerivedEntry):
        part = part.own_part
    if part is not entry:
        such_as = f", such as {part.name}" if part else ""
        raise CommandError(f"{name} changes with the entries it is made from: mark those{such_as}.")
    return entry


def _all_keys(entry: Entry[Any]) -> list[Arguments]:
    if entry.keys is None:
        raise CommandError(
            f"{entry.name} does not list its keys. Name the arguments of one, or declare all where "
            f"the entry is made ({entry.declared_at}): keys=lambda: [(1,), (2,)]."
        )
    return list(entry.keys())


def _key(entry: Entry[Any], texts: Sequence[str]) -> Arguments:
    kinds = entry.argument_types[: len(texts)]
    arguments = tuple(_argument(text, kind) for text, kind in zip_longest(texts, kinds))
    try:
        inspect.signature(entry.build).bind(*arguments)
        entry.check(arguments)
    except TypeError as error:
        raise CommandError(f"{entry.name}: {error}") from error
    return arguments


def _argument(text: str, kind: type | None) -> Argument:
    is_number = text.removeprefix("-").isdigit() and kind is not str
    return int(text) if is_number else text
