"""Shoots goals, and handles their marks as the refresher does, counting."""

from __future__ import annotations

from itertools import count
from time import monotonic, perf_counter

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import kick_off, record
from fantasy.models import Competition, EventKind, League, Match, Player
from fleet.bench.probes.counting import counted_queries
from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard

MINUTES = 90
CARE_S = 0.9  # a refresher looks after its pinned keys, its lease and its report once a second


class Role:
    def __init__(self) -> None:
        competition = Competition.objects.current()
        assert competition is not None
        self._match = Match.objects.of(competition.pk).fixtures()[0]
        self._scorer = Player.objects.filter(team=self._match.home_id).latest("pk")
        self._numbers = count(1)
        self._leadership = Leadership(str(Shard()))
        kick_off(self._match.pk)

    def fill(self) -> None:
        """The pages of all leagues, of the match and of the scorer: a goal finds them filled."""
        Refresher(Shard(), self._leadership).once()
        for pk in League.objects.values_list("pk", flat=True):
            League.cached.page(pk)
        Match.cached.page(self._match.pk)
        Player.cached.page(self._scorer.pk)
        reader.memory.forget()

    def goal(self) -> None:
        """Shoots one; `cost` handles its marks."""
        # A new refresher looks after its pinned keys first, and in a second again: what is counted
        # is the goal, not the care.
        self._refresher = Refresher(Shard(), self._leadership)
        self._leadership.acquire()
        self._refresher.step()
        self._until = monotonic() + CARE_S
        number = next(self._numbers)
        clock = Clock(1 + number % MINUTES)  # There may be more goals than minutes.
        goal = FeedEvent(number, clock, EventKind.GOAL, self._scorer.pk, self._scorer.team_id)
        with counted_queries() as queries:
            record(self._match.pk, goal)
        self._queries = len(queries)

    def cost(self) -> dict[str, float] | None:
        """None when it took so long that other work may be among it."""
        before, started = self._refresher.rebuilds, perf_counter()
        with counted_queries() as queries:
            self._refresher.step()
        ms = 1000 * (perf_counter() - started)
        if monotonic() > self._until:
            return None
        rebuilds = self._refresher.rebuilds - before
        return {"queries": self._queries + len(queries), "rebuilds": rebuilds, "ms": ms}
