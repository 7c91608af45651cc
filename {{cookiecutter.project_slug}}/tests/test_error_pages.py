"""The error pages come out whatever is broken: the database, the session, the visitor's form."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as site


def _fail_with(error):
    def view(request):
        raise error

    return view


def _ask_the_database(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


urlpatterns = [
    path("odd/", _fail_with(SuspiciousOperation())),
    path("forbidden/", _fail_with(PermissionDenied())),
    path("broken/", _fail_with(ZeroDivisionError())),
    path("no-database/", _fail_with(OperationalError())),
    path("no-connection/", _fail_with(InterfaceError())),
    path("ask/", _ask_the_database),
    *site,
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client():
    """Without the `db` fixture: a page that made a query would fail."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("url", "status", "heading"),
    [
        ("/odd/", 400, "This request makes no sense to us"),
        ("/forbidden/", 403, "You cannot go here"),
        ("/nowhere/", 404, "There is no page here"),
        ("/broken/", 500, "Something went wrong on our side"),
        ("/no-database/", 503, "We are out of breath"),
        ("/no-connection/", 503, "We are out of breath"),
    ],
)
def test_each_error_has_a_page_of_its_own(client, settings, url, status, heading):
    response = client.get(url)
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in response.text
    assert f"{heading} · {settings.SITE_NAME}</title>" in response.text


def test_a_form_without_its_token_is_called_expired(client):
    response = client.post("/accounts/sign-up/", {"username": "ben"})
    assert response.status_code == 403
    assert "<h1>This form has expired</h1>" in response.text


def test_503_says_when_to_try_again(client):
    response = client.get("/no-database/")
    assert response.headers["Retry-After"] == "5"
    assert "Try again shortly" in response.text


def test_503_is_the_answer_when_the_database_itself_fails(client, db):
    def fail(execute, sql, params, many, context):
        raise OperationalError("the server has gone away")

    with connection.execute_wrapper(fail):
        assert client.get("/ask/").status_code == 503


def test_error_pages_are_never_cached(client):
    for url in ("/nowhere/", "/broken/", "/no-database/"):
        assert client.get(url).headers["Cache-Control"] == "no-store"


def test_error_pages_come_out_where_collectstatic_has_not_run(client, settings):
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    response = client.get("/broken/")
    assert response.status_code == 500
    assert 'href="/static/site.css"' in response.text
