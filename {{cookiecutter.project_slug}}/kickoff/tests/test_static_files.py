"""Static files from Python: for where no web server in front hands them out."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kickoff.static_files import StaticFilesMiddleware

STYLE = "body { color: #123456; }\n"


@pytest.fixture
def root(settings, tmp_path):
    settings.WHITENOISE_AUTOREFRESH = False  # as in production
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_text(STYLE)
    return tmp_path


@pytest.fixture
def get(root, rf: RequestFactory):
    middleware = StaticFilesMiddleware(lambda request: HttpResponse(f"page {request.path}"))
    return lambda path: middleware(rf.get(path))


def body(response):
    return b"".join(response).decode()


def test_a_file_is_handed_out(get):
    response = get("/static/site.css")
    assert response.status_code == 200
    assert body(response) == STYLE
    assert response.headers["Content-Type"] == 'text/css; charset="utf-8"'


@pytest.mark.parametrize("path", ["/", "/leagues/1/", "/static/none.css", "/site.css"])
def test_all_else_is_left_to_the_site(get, path):
    assert body(get(path)) == f"page {path}"


def test_the_folder_is_not_read_before_a_file_is_asked_for(get, root):
    get("/")
    (root / "late.css").write_text(STYLE)
    assert body(get("/static/late.css")) == STYLE


def test_the_folder_is_read_once(get, root):
    assert body(get("/static/site.css")) == STYLE
    (root / "late.css").write_text(STYLE)
    assert body(get("/static/late.css")) == "page /static/late.css"


def test_the_prefix_is_the_path_of_a_whole_url(settings, get, root, rf):
    settings.STATIC_URL = "https://cdn.example.com/files/"
    middleware = StaticFilesMiddleware(lambda request: HttpResponse("page"))
    assert body(middleware(rf.get("/files/site.css"))) == STYLE
    assert body(middleware(rf.get("/static/site.css"))) == "page"
