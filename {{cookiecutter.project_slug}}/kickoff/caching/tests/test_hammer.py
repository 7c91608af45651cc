"""Real servers and processes under load, with accidents: no change is lost, nobody goes back.

Run it alone on the machine: `pytest -m hammer`. HAMMER_SECONDS=600 makes the storm longer than
20 s, HAMMER_MEMORY_S sets how long a process reads from its memory.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kickoff.caching.tests.hammer.processes import Hammer, hammering

pytestmark = pytest.mark.hammer

SECONDS = float(os.environ.get("HAMMER_SECONDS", "20"))
QUIET_S = 3.0
CLUBS = 150
WEB_PROCESSES, THREADS = 4, 8
REFRESHERS = 2
# The longest a mark may wait once nobody changes anything: a killed refresher's lease of 3 s, the
# standby's next look, and the builds.
HANDLED_WITHIN_S = 6.0


@dataclass
class Servers:
    database_url: str
    cache_url: str
    flush: Callable[[], None]


@pytest.fixture(params=["memcached and MariaDB", "SQLite"])
def servers(request, tmp_path):
    if request.param == "SQLite":
        slots = tmp_path / "slots.sqlite3"
        return Servers(f"sqlite:///{tmp_path}/db.sqlite3", f"sqlite:///{slots}", delete_all(slots))
    mariadb = request.getfixturevalue("mariadb_server")
    memcached = request.getfixturevalue("memcached_server")
    name = f"hammer_{os.getpid()}_{random.randrange(10**9)}"
    new_database(mariadb, name)
    return Servers(mariadb.url(name), f"memcached://{memcached.address}", memcached.flush)


def new_database(mariadb, name: str) -> None:
    # Without the client there is no way to reach MariaDB at all: in CI that must not go unseen.
    mysql = __import__("MySQLdb") if os.environ.get("CI") else pytest.importorskip("MySQLdb")
    connection = mysql.connect(unix_socket=str(mariadb.socket), user=mariadb.user)
    connection.query(f"CREATE DATABASE {name}")
    connection.close()


def delete_all(slots: Path) -> Callable[[], None]:
    def flush() -> None:
        connection = sqlite3.connect(slots, timeout=10, isolation_level=None)
        connection.execute("DELETE FROM slot")
        connection.close()

    return flush


def test_64_clients_ask_for_an_absent_slow_page_and_it_is_built_once(servers, tmp_path):
    with hammering(
        tmp_path, servers.database_url, servers.cache_url, HAMMER_BUILD_S="0.5"
    ) as hammer:
        hammer.worker("writer").ask("prepare", 1)
        web = hammer.workers("web", 4)

        for process in web:
            process.tell("read_at_once", 16, 1, time.monotonic() + 1)
        answers = [number for process in web for number in process.answer()]

        assert answers == [0] * 64
        assert hammer.builds() == [("page", (1,))]


def test_no_change_is_lost_and_nobody_goes_back(servers, tmp_path, capsys):
    with hammering(tmp_path, servers.database_url, servers.cache_url) as hammer:
        writer = hammer.worker("writer")
        writer.ask("prepare", CLUBS)
        writer.ask("fill")
        refreshers = hammer.workers("refresher", REFRESHERS)
        web = hammer.workers("web", WEB_PROCESSES)
        for process in refreshers:
            process.ask("start")
        for process in web:
            process.ask("start", THREADS, CLUBS)
        writer.ask("seconds_until_no_marks", HANDLED_WITHIN_S)

        began_at = time.monotonic()
        quiet = writer.ask("change_one_by_one", QUIET_S)
        builds = hammer.builds(since=began_at)
        changes = storm(hammer, writer, refreshers, servers.flush)
        drained_s = writer.ask("seconds_until_no_marks", HANDLED_WITHIN_S)

        in_database = writer.ask("numbers")
        in_slots = writer.ask("numbers_in_slots")
        notes = [process.ask("stop") for process in web]
        time.sleep(1.1)  # what processes remember, at the default
        visible = [process.ask("numbers", CLUBS) for process in web]

        with capsys.disabled():
            sys.stdout.write(report(quiet, changes, drained_s, notes))
        # One build per change and key while nothing is lost.
        assert Counter(builds) == Counter(
            build for pk, *_ in quiet for build in [("page", (pk,)), ("index", ())]
        )
        # I2
        assert in_slots == {pk: in_database[pk] for pk in in_slots}
        assert visible == [in_database] * WEB_PROCESSES
        # I4, as readers see it
        assert [step for note in notes for step in note["backward"]] == []
        assert [error for note in notes for error in note["errors"]] == []
        assert all(refresher.ask("stop") for refresher in refreshers)


def storm(hammer: Hammer, writer, refreshers, flush):
    """Changes as fast as can be, while the store loses its values and refreshers are killed."""
    end_at = time.monotonic() + SECONDS
    writer.tell("change_fast", SECONDS)
    while time.monotonic() < end_at - 1:
        time.sleep(random.uniform(0.5, 2.0))
        if random.random() < 0.4:  # rarely: it also heals what was lost before
            flush()
        else:
            refreshers.pop(random.randrange(len(refreshers))).kill()
            refreshers += hammer.workers("refresher", 1)
            refreshers[-1].ask("start")
    return writer.answer(SECONDS + 30)


def report(quiet, storm, drained_s, notes):
    reads, busy, unstored = (sum(n[k] for n in notes) for k in ("reads", "busy", "unstored"))
    return (
        f"\n{reads} reads, {busy} busy, {unstored} values that could not be stored\n"
        f"quiet: {len(quiet)} changes, {latencies(quiet, notes)}\n"
        f"storm: {len(storm)} changes, {latencies(storm, notes)}, drained in {drained_s:.2f} s\n"
    )


def latencies(changes, notes) -> str:
    """How long it took from a commit until a thread of each process saw it."""
    waits = []
    for note in notes:
        seen = defaultdict(list)
        for pk, number, at in note["seen"]:
            seen[pk].append((number, at))
        for pk, number, committed_at in changes:
            index = bisect_left(seen[pk], (number, 0.0))
            if index < len(seen[pk]):
                waits.append(seen[pk][index][1] - committed_at)
    waits.sort()
    middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    return f"visible after {middle:.2f} s (p50), {late:.2f} s (p99)"
