"""Paths that lead somewhere else: out of static files, into templates, to files with a dot."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest

from tests.edge.doors import HOST

UPWARDS = ["..", "%2e%2e", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "....", "..;"]
SLASHES = ["/", "%2f", "%5c", "\\", "//", "%252f", "/./"]
TARGETS = ["config/settings.py", ".env", "templates/base.html", "etc/passwd"]
# Of each of the files, what nobody may read.
SECRETS = [b"SECRET_KEY", b"INSTALLED_APPS", b"{% block", b"root:", b"DATABASE_URL"]


def traversals() -> list[str]:
    deep = [f"{up}{slash}" * 6 + "etc/passwd" for up in UPWARDS for slash in SLASHES]
    near = [f"{up}{slash}{target}" for up in UPWARDS for slash in SLASHES for target in TARGETS]
    return [f"/static/{path}" for path in (*near, *deep)]


def test_no_path_leads_out_of_static_files(door):
    """Not one in 200, written in every way there is."""
    for path in traversals():
        answer = door.ask(f"GET {path} HTTP/1.1")
        assert answer.statuses[0] in {400, 403, 404}, path
        assert not [secret for secret in SECRETS if secret in answer.said], path


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/config/settings.py",
        "/config/wsgi.py",
        "/templates/base.html",
        "/db.sqlite3",
        "/.venv/pyvenv.cfg",
        "/mod_wsgi.so",
        "/manage.py",
        "/accounts/../.env",
        "/accounts/menu/..%2f..%2f.env",
        "/admin/%2e%2e/%2e%2e/.env",
        "//etc/passwd",
        "/%00",
        "/accounts/menu%00.html",
        "/static%00/../.env",
    ],
)
def test_nothing_of_the_release_is_served(door, path):
    answer = door.ask(f"GET {path} HTTP/1.1")
    assert answer.statuses[0] in {400, 403, 404}
    assert not [secret for secret in SECRETS if secret in answer.said]


@pytest.mark.parametrize(
    "path", [".secret", ".git/config", "css/.secret", ".htaccess", ".secret.br"]
)
def test_files_with_a_dot_are_not_served_even_when_somebody_has_put_them_there(door, site, path):
    file = site.release / "staticfiles" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("SECRET_KEY")
    answer = door.ask(f"GET /static/{path} HTTP/1.1")

    assert answer.statuses == [403]
    assert b"SECRET_KEY" not in answer.said


@pytest.mark.parametrize("path", ["/static/", "/static/admin/", "/static/admin", "/static"])
def test_folders_are_not_listed(door, path):
    answer = door.ask(f"GET {path} HTTP/1.1")

    assert answer.statuses[0] in {301, 403, 404}
    assert b"Index of" not in answer.said
    assert b"admin/css" not in answer.said


class TestCompressedFiles:
    @pytest.fixture
    def name(self, site) -> str:
        """A style sheet that was compressed, with its hash."""
        found = [
            file.name for file in (site.release / "staticfiles/admin/css").glob("base.*.css.br")
        ]
        assert found
        return f"/static/admin/css/{found[0].removesuffix('.br')}"

    @pytest.mark.parametrize(
        ("ending", "expanded"), [(".br", brotli.decompress), (".gz", gzip.decompress)]
    )
    def test_asked_for_by_name_they_say_what_they_are(self, site, name, ending, expanded):
        """Nothing to be run or shown as something else: the same style sheet, packed."""
        plain, packed = site.visit(name), site.visit(name + ending, Accept_Encoding="gzip, br")

        assert packed.status == 200
        assert packed.headers["Content-Type"] == "text/css; charset=utf-8"
        assert packed.headers["Content-Encoding"] == {".br": "br", ".gz": "gzip"}[ending]
        assert packed.headers["X-Content-Type-Options"] == "nosniff"
        assert expanded(packed.body) == plain.body

    @pytest.mark.parametrize("ending", [".br.br", ".gz.br", ".br.gz"])
    def test_there_are_none_of_the_second_degree(self, site, name, ending):
        assert site.visit(name + ending, Accept_Encoding="gzip, br").status == 404

    @pytest.mark.parametrize("start", ["/static/", "/%73tatic/", "//static/", "/./static/"])
    def test_each_visitor_gets_the_variant_for_them(self, site, name, start):
        """However the path is written: some ways would pass by `CacheDisable /static/`."""
        path = re.sub("^/static/", start, name)
        plain = site.visit(name).body
        for _ in range(2):
            for accepted, expanded in (("br", brotli.decompress), ("gzip", gzip.decompress)):
                answer = site.visit(path, Accept_Encoding=accepted)
                assert answer.headers["Content-Encoding"] == accepted
                assert expanded(answer.body) == plain
            answer = site.visit(path, Accept_Encoding="identity")
            assert "Content-Encoding" not in answer.headers
            assert answer.body == plain


def test_a_path_that_is_no_path_is_refused(door):
    for target in ("", "*", "..", "evil", "http:", "http://", f"//{HOST}", "?", "#"):
        answer = door.ask(f"GET {target} HTTP/1.1")
        assert len(answer.statuses) <= 1
        assert answer.statuses[0] in {200, 400, 403, 404, 421}, target
