"""Brings a tournament into the database, and keeps it there as the files have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from fantasy.lineups import carry_over_lineups
from fantasy.models import Competition, Player, Round, Team
from fantasy.scoring import create_default_rules, update_points
from fantasy.worldcup.feed import feeds_of, ids_of
from fantasy.worldcup.files import SCHEDULE, SQUADS, WorldCupFileError
from fantasy.worldcup.results import save_goals, save_scores
from fantasy.worldcup.rows import delete_unused
from fantasy.worldcup.scorers import Goals, assign_goals
from fantasy.worldcup.tables import save_matches, save_players, save_rounds, save_teams
from fantasy.worldcup.tournament import Tournament, read_tournament

STEPS = 4  # of which progress is told: read, squads and schedule, results, points


@dataclass(frozen=True)
class Imported:
    """What the files said, and where it is now."""

    competition: Competition
    tournament: Tournament
    goals: Goals


def import_worldcup(
    directory: Path, *, results: bool = True, progress: Callable[[int], None] = lambda done: None
) -> Imported:
    """Imports the files of the directory in one transaction; done again, it changes what differs.

    With `results=False` a competition that is not there yet begins unplayed, so that it can be
    replayed; one that is there stays as it is. What only the database knows is kept: cards and
    assists, and the state of matches that have no score in the file. Raises WorldCupFileError
    when something is wrong with the files; then nothing was changed.
    """
    tournament = read_tournament(directory)
    goals = assign_goals(tournament, tournament.fixtures if results else [])
    progress(1)
    with transaction.atomic():
        competition, is_new = _competition(tournament)
        if results or is_new:
            gone = _save_squads_and_schedule(competition, tournament)
            progress(2)
            if results:
                _save_results(competition, tournament, goals)
            _remove(gone)
            progress(3)
            for round_ in competition.rounds.all():
                update_points(round_)
            for round_ in competition.rounds.locked().order_by("number"):
                carry_over_lineups(round_)
    progress(STEPS)
    return Imported(competition, tournament, goals)


def _competition(tournament: Tournament) -> tuple[Competition, bool]:
    """The competition, locked for the transaction, and whether it is new."""
    name, slug = tournament.name, slugify(tournament.name)[:50] or "world-cup"
    starts_on = tournament.fixtures[0].kickoff_at.date()  # as they date it where it is played
    known = Competition.objects.select_for_update().filter(Q(name=name) | Q(slug=slug)).first()
    if known is None:
        competition = Competition.objects.create(name=name, slug=slug, starts_on=starts_on)
        create_default_rules(competition)
        return competition, True
    if known.starts_on != starts_on:
        known.starts_on = starts_on
        known.save()
    return known, False


@dataclass(frozen=True)
class _Gone:
    """Rows that are in no file any more."""

    teams: list[Team]
    players: list[Player]
    rounds: list[Round]


def _save_squads_and_schedule(competition: Competition, tournament: Tournament) -> _Gone:
    gone = _Gone(
        teams=save_teams(competition, tournament),
        players=save_players(competition, tournament),
        rounds=save_rounds(competition, tournament),
    )
    save_matches(competition, tournament)
    return gone


def _save_results(competition: Competition, tournament: Tournament, goals: Goals) -> None:
    feeds = feeds_of(tournament.fixtures, goals.scored, ids_of(competition.pk))
    results = [fixture.result for fixture in tournament.fixtures if fixture.result]
    save_scores(competition, results, feeds)
    save_goals(competition, feeds)


def _remove(gone: _Gone) -> None:
    """Deletes what is gone. Only players may stay, where they stand in line-ups."""
    delete_unused(gone.players)
    for round_ in delete_unused(gone.rounds):
        problem = f'"{round_.name}" is gone, but line-ups were made for it. Put it back.'
        raise WorldCupFileError(SCHEDULE, "", problem)
    for team in delete_unused(gone.teams):
        problem = f'"{team.name}" is gone, but its players stand in line-ups. Put it back.'
        raise WorldCupFileError(SQUADS, "", problem)
