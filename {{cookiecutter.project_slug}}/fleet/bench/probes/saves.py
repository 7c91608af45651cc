"""Saves line-ups from several threads, as the site does and naively, and looks for them later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from threading import Thread
from typing import ClassVar, NamedTuple, cast

from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from fantasy.demo.leagues import PlayerPool
from fantasy.lineups import Row, Selectable, Selection, carry_over_lineups, save_lineup
from fantasy.models import (
    STARTERS,
    Competition,
    FantasyTeam,
    Lineup,
    LineupPlace,
    Player,
    Round,
)

ATTEMPTS = 100  # at a database that was restarted
PAUSE_S = 0.1
DEADLOCK = 1213  # ER_LOCK_DEADLOCK: nothing of the transaction was done


class PlainLineup(models.Model):
    """The table of line-ups, for a site that marks nothing."""

    team = models.BigIntegerField(db_column="team_id")
    round = models.BigIntegerField(db_column="round_id")
    captain = models.BigIntegerField(db_column="captain_id")
    saved_at = models.DateTimeField()

    objects: ClassVar[models.Manager[PlainLineup]] = models.Manager()

    class Meta:
        app_label, db_table, managed = "bench", Lineup._meta.db_table, False

    def __str__(self) -> str:
        return f"team {self.team}, round {self.round}"


class PlainPlace(models.Model):
    """The table of the places in line-ups, likewise."""

    lineup = models.ForeignKey(PlainLineup, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    player = models.BigIntegerField(db_column="player_id")

    objects: ClassVar[models.Manager[PlainPlace]] = models.Manager()

    class Meta:
        app_label, db_table, managed = "bench", LineupPlace._meta.db_table, False

    def __str__(self) -> str:
        return f"{self.place}. {self.player}"


class Saved(NamedTuple):
    """What was acknowledged last for a team."""

    captain: int
    starters: frozenset[int]
    bench: frozenset[int]


class Counts(NamedTuple):
    """Of one thread."""

    saves: int
    deadlocks: int


Choice = Selection[Selectable]
Save = Callable[[Row, Row, Choice], object]


class Role:
    def __init__(self) -> None:
        competition = Competition.objects.current()
        assert competition is not None
        self._round = Round.objects.of(competition.pk).open().latest("deadline")
        self._teams = list(FantasyTeam.objects.order_by("pk"))
        players = Player.objects.of(competition).order_by("pk")
        self._players = {player.pk: player for player in players}
        self._pool = PlayerPool(self._players.values())
        self._random = Random(1)
        self._saved: dict[int, Saved] = {}
        self._count = 0

    def carry_over(self) -> None:
        """Gives each team a line-up for the round."""
        carry_over_lineups(self._round)

    def save(self, kind: str, seconds: float, threads: int) -> dict[str, float]:
        """How many saves per second were acknowledged: each another line-up, for any team. And how
        often the database has taken one back, because it was in another's way."""
        until = time.monotonic() + seconds
        counts: list[Counts] = []
        savers = [
            Thread(
                target=self._save_until,
                args=(SAVES[kind], until, self._turns(number, threads), counts),
            )
            for number in range(threads)
        ]
        started = time.monotonic()
        for saver in savers:
            saver.start()
        for saver in savers:
            saver.join()
        assert len(counts) == threads, "a thread has failed"
        saves = sum(count.saves for count in counts)
        self._count += saves
        return {
            "per_s": saves / (time.monotonic() - started),
            "deadlocks": sum(count.deadlocks for count in counts),
        }

    def acknowledged(self) -> dict[str, int]:
        """How many saves since the last call, and how many line-ups have to be there now."""
        count, self._count = self._count, 0
        return {"saves": count, "line-ups": len(self._saved)}

    def lost(self) -> int:
        """How many teams do not have what was acknowledged last."""
        for _ in range(ATTEMPTS):
            try:
                found = self._in_database()
                return sum(found.get(team) != saved for team, saved in self._saved.items())
            except OperationalError:
                connection.close()
                time.sleep(PAUSE_S)
        raise AssertionError("The database does not come back.")

    def _save_until(
        self,
        save: Save,
        until: float,
        turns: Iterator[tuple[FantasyTeam, Choice]],
        counts: list[Counts],
    ) -> None:
        saves = deadlocks = 0
        while time.monotonic() < until:
            team, choice = next(turns)
            try:
                save(team, self._round, choice)
                self._saved[team.pk] = as_saved(choice)
                saves += 1
            except OperationalError as error:
                if error.args[0] != DEADLOCK:
                    raise
                deadlocks += 1
            finally:
                connection.close()  # Back into the pool, as at the end of a request.
        counts.append(Counts(saves, deadlocks))

    def _turns(self, first: int, step: int) -> Iterator[tuple[FantasyTeam, Choice]]:
        """The teams of one thread, again and again, each time with another line-up."""
        random = Random(self._random.random())
        while True:
            for team in self._teams[first::step]:
                # The types of models do not say so, but that is what players are.
                chosen = [cast("Selectable", self._players[pk]) for pk in self._pool.draw(random)]
                starters, bench = chosen[:STARTERS], chosen[STARTERS:]
                yield team, Selection(starters, bench, captain=starters[-1])

    def _in_database(self) -> dict[int, Saved]:
        places: dict[int, dict[int, int]] = {}
        lineups = Lineup.objects.for_round(self._round)
        for lineup, place, player in LineupPlace.objects.filter(lineup__in=lineups).values_list(
            "lineup", "place", "player"
        ):
            places.setdefault(lineup, {})[place] = player
        return {
            team: Saved(
                captain,
                frozenset(pk for place, pk in places[lineup].items() if place <= STARTERS),
                frozenset(pk for place, pk in places[lineup].items() if place > STARTERS),
            )
            for lineup, team, captain in lineups.values_list("pk", "team", "captain")
        }


def save_naively(team: Row, round_: Row, choice: Choice) -> None:
    """All rows one by one, though in one transaction: half a line-up would be no line-up."""
    assert choice.captain is not None
    with transaction.atomic():
        lineup, _created = PlainLineup.objects.get_or_create(
            team=team.pk,
            round=round_.pk,
            defaults={"captain": choice.captain.pk, "saved_at": timezone.now()},
        )
        lineup.captain, lineup.saved_at = choice.captain.pk, timezone.now()
        lineup.save()
        PlainPlace.objects.filter(lineup=lineup).delete()
        for place, player in enumerate([*choice.starters, *choice.bench], start=1):
            PlainPlace.objects.create(lineup=lineup, place=place, player=player.pk)


def as_saved(choice: Choice) -> Saved:
    assert choice.captain is not None
    return Saved(
        choice.captain.pk,
        frozenset(player.pk for player in choice.starters),
        frozenset(player.pk for player in choice.bench),
    )


SAVES: dict[str, Save] = {"ours": save_lineup, "naive": save_naively}
