"""What happens in an invented match: drawn by chance, and the same again for the same match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from fantasy.feed import FULL_TIME, Clock, FeedEvent, MatchFeed
from fantasy.models import EventKind, Match, Player, Position, Round

# How many events of a kind a side has in a match, with the weight of each number from 0 up.
GOALS = [27, 35, 22, 11, 4, 1]
YELLOW_CARDS = [20, 32, 26, 15, 7]
PENALTY_SHARE = 0.1  # of the goals
OWN_GOAL_SHARE = 0.03  # of the goals
ASSIST_SHARE = 0.75  # of the goals from play
MISSED_PENALTY = 0.04  # of the sides
RED_CARD = 0.03  # of the sides

# How likely a player of a position is the one who scores, in the order of `Position`.
SCORER_WEIGHTS = {
    Position.GOALKEEPER: 0,
    Position.DEFENDER: 1,
    Position.MIDFIELDER: 3,
    Position.FORWARD: 6,
}
# Who starts: the first of each position in the squad.
ELEVEN = {
    Position.GOALKEEPER: 1,
    Position.DEFENDER: 4,
    Position.MIDFIELDER: 4,
    Position.FORWARD: 2,
}


@dataclass(frozen=True)
class Side:
    """One team in one match."""

    team_id: int
    eleven: Sequence[Player]

    def playing(self, position: Position) -> list[Player]:
        return [player for player in self.eleven if player.position == position]


@dataclass(frozen=True)
class Happening:
    """An event before the events of the match are put in order."""

    clock: Clock
    kind: EventKind
    player: Player
    team_id: int


def round_feeds(round_: Round) -> list[MatchFeed]:
    """The feeds of all matches of a round, in the order in which they kick off."""
    matches = list(round_.matches.order_by("kickoff_at", "pk"))
    squads = _squads(matches)
    return [_match_feed(match, round_.competition.slug, squads) for match in matches]


def _squads(matches: Sequence[Match]) -> dict[int, list[Player]]:
    team_ids = {team_id for match in matches for team_id in (match.home_id, match.away_id)}
    squads: dict[int, list[Player]] = {team_id: [] for team_id in team_ids}
    for player in Player.objects.in_teams(team_ids):
        squads[player.team_id].append(player)
    return squads


def _match_feed(match: Match, seed: str, squads: dict[int, list[Player]]) -> MatchFeed:
    random = Random(f"{seed}:match:{match.number}")
    home, away = (
        Side(team_id, _eleven(squads[team_id])) for team_id in (match.home_id, match.away_id)
    )
    happenings = [*_attack(random, home, away), *_attack(random, away, home)]
    happenings.sort(key=lambda happening: happening.clock)
    happenings += [*_clean_sheet(home, happenings), *_clean_sheet(away, happenings)]
    events = tuple(
        FeedEvent(
            sequence=sequence,
            clock=happening.clock,
            kind=happening.kind,
            player_id=happening.player.pk,
            team_id=happening.team_id,
        )
        for sequence, happening in enumerate(happenings, start=1)
    )
    return MatchFeed(match_id=match.pk, events=events)


def _eleven(squad: Sequence[Player]) -> list[Player]:
    return [
        player
        for position, number in ELEVEN.items()
        for player in [player for player in squad if player.position == position][:number]
    ]


def _attack(random: Random, side: Side, other: Side) -> Iterator[Happening]:
    """All that one side does in a match."""
    for _ in range(_draw(random, GOALS)):
        yield from _goal(random, side, other)
    for player in random.sample(side.eleven, _draw(random, YELLOW_CARDS)):
        yield Happening(_clock(random), EventKind.YELLOW_CARD, player, side.team_id)
    if random.random() < RED_CARD:
        player = random.choice(side.eleven)
        yield Happening(_clock(random), EventKind.RED_CARD, player, side.team_id)
    if random.random() < MISSED_PENALTY:
        clock, keeper = _clock(random), other.playing(Position.GOALKEEPER)[0]
        yield Happening(clock, EventKind.PENALTY_MISSED, _scorer(random, side), side.team_id)
        yield Happening(clock, EventKind.PENALTY_SAVED, keeper, other.team_id)


def _goal(random: Random, side: Side, other: Side) -> Iterator[Happening]:
    clock, chance = _clock(random), random.random()
    if chance < OWN_GOAL_SHARE:
        unlucky = random.choice(other.playing(Position.DEFENDER))
        yield Happening(clock, EventKind.OWN_GOAL, unlucky, side.team_id)
        return
    scorer = _scorer(random, side)
    if chance < OWN_GOAL_SHARE + PENALTY_SHARE:
        yield Happening(clock, EventKind.PENALTY_GOAL, scorer, side.team_id)
        return
    yield Happening(clock, EventKind.GOAL, scorer, side.team_id)
    if random.random() < ASSIST_SHARE:
        helper = random.choice([player for player in side.eleven if player != scorer])
        yield Happening(clock, EventKind.ASSIST, helper, side.team_id)


def _clean_sheet(side: Side, happenings: Sequence[Happening]) -> Iterator[Happening]:
    """For the back and the middle of a side that conceded nothing, at the final whistle."""
    if any(event.kind.is_goal and event.team_id != side.team_id for event in happenings):
        return
    for player in side.eleven:
        if player.position != Position.FORWARD:
            yield Happening(Clock(FULL_TIME), EventKind.CLEAN_SHEET, player, side.team_id)


def _draw(random: Random, weights: Sequence[int]) -> int:
    return random.choices(range(len(weights)), weights)[0]


def _clock(random: Random) -> Clock:
    minute = random.randint(1, FULL_TIME)
    return Clock(minute, random.randint(0, 5) if minute in (45, FULL_TIME) else 0)


def _scorer(random: Random, side: Side) -> Player:
    weights = [SCORER_WEIGHTS[Position(player.position)] for player in side.eleven]
    return random.choices(side.eleven, weights)[0]
