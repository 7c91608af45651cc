"""The page of a player."""

from __future__ import annotations

from typing import Any

from fantasy import pages
from fantasy.entries.competition import CompetitionReads
from fantasy.entries.shapes import shape_all
from fantasy.models import MatchEvent, Player, PlayerPoints
from kickoff.caching.entries import CachedManager, DerivedEntry, Entry, Versioned
from kickoff.caching.rendering import RenderedEntry


def _build_record(player_id: int) -> pages.Record | None:
    player = Player.objects.select_related("team").filter(pk=player_id).first()
    if player is None:
        return None
    points = PlayerPoints.objects.of_player(player_id)
    return pages.Record(
        player_id=player_id,
        competition_id=player.team.competition_id,
        points=dict(points.values_list("round", "points")),
        events=shape_all(MatchEvent.objects.of_player(player_id), pages.RecordedEvent),
    )


def _page_parts(player_id: int) -> list[Versioned[Any]] | None:
    record = PlayerReads.record.versioned(player_id)
    if record.value is None:
        return None
    competition_id = record.value.competition_id
    return [
        CompetitionReads.calendar.versioned(competition_id),
        CompetitionReads.squads.versioned(competition_id),
        CompetitionReads.fixtures.versioned(competition_id),
        record,
    ]


def _derive_page(
    calendar: pages.Calendar | None,
    squads: pages.Squads,
    fixtures: dict[int, pages.Fixture],
    record: pages.Record,
) -> pages.PlayerPage | None:
    player = squads.players.get(record.player_id)
    team = squads.teams.get(player.team_id) if player else None
    if calendar is None or player is None or team is None:
        return None  # The player came in a moment ago, before what this process knows.
    return pages.PlayerPage(
        pk=player.pk,
        name=player.name,
        number=player.number,
        position=player.position,
        club=player.club,
        born_on=player.born_on,
        team=team,
        points=_points(calendar, record),
        events=_events(calendar, squads, fixtures, record),
    )


def _points(calendar: pages.Calendar, record: pages.Record) -> tuple[pages.Earned, ...]:
    """The latest round first."""
    return tuple(
        pages.Earned(round=round_.name, points=record.points[round_.pk])
        for round_ in reversed(calendar.rounds)
        if round_.pk in record.points
    )


def _events(
    calendar: pages.Calendar,
    squads: pages.Squads,
    fixtures: dict[int, pages.Fixture],
    record: pages.Record,
) -> tuple[pages.Feat, ...]:
    """The latest first."""
    known = [event for event in record.events if event.match_id in fixtures]
    known.sort(
        key=lambda event: (fixtures[event.match_id].kickoff_at, event.sequence), reverse=True
    )
    return tuple(
        pages.Feat(
            sequence=event.sequence,
            kind=event.kind,
            minute=event.minute,
            stoppage=event.stoppage,
            match=_appearance(event.match_id, fixtures[event.match_id], calendar, squads),
        )
        for event in known
    )


def _appearance(
    match_id: int, fixture: pages.Fixture, calendar: pages.Calendar, squads: pages.Squads
) -> pages.Appearance:
    return pages.Appearance(
        pk=match_id,
        home=squads.team_name(fixture.home_id),
        away=squads.team_name(fixture.away_id),
        round=calendar.name_of(fixture.round_id),
        kickoff_at=fixture.kickoff_at,
    )


class PlayerReads(CachedManager, model=Player):
    record = Entry(
        _build_record,
        stale_when={
            "fantasy.Player": "pk",
            "fantasy.PlayerPoints": "player",
            "fantasy.MatchEvent": "player",
        },
    )
    page = DerivedEntry(_derive_page, parts=_page_parts, own_part=record)
    html = RenderedEntry("fantasy/player.html", of=page, named="player")
