"""The command: its document, its errors, and that it leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from pathlib import Path

import pytest

from fleet.tests.leftovers import processes_in
from fleet.up import FleetSettings, running_fleet
from fleet.up.errors import FleetError
from fleet.up.release import PROJECT
from kickoff.tuning.files import memcached_arguments

OWN = tomllib.loads((PROJECT / "deploy" / "fleet.toml").read_text())


@pytest.fixture
def temporary():
    """A folder for all that a fleet makes, with a short name: sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="f-"))
    folder.chmod(0o777)  # the servers' user writes there too
    yield folder
    shutil.rmtree(folder)


def start(temporary, *arguments):
    if os.environ.get("CI") != "true":  # there its absence must not go unseen
        pytest.importorskip("MySQLdb")
    return subprocess.Popen(
        [sys.executable, "-m", "fleet.up", "--leagues", "1", *arguments],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def places_of(found):
    """Where its servers listen."""
    servers = [found["haproxy"], found["mariadb"], *found["memcached"], *found["nodes"]]
    return [(server["address"], server["port"]) for server in servers]


def is_open(place):
    with socket.socket() as probe:
        return probe.connect_ex(place) == 0


def read_document(command):
    lines = []
    while (line := command.stdout.readline()) and line != "}\n":
        lines.append(line)
    if not line:
        pytest.fail(command.stderr.read())
    return json.loads("".join([*lines, line]))


def test_a_fleet_with_a_document_and_nothing_left_after_ctrl_c(temporary):
    command = start(temporary, "--json")
    found = read_document(command)

    folder = Path(found["folder"])
    assert folder.parent == temporary
    names = [node["name"] for node in OWN["nodes"]]
    assert [node["name"] for node in found["nodes"]] == names
    assert [node["address"] for node in found["nodes"]] == [
        f"127.0.0.{n}" for n in range(2, 2 + len(names))
    ]
    assert {len(node["daemon_pids"]) for node in found["nodes"]} == {2}
    assert [each["name"] for each in found["refreshers"]] == OWN["refreshers"]
    assert [each["name"] for each in found["memcached"]] == [
        each["name"] for each in OWN["memcached"]
    ]
    assert len(places_of(found)) == len(set(places_of(found)))
    assert all(map(is_open, places_of(found)))
    with urllib.request.urlopen(found["url"]) as page:
        assert page.status == 200
    pids = [found[name]["pid"] for name in ("haproxy", "mariadb", "replay")]
    pids += [each["pid"] for name in ("nodes", "memcached", "refreshers") for each in found[name]]
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    assert Path(found["environment_file"]).read_text().count("SECRET_KEY=") == 1

    os.killpg(command.pid, signal.SIGINT)  # Ctrl-C goes to everything in the foreground
    rest, errors = command.communicate(timeout=60)

    assert command.returncode == 0, errors
    assert rest == ""
    assert processes_in(temporary) == []
    assert not any(map(is_open, places_of(found)))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("moment", ["starting MariaDB", "making tables"])
def test_one_that_is_stopped_while_it_starts_leaves_nothing_either(temporary, moment):
    command = start(temporary)
    while moment not in (line := command.stderr.readline()):
        assert line, "It has ended before."
    command.send_signal(signal.SIGTERM)
    _, errors = command.communicate(timeout=60)

    assert command.returncode == 130, errors
    assert processes_in(temporary) == []
    assert list(temporary.iterdir()) == []


class TestAnError:
    def test_of_a_port_that_is_taken(self, temporary):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            command = start(temporary, "--port", str(port))
            output, errors = command.communicate(timeout=60)
        assert command.returncode == 1
        assert output == ""
        assert errors == f"fleet: Port {port} of 127.0.0.1 is taken. Try another.\n"

    def test_of_a_folder_that_is_in_use(self, temporary):
        (temporary / "mine").touch()
        with (
            pytest.raises(FleetError, match="is not an empty folder"),
            running_fleet(FleetSettings(folder=temporary)),
        ):
            pass
        assert [path.name for path in temporary.iterdir()] == ["mine"]

    def test_of_a_server_has_its_last_words_and_ends_the_others(self, temporary, monkeypatch):
        pytest.importorskip("MySQLdb")
        monkeypatch.setenv("TMPDIR", str(temporary))
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(
            "fleet.up.servers.memcached_arguments",
            lambda text: [*memcached_arguments(text), "-I", "9g"],
        )
        with (
            pytest.raises(FleetError, match=r"(?s)memcached did not start:.*Item max size"),
            running_fleet(FleetSettings()),
        ):
            pass
        assert processes_in(temporary) == []
        assert list(temporary.iterdir()) == []
