"""A site that Kickoff did not make: `kickoff/` lies beside it, with Django and rich alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kickoff.brakes.registry import FAILED

PROJECT = Path(__file__).parents[3]
SETTINGS = """
print("The shop's settings say hello.")
SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["shop.example"]
INSTALLED_APPS = ["kickoff.brakes"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
"""
MYSQL = """
DATABASES = {"default": {
    "ENGINE": "django.db.backends.mysql", "NAME": "shop", "USER": "shop", "HOST": "db.internal",
    "OPTIONS": {"connect_timeout": "3", "read_timeout": 5, "write_timeout": 5},
}}
"""
POSTGRESQL = 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}'
FILES = {
    "apache2.conf": """
        LoadModule mpm_prefork_module x.so
        Timeout 300
        <VirtualHost *:80>
          WSGIDaemonProcess shop processes=2 threads=15
          WSGIProcessGroup shop
          WSGIScriptAlias / /srv/shop/wsgi.py
          RewriteRule "^/(?i)old" - [R=301,L]
          CustomLog /var/log/shop.log combined
        </VirtualHost>
    """,
    "haproxy.cfg": """
        defaults
          timeout server 50000
        listen shop
          option httpchk GET /healthz
          server a 10.1.1.1:80 check
          server b shop-b.internal:80 check inter 1000 backup
    """,
    "my.cnf": "[mysqld]\nbind-address=*\nmax_connections = 500\n",
    "memcached.conf": "-d\nlogfile /var/log/memcached.log\n-m 64\n-l 0.0.0.0\n",
}
# What a site that has Django and rich has: nothing else can be imported.
START = """
import sys

ALLOWED = {*sys.stdlib_module_names, "django", "asgiref", "sqlparse", "rich", "pygments",
           "markdown_it", "mdurl", "typing_extensions", "kickoff", "shop_settings"}

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name[0] != "_" and name.partition(".")[0] not in ALLOWED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder())
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


@pytest.fixture
def shop(tmp_path):
    """Runs a command of the shop, after its settings were written."""

    def run(*arguments: str, settings: str = "") -> subprocess.CompletedProcess[str]:
        (tmp_path / "shop_settings.py").write_text(SETTINGS + settings)
        return subprocess.run(
            [sys.executable, "-c", START, *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{tmp_path}:{PROJECT}",
                "DJANGO_SETTINGS_MODULE": "shop_settings",
            },
            capture_output=True,
            text=True,
        )

    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return run


@pytest.fixture
def named(tmp_path) -> list[str]:
    places = {
        "apache": "apache2.conf",
        "haproxy": "haproxy.cfg",
        "memcached": "memcached.conf",
        "mysql": "my.cnf",
        "systemd": ".",
    }
    return [word for kind, name in places.items() for word in (f"--{kind}", str(tmp_path / name))]


def statuses(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """By rule. The document is all that stands behind what the settings print."""
    assert "Traceback" not in done.stderr, done.stderr
    results = json.loads(done.stdout[done.stdout.index("{") :])["results"]
    assert [result for result in results if result["expected"].startswith(FAILED)] == []
    return {result["id"]: result["status"] for result in results}


def test_what_is_there_is_judged_and_the_rest_is_unknown(shop, named):
    done = shop("brakes", "--json", *named)
    found = statuses(done)
    assert done.returncode == 1
    assert found["C01"] == "error"  # two directives do not preload
    assert found["C08"] == "error"  # no time-out is set
    assert found["C32"] == "error"  # the probe asks for everything
    assert found["C70b"] == "error"  # memcached for the world
    assert found["C14"] == "unknown"  # no fleet.toml: nothing is known of memory


def test_a_database_that_is_not_used_is_not_judged(shop, named):
    with_it = statuses(shop("brakes", "--json", *named, settings=MYSQL))
    assert with_it["C63"] == "error"
    assert with_it["C55b"] == "error"
    place = named.index("--mysql")
    unnamed = named[:place] + named[place + 2 :]
    without = statuses(shop("brakes", "--json", *unnamed, settings=POSTGRESQL))
    for rule in ("B03", "C55", "C60c", "C63"):
        assert without[rule] == "does not apply"


def test_djangos_cache_in_memory_is_no_memcached(shop, named):
    found = statuses(shop("brakes", "--json", *named))
    assert found["C72"] == "does not apply"


def test_servers_that_cannot_be_asked_are_unknown(shop, named):
    found = statuses(shop("brakes", "--json", "--live", *named))
    assert {found[rule] for rule in ("L01", "L02", "L03", "L04")} == {"unknown"}


def test_settings_that_print_can_be_read_with_another_environment(shop, named, tmp_path):
    (tmp_path / "node.env").write_text("A=1\n")
    found = statuses(shop("brakes", "--json", "--env", "node.env", *named))
    assert found["B07"] == "ok"
    assert found["C80b"] == "ok"


def test_the_system_check_needs_no_database(shop):
    done = shop("check", "--deploy", "--tag", "brakes")
    assert "Traceback" not in done.stderr, done.stderr
    assert "brakes.C84" in done.stderr
