"""A match day of the demo competition, and servers to see all steps with."""

import pytest
from django.core.management import call_command

from fantasy.demo.feed import round_feeds
from fantasy.models import Competition
from fantasy.replay import start_round, timeline
from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.testing.servers import memcached_server
from lab.tests.stand_in_front import StandInFront

__all__ = ["memcached_server"]


class MatchDay:
    """Today's round. After 150 minutes of its feed there are results, live matches and fixtures."""

    def __init__(self):
        round_ = Competition.objects.get().rounds.get(number=4)
        start_round(round_)
        self._steps = timeline(round_, round_feeds(round_))

    def play_until(self, minute):
        """The feed up to that minute, and what the refresher does then."""
        while self._steps and self._steps[0].minute <= minute:
            self._steps.pop(0).act()
        self.refresh()

    def play_until_the_next_goal(self):
        while True:
            step = self._steps.pop(0)
            step.act()
            if step.event is not None and step.event.kind == "goal":
                return self.refresh()

    def refresh(self):
        Refresher(Shard(), Leadership("1/1")).once()
        reader.memory.forget()  # the fifth of a second for which a process believes what it knows


@pytest.fixture
def demo(transactional_db):
    """Three rounds are played, today's has not begun."""
    call_command("demo_data", leagues=2)


@pytest.fixture
def match_day(demo):
    return MatchDay()


@pytest.fixture
def memcached(memcached_server, settings):
    """The site uses this memcached."""
    settings.CACHE_URL = f"memcached://{memcached_server.address}"
    return memcached_server


@pytest.fixture
def start_front(live_server, settings):
    """A function that starts a server with a cache in front of the site."""
    fronts = []

    def start_front(**options):
        front = StandInFront(live_server.url, **options)
        fronts.append(front)
        settings.LAB_FRONT_URL = front.url
        return front

    yield start_front
    for front in fronts:
        front.close()
