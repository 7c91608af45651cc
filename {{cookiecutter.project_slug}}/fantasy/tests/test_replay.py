from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fantasy.demo.feed import round_feeds
from fantasy.matchday import kick_off, rewind
from fantasy.models import Competition, Lineup, Match, MatchEvent, PlayerPoints
from fantasy.replay import replay, start_round, timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(db):
    """Today's round of the demo competition, with two leagues."""
    call_command("demo_data", leagues=2)
    return Competition.objects.get().rounds.get(number=4)


# Kick-offs are at 12, 15, 18 and 20 o'clock. Hours in which nothing is live shrink to five minutes;
# at 60 times real time a minute takes a second.
TOTAL_S = 3 * (91 + 5) + 91


class StoppedError(Exception):
    """Stands for Ctrl-C."""


class Feed:
    """Plays a round without waiting; remembers the steps and how long it would have slept."""

    def __init__(self, round_, stop_after=None):
        self.steps, self.slept = [], 0.0
        self.stop_after = stop_after
        start_round(round_)
        with suppress(StoppedError):
            steps = timeline(round_, round_feeds(round_))
            replay(round_, steps, 60, report=self.report, sleep=self.sleep)

    def report(self, step):
        self.steps.append(step)
        if len(self.steps) == self.stop_after:
            raise StoppedError

    def sleep(self, seconds):
        self.slept += seconds


def world(round_):
    """What a finished round leaves behind."""
    return (
        list(round_.matches.order_by("number").values_list("status", "home_goals", "away_goals")),
        list(
            MatchEvent.objects.filter(match__round=round_)
            .order_by("match__number", "sequence")
            .values_list("match__number", "sequence", "kind", "player", "minute", "stoppage")
        ),
        list(
            PlayerPoints.objects.filter(round=round_)
            .order_by("player")
            .values_list("player", "points")
        ),
    )


def test_all_matches_are_played_to_the_end(round_):
    feed = Feed(round_)
    statuses, events, points = world(round_)
    assert {status for status, *_score in statuses} == {"finished"}
    assert len(events) == sum(step.event is not None for step in feed.steps) > 20
    assert points


def test_it_takes_as_long_as_the_matches_at_that_speed(round_):
    assert Feed(round_).slept == pytest.approx(TOTAL_S)


@pytest.mark.parametrize("stop_after", [1, 40, 120, 333])
def test_interrupted_and_started_again_it_loses_and_doubles_nothing(round_, stop_after):
    all_steps = len(Feed(round_).steps)
    expected = world(round_)
    rewind(round_)
    stopped = Feed(round_, stop_after=stop_after)
    assert world(round_) != expected
    again = Feed(round_)
    assert world(round_) == expected
    assert len(stopped.steps) + len(again.steps) == all_steps
    assert stopped.slept + again.slept == pytest.approx(TOTAL_S)


def test_the_round_begins_now_and_closes_its_line_ups(round_):
    round_ = round_.competition.rounds.get(number=5)
    following = round_.competition.rounds.get(number=6)
    start_round(round_)
    first = round_.matches.order_by("kickoff_at").first()
    assert abs(first.kickoff_at - timezone.now()) < timedelta(seconds=10)
    assert not round_.is_open_at(timezone.now())
    moved = round_.competition.rounds.get(number=6).deadline
    assert moved - following.deadline < timedelta(0)
    assert moved > timezone.now()


def test_line_ups_are_carried_over_when_a_round_begins(round_):
    following = round_.competition.rounds.get(number=5)
    start_round(following)
    assert Lineup.objects.filter(round=following).count() == 24


def test_the_command_plays_the_first_unfinished_round(round_, capsys):
    call_command("replay", speed=10_000_000)
    out = capsys.readouterr().out
    assert "Kickoff Cup 1, Round 4: kick-off at 1e+07 times real time" in out
    assert "Goal" in out
    assert not Match.objects.filter(round=round_).exclude(status="finished").exists()


def test_the_command_goes_on_to_the_last_round(round_):
    Match.objects.filter(round__number__lt=7).update(status=Match.Status.FINISHED)
    call_command("replay", speed=10_000_000, all=True)
    assert not Match.objects.exclude(status="finished").exists()
    with pytest.raises(CommandError, match=r"All rounds of Kickoff Cup 1 are played."):
        call_command("replay")


def test_an_unknown_round_is_named(round_):
    with pytest.raises(CommandError, match="has rounds 1 to 8, no round 9"):
        call_command("replay", round=9)


def test_without_a_competition_it_says_how_to_get_one(db):
    with pytest.raises(CommandError, match="demo_data"):
        call_command("replay")


@pytest.mark.parametrize("speed", ["0", "-3", "fast", "nan", "inf"])
def test_a_speed_is_a_number_above_0(db, speed):
    with pytest.raises(CommandError, match="is no speed"):
        call_command("replay", f"--speed={speed}")


def test_a_round_that_has_begun_is_not_moved(round_):
    start_round(round_)
    kick_off(round_.matches.first().pk)
    deadline = round_.competition.rounds.get(number=4).deadline
    start_round(round_)
    assert round_.competition.rounds.get(number=4).deadline == deadline


def test_restarted_it_begins_anew(round_):
    call_command("replay", speed=10_000_000)
    expected = world(round_)
    MatchEvent.objects.filter(match__round=round_).first().delete()
    call_command("replay", speed=10_000_000, round=4, restart=True)
    assert world(round_) == expected
