"""The front page of a competition, and what the pages of its matches, players and leagues share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container
from typing import Any

import msgspec
from django.utils import timezone

from fantasy import pages
from fantasy.entries.scoreboard import build_goals, build_scoreboard, with_goals
from fantasy.entries.shapes import shape, shape_all
from fantasy.models import Competition, Match, Player, PlayerPoints, Round, Team
from kickoff.caching.entries import CachedManager, DerivedEntry, Entry, Versioned
from kickoff.caching.rendering import RenderedEntry

LEADERS_SHOWN = 10
SCORERS_SHOWN = 100


def _build_index() -> tuple[pages.Competition, ...]:
    return shape_all(Competition.objects.latest_first(), pages.Competition)


def _build_calendar(competition_id: int) -> pages.Calendar | None:
    competition = Competition.objects.filter(pk=competition_id).first()
    if competition is None:
        return None
    rounds = Round.objects.of(competition_id).order_by("number")
    return pages.Calendar(
        competition=shape(competition, pages.Competition),
        rounds=shape_all(rounds, pages.Round),
    )


def _build_squads(competition_id: int) -> pages.Squads:
    teams = shape_all(Team.objects.of(competition_id), pages.Team)
    players = shape_all(Player.objects.of(competition_id), pages.Player)
    return pages.Squads(
        teams={team.pk: team for team in teams},
        players={player.pk: player for player in players},
    )


def _build_fixtures(competition_id: int) -> dict[int, pages.Fixture]:
    matches = Match.objects.of(competition_id)
    return {match.pk: shape(match, pages.Fixture) for match in matches}


def _build_scorers(competition_id: int) -> pages.ScorersPage | None:
    competition = Competition.objects.filter(pk=competition_id).first()
    if competition is None:
        return None
    scorers = Player.objects.of(competition_id).top_scorers()[:SCORERS_SHOWN]
    return pages.ScorersPage(
        competition=shape(competition, pages.Competition),
        scorers=shape_all(scorers, pages.Scorer),
    )


def _build_points(competition_id: int) -> dict[int, dict[int, int]]:
    by_round: dict[int, dict[int, int]] = defaultdict(dict)
    rows = PlayerPoints.objects.of_competition(competition_id)
    for round_id, player_id, points in rows.values_list("round", "player", "points"):
        by_round[round_id][player_id] = points
    return by_round


def _total_parts(competition_id: int) -> list[Versioned[Any]]:
    return [CompetitionReads.points.versioned(competition_id)]


def _derive_totals(points_by_round: dict[int, dict[int, int]]) -> dict[int, int]:
    totals: Counter[int] = Counter()
    for points in points_by_round.values():
        totals.update(points)
    return dict(totals)


def _leader_parts(competition_id: int) -> list[Versioned[Any]]:
    return [
        CompetitionReads.squads.versioned(competition_id),
        CompetitionReads.totals.versioned(competition_id),
    ]


def _derive_leaders(squads: pages.Squads, totals: dict[int, int]) -> tuple[pages.RankedPlayer, ...]:
    return tuple(squads.ranked(squads.players.values(), totals)[:LEADERS_SHOWN])


def _option_parts(competition_id: int) -> list[Versioned[Any]]:
    return [CompetitionReads.squads.versioned(competition_id)]


def _derive_options(squads: pages.Squads) -> pages.PlayerOptions:
    in_squad_order = sorted(
        squads.players.values(), key=lambda p: (squads.team_name(p.team_id), p.number)
    )
    return pages.PlayerOptions(
        tuple(
            pages.PlayerOption(
                position=player.position,
                label=squads.label(player),
            )
            for player in in_squad_order
        )
    )


def _goal_board_parts(competition_id: int) -> list[Versioned[Any]]:
    return [
        CompetitionReads.scoreboard.versioned(competition_id),
        CompetitionReads.goals.versioned(competition_id),
        CompetitionReads.squads.versioned(competition_id),
    ]


def _shown(competition_id: int, board: pages.Board) -> list[Versioned[Any]]:
    """A scoreboard, and which one it is."""
    has_goals = board == pages.Board.GOALS
    entry = CompetitionReads.goal_board if has_goals else CompetitionReads.scoreboard
    return [entry.versioned(competition_id), Versioned(board, board)]


def _home_parts(
    competition_id: int, board: pages.Board = pages.Board.PLAIN
) -> list[Versioned[Any]] | None:
    calendar = CompetitionReads.calendar.versioned(competition_id)
    if calendar.value is None:
        return None
    return [
        calendar,
        locked_rounds(calendar.value),
        CompetitionReads.leaders.versioned(competition_id),
        *_shown(competition_id, board),
    ]


def _derive_home(
    calendar: pages.Calendar,
    locked: tuple[pages.Round, ...],
    leaders: tuple[pages.RankedPlayer, ...],
    scoreboard: pages.Scoreboard,
    board: pages.Board,
) -> pages.HomePage:
    return pages.HomePage(
        competition=calendar.competition,
        round=max(locked, key=lambda round_: (round_.deadline, round_.number), default=None),
        leaders=leaders,
        board=board,
        **msgspec.structs.asdict(scoreboard),
    )


def _board_parts(
    competition_id: int, board: pages.Board = pages.Board.PLAIN
) -> list[Versioned[Any]] | None:
    calendar = CompetitionReads.calendar.versioned(competition_id)
    if calendar.value is None:
        return None
    return [calendar, *_shown(competition_id, board)]


def _derive_board(
    calendar: pages.Calendar, scoreboard: pages.Scoreboard, board: pages.Board
) -> pages.BoardPage:
    return pages.BoardPage(
        competition=calendar.competition, board=board, **msgspec.structs.asdict(scoreboard)
    )


def locked_rounds(
    calendar: pages.Calendar, among: Container[int] | None = None
) -> Versioned[tuple[pages.Round, ...]]:
    """The rounds that are locked by now, all or those among some keys, as a part.

    Nothing is written when a deadline passes. With this part in its key, a page that shows line-ups
    is another page from then on.
    """
    locked = tuple(
        round_
        for round_ in calendar.locked_at(timezone.now())
        if among is None or round_.pk in among
    )
    return Versioned(locked, "-".join(str(round_.pk) for round_ in locked))


def _current() -> list[tuple[int]]:
    """From the cache, as it is asked for once a second."""
    competition = Competition.cached.named()
    return [(competition.pk,)] if competition else []


class CompetitionReads(CachedManager, model=Competition):
    # All competitions, the current one first.
    index = Entry(
        _build_index,
        stale_when={"fantasy.Competition": ()},
        keys=lambda: [()],
        pinned=True,
    )
    calendar = Entry(
        _build_calendar,
        stale_when={"fantasy.Competition": "pk", "fantasy.Round": "competition"},
        keys=_current,
        pinned=True,
    )
    squads = Entry(
        _build_squads,
        stale_when={"fantasy.Team": "competition", "fantasy.Player": "team__competition"},
        keys=_current,
        pinned=True,
    )
    # By the key of the match. A goal makes it stale, but does not change it: the pages that are
    # derived from it stay.
    fixtures = Entry(
        _build_fixtures,
        stale_when={"fantasy.Match": "round__competition"},
        keys=_current,
        pinned=True,
    )
    scoreboard = Entry(
        build_scoreboard,
        stale_when={"fantasy.Match": "round__competition", "fantasy.Team": "competition"},
        keys=_current,
        pinned=True,
    )
    # By the key of the match: of those that the scoreboard shows.
    goals = Entry(
        build_goals,
        stale_when={
            "fantasy.Match": "round__competition",
            "fantasy.MatchEvent": "match__round__competition",
        },
    )
    goal_board = DerivedEntry(with_goals, parts=_goal_board_parts)
    # By round and player: the one key that a goal makes stale for all leagues.
    points = Entry(
        _build_points,
        stale_when={"fantasy.PlayerPoints": "round__competition"},
        keys=_current,
        pinned=True,
    )
    # By player, over all rounds.
    totals = DerivedEntry(_derive_totals, parts=_total_parts)
    leaders = DerivedEntry(_derive_leaders, parts=_leader_parts)
    home = DerivedEntry(_derive_home, parts=_home_parts)
    home_html = RenderedEntry("fantasy/home.html", of=home)
    board = DerivedEntry(_derive_board, parts=_board_parts)
    board_html = RenderedEntry("fantasy/_scoreboard.html", of=board)
    scorers = Entry(
        _build_scorers,
        stale_when={
            "fantasy.Competition": "pk",
            "fantasy.Team": "competition",
            "fantasy.Player": "team__competition",
            "fantasy.MatchEvent": "match__round__competition",
        },
        keys=_current,
        pinned=True,
    )
    scorers_html = RenderedEntry("fantasy/top_scorers.html", of=scorers)
    options = DerivedEntry(_derive_options, parts=_option_parts)
    options_html = RenderedEntry("fantasy/_player_options.html", of=options)

    def named(self, slug: str | None = None) -> pages.Competition | None:
        """The competition with that slug, or the current one when there is no slug."""
        competitions = self.index() or ()
        wanted = (found for found in competitions if slug in (None, found.slug))
        return next(wanted, None)
