"""What is measured, and that it stays within its limits."""

import time

import pytest
from django.db import connection
from django.http import HttpResponse

from kickoff.caching.reading import BusyError
from lab import measuring
from lab.measuring import measure, one_at_a_time
from lab.queries import unlogged
from lab.steps import STEPS
from lab.steps.one_key import read_and_close, read_and_keep
from lab.steps.step import Step
from lab.twins import PAGES

pytestmark = pytest.mark.django_db(transaction=True)


def measured(name="league"):
    page = PAGES[name]
    return measure(page, page.example())


@pytest.fixture
def quick(monkeypatch):
    """No more rounds than there must be."""
    monkeypatch.setattr(measuring, "LONGEST_S", 0)


class Recorded(Step):
    """A step that takes its time and writes down that it was taken."""

    from_store = True

    def __init__(self, name, log, takes_s=0.0):
        self.name, self.log, self.takes_s = name, log, takes_s

    def respond(self, page, kwargs):
        self.log.append(self.name)
        time.sleep(self.takes_s)
        return HttpResponse()


class TestAMeasurement:
    def test_counts_the_queries_of_each_step(self, quick, match_day):
        match_day.play_until(150)
        taken = measured().taken
        counts = {name: step.query_count for name, step in taken.items()}
        assert counts["naive"] > 300
        assert counts["joined"] < 15
        assert {counts[name] for name in ("page-object", "rendered", "entry", "memory")} == {0}

    def test_says_which_line_asks_again_and_again_and_what_would_spare_it(self, quick, match_day):
        (worst, *_) = measured().taken["naive"].queries
        assert worst.times >= 12 * 15
        assert worst.place.startswith(("lab/naive/league.html", "lab/twins/lineups.py"))
        remedies = {
            query.remedy.partition(" would")[0] for query in measured().taken["naive"].queries
        }
        assert "select_related('player')" in remedies
        assert "prefetch_related('places')" in remedies

    def test_counts_what_comes_from_the_store(self, quick, match_day):
        taken = measured().taken
        assert taken["page-object"].store_reads > 0
        assert taken["entry"].store_reads > 0
        assert taken["memory"].store_reads == 0
        assert taken["naive"].store_reads == 0

    def test_finds_the_last_step_at_least_ten_times_as_fast_as_the_first(self, quick, match_day):
        taken = measured().taken
        assert taken["naive"].median_ms >= 10 * taken["memory"].median_ms

    def test_says_why_a_step_cannot_be_measured_here(self, quick, match_day, settings):
        settings.CACHE_URL = "sqlite:////tmp/x"
        assert (
            STEPS["connection"].obstacle().startswith("Not measured here: CACHE_URL names a file")
        )
        obstacles = measured().obstacles
        assert obstacles["front"].startswith("Not measured here: it lies in front of Python")

    def test_measures_everything_where_all_servers_are(
        self, quick, match_day, memcached, start_front
    ):
        start_front()
        measurement = measured()
        assert list(measurement.taken) == list(STEPS)
        assert measurement.obstacles == {}
        assert len({taken.html_bytes for taken in measurement.taken.values()}) == 1


class TestTheTurns:
    def test_are_taken_one_after_the_other(self, quick, monkeypatch, match_day):
        log = []
        steps = {name: Recorded(name, log) for name in "ab"}
        monkeypatch.setattr(measuring, "STEPS", steps)
        measured()
        warm_up = list("aabb")
        assert log == [*warm_up, *"ab" * measuring.FEWEST_ROUNDS]

    def test_of_what_is_kept_begin_with_a_run_that_does_not_count(
        self, quick, monkeypatch, match_day
    ):
        log = []
        step = Recorded("a", log, takes_s=2 * measuring.TURN_S)
        step.from_store, step.is_kept = False, True
        monkeypatch.setattr(measuring, "STEPS", {"a": step})
        taken = measured().taken["a"]
        assert len(taken.times_ms) == measuring.FEWEST_ROUNDS
        assert len(log) == 3 + 2 * measuring.FEWEST_ROUNDS

    def test_end_when_the_time_is_over(self, monkeypatch, match_day):
        log = []
        monkeypatch.setattr(measuring, "LONGEST_S", 0.5)
        monkeypatch.setattr(measuring, "STEPS", {"a": Recorded("a", log, takes_s=0.2)})
        measured()
        assert len(log) - 2 == measuring.FEWEST_ROUNDS  # 0.4 s each, and 0.5 s are over after two

    def test_are_never_more_than_needed(self, monkeypatch, match_day):
        log = []
        monkeypatch.setattr(measuring, "LONGEST_S", 60)
        monkeypatch.setattr(measuring, "STEPS", {"a": Recorded("a", log)})
        measured()
        assert len(log) - 2 == measuring.MOST_ROUNDS

    def test_are_for_one_visitor_at_a_time(self):
        with one_at_a_time(), pytest.raises(BusyError), one_at_a_time():
            pass
        with one_at_a_time():
            pass


class TestTheConnection:
    def test_of_djangos_client_is_opened_for_each_request(self, memcached):
        assert self.opened(memcached, read_and_close, requests=10) == 10

    def test_of_ours_is_kept(self, memcached):
        assert self.opened(memcached, read_and_keep, requests=10) == 0

    def opened(self, memcached, read, requests):
        """How many connections the requests after the first one open."""
        assert read("key", lambda: b"html") == b"html"
        before = memcached.stat("total_connections")
        for _ in range(requests):
            assert read("key", lambda: b"other") in (b"html", b"other")
        return memcached.stat("total_connections") - before - 1  # to ask is one, too


class TestTheFront:
    def test_is_asked_by_the_name_of_the_site_and_keeps_the_page(self, match_day, start_front):
        front = start_front()
        page, kwargs = PAGES["league"], PAGES["league"].example()
        for _ in range(10):
            assert STEPS["front"].respond(page, kwargs).status_code == 200
        assert front.asked < 10

    def test_without_a_cache_is_not_measured(self, quick, match_day, start_front):
        start_front(keeps=False)
        assert "not from a cache" in measured().obstacles["front"]

    def test_that_does_not_answer_is_not_measured(self, quick, match_day, settings):
        settings.LAB_FRONT_URL = "http://127.0.0.1:1"
        assert "http://127.0.0.1:1 does not answer" in measured().obstacles["front"]

    def test_is_not_guessed_at(self, settings):
        settings.LAB_FRONT_URL = "example.com:80"
        assert "http://host:port" in STEPS["front"].obstacle()


def test_the_log_of_statements_is_not_measured(settings):
    settings.DEBUG = True
    before = len(connection.queries)
    with unlogged(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert len(connection.queries) == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert len(connection.queries) == before + 1
