"""How the query budgets visit the pages of the game: on which world, as whom, with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from fantasy.feed import Clock, FeedEvent
from fantasy.leagues import create_league
from fantasy.models import (
    Competition,
    EventKind,
    FantasyTeam,
    League,
    Match,
    MatchEvent,
    Player,
    Round,
)
from fantasy.scoring import update_points
from fantasy.tests import worlds
from fantasy.views.scoreboard import GOAL_SCORERS
from kickoff.budgets import Visit, Visits
from kickoff.rollout.models import Flag

CAPTAIN = "T01 FW 17"


@dataclass(frozen=True)
class World:
    """What the addresses of the pages need."""

    competition: Competition
    open_round: Round
    match: Match
    player: Player
    league: League
    other_league: League
    team: FantasyTeam
    anna: User


def world(
    leagues: int = 2,
    teams: int = 2,
    squads: int = 4,
    players: int = 2,
    events: int = 2,
    rounds: int = 2,
) -> World:
    """A live round, the last of those that have begun. Anna has a team in each of the `leagues`; in
    the first of them play `teams`.

    The scoreboard with the goals is on its way: whoever is signed in has it.

    There are `squads` of `players`, but for T01, which has all 21. Anna's captain and others score
    so many `events` each in the live match.
    """
    competition = worlds.create_competition(teams=squads)
    Player.objects.exclude(team__code="T01").filter(number__gt=players).delete()
    _play_earlier_rounds(competition, rounds - 2)
    league = worlds.create_league_of(competition, "Anna", *(f"Ben {n}" for n in range(1, teams)))
    anna, ben = User.objects.get(username="Anna"), User.objects.get(username="Ben 1")
    for number in range(1, leagues):
        create_league(anna.pk, competition.pk, f"Friends {number}", f"Anna's team {number}")
    match = Match.objects.live().get()
    (captain,) = worlds.players_named(CAPTAIN)
    _play(match, captain, events)
    Flag.objects.create(name=GOAL_SCORERS, authenticated=True)
    team = FantasyTeam.objects.in_league(league.pk).get(membership__user=anna)
    for round_ in competition.rounds.filter(number__lte=rounds):
        worlds.create_lineup(team, round_, worlds.legal_selection(captain=CAPTAIN))
    return World(
        competition=competition,
        open_round=competition.rounds.get(number=rounds + 1),
        match=match,
        player=captain,
        league=league,
        other_league=create_league(ben.pk, competition.pk, "Rivals", "Ben's").membership.league,
        team=team,
        anna=anna,
    )


def _play_earlier_rounds(competition: Competition, more: int) -> None:
    """As many rounds more, before those that there are, with one match each."""
    rounds = list(competition.rounds.order_by("-number"))
    for round_ in rounds if more else []:
        round_.number += more
        round_.name = f"Round {round_.number}"
        round_.save()
    first = rounds[-1]
    home, away = competition.teams.order_by("code")[:2]
    (captain,) = worlds.players_named(CAPTAIN)
    for number in range(1, more + 1):
        then = first.deadline - timedelta(weeks=more + 1 - number)
        round_ = competition.rounds.create(number=number, name=f"Round {number}", deadline=then)
        match = round_.matches.create(
            number=1, home=home, away=away, kickoff_at=then, status=Match.Status.FINISHED
        )
        _play(match, captain, 1)


def _play(match: Match, captain: Player, events: int) -> None:
    """The captain and others score in turn."""
    others = list(Player.objects.filter(team=captain.team_id).exclude(pk=captain.pk))
    scorers = [scorer for other in others[:events] for scorer in (captain, other)]
    MatchEvent.objects.bulk_create(
        FeedEvent(minute, Clock(minute), EventKind.GOAL, scorer.pk, captain.team_id).row(match.pk)
        for minute, scorer in enumerate(scorers, start=1)
    )
    update_points(match.round)


def _slug(world: World) -> dict[str, object]:
    return {"slug": world.competition.slug}


def _match(world: World) -> dict[str, object]:
    return {"pk": world.match.pk}


def _league(world: World) -> dict[str, object]:
    return {"pk": world.league.pk}


def _team(world: World) -> dict[str, object]:
    return {"pk": world.team.pk}


def _lineup(world: World) -> dict[str, str]:
    """Another captain than before, and two players who change places."""
    selection = worlds.legal_selection(captain="T01 FW 18")
    return worlds.form_data(selection, world.open_round)


visits = Visits(
    world=world,
    larger={"leagues": 4, "teams": 4, "squads": 6, "players": 4, "events": 4, "rounds": 4},
    visitors={"anonymous": None, "manager": lambda world: world.anna},
    routes={
        "fantasy:home": Visit(grows="squads"),
        "fantasy:scoreboard": Visit(grows="squads"),
        "fantasy:players": Visit(grows=["squads", "players"]),
        "fantasy:top_scorers": Visit(grows="events"),
        "fantasy:competition": Visit(_slug, grows="squads"),
        "fantasy:competition_scoreboard": Visit(_slug, grows="squads"),
        "fantasy:goal_board": Visit(_slug, grows=["squads", "events"]),
        "fantasy:own_board": Visit(_slug, grows=["squads", "events"]),
        "fantasy:competition_players": Visit(_slug, query="q=t0", grows=["squads", "players"]),
        "fantasy:player_options": Visit(_slug, grows=["squads", "players"]),
        "fantasy:competition_top_scorers": Visit(_slug, grows="events"),
        "fantasy:match": Visit(_match, grows="events"),
        "fantasy:match_report": Visit(_match, grows="events"),
        "fantasy:player": Visit(lambda world: {"pk": world.player.pk}, grows="events"),
        "fantasy:leagues": Visit(grows="leagues"),
        "fantasy:league": Visit(_league, grows="teams"),
        "fantasy:standings": Visit(_league, grows="teams"),
        "fantasy:team": Visit(_team, grows="rounds"),
        "fantasy:my_teams": Visit(grows="leagues"),
        "fantasy:new_league": Visit(
            data=lambda world: {"name": "Newcomers", "team_name": "Anna's eleven"},
            fixed="A form with two names.",
        ),
        "fantasy:join_league": Visit(
            data=lambda world: {
                "code": world.other_league.invite_code,
                "team_name": "Anna's eleven",
            },
            fixed="A form with a code and a name.",
        ),
        "fantasy:edit_lineup": Visit(
            _team, data=_lineup, fixed="A line-up has fifteen places, the game as many as it has."
        ),
    },
)
