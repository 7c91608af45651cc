"""Saving a line-up, and carrying it over to the next round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.db import transaction
from django.utils import timezone

from fantasy.models import (
    BENCH,
    STARTERS,
    FantasyTeam,
    Lineup,
    LineupPlace,
    Position,
    Round,
)
from kickoff.caching.marks import marked_together
from kickoff.caching.replacements import replace_rows
from kickoff.compiled import Compiled

# How many starters may play in each position: (fewest, most).
FORMATION: dict[Position, tuple[int, int]] = {
    Position.GOALKEEPER: (1, 1),
    Position.DEFENDER: (3, 5),
    Position.MIDFIELDER: (2, 5),
    Position.FORWARD: (1, 3),
}
BENCH_GOALKEEPERS = 1

_ORDER: dict[str, int] = {position: index for index, position in enumerate(Position)}


class DeadlinePassedError(Exception):
    """The round has begun: its line-ups are fixed."""


class Row(Protocol):
    """A model or a page object."""

    @property
    def pk(self) -> int: ...


class Selectable(Row, Protocol):
    """A player, as a model or as a page object."""

    @property
    def name(self) -> str: ...
    @property
    def position(self) -> str: ...


P = TypeVar("P", bound=Selectable, covariant=True)


@dataclass(frozen=True)
class Selection(Generic[P]):
    """What a manager wants to send into a round. Not necessarily legal."""

    starters: Sequence[P]
    bench: Sequence[P]
    captain: P | None

    def problems(self) -> list[str]:
        """Everything that keeps it from being a legal line-up, in sentences; empty when legal."""
        return [
            *self._wrong_numbers(),
            *self._repeated_players(),
            *self._wrong_formation(),
            *self._wrong_captain(),
        ]

    def _wrong_numbers(self) -> Iterable[str]:
        if len(self.starters) != STARTERS:
            yield f"{STARTERS} players start; you have {len(self.starters)}."
        if len(self.bench) != BENCH:
            yield f"{BENCH} players sit on the bench; you have {len(self.bench)}."

    def _repeated_players(self) -> Iterable[str]:
        for player, times in Counter([*self.starters, *self.bench]).items():
            if times > 1:
                yield f"{player.name} is in your line-up {times} times."

    def _wrong_formation(self) -> Iterable[str]:
        starting = Counter(player.position for player in self.starters)
        for position, (fewest, most) in FORMATION.items():
            number = starting[position]
            if not fewest <= number <= most:
                allowed = str(most) if fewest == most else f"{fewest} to {most}"
                yield f"{position.label}s who start: {allowed}; you have {number}."
        on_bench = sum(player.position == Position.GOALKEEPER for player in self.bench)
        if on_bench != BENCH_GOALKEEPERS:
            yield f"Goalkeepers on the bench: {BENCH_GOALKEEPERS}; you have {on_bench}."

    def _wrong_captain(self) -> Iterable[str]:
        if self.captain is None or self.captain not in self.starters:
            yield "Choose a captain among the players who start."


def save_lineup(team: Row, round_: Row, selection: Selection[Selectable]) -> Lineup:
    """Replaces the team's line-up for the round, as a whole.

    The caller has made sure that the selection is legal (`Selection.problems`). Two savers take
    turns: the row of the team is locked, so a line-up is never made of two.

    Raises DeadlinePassedError when the deadline passes before the line-up is in the database.
    """
    assert selection.captain is not None
    with marked_together():
        # The deadline as it is now: a feed may have moved it since the page was opened.
        ((deadline, lineup_id),) = _lock.rows(team.pk, round_.pk)
        now = timezone.now()
        if deadline is None or deadline <= now:
            raise DeadlinePassedError
        lineup = Lineup(
            pk=lineup_id,
            team_id=team.pk,
            round_id=round_.pk,
            captain_id=selection.captain.pk,
            saved_at=now,
        )
        lineup = _written(lineup)
        # What stays is not written: most managers change two or three players.
        replace_rows(LineupPlace, "lineup", lineup.pk, _places(lineup.pk, selection))
    return lineup


def carry_over_lineups(round_: Round, *, batch: int = 500) -> int:
    """Gives each team without a line-up for the round its latest earlier one.

    To be called once the deadline has passed; it can be repeated. One transaction per `batch` of
    teams. Returns the number of line-ups that were carried over.
    """
    carried = 0
    missing = list(FantasyTeam.objects.without_lineup(round_).values_list("pk", flat=True))
    for start in range(0, len(missing), batch):
        with transaction.atomic():
            # One at a time: another feed may be starting the same round.
            Round.objects.select_for_update().get(pk=round_.pk)
            teams = FantasyTeam.objects.without_lineup(round_).among(missing[start : start + batch])
            carried += _copy(Lineup.objects.latest_before(round_, teams), round_)
    return carried


# The row of the team, until when the round is open, and which line-up the team has for it.
_lock = Compiled(
    lambda team_id, round_id: (
        FantasyTeam.objects.filter(pk=team_id)
        .with_round(round_id)
        .select_for_update()
        .order_by()
        .values_list("deadline", "lineup_id")  # type: ignore[misc]
    ),
    numbers=2,
)


def _written(lineup: Lineup) -> Lineup:
    fields = {"captain_id": lineup.captain_id, "saved_at": lineup.saved_at}
    if lineup.pk is not None:
        lineup.save(update_fields=fields)
        return lineup
    # At the deadline a feed may carry one over.
    written, _created = Lineup.objects.update_or_create(
        team_id=lineup.team_id, round_id=lineup.round_id, defaults=fields
    )
    return written


def _places(lineup_id: int, selection: Selection[Selectable]) -> list[LineupPlace]:
    """Places 1 to 15: the starters from the goalkeeper to the forwards, then the bench."""
    players = [*_by_position(selection.starters), *_by_position(selection.bench)]
    return [
        LineupPlace(lineup_id=lineup_id, place=place, player_id=player.pk)
        for place, player in enumerate(players, start=1)
    ]


def _by_position(players: Iterable[Selectable]) -> list[Selectable]:
    return sorted(players, key=lambda player: _ORDER[player.position])


def _copy(earlier: Iterable[Lineup], round_: Round) -> int:
    sources = {lineup.team_id: lineup for lineup in earlier}
    Lineup.objects.bulk_create(
        Lineup(
            team_id=team_id, round=round_, captain_id=source.captain_id, saved_at=source.saved_at
        )
        for team_id, source in sources.items()
    )
    # MySQL does not tell the keys of rows that were inserted in bulk: read them.
    copies = Lineup.objects.for_round(round_).filter(team__in=sources).values_list("team", "pk")
    copy_of = {sources[team_id].pk: pk for team_id, pk in copies}
    LineupPlace.objects.bulk_create(
        LineupPlace(
            lineup_id=copy_of[place.lineup_id], place=place.place, player_id=place.player_id
        )
        for place in LineupPlace.objects.filter(lineup__in=copy_of)
    )
    return len(copies)
