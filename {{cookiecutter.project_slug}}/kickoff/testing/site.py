"""The site itself behind Apache, for tests: a release of this project, with a database of its own.

Apache has the tuned site.conf, Python the settings of a node; data and slots are files.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings

from kickoff.testing.apache import ApacheProcess
from kickoff.testing.http import Answer
from kickoff.testing.processes import as_unprivileged_user, server_folder
from kickoff.testing.wsgi_python import wsgi_environment, wsgi_module
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet

# Beside the apps of the settings.
NEEDED = {"csp", "dj_database_url", "django", "dotenv", "msgspec", "pymemcache"}
TOKEN = "only-for-tests-of-the-site"  # for /healthz
PAGES = {"templates", "static"}  # what a release has beside packages of Python


class SiteProcess(ApacheProcess):
    """At the address of the fleet's first node.

    `asked(path)` counts where a middleware of the settings writes each path to config/asked.
    """

    def __init__(self, folder: Path, fleet: Fleet, settings_module: str) -> None:
        self._settings_module = settings_module
        self.address = fleet.nodes[0].address
        super().__init__(folder, fleet, "apache/site.conf")

    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own: what the site needs to know stands in its .env."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "DJANGO_SETTINGS_MODULE": self._settings_module,
            "NODE_NAME": self.node,
        }

    def answers(self) -> bool:
        """All of Python is loaded."""
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def manage(self, *arguments: str) -> str:
        """What manage.py of the release says; RuntimeError when it fails."""
        python, _, packages = site_python()
        done = subprocess.run(
            [python, "manage.py", *arguments],
            capture_output=True,
            text=True,
            cwd=self.release,
            env={**self.environment(), "PYTHONPATH": os.pathsep.join(packages)},
            **as_unprivileged_user(),
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}:\n{done.stderr[-2000:]}")
        return str(done.stdout)

    def visit(self, path: str = "/", **how: str) -> Answer:
        """As a visitor whose request has come over HTTPS and by the load balancer."""
        how.setdefault("X_Forwarded_Proto", "https")
        how.setdefault("X_Forwarded_For", "203.0.113.9")
        return self.get(path, **how)

    def install_release(self) -> None:
        """The project as it lies here, with the environment file of a node."""
        project = Path(settings.BASE_DIR)
        ignored = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
        for folder in project.iterdir():
            if (folder / "__init__.py").exists() or folder.name in PAGES:
                shutil.copytree(folder, self.release / folder.name, ignore=ignored)
        shutil.copy(project / "manage.py", self.release)
        (self.release / ".env").write_text(self._env_file())
        python, module, packages = site_python()
        # mod_wsgi looks for .pth files in its python-path.
        (self.release / "packages.pth").write_text("\n".join(packages))
        (self.release / ".venv").symlink_to(python.parent.parent)
        (self.release / "mod_wsgi.so").symlink_to(module)

    def _env_file(self) -> str:
        """site.env, and what is added by hand on a node."""
        (shared,) = (file.text for file in tuned_files(self.fleet) if file.name == "site.env")
        own: Mapping[str, object] = {
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": f"sqlite:///{self.folder}/db.sqlite3",
            "CACHE_URL": f"sqlite:///{self.folder}/slots.sqlite3",
            "DRAIN_FILE": self.drain_file,
            "HEALTH_FOLDERS": self.logs,
            "HEALTH_TOKEN": TOKEN,
        }
        kept = [line for line in shared.splitlines() if line.partition("=")[0] not in own]
        return "\n".join([*kept, *(f"{name}={value}" for name, value in own.items()), ""])


@contextmanager
def running_site(fleet: Fleet, settings_module: str) -> Iterator[SiteProcess]:
    """The site on the first node of this fleet, with its tables and its static files."""
    folder = server_folder()
    server = None
    try:
        server = SiteProcess(folder, fleet, settings_module)
        server.manage("migrate", "--verbosity=0")
        server.manage("collectstatic", "--no-input", "--verbosity=0")
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


@cache
def site_python() -> tuple[Path, Path, tuple[str, ...]]:
    """A Python that the server's user can run, its mod_wsgi, and the folders with packages of the
    site that it has not got itself.

    Those of the tests fit where both are of one version; else an environment is made.
    """
    python, module = wsgi_module()
    places = sysconfig.get_paths()
    for packages in ((), (places["purelib"], places["platlib"])):
        if _has_packages(python, packages):
            return python, module, packages
    pyproject = Path(settings.BASE_DIR, "pyproject.toml").read_text(encoding="utf-8")
    return *wsgi_environment(tomllib.loads(pyproject)["project"]["dependencies"]), ()


def _has_packages(python: Path, packages: Sequence[str]) -> bool:
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS}
    installed = {name for name in apps if not Path(settings.BASE_DIR, name).is_dir()}
    names = ", ".join(sorted(NEEDED | installed))
    code = f"import sys; sys.path += {list(packages)}; import {names}"
    command = [str(python), "-c", code]
    done = subprocess.run(command, capture_output=True, cwd="/", **as_unprivileged_user())
    return done.returncode == 0
