"""The processes of a site as a test sees them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kickoff.testing.processes import free_port
from kickoff.testing.waiting import wait_until

PROJECT = Path(__file__).parents[4]
ANSWER_LIMIT_S = 10.0  # what hangs on a server that is frozen hangs for ever


class Site:
    """A node on these servers: `start`, `ask`, `manage`, and its `refresher` beside it."""

    def __init__(self, folder: Path, database_url: str, cache_url: str) -> None:
        self.port = free_port()
        self.log = folder / "site.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "DJANGO_SETTINGS_MODULE": "kickoff.health.tests.site.settings",
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            "HTTPS": "off",
            "NODE_NAME": "web1",
            "DRAIN_FILE": str(folder / "drain"),
            "HEALTH_NETWORKS": "127.0.0.1",
            "DATABASE_URL": database_url,
            "CACHE_URL": cache_url,
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, env=self._environment, cwd=PROJECT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        self._process = self._popen("-m", "kickoff.health.tests.site.serving", str(self.port))
        wait_until(self._is_there, limit_s=30.0)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    @contextmanager
    def refresher(self) -> Iterator[subprocess.Popen[bytes]]:
        process = self._popen("manage.py", "refresh_cache")
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def ask(self, path: str) -> tuple[int, str]:
        """As a load balancer does: with a Host that the site does not know."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_LIMIT_S)
        try:
            connection.request("GET", path, headers={"Host": "lb.invalid"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def statuses(self) -> dict[str, str]:
        """What /healthz says of each thing."""
        _, text = self.ask("/healthz")
        return {name: probe["status"] for name, probe in json.loads(text)["probes"].items()}

    def threads(self) -> int:
        assert self._process is not None
        return len(os.listdir(f"/proc/{self._process.pid}/task"))

    def _is_there(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        try:
            return self.ask("/livez")[0] == 200
        except OSError:
            return False

    def _popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                env=self._environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
