"""The configuration of the node: deploy/'s own, with the peers."""

import re

from fleet.bench import peers
from fleet.bench.node import room_for_peers, single, with_peers
from fleet.bench.peers import BARE, CACHALOT, CACHEOPS, VIEWS
from fleet.up.shape import local_fleet
from kickoff.tuning.files import tuned_files

SITE = "apache/site.conf"


def configuration():
    (file,) = (file for file in tuned_files(single(local_fleet())) if file.name == SITE)
    return file.text


def groups(text):
    """The daemon processes by their group: the words of the line."""
    return dict(re.findall(r"(?m)^WSGIDaemonProcess (\S+) ((?:.*\\\n)*.*)$", text))


class TestPeers:
    def test_have_processes_of_the_same_number_and_options_as_the_site(self):
        found = groups(with_peers(configuration()))
        assert len(found) > 1
        assert len(set(found.values())) == 1

    def test_come_before_the_site_which_takes_every_path(self):
        found = re.findall(r"(?m)^WSGIScriptAlias (\S+) ", with_peers(configuration()))
        assert found[:2] == [BARE.path, VIEWS.path]
        assert found[-1] == "/"

    def test_leave_the_rest_of_the_file_as_it_is(self):
        before, after = configuration(), with_peers(configuration())
        assert [line for line in before.splitlines() if line not in after.splitlines()] == []
        assert groups(before).items() <= groups(after).items()

    def test_have_connections_to_the_database_beside_those_of_the_site(self):
        accounts = (
            "CREATE USER IF NOT EXISTS 'cup'@'127.0.0.0/255.0.0.0'\n"
            "    WITH MAX_USER_CONNECTIONS 33 /*M! MAX_STATEMENT_TIME 5 */\n"
            "CREATE USER IF NOT EXISTS 'cup_owner'@'127.0.0.0/255.0.0.0'\n"
            "    WITH MAX_USER_CONNECTIONS 5\n"
        )
        groups = len({mount.group for mount in peers.mounts()})
        assert room_for_peers(accounts) == (
            f"ALTER USER 'cup'@'127.0.0.0/255.0.0.0' WITH MAX_USER_CONNECTIONS {33 * (groups + 1)};"
        )


class TestWhatIsNotInstalled:
    def test_is_not_mounted_and_named(self, monkeypatch):
        monkeypatch.setattr(peers, "_is_installed", lambda package: False)
        assert peers.mounts() == [BARE, VIEWS]
        assert peers.without_cachalot() == "django-cachalot is not installed"
        assert peers.without_cacheops() == "django-cacheops is not installed"

    def test_may_be_the_server_alone(self, monkeypatch):
        monkeypatch.setattr(peers, "_is_installed", lambda package: True)
        monkeypatch.setattr(peers.shutil, "which", lambda name: None)
        assert peers.mounts() == [BARE, VIEWS, CACHALOT]
        assert peers.without_cacheops() == "Redis is not installed"

    def test_is_mounted_when_all_is_there(self, monkeypatch):
        monkeypatch.setattr(peers, "_is_installed", lambda package: True)
        monkeypatch.setattr(peers.shutil, "which", lambda name: "/usr/bin/redis-server")
        assert peers.mounts() == [BARE, VIEWS, CACHALOT, CACHEOPS]


def test_the_node_is_one_of_each_kind():
    shape = single(local_fleet())
    assert len(shape.nodes) == len(shape.memcached) == 1
    assert shape.refreshers == (shape.nodes[0].name,)
