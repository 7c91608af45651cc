"""Static files by Apache, made by the storage of the settings: never a byte of them from Python."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from kickoff.testing.apache import ApacheProcess, running_apache
from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.waiting import wait_until

STYLE = b"body { color: #123456; }\n" * 200
IMAGE = os.urandom(3000)
BROWSER = "gzip, deflate, br"


@pytest.fixture(scope="module")
def collected() -> dict[str, str]:
    """Filled by `site`: each file's name with its hash."""
    return {}


@pytest.fixture(scope="module")
def site(collected) -> Iterator[ApacheProcess]:
    """Apache with two files, collected as `manage.py collectstatic` does."""
    with running_apache(on_this_machine(example_fleet())) as server:
        collected |= collect(server.release / "staticfiles", {"site.css": STYLE, "dot.png": IMAGE})
        yield server
        wait_until(lambda: (server.release / "config" / "asked").exists())
        assert not (server.release / "config" / "asked").read_text(), "Python was asked"


def collect(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    storage = CompressedManifestStaticFilesStorage(location=folder, base_url="/static/")
    for name, content in files.items():
        storage.save(name, ContentFile(content))
    for _ in storage.post_process({name: (storage, name) for name in files}):
        pass
    assert isinstance(storage, ManifestStaticFilesStorage)
    for path in folder.rglob("*"):
        path.chmod(0o644)
    return {name: storage.stored_name(name) for name in files}


class TestCompression:
    def test_brotli_where_the_browser_takes_it(self, site, collected):
        answer = site.get(f"/static/{collected['site.css']}", Accept_Encoding=BROWSER)

        assert answer.headers["Content-Encoding"] == "br"
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert brotli.decompress(answer.body) == STYLE

    @pytest.mark.parametrize("accepted", ["gzip, deflate", "gzip, br;q=0", "br;q=0.0, gzip;q=0.5"])
    def test_gzip_where_it_does_not(self, site, collected, accepted):
        answer = site.get(f"/static/{collected['site.css']}", Accept_Encoding=accepted)

        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert gzip.decompress(answer.body) == STYLE

    def test_the_file_itself_for_everybody_else(self, site, collected):
        answer = site.get(f"/static/{collected['site.css']}")

        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Content-Type"].startswith("text/css")
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.body == STYLE

    def test_images_are_sent_as_they_are(self, site, collected):
        answer = site.get(f"/static/{collected['dot.png']}", Accept_Encoding=BROWSER)

        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.body == IMAGE


class TestCaching:
    @pytest.mark.parametrize("name", ["site.css", "dot.png"])
    @pytest.mark.parametrize("accepted", ["identity", "gzip", BROWSER])
    def test_names_with_a_hash_are_kept_for_a_year(self, site, collected, name, accepted):
        answer = site.get(f"/static/{collected[name]}", Accept_Encoding=accepted)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("accepted", ["identity", BROWSER])
    def test_names_without_one_for_a_minute(self, site, accepted):
        answer = site.get("/static/site.css", Accept_Encoding=accepted)
        assert answer.headers["Cache-Control"] == "public, max-age=60"

    def test_what_has_not_changed_is_not_sent_again(self, site, collected):
        path = f"/static/{collected['site.css']}"
        tag = site.get(path, Accept_Encoding=BROWSER).headers["ETag"]
        again = site.get(path, Accept_Encoding=BROWSER, If_None_Match=tag)

        assert (again.status, again.body) == (304, b"")

    def test_each_encoding_has_a_tag_of_its_own(self, site, collected):
        path = f"/static/{collected['site.css']}"
        tags = {
            site.get(path, Accept_Encoding=accepted).headers["ETag"]
            for accepted in ("identity", "gzip", "br")
        }
        assert len(tags) == 3


class TestRanges:
    def test_a_part_of_an_image(self, site, collected):
        answer = site.get(f"/static/{collected['dot.png']}", Range="bytes=1000-1999")

        assert answer.status == 206
        assert answer.headers["Content-Range"] == "bytes 1000-1999/3000"
        assert answer.body == IMAGE[1000:2000]

    def test_a_part_beyond_the_end(self, site, collected):
        answer = site.get(f"/static/{collected['dot.png']}", Range="bytes=3000-")
        assert answer.status == 416


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        "path",
        [
            "/static/none.css",
            "/static/..%2fconfig/wsgi.py",
            "/static/.%2e/%2e%2e/etc/passwd",
            "/static//etc/passwd",
            "/static/",
        ],
    )
    def test_is_refused_by_apache(self, site, path):
        """Without a listing, and never a file from elsewhere."""
        answer = site.get(path)

        assert answer.status in {400, 403, 404}
        assert b"application" not in answer.body
