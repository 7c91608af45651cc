"""Shoots goals, and handles their marks as the refresher does, counting."""

from __future__ import annotations

from itertools import count
from time import perf_counter

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import kick_off, record
from fantasy.models import Competition, EventKind, League, Match, Player
from fleet.bench.probes.counting import counted_queries
from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard


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
        self._refresher().once()
        for pk in League.objects.values_list("pk", flat=True):
            League.cached.page(pk)
        Match.cached.page(self._match.pk)
        Player.cached.page(self._scorer.pk)
        reader.memory.forget()

    def shoot(self) -> dict[str, int]:
        # The lease of the refresher is renewed in the same way before each goal.
        self._refresher().once()
        number = next(self._numbers)
        goal = FeedEvent(
            number, Clock(number), EventKind.GOAL, self._scorer.pk, self._scorer.team_id
        )
        with counted_queries() as queries:
            record(self._match.pk, goal)
        return {"queries": len(queries)}

    def refresh(self) -> dict[str, float]:
        refresher = self._refresher()
        started = perf_counter()
        with counted_queries() as queries:
            refresher.once()
        ms = 1000 * (perf_counter() - started)
        return {"queries": len(queries), "rebuilds": refresher.rebuilds, "ms": ms}

    def _refresher(self) -> Refresher:
        """A new one each time: one that is a second old also reports, which is another query."""
        return Refresher(Shard(), self._leadership)
