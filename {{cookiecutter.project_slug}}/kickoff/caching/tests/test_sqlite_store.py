"""What can happen to a file."""

import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kickoff.caching.stores import SqliteStore, StoreUnavailableError
from kickoff.caching.stores.sqlite_file import SlotFile

TTL_S = 60


@pytest.fixture
def path(tmp_path):
    return tmp_path / "slots.sqlite3"


@pytest.fixture
def store(path):
    store = SqliteStore(path)
    yield store
    store.close()


@pytest.fixture
def filled(store):
    """A store with one slot."""
    store.add("league:7", b"1", TTL_S)
    return store


@pytest.fixture
def writer(filled, path):
    """Another process that has begun to write."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


class TestLocks:
    def test_a_reader_waits_for_no_writer(self, filled, writer):
        assert filled.get("league:7") == b"1"
        assert filled.gets("league:7").value == b"1"

    def test_a_writer_waits_for_no_reader(self, filled, path):
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM slot").fetchone()

        assert filled.add("league:8", b"1", TTL_S) is True
        reader.close()

    def test_a_lock_that_stays_costs_the_time_out_once(self, filled, writer):
        started = time.monotonic()
        with pytest.raises(StoreUnavailableError, match="database is locked"):
            filled.add("league:8", b"1", TTL_S)
        for _ in range(20):
            with pytest.raises(StoreUnavailableError, match="a moment ago"):
                filled.delete("league:7")

        assert 0.25 < time.monotonic() - started < 1
        assert filled.get("league:7") == b"1"

    def test_writing_goes_on_when_the_lock_is_gone(self, path, writer):
        store = SqliteStore(path, timeout_s=0.01)
        store._breaker._pause_s = 0
        with pytest.raises(StoreUnavailableError):
            store.add("league:8", b"1", TTL_S)
        writer.execute("ROLLBACK")

        assert store.add("league:8", b"1", TTL_S) is True

    def test_many_that_make_the_file_at_once_make_one(self, path):
        start = Barrier(8)

        def make(n):
            store = SqliteStore(path, timeout_s=5)
            start.wait()
            store.add(f"key:{n}", b"1", TTL_S)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(make, range(8)))

        assert all(SqliteStore(path).get(f"key:{n}") for n in range(8))


class TestFiles:
    def test_a_deleted_file_is_noticed_by_those_who_have_it_open(self, filled, path):
        path.unlink()

        assert filled.get("league:7") is None
        assert path.exists()

    def test_after_a_deletion_all_see_the_same_file_again(self, filled, path):
        other = SqliteStore(path)
        other.get("league:7")
        path.unlink()
        filled.add("league:8", b"new", TTL_S)

        assert other.get("league:8") == b"new"
        assert other.gets("league:8") == filled.gets("league:8")

    def test_a_token_is_void_in_the_next_file(self, filled, path):
        held = filled.gets("league:7")
        path.unlink()
        filled.add("league:7", b"1", TTL_S)

        assert filled.cas("league:7", b"2", held.token, TTL_S) is False

    def test_a_damaged_file_is_set_aside(self, filled, path, caplog):
        filled.close()
        path.write_bytes(b"no database " * 1000)

        with pytest.raises(StoreUnavailableError, match="file is not a database"):
            filled.get("league:7")

        assert filled.get("league:7") is None
        assert filled.add("league:7", b"1", TTL_S) is True
        assert path.with_name("slots.sqlite3.damaged").read_bytes().startswith(b"no database")
        assert [record.getMessage() for record in caplog.records] == [
            f"{path} is damaged. It is set aside as slots.sqlite3.damaged; the cache begins anew."
        ]

    def test_a_page_that_was_damaged_under_way_is_found_and_set_aside(self, store, path):
        for n in range(200):
            store.add(f"league:{n}", b"x" * 3000, TTL_S)
        store.close()
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

        with pytest.raises(StoreUnavailableError, match="malformed"):
            store.get("league:7")
        assert store.get("league:7") is None

    def test_writing_goes_on_at_once_after_a_damage(self, filled, path):
        filled.close()
        path.write_bytes(b"no database " * 1000)
        with pytest.raises(StoreUnavailableError):
            filled.add("league:7", b"1", TTL_S)

        assert filled.add("league:7", b"1", TTL_S) is True

    def test_a_folder_that_is_not_there_is_no_miss(self, tmp_path):
        store = SqliteStore(tmp_path / "nowhere" / "slots.sqlite3")

        with pytest.raises(StoreUnavailableError, match=r"slots\.sqlite3 .*unable to open"):
            store.get("league:7")

    def test_a_folder_that_came_back_works_again(self, filled, path, tmp_path):
        shutil.rmtree(tmp_path)
        with pytest.raises(StoreUnavailableError):
            filled.get("league:7")
        tmp_path.mkdir()

        assert filled.get("league:7") is None

    def test_the_database_of_the_site_is_refused_and_left_alone(self, path):
        site = sqlite3.connect(path)
        site.execute("CREATE TABLE fantasy_league (name TEXT)")
        site.close()

        with pytest.raises(ValueError, match="holds the tables fantasy_league"):
            SqliteStore(path).add("league:7", b"1", TTL_S)
        site = sqlite3.connect(path)
        assert site.execute("SELECT name FROM sqlite_master").fetchall() == [("fantasy_league",)]
        assert site.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        site.close()

    def test_a_file_of_an_older_layout_is_emptied(self, filled, path):
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("PRAGMA user_version = 0")
        other.close()
        filled.close()

        assert filled.get("league:7") is None
        assert filled.add("league:7", b"2", TTL_S) is True


class TestPrune:
    def test_removes_what_has_expired_and_nothing_else(self, store, monkeypatch):
        for n in range(1200):
            store.add(f"short:{n}", b"1", 1)
        store.add("long", b"1", TTL_S)
        later = time.time() + 2
        monkeypatch.setattr("time.time", lambda: later)

        assert store.prune() == 1200
        assert store.prune() == 0
        assert store.get("long") == b"1"


def test_an_interrupted_read_leaves_no_old_view_behind(filled, monkeypatch):
    """Else this thread would see the file as it was at that moment, for ever."""
    connection = filled._file._handle().connection
    with monkeypatch.context() as patch:
        patch.setattr(SlotFile, "_connection", lambda *_: InterruptedConnection(connection))
        with pytest.raises(TimeIsUpError) as kept_with_its_cursor:
            filled.get("league:7")
    other = SqliteStore(filled.path)
    other.cas("league:7", b"2", other.gets("league:7").token, TTL_S)

    assert filled.get("league:7") == b"2"
    assert kept_with_its_cursor


class TimeIsUpError(BaseException):
    """Like the time-out of mod_wsgi: it can be raised between any two instructions."""


class InterruptedConnection:
    def __init__(self, connection):
        self.connection = connection

    def execute(self, sql, params):
        return self.connection.cursor(InterruptedCursor).execute(sql, params)


class InterruptedCursor(sqlite3.Cursor):
    def fetchone(self):
        raise TimeIsUpError


def test_the_end_of_a_thread_closes_its_connection(filled, recwarn):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(filled.get, "league:7").result()

    assert not [warning for warning in recwarn if warning.category is ResourceWarning]
