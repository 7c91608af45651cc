"""`manage.py brakes`: what it prints, when it fails, and where there is little to find."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from kickoff.brakes.node_settings import environment_of, settings_of_a_node
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import Places, read_site
from kickoff.brakes.registry import RULES, apply, rule, run
from kickoff.brakes.report import as_document
from kickoff.brakes.results import Severity, Status
from kickoff.brakes.sizing import sizing

BASE = Path(settings.BASE_DIR)


def brakes(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("brakes", *arguments, stdout=out)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def named(sound, tmp_path) -> list[str]:
    """Arguments that name the files of the sound site."""
    sound.read(tmp_path)
    deploy = tmp_path / "deploy"
    kinds = ("apache", "mysql", "memcached", "haproxy", "systemd")
    return [
        *(word for kind in kinds for word in (f"--{kind}", str(deploy / kind))),
        *("--fleet", str(deploy)),
    ]


class TestCommand:
    def test_json_is_one_document_with_stable_names(self, named):
        _, text = brakes("--json", *named)
        document = json.loads(text)
        assert list(document) == ["status", "counts", "results", "sizing", "files", "live"]
        assert len(document["results"]) == sum(document["counts"].values())
        first = document["results"][0]
        assert list(first) == [
            *("id", "status", "severity", "title", "reads", "found", "expected", "why", "mend")
        ]

    def test_it_exits_with_1_on_an_error_and_says_what_to_do(self, named, tmp_path):
        path = tmp_path / "deploy" / "apache" / "site.conf"
        path.write_text(path.read_text().replace("WSGIRestrictEmbedded On", ""))
        status, text = brakes(*named)
        assert status == 1
        lines = [line.strip() for line in text.splitlines()]
        start = lines.index("C02   No Python in Apache's own processes")
        assert lines[start + 1 : start + 3] == [
            "found     WSGIRestrictEmbedded = off (default)",
            "expected  On",
        ]
        assert lines[start + 4] == "mend      WSGIRestrictEmbedded On"

    def test_it_exits_with_0_on_warnings(self, named, monkeypatch, sound):
        monkeypatch.setattr(
            "kickoff.brakes.management.commands.brakes.settings_here",
            lambda: Settings(values={**sound.settings, "SESSION_COOKIE_SECURE": False}),
        )
        status, text = brakes(*named)
        assert status == 0
        assert "1 warning" in text
        assert "C80c" in text

    def test_what_is_in_order_is_shown_on_demand(self, named):
        _, short = brakes(*named)
        _, long = brakes("-v", "2", *named)
        assert "In order" not in short
        assert "In order" in long
        assert "C03 " in long

    def test_the_settings_of_a_node_are_those_of_its_environment(
        self, named, tmp_path, monkeypatch
    ):
        # Those of the tests write their own environment.
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
        _, text = brakes("--json", "--env", str(tmp_path / "deploy" / "site.env"), *named)
        results = {result["id"]: result for result in json.loads(text)["results"]}
        assert results["C51"]["status"] == "ok"
        assert "site.env" in results["C51"]["found"][0]


class TestLittleToFind:
    def test_an_empty_folder_gives_unknowns_and_no_traceback(self, tmp_path, monkeypatch):
        monkeypatch.setattr(
            "kickoff.brakes.places.USUAL",
            {kind: [] for kind in ("apache", "mysql", "memcached", "haproxy", "systemd", "fleet")},
        )
        site = read_site(Places(tmp_path, {}), Settings(absent="There are no settings."))
        results = run(site)
        assert [r.rule.id for r in results if r.status is not Status.UNKNOWN] == []
        for result in results:
            assert result.expected
        json.dumps(as_document(site, results))
        assert all(not row.value for rows in sizing(site).values() for row in rows)

    def test_a_path_that_is_not_there_is_named(self):
        _, text = brakes("--apache", "/nowhere/apache2")
        assert "Apache's configuration was not found. /nowhere/apache2 is not there." in text

    def test_a_folder_that_may_not_be_entered_is_a_result(self, tmp_path, monkeypatch):
        def exists(path):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "exists", exists)
        found = Places(tmp_path, {"apache": tmp_path / "x"}).find("apache")
        assert found == f"{tmp_path / 'x'}: Permission denied."

    def test_another_projects_apache_is_read_where_debian_has_it(self, tmp_path):
        """A stock server: it reports what is there, and what the other rules miss."""
        (tmp_path / "mods-enabled").mkdir()
        (tmp_path / "apache2.conf").write_text(
            "Timeout 300\nKeepAlive On\nIncludeOptional mods-enabled/*.load\n"
            "IncludeOptional mods-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n"
            "ErrorLog ${APACHE_LOG_DIR}/error.log\nHostnameLookups On\n"
        )
        (tmp_path / "mods-enabled" / "mpm.load").write_text("LoadModule mpm_event_module x.so\n")
        (tmp_path / "mods-enabled" / "mpm.conf").write_text(
            "<IfModule mpm_event_module>\nThreadsPerChild 25\nMaxRequestWorkers 150\n</IfModule>\n"
        )
        places = Places(tmp_path, {"apache": tmp_path})
        site = read_site(places, Settings(values={"DEBUG": False}))
        found = {result.rule.id: result for result in run(site)}
        assert found["C16"].status is Status.ERROR
        assert found["C17"].status is Status.ERROR
        assert found["C05"].status is Status.WARNING
        assert found["C03"].status is Status.UNKNOWN
        assert "WSGIDaemonProcess" in found["C03"].expected

    @pytest.mark.parametrize("kind", ["apache", "mysql", "memcached", "haproxy", "fleet"])
    @pytest.mark.parametrize(
        "content", [b"\x00\xff\xfe\x80 \x01", b"", b"<<<<\n[[[\n===\n\\\n", b"]" * 9999]
    )
    def test_rubbish_is_a_result(self, sound, tmp_path, kind, content):
        sound.read(tmp_path)
        rubbish = tmp_path / "rubbish"
        rubbish.write_bytes(content)
        site = read_site(Places(tmp_path, {kind: rubbish}), Settings(values=sound.settings))
        results = run(site)
        assert len(results) > 100
        json.dumps(as_document(site, results))

    def test_numbers_that_are_none_are_unknown(self, sound, tmp_path):
        site = sound.changed()
        site.files["apache/site.conf"] = site.files["apache/site.conf"].replace(
            "MaxRequestWorkers 40", "MaxRequestWorkers many"
        )
        result = apply(RULES["C03"], site.read(tmp_path))
        assert result.status is Status.UNKNOWN
        assert "MaxRequestWorkers 'many'" in result.expected


class TestSettingsOfANode:
    def test_an_example_with_a_password_to_come_counts_until_there_is_one(self):
        text = "# DATABASE_URL=mysql://a\nexport A='x'\nnot a line\n"
        assert environment_of(text) == {"DATABASE_URL": "mysql://a", "A": "x"}
        assert environment_of(f"{text}DATABASE_URL=mysql://b\n")["DATABASE_URL"] == "mysql://b"

    def test_settings_that_cannot_be_loaded_are_a_result(self, sound, tmp_path):
        env_file = tmp_path / "env"
        env_file.write_text("HSTS_SECONDS=never\n")
        part = settings_of_a_node(env_file, "config.settings", BASE)
        assert "config.settings could not be loaded" in part.absent
        assert "HSTS_SECONDS" in part.absent
        site = sound.read(tmp_path)
        site.settings = part
        assert apply(RULES["B07"], site).status is Status.UNKNOWN
        assert apply(RULES["C80"], site).status is Status.UNKNOWN

    def test_a_file_that_is_not_there_is_a_result(self, tmp_path):
        assert "gone" in settings_of_a_node(tmp_path / "gone", "config.settings", BASE).absent


def test_two_rules_cannot_have_one_name():
    with pytest.raises(ValueError, match="C03"):
        rule("C03", Severity.ERROR, "t", reads="r", why="w", mend="m")(lambda site: None)


def test_the_sizing_table_has_its_sums(sound, tmp_path):
    rows = {row.what: row for rows in sizing(sound.read(tmp_path)).values() for row in rows}
    assert rows["slots in total"].value == "60"
    assert rows["to the database, in total"].value == "113"
    assert rows["a node: Apache and Python"].value == "929 MiB"
    waits = [row.value for row in rows.values() if row.value.endswith(" s")]
    assert waits == ["0.4 s", "2 s", "3 s", "5 s", "10 s", "15 s", "30 s", "60 s"]
