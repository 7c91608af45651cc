"""deploy/memcached/ in a real memcached."""

from __future__ import annotations

import socket

import pytest

from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.servers import running_memcached
from kickoff.tuning.files import memcached_arguments, memcached_file, tuned_files
from kickoff.tuning.sizing import sizes_of


def arguments(fleet, number: int) -> list[str]:
    """Those of the fleet's server, less the user and the port of a whole machine."""
    name = memcached_file(fleet, fleet.memcached[number])
    (file,) = (file for file in tuned_files(fleet) if file.name == name)
    words = memcached_arguments(file.text)
    for option in ("-u", "-p"):
        at = words.index(option)
        del words[at : at + 2]
    return words


def settings_of(server, address: str) -> dict[str, str]:
    with socket.create_connection((address, server.port), timeout=5) as connection:
        connection.sendall(b"stats settings\r\n")
        text = b""
        while not text.endswith(b"END\r\n"):
            text += connection.recv(4096)
    return dict(line.split(" ", 2)[1:] for line in text.decode().splitlines()[:-1])


def test_what_runs_is_what_was_computed():
    fleet = on_this_machine(example_fleet())
    words = arguments(fleet, 1)
    with running_memcached(*words) as server:  # which adds 127.0.0.1, to ask whether it runs
        found = settings_of(server, "127.0.0.12")

    assert int(found["maxbytes"]) == 1024 * 1024 * 1024
    assert found["maxconns"] == "1024"
    assert found["udpport"] == "0"
    assert found["item_size_max"] == str(2 * 1024 * 1024)
    assert found["dump_enabled"] == "no"
    assert found["inter"] == "127.0.0.1,127.0.0.12"


def test_the_keys_cannot_be_listed():
    words = arguments(on_this_machine(example_fleet()), 0)
    words[words.index("-l") + 1] = "127.0.0.1"
    with running_memcached(*words) as server:
        assert b"not allowed" in server.ask("stats cachedump 1 10")
        assert server.ask("watch fetchers").startswith(b"WATCHER_TOO_BUSY") or b"ERROR" in (
            server.ask("watch fetchers")
        )


def test_any_fleet_starts(any_fleet):
    fleet = on_this_machine(any_fleet)
    for number, expected in enumerate(fleet.memcached):
        words = arguments(fleet, number)
        assert words[words.index("-l") + 1] == expected.address
        words[words.index("-l") + 1] = "127.0.0.1"
        with running_memcached(*words) as server:
            found = settings_of(server, "127.0.0.1")
        assert found["maxconns"] == str(sizes_of(fleet).memcached.max_connections)


@pytest.mark.parametrize("number", [0, 1])
def test_it_is_bound_to_a_private_address(number):
    words = arguments(example_fleet(), number)
    assert words[words.index("-l") + 1] == ("10.0.0.11", "10.0.0.12")[number]
