"""The world that is measured: servers in temporary folders, and sites that use them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pytest

from fleet.bench.load import wrk
from fleet.bench.node import Node, running_node
from fleet.bench.plan import Plan
from fleet.bench.processes import BenchError, Probe, manage
from fleet.bench.site import Site
from fleet.interruption import held
from fleet.up import FleetError
from kickoff.testing.processes import ServerProcess
from kickoff.testing.servers import (
    MariaDBProcess,
    MemcachedProcess,
    running_mariadb,
    running_memcached,
)

S = TypeVar("S", bound=ServerProcess)
T = TypeVar("T")

KICK_OFF_LIMIT_S = 300.0


class World:
    """Everything is made when it is first asked for, and is gone at the end of the `with` block."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan = plan
        self.versions: dict[str, str] = {}  # of what was started
        self._say = say
        self._stack = ExitStack()

    def __enter__(self) -> World:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @cached_property
    def live(self) -> Site:
        """MariaDB and memcached, with a refresher."""
        site = self._served("live", self.plan.few_leagues)
        assert site.refresher
        return site

    @cached_property
    def cold(self) -> Site:
        """The data of `live` in a store of its own that nobody refreshes."""
        store = self._store()
        environment = self._environment(self.live.environment["DATABASE_URL"], url_of(store))
        return self._site("cold", self.live.leagues, environment, store)

    @cached_property
    def few(self) -> Site:
        """MariaDB and memcached; its probe is its refresher."""
        return self._served("few", self.plan.few_leagues)

    @cached_property
    def many(self) -> Site:
        """The same with many leagues."""
        return self._served("many", self.plan.many_leagues, memory_mb=2048)

    @cached_property
    def embedded(self) -> Site:
        """SQLite and no server at all, with a refresher."""
        url = f"sqlite:///{self._folder}/db.sqlite3"
        slots = f"sqlite:///{self._folder}/slots.sqlite3"
        environment = self._environment(url, slots)
        self._fill("embedded", self.plan.few_leagues, environment)
        site = self._site("embedded", self.plan.few_leagues, environment, None)
        assert site.refresher
        return site

    @cached_property
    def node(self) -> Node:
        """The production shape: Apache with the site and its peers."""
        self.versions["wrk"] = server_version(wrk(), "-v")
        node = self._entered("the node", lambda: running_node(self.plan.node_leagues, self._say))
        self.versions["Apache"] = node.apache_version()
        return node

    @cached_property
    def beside_node(self) -> Site:
        """The database and the store of the node, for probes."""
        node = self.node
        environment = {
            **os.environ,
            **node.environment,
            "DJANGO_SETTINGS_MODULE": "fleet.bench.settings",
            "ENV_FILE": os.devnull,
            "BENCH_STATIC_ROOT": str(node.release / "staticfiles"),
        }
        (store,) = node.memcacheds
        return self._site("node", self.plan.node_leagues, environment, store)

    @cached_property
    def match_day(self) -> Probe:
        """What happens on the node: the match has begun, and its scorer starts in each league."""
        probe = self.beside_node.probe("node")
        probe.ask("kick_off", limit_s=KICK_OFF_LIMIT_S)
        return probe

    def collect_static(self) -> None:
        """The static files of all sites, which pages need to name them."""
        if not (self._folder / "static").exists():
            self._say("collecting static files")
            manage(["collectstatic", "--no-input"], self.live.environment)

    @cached_property
    def mariadb(self) -> MariaDBProcess:
        if importlib.util.find_spec("MySQLdb") is None:
            raise BenchError(
                "The MySQL driver is not installed: "
                "python3 config/create_venv.py . --group dev --group mysql"
            )
        self._say("starting MariaDB")
        self.versions["mysqlclient"] = version("mysqlclient")
        return self._server("MariaDB", running_mariadb)

    @cached_property
    def _folder(self) -> Path:
        with held():
            folder = Path(tempfile.mkdtemp(prefix="kickoff-bench-"))
            self._stack.callback(shutil.rmtree, folder)
        return folder

    def _served(self, name: str, leagues: int, memory_mb: int = 64) -> Site:
        """A site with a database of its own in MariaDB, and a memcached."""
        store = self._store(memory_mb)
        environment = self._environment(self._new_database(name), url_of(store))
        self._fill(name, leagues, environment)
        self._analyze(name)
        return self._site(name, leagues, environment, store)

    def _site(
        self, name: str, leagues: int, environment: dict[str, str], store: MemcachedProcess | None
    ) -> Site:
        return Site(name, leagues, environment, self._folder, store, self._stack)

    def _store(self, memory_mb: int = 64) -> MemcachedProcess:
        return self._server("memcached", lambda: running_memcached("-m", str(memory_mb)))

    def _environment(self, database_url: str, cache_url: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fleet.bench.settings",
            "ENV_FILE": os.devnull,
            "SECRET_KEY": secrets.token_hex(32),
            "DEBUG": "off",
            "HTTPS": "off",
            "DOMAIN_NAME": "localhost",
            "DATABASE_URL": database_url,
            "CACHE_URL": cache_url,
            "BENCH_STATIC_ROOT": str(self._folder / "static"),
        }

    def _fill(self, name: str, leagues: int, environment: dict[str, str]) -> None:
        self._say(f"site {name}: {leagues:,} leagues")
        manage(["migrate"], environment)
        manage(["demo_data", "--leagues", str(leagues)], environment)

    def _new_database(self, name: str) -> str:
        """The URL of a new database in MariaDB."""
        with self._connection() as connection:
            connection.query(f"CREATE DATABASE {name}")
        return self.mariadb.url(name)

    def _analyze(self, database: str) -> None:
        """Gives the optimizer the statistics that it lacks right after a bulk load: without them
        it reads the line-ups of all leagues for the page of one."""
        with self._connection() as connection, connection.cursor() as cursor:
            connection.select_db(database)
            cursor.execute("SHOW TABLES")
            cursor.execute(f"ANALYZE TABLE {', '.join(name for (name,) in cursor.fetchall())}")

    def _connection(self) -> AbstractContextManager[Any]:
        # Not at the top: a run on SQLite alone needs no driver.
        mysql = importlib.import_module("MySQLdb")
        socket, user = str(self.mariadb.socket), self.mariadb.user
        return closing(mysql.connect(unix_socket=socket, user=user))

    def _server(self, name: str, running: Callable[[], AbstractContextManager[S]]) -> S:
        with held():
            server = self._entered(name, running)
        self.versions[name] = server_version(server.command()[0])
        return server

    def _entered(self, name: str, running: Callable[[], AbstractContextManager[T]]) -> T:
        """What runs until the end of this world. Raises BenchError when it does not start."""
        try:
            return self._stack.enter_context(running())
        except FleetError as error:
            raise BenchError(str(error)) from error
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            raise BenchError(str(missing)) from missing
        except subprocess.CalledProcessError as failed:
            raise BenchError(f"{name} cannot be set up.\n{failed.stderr.decode()}") from failed
        except RuntimeError as failed:  # with its last words
            raise BenchError(str(failed)) from failed


def url_of(store: MemcachedProcess) -> str:
    return f"memcached://{store.address}"


def server_version(program: str, option: str = "--version") -> str:
    """What the program says, without its path and its build."""
    # wrk tells, and fails.
    said = subprocess.run([program, option], stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = re.search(r"\d+\.\d+\.\d+", said)
    return found[0] if found else "unknown"
