"""A real MariaDB and memcached go away under a running site: every node stays in the load balancer.

Each test leaves the servers as it found them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.health.tests.site.processes import Site
from kickoff.testing.servers import mariadb_server, running_memcached  # noqa: F401
from kickoff.testing.waiting import wait_until

DATABASE = "health_site"
# What tells nothing about the machine on which the tests run.
SEEN = ("database", "migrations", "refresher", "marks")


@pytest.fixture(scope="module")
def memcached():
    with running_memcached() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory, mariadb_server, memcached):  # noqa: F811
    MySQLdb = pytest.importorskip("MySQLdb")  # noqa: N806
    connection = MySQLdb.connect(host="127.0.0.1", port=mariadb_server.port, user="root")
    connection.query(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    connection.close()
    folder = tmp_path_factory.mktemp("site")
    site = Site(folder, mariadb_server.url(DATABASE), f"memcached://{memcached.address}")
    site.manage("migrate", "--verbosity=0")
    site.start()
    with site.refresher():
        wait_until(lambda: site.statuses()["refresher"] == "pass", limit_s=30.0)
        yield site
    site.stop()


@pytest.fixture
def database_frozen(site, mariadb_server):  # noqa: F811
    mariadb_server.freeze()
    try:
        wait_until(lambda: site.statuses()["database"] == "fail")
        yield
    finally:
        mariadb_server.thaw()
    wait_until(lambda: site.statuses()["refresher"] == "pass", limit_s=30.0)


def assert_stays_in_the_load_balancer(site):
    assert site.ask("/livez") == (200, "alive\n")
    assert site.ask("/readyz") == (200, "ready\n")


def statuses(site, *names):
    found = site.statuses()
    return {found[name] for name in names}


class TestAllIsWell:
    def test_everything_shared_passes(self, site, memcached):
        assert statuses(site, *SEEN, f"memcached {memcached.address}") == {"pass"}
        assert site.ask("/healthz")[0] == 200
        assert_stays_in_the_load_balancer(site)


class TestTheDatabase:
    def test_frozen_takes_no_node_away(self, site, database_frozen):
        assert_stays_in_the_load_balancer(site)
        assert site.ask("/healthz")[0] == 503
        assert statuses(site, *SEEN) == {"fail"}

    def test_frozen_piles_up_no_threads(self, site, database_frozen):
        def ask(_):
            return site.ask("/healthz")[0], site.threads()

        with ThreadPoolExecutor(8) as pool:  # the server has a thread for each of them
            answers = list(pool.map(ask, range(400)))
        assert {status for status, _ in answers} == {503}
        probes = len(site.statuses())
        assert max(threads for _, threads in answers) <= 1 + 8 + 1 + probes
        # All have gone but the main one, the sampler's, that of the question, and the probe's.
        wait_until(lambda: site.threads() <= 4)

    def test_killed_takes_no_node_away_and_comes_back(self, site, mariadb_server):  # noqa: F811
        mariadb_server.kill()
        try:
            wait_until(lambda: site.statuses()["database"] == "fail")
            assert_stays_in_the_load_balancer(site)
        finally:
            mariadb_server.start()
        wait_until(lambda: site.statuses()["database"] == "pass")


class TestMemcached:
    def test_frozen_takes_no_node_away(self, site, memcached):
        memcached.freeze()
        try:
            wait_until(lambda: site.statuses()[f"memcached {memcached.address}"] == "fail")
            assert_stays_in_the_load_balancer(site)
            assert site.ask("/healthz")[0] == 503
            assert site.statuses()["database"] == "pass"
        finally:
            memcached.thaw()
        wait_until(lambda: site.statuses()[f"memcached {memcached.address}"] == "pass")

    def test_killed_takes_no_node_away_and_comes_back(self, site, memcached):
        memcached.kill()
        try:
            wait_until(lambda: site.statuses()[f"memcached {memcached.address}"] == "fail")
            assert_stays_in_the_load_balancer(site)
        finally:
            memcached.start()
        wait_until(lambda: site.statuses()[f"memcached {memcached.address}"] == "pass")


class TestANodeThatStarts:
    def test_gets_ready_while_database_and_memcached_are_away(
        self,
        site,
        mariadb_server,  # noqa: F811
        memcached,
    ):
        mariadb_server.freeze()
        memcached.freeze()
        try:
            site.stop()
            site.start()
            assert_stays_in_the_load_balancer(site)
        finally:
            mariadb_server.thaw()
            memcached.thaw()
        wait_until(lambda: site.statuses()["database"] == "pass")

    def test_goes_on_draining_after_a_restart(self, site):
        site.manage("drain", "new disk")
        assert site.ask("/readyz") == (404, "draining\n")
        assert site.ask("/livez") == (200, "alive\n")
        site.stop()
        site.start()
        assert site.ask("/readyz") == (404, "draining\n")
        site.manage("undrain")
        assert site.ask("/readyz") == (200, "ready\n")
