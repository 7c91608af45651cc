"""The squads and the schedule as rows. Each function returns the rows that are in no file now."""

from __future__ import annotations

from fantasy.models import Competition, Match, Player, Round, Team
from fantasy.names import plain
from fantasy.worldcup.rows import delete_unused, give_way, pair, write
from fantasy.worldcup.tournament import Tournament


def save_teams(competition: Competition, tournament: Tournament) -> list[Team]:
    wanted = [
        Team(
            competition=competition,
            code=squad.code,
            name=squad.name,
            flag=squad.flag,
            group=squad.group,
        )
        for squad in tournament.squads.values()
    ]
    teams = competition.teams.all()
    pairing = pair(teams, wanted, [lambda team: team.code, lambda team: team.name])
    write(teams, pairing, ["code", "name", "flag", "group"])
    return pairing.gone


def save_players(competition: Competition, tournament: Tournament) -> list[Player]:
    teams = dict(competition.teams.values_list("code", "pk"))
    wanted = [
        Player(
            team_id=teams[squad.code],
            name=player.name,
            plain_name=plain(player.name)[:100],
            position=player.pos,
            number=player.number,
            born_on=player.date_of_birth,
            club=player.club.name if player.club else "",
        )
        for squad in tournament.squads.values()
        for player in squad.players
    ]
    players = Player.objects.of(competition)
    identities = [
        lambda player: (player.team_id, player.name, player.born_on),
        lambda player: (player.team_id, player.name),
        lambda player: (player.team_id, player.plain_name),
        lambda player: player.born_on and (player.team_id, player.number, player.born_on),
    ]
    pairing = pair(players, wanted, identities)
    give_way(pairing, "team_id")
    write(players, pairing, ["name", "plain_name", "position", "number", "born_on", "club"])
    return pairing.gone


def save_rounds(competition: Competition, tournament: Tournament) -> list[Round]:
    wanted = [
        Round(competition=competition, number=number, name=name, deadline=deadline)
        for number, (name, deadline) in enumerate(tournament.deadlines().items(), start=1)
    ]
    rounds = competition.rounds.all()
    pairing = pair(rounds, wanted, [lambda round_: round_.name, lambda round_: round_.number])
    give_way(pairing, "competition_id")
    write(rounds, pairing, ["number", "name", "deadline"])
    return pairing.gone


def save_matches(competition: Competition, tournament: Tournament) -> None:
    """The fixtures, without results. Matches that are in no file any more are deleted."""
    teams = dict(competition.teams.values_list("code", "pk"))
    rounds = dict(competition.rounds.values_list("name", "pk"))
    wanted = [
        Match(
            round_id=rounds[fixture.round],
            number=fixture.number,
            stage=fixture.stage,
            home_id=teams[fixture.home],
            away_id=teams[fixture.away],
            kickoff_at=fixture.kickoff_at,
            ground=fixture.ground,
        )
        for fixture in tournament.fixtures
    ]
    matches = Match.objects.of(competition)
    identities = [
        lambda match: (match.round_id, match.home_id, match.away_id),
        lambda match: (match.home_id, match.away_id),
    ]
    pairing = pair(matches, wanted, identities)
    delete_unused(pairing.gone)
    write(matches, pairing, ["round_id", "number", "stage", "kickoff_at", "ground"])
