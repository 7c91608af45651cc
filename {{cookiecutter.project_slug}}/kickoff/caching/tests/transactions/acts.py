"""What the tests of this folder do to clubs, and what they look at."""

from __future__ import annotations

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Mark
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.tests.app.entries import ClubReads


def marked():
    """The clubs whose page is marked, as this connection sees it."""
    marks = Mark.objects.filter(entry=ClubReads.page.name)
    return {int(arguments.strip("[]")) for arguments in marks.values_list("arguments", flat=True)}


def rename(club, name):
    club.name = name
    club.save()


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()
    reader.memory.forget()


class StoppedError(Exception):
    """Rolls back what it passes through."""


def rename_and_fail(club):
    rename(club, "AFC Ajax")
    raise StoppedError
