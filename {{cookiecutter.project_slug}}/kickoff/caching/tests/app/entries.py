"""Cached reads of the test app."""

from __future__ import annotations

import msgspec

from kickoff.caching.entries import CachedManager, Entry
from kickoff.caching.tests.app.models import Club


class ClubPage(msgspec.Struct, frozen=True):
    name: str
    members: tuple[str, ...]
    badges: tuple[str, ...]


class ClubList(msgspec.Struct, frozen=True):
    names: tuple[str, ...]


def build_page(club_id: int) -> ClubPage | None:
    club = Club.objects.filter(pk=club_id).first()
    if club is None:
        return None
    members = tuple(club.members.order_by("pk").values_list("name", flat=True))
    badges = club.members.filter(badges__isnull=False).order_by("badges__pk")
    return ClubPage(club.name, members, tuple(badges.values_list("badges__title", flat=True)))


class ClubName(msgspec.Struct, frozen=True):
    name: str


def build_name(club_id: int) -> ClubName | None:
    club = Club.objects.filter(pk=club_id).first()
    return ClubName(club.name) if club else None


def build_list() -> ClubList:
    return ClubList(tuple(Club.objects.order_by("pk").values_list("name", flat=True)))


class ClubReads(CachedManager, model=Club):
    page = Entry(
        build_page,
        stale_when={
            "cachingtests.Club": "pk",
            "cachingtests.Member": "club",
            "cachingtests.Badge": "member__club",
        },
        keys=lambda: list(Club.objects.values_list("pk")),
    )
    index = Entry(build_list, stale_when={"cachingtests.Club": ()}, keys=lambda: [()], pinned=True)
    name = Entry(build_name, stale_when={"cachingtests.Club": "pk"}, at_once=True)
