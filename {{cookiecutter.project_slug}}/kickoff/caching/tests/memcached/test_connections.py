"""To which addresses connections lead, how many there are, and when they end."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kickoff.caching.stores import MemcachedStore
from kickoff.testing.servers import running_memcached
from kickoff.testing.waiting import wait_until

TTL_S = 60
OWN_FILES = Path("/proc/self/fd")


class TestAddresses:
    def test_a_socket(self):
        with running_memcached(on_socket=True) as server:
            store = MemcachedStore([server.address])
            assert store.add("league:7", b"1", TTL_S) is True
            assert store.get("league:7") == b"1"

    def test_ipv6(self):
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                pass
        except OSError:
            pytest.skip("This machine has no IPv6 loopback.")
        with running_memcached("-l", "::1") as server:
            store = MemcachedStore([f"[::1]:{server.port}"])
            assert store.add("league:7", b"1", TTL_S) is True


class TestConnections:
    def test_one_per_thread_is_kept(self, filled, memcached_server):
        opened_before = memcached_server.stat("total_connections")
        for _ in range(100):
            filled.get("league:7")
            filled.gets("league:7")
            filled.delete("league:8")

        assert memcached_server.stat("total_connections") == opened_before + 1  # The count's own.

    @pytest.mark.skipif(not OWN_FILES.is_dir(), reason="Only Linux tells what a process has open.")
    def test_they_are_closed_when_the_thread_ends(self, filled):
        open_before = open_sockets()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(filled.get, ["league:7"] * 50))
            assert open_sockets() > open_before
        wait_until(lambda: open_sockets() <= open_before)


def open_sockets():
    """Those of this process, each with its number in the kernel."""
    names = {read_link(path) for path in OWN_FILES.iterdir()}
    return {name for name in names if name.startswith("socket:")}


def read_link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""  # closed meanwhile
