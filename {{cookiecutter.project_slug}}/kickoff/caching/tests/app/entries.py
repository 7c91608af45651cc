"""Cached reads of the test app."""

from __future__ import annotations

import msgspec

from kickoff.caching.entries import CachedManager, DerivedEntry, Entry, Versioned
from kickoff.caching.rendering import RenderedEntry
from kickoff.caching.tests.app.models import Club
from kickoff.caching.watch import Changed


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


class Card(msgspec.Struct, frozen=True):
    """A club among all clubs."""

    name: str
    members: tuple[str, ...]
    clubs: int


def card_parts(club_id: int) -> list[Versioned]:
    return [ClubReads.page.versioned(club_id), ClubReads.index.versioned()]


def derive_card(page: ClubPage | None, index: ClubList) -> Card | None:
    return Card(page.name, page.members, len(index.names)) if page else None


def build_colours(club_id: int) -> tuple[str, ...]:
    club = Club.objects.get(pk=club_id)
    return tuple(club.members.exclude(colour=None).values_list("colour__name", flat=True))


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
    card = DerivedEntry(derive_card, parts=card_parts, own_part=page)
    html = RenderedEntry("cachingtests/card.html", of=card)
    named_html = RenderedEntry("cachingtests/named_card.html", of=card, named="card")
    # It changes with the number of clubs, as all of them do.
    wanted_html = RenderedEntry("cachingtests/card.html", of=card, ahead_when=index)
    # Members wear a colour: from the colour against the foreign key, then to the club.
    colours = Entry(
        build_colours,
        stale_when={
            "cachingtests.Colour": Changed("name", to="worn_by__club"),
            "cachingtests.Member": "club",
        },
    )
    name = Entry(build_name, stale_when={"cachingtests.Club": "pk"}, at_once=True)
