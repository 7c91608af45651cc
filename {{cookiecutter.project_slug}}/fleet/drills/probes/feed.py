"""Plays matches at a steady pace, and writes down when which change was committed."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import count
from threading import Event, Lock, Thread

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import reach_minute, record
from fantasy.models import EventKind, Match, Player

BEAT_S = 0.5  # a minute of play
GOAL_EVERY = 4  # beats
RETRY_S = 0.2

Row = tuple[int, int, int, float, float | None]  # as fleet.drills.evidence.Commit


class Role:
    def __init__(self) -> None:
        self._stop = Event()
        self._lock = Lock()
        self._rows: list[Row] = []
        self._thread = Thread(target=self._play, daemon=True)
        self._goals: dict[int, int] = defaultdict(int)

    def play(self, matches: list[int]) -> None:
        """Begins; it goes on until `stop`."""
        self._scorers = {}
        for pk in matches:
            match = Match.objects.get(pk=pk)
            scorer = Player.objects.filter(team=match.home_id).order_by("pk")[0]
            self._scorers[pk] = (scorer.pk, match.home_id)
        connection.close()
        self._thread.start()

    def commits(self) -> list[Row]:
        """All until now."""
        with self._lock:
            return list(self._rows)

    def stop(self) -> list[Row]:
        self._stop.set()
        self._thread.join()
        return self.commits()

    def _play(self) -> None:
        for minute in count(1):
            if self._stop.wait(BEAT_S):
                break
            for pk in self._scorers:
                self._beat(pk, minute)
        connection.close()

    def _beat(self, pk: int, minute: int) -> None:
        """Tries until it is done: each try may have been committed, whatever was answered."""
        is_goal = minute % GOAL_EVERY == 0
        goals = self._goals[pk] + is_goal
        while not self._stop.is_set():
            before = time.monotonic()
            try:
                reach_minute(pk, minute)
                if is_goal:
                    scorer, team = self._scorers[pk]
                    event = FeedEvent(goals, Clock(minute), EventKind.GOAL, scorer, team)
                    record(pk, event)
            except (DatabaseError, InterfaceError):
                self._write((pk, minute, goals, before, None))
                close_old_connections()
                time.sleep(RETRY_S)
            else:
                self._goals[pk] = goals
                self._write((pk, minute, goals, before, time.monotonic()))
                return

    def _write(self, row: Row) -> None:
        with self._lock:
            self._rows.append(row)
