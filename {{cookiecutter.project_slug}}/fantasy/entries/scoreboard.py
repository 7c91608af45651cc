"""The scoreboard: the matches that it shows, and who has scored in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from fantasy import pages
from fantasy.entries.shapes import shape, shape_all
from fantasy.models import EventKind, Match, MatchEvent

RESULTS_SHOWN = 6
FIXTURES_SHOWN = 6

REMARKS = {EventKind.PENALTY_GOAL.value: "pen.", EventKind.OWN_GOAL.value: "own goal"}

Goals = dict[int, tuple[pages.ReportedEvent, ...]]  # by the key of the match


def build_scoreboard(competition_id: int) -> pages.Scoreboard:
    matches = Match.objects.of(competition_id).with_teams()
    return pages.Scoreboard(
        live=shape_all(matches.live(), pages.BoardMatch),
        results=shape_all(matches.results()[:RESULTS_SHOWN], pages.BoardMatch),
        fixtures=shape_all(matches.fixtures()[:FIXTURES_SHOWN], pages.BoardMatch),
    )


def build_goals(competition_id: int) -> Goals:
    matches = Match.objects.of(competition_id)
    live = matches.live().values_list("pk", flat=True)
    results = matches.results().values_list("pk", flat=True)[:RESULTS_SHOWN]
    goals = defaultdict(list)
    for goal in MatchEvent.objects.goals_in([*live, *results]):
        goals[goal.match_id].append(shape(goal, pages.ReportedEvent))
    return {match_id: tuple(of_match) for match_id, of_match in goals.items()}


def with_goals(
    scoreboard: pages.Scoreboard, goals: Goals, squads: pages.Squads
) -> pages.Scoreboard:
    """The same matches, each with its goals."""
    return pages.Scoreboard(
        live=tuple(_with_goals(scoreboard.live, goals, squads)),
        results=tuple(_with_goals(scoreboard.results, goals, squads)),
        fixtures=scoreboard.fixtures,
    )


def _with_goals(
    matches: Iterable[pages.BoardMatch],
    goals: Mapping[int, tuple[pages.ReportedEvent, ...]],
    squads: pages.Squads,
) -> Iterator[pages.BoardMatch]:
    for match in matches:
        named = tuple(
            pages.Goal(
                clock=goal.clock,
                scorer=squads.player_name(goal.player_id),
                is_home=goal.team_id == match.home.pk,
                remark=REMARKS.get(goal.kind, ""),
            )
            for goal in goals.get(match.pk, ())
        )
        yield msgspec.structs.replace(match, goals=named)
