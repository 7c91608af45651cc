"""`config.wsgi` as Apache loads it: by its path, from elsewhere, with an empty environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
ENVIRONMENT_FILE = """
SECRET_KEY=only-for-tests-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
DOMAIN_NAME=example.com
SITE_NAME="Fußball"
NODE_NAME=web1
RELEASE=3f9c2ab
"""

# Runs in the process under test. `ask` answers like a WSGI server.
START = """
import json, runpy, sys

wsgi = runpy.run_path(sys.argv[1])

def ask(path, host="lb.invalid"):
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": host, "REMOTE_ADDR": "10.0.0.1",
        "SERVER_NAME": "x", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https", "wsgi.input": sys.stdin.buffer, "wsgi.errors": sys.stderr,
    }
    answered = []
    response = wsgi["application"](environ, lambda status, headers: answered.append(status))
    body = b"".join(response).decode()
    response.close()
    return int(answered[0][:3]), body

def say(found):
    print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """This project with an environment file beside it: all but `config` is linked."""
    folder = tmp_path_factory.mktemp("project")
    for path in PROJECT.iterdir():
        if path.name not in (".env", "config") and not path.name.endswith(".sqlite3"):
            (folder / path.name).symlink_to(path)
    (folder / "config").mkdir()
    for path in (PROJECT / "config").glob("*.py"):
        (folder / "config" / path.name).write_text(path.read_text())
    (folder / ".env").write_text(ENVIRONMENT_FILE, encoding="utf-8")
    return folder


@pytest.fixture
def run(project, tmp_path):
    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", START + code, str(project / "config" / "wsgi.py")],
            env={},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_an_empty_environment_is_enough(run):
    assert run("say([ask('/livez'), ask('/readyz')])") == [[200, "alive\n"], [200, "ready\n"]]


def test_the_settings_come_from_the_environment_file(run):
    code = """
from django.conf import settings
say([settings.SITE_NAME, settings.NODE_NAME, settings.RELEASE, settings.DEBUG])
"""
    assert run(code) == ["Fußball", "web1", "3f9c2ab", False]


def test_livez_does_no_input_or_output(run):
    """By Python's own audit events: of files, folders, sockets, processes and databases."""
    code = """
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event) if watching else None)
watching = False
ask("/livez")
watching = True
answer = ask("/livez")
watching = False
livez = list(seen)
seen.clear()
watching = True
ask("/readyz")
open("/dev/null").close()
watching = False
say([answer, livez, seen])
"""
    answer, livez, others = run(code)
    assert answer == [200, "alive\n"]
    assert set(livez) <= {"builtins.id", "object.__getattr__"}  # of the memory, by name
    assert "open" in others, "the hook sees what it should"


def test_the_first_request_imports_no_view_and_compiles_no_template(run):
    code = """
from django.template.base import Template

compiled = []
original = Template.compile_nodelist
Template.compile_nodelist = lambda self: compiled.append(self.name) or original(self)
before = set(sys.modules)
status, _ = ask("/accounts/sign-in/", host="example.com")
own = ("accounts", "config", "kickoff", "fantasy")
imported = [name for name in set(sys.modules) - before if name.partition(".")[0] in own]
say([imported, [name for name in compiled if not name.startswith("django/")]])
"""
    assert run(code) == [[], []]


def test_it_starts_without_asking_the_database_or_the_store(run):
    code = """
from django.db import connection
from kickoff.caching import runtime
say([connection.connection is None, runtime._stores])
"""
    assert run(code) == [True, {}]


def test_the_garbage_collector_runs_but_never_looks_at_what_was_loaded(run):
    code = """
import gc
say([gc.isenabled(), any(found is wsgi["application"] for found in gc.get_objects())])
"""
    assert run(code) == [True, False]
