"""The environment of the fleet's site."""

from pathlib import Path

from dotenv import dotenv_values

from fleet.up.release import make_release
from fleet.up.shape import local_fleet
from fleet.up.site import SiteEnvironment, env_file
from kickoff.tuning.files import tuned_files


def environment(project: Path) -> SiteEnvironment:
    shape = local_fleet()
    return SiteEnvironment(
        shape,
        {file.name: file for file in tuned_files(shape)},
        memcached_ports={"cache1": 5001, "cache2": 5002},
        database_port=5003,
        project=project,
    )


class TestTheEnvironment:
    def test_names_the_servers_of_the_fleet(self, tmp_path):
        found = environment(tmp_path)
        assert found.variables["CACHE_URL"] == "memcached://127.0.0.2:5001,127.0.0.3:5002"
        assert found.variables["DIRECT_HOSTS"] == "web1.localhost,web2.localhost,web3.localhost"
        url = found.variables["DATABASE_URL"]
        assert url.startswith("mysql://game_day:")
        assert url.endswith("@127.0.0.6:5003/game_day")
        assert found.owner_url.startswith("mysql://game_day_owner:")

    def test_keeps_what_the_project_has_of_its_own_and_not_its_places(self, tmp_path):
        (tmp_path / ".env").write_text(
            "DEBUG=on\n"
            "DATABASE_URL=sqlite:///mine\n"
            'SITE_NAME="My game"\n'
            "PAYMENT_KEY=abc\n"
            "ALLOWED_HOSTS=example.com\n"
        )
        variables = environment(tmp_path).variables
        assert variables["SITE_NAME"] == "My game"
        assert variables["PAYMENT_KEY"] == "abc"
        assert variables["DEBUG"] == "off"
        assert "ALLOWED_HOSTS" not in variables
        assert "sqlite" not in variables["DATABASE_URL"]

    def test_unlocks_both_accounts_with_different_passwords(self, tmp_path):
        shape = local_fleet()
        (accounts,) = (each for each in tuned_files(shape) if each.name == "mysql/users.sql")
        first, second = environment(tmp_path).unlocking(accounts.text).splitlines()
        assert first.startswith("ALTER USER 'game_day'@'127.0.0.0/255.0.0.0' IDENTIFIED BY '")
        assert second.startswith("ALTER USER 'game_day_owner'@'127.0.0.0/255.0.0.0' IDENTIFIED")
        assert first.endswith("' ACCOUNT UNLOCK;")
        assert first.split("'")[5] != second.split("'")[5]


def test_its_file_is_read_as_it_was_meant(tmp_path):
    meant = {"A": "plain", "B": "My 'game' \\ $HOME #1", "C": 'double "quotes"'}
    (tmp_path / ".env").write_text(env_file(meant))
    assert dotenv_values(tmp_path / ".env", interpolate=False) == meant


class TestARelease:
    def test_is_the_code_and_nothing_of_this_checkout(self, tmp_path, monkeypatch):
        project = tmp_path / "project"
        for name in (
            "config/wsgi.py",
            "app/drain.py",
            "db.sqlite3-wal",
            ".venv/x",
            "env/pyvenv.cfg",
        ):
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        monkeypatch.setattr("fleet.up.release.PROJECT", project)
        monkeypatch.setattr("fleet.up.release.wsgi_module", lambda: Path("/somewhere/mod_wsgi.so"))
        release = tmp_path / "release"
        make_release(release, {"SECRET_KEY": "abc"})

        assert sorted(path.name for path in release.iterdir()) == [
            ".env",
            ".venv",
            "app",
            "config",
            "mod_wsgi.so",
        ]
        assert (release / "app" / "drain.py").exists()
        assert (release / ".env").read_text() == "SECRET_KEY='abc'\n"
