"""Apache with the tuned files of deploy/ and a small WSGI application, unprivileged, for tests.

Only what the `Define` lines name is moved, and the user: places, and the port.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from kickoff.testing.http import Answer, ask
from kickoff.testing.processes import (
    ServerProcess,
    as_unprivileged_user,
    free_port,
    program,
    server_folder,
)
from kickoff.testing.wsgi_python import wsgi_module
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet

APPLICATION = Path(__file__).parent / "apache_application.py"
MODULES = Path("/usr/lib/apache2/modules")
NODE = "web1"


class ApacheProcess(ServerProcess):
    """Apache at `address` and `port`. `release` is its site, `logs` has what it wrote."""

    node = NODE
    address = "127.0.0.1"

    def __init__(self, folder: Path, fleet: Fleet, name: str, *options: str) -> None:
        super().__init__(folder)
        self._program = program("apache2", "httpd", package="apache2")
        self._options = options
        self.fleet = fleet
        self.port = free_port(self.address)
        self.release, self.logs, self.run = folder / "release", folder / "logs", folder / "run"
        self.drain_file = folder / "draining"
        self.configuration = folder / Path(name).name
        self._furnish(name)

    def command(self) -> Sequence[str]:
        return [self._program, "-f", str(self.configuration), "-DFOREGROUND", *self._options]

    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "NODE_NAME": self.node}

    def output(self, *options: str) -> str:
        """What it prints with these options, such as -t -D DUMP_RUN_CFG."""
        done = subprocess.run(
            [self._program, "-f", str(self.configuration), *options],
            capture_output=True,
            text=True,
            env=self.environment(),
            **self.privileges(),
        )
        return f"{done.stdout}{done.stderr}"

    def answers(self) -> bool:
        """What /frontz says then, also while it drains."""
        try:
            return self.get("/frontz").status == (404 if self.drain_file.exists() else 204)
        except OSError:
            return False

    def get(self, path: str = "/", **how: str) -> Answer:
        """As the load balancer asks; `host` and `source` for others."""
        how.setdefault("host", self.fleet.site.domain)
        how.setdefault("source", self.fleet.load_balancer.address)
        return ask(self.port, path, address=self.address, **how)  # type: ignore[arg-type]

    def asked(self, path: str) -> int:
        """How often Python was asked for it, in any of the processes."""
        record = self.release / "config" / "asked"
        return record.read_text().splitlines().count(path) if record.exists() else 0

    @contextmanager
    def pages_held(self) -> Iterator[Path]:
        """Whoever makes a page called held waits meanwhile, or until this file is gone."""
        held = self.release / "config" / "held"
        held.touch()
        try:
            yield held
        finally:
            held.unlink(missing_ok=True)

    def children(self) -> dict[int, tuple[str, int]]:
        """The processes below it: their command and number of threads."""
        command = [program("ps", package="procps"), "-o", "pid=,nlwp=,args=", "--ppid"]
        listed = subprocess.run([*command, str(self.pid)], capture_output=True, text=True)
        rows = (line.split(None, 2) for line in listed.stdout.splitlines())
        return {int(pid): (command, int(threads)) for pid, threads, command in rows}

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        """Its error log, and what it said before that was open."""
        files = [self.folder / "log", self.logs / "error.log"]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def install_release(self) -> None:
        """The site: here the small application."""
        python, module = wsgi_module()
        (self.release / "config").mkdir(parents=True)
        (self.release / "staticfiles").mkdir()
        shutil.copy(APPLICATION, self.release / "config" / "wsgi.py")
        (self.release / ".venv").symlink_to(python.parent.parent)
        (self.release / "mod_wsgi.so").symlink_to(module)

    def _furnish(self, name: str) -> None:
        """The folders of a node, all of them the server's user's."""
        self.install_release()
        self.logs.mkdir()
        self.run.mkdir()
        (file,) = (file for file in tuned_files(self.fleet) if file.name == name)
        self.configuration.write_text(self._moved(file.text))
        own = as_unprivileged_user()
        if own:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, own["user"], own["group"], follow_symlinks=False)

    def _moved(self, text: str) -> str:
        places = {
            "RELEASE": str(self.release),
            "LOGS": str(self.logs),
            "RUN": str(self.run),
            "DRAIN_FILE": str(self.drain_file),
            "PORT": str(self.port),
            "MODULES": str(MODULES),
            "ROTATELOGS": program("rotatelogs", package="apache2-utils"),
        }
        for name, value in places.items():
            text, count = re.subn(rf"(?m)^Define {name} .*$", f"Define {name} {value}", text)
            assert count == 1, f"Define {name}"
        # Nobody outside of this machine.
        text = text.replace("\nListen ${PORT}\n", f"\nListen {self.address}:${{PORT}}\n")
        user = pwd.getpwuid(as_unprivileged_user().get("user", os.getuid())).pw_name
        return re.sub(r"(?m)^User .*\nGroup .*$", f"User {user}", text)

    def _end(self, how: signal.Signals) -> None:
        """With what its parent has left behind, as systemd's KillMode=mixed has it."""
        group = self._process.pid if self._process else None
        super()._end(how)
        if group is not None:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _send(self, pid: int, what: signal.Signals) -> None:
        """What nobody can catch goes to all processes of its session, the rest to their parent."""
        is_for_all = what in {signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT}
        (os.killpg if is_for_all else os.kill)(pid, what)


@contextmanager
def running_apache(
    fleet: Fleet, name: str = "apache/site.conf", *options: str
) -> Iterator[ApacheProcess]:
    """Apache with this file of the fleet; options are for its command line."""
    folder = server_folder()
    server = None
    try:
        server = ApacheProcess(folder, fleet, name, *options)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)
