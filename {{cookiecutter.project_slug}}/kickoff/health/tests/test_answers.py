"""The four addresses: for any Host, uncached, and nothing else of the site beside them."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from kickoff.health.middleware import HealthMiddleware

ADDRESSES = ["/livez", "/readyz", "/healthz", "/version"]
FOREIGN = {"host": "10.0.0.7:8080"}


@pytest.fixture
def client(drain_file, warm):
    return Client(raise_request_exception=False)


class TestAnyHost:
    @pytest.mark.parametrize("host", ["10.0.0.7", "lb.invalid", "[::1]:80", "a_b", "", "\x00"])
    def test_a_load_balancer_gets_an_answer_whatever_its_host_header(self, client, host):
        for address, status in zip(ADDRESSES, [200, 200, 404, 200], strict=True):
            assert client.get(address, headers={"host": host}).status_code == status

    @pytest.mark.parametrize("path", ["/", "/livez/", "/healthz/x", "/version.txt", "//livez"])
    def test_nothing_else_of_the_site_is_answered(self, client, path):
        assert client.get(path, headers=FOREIGN).status_code == 400

    def test_a_redirect_to_https_does_not_reach_them(self, settings, client):
        settings.SECURE_SSL_REDIRECT = True
        assert client.get("/anything", headers={"host": "testserver"}).status_code == 301
        assert client.get("/livez", headers={"host": "testserver"}).status_code == 200


class TestForm:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_nobody_keeps_the_answer(self, client, address):
        assert client.get(address).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("address", ["/livez", "/readyz", "/version"])
    def test_head_says_the_same_without_a_body(self, client, address):
        get = client.get(address)
        # Not by the client: it takes the body away itself.
        head = HealthMiddleware(lambda request: HttpResponse())(RequestFactory().head(address))
        assert head.status_code == get.status_code == 200
        assert head.content == b""
        assert head.headers["Content-Length"] == str(len(get.content))
        assert head.headers["Content-Type"] == "text/plain; charset=utf-8"

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_other_methods_are_refused(self, client, address):
        response = client.post(address)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"
        assert response.headers["Cache-Control"] == "no-store"

    def test_livez_is_one_word(self, client):
        assert client.get("/livez").content == b"alive\n"

    def test_version_tells_release_node_and_start_and_nothing_else(self, client, settings):
        settings.RELEASE = "3f9c2ab"
        lines = client.get("/version").text.splitlines()
        assert lines[:2] == ["release 3f9c2ab", "node web1"]
        assert lines[2].startswith("started 20")
        assert len(lines) == 3


class TestServedBy:
    @pytest.mark.parametrize(
        ("path", "host", "status"),
        [("/livez", "lb", 200), ("/", "lb", 400), ("/nowhere/", "testserver", 404)],
    )
    def test_every_answer_names_the_node(self, client, path, host, status):
        response = client.get(path, headers={"host": host})
        assert response.status_code == status
        assert response.headers["X-Served-By"] == "web1"

    def test_an_error_of_the_site_does_too(self, client, monkeypatch):
        def fail(*arguments):
            raise ZeroDivisionError

        monkeypatch.setattr(
            "django.contrib.sessions.middleware.SessionMiddleware.process_request", fail
        )
        response = client.get("/nowhere/")
        assert response.status_code == 500
        assert response.headers["X-Served-By"] == "web1"


@pytest.mark.django_db(transaction=True)
class TestHealthz:
    @pytest.fixture(autouse=True)
    def _mine(self, settings, site_sampler):
        settings.HEALTH_NETWORKS = ["127.0.0.1"]
        settings.RELEASE = "3f9c2ab"

    def test_has_a_fixed_layout(self, client):
        response = client.get("/healthz")
        assert response.headers["Content-Type"] == "application/json"
        found = json.loads(response.content)
        assert list(found) == ["status", "node", "release", "sampled_at", "age_s", "probes"]
        assert (found["node"], found["release"]) == ("web1", "3f9c2ab")
        assert {"database", "migrations", "refresher", "marks", "drain"} <= found["probes"].keys()
        for probe in found["probes"].values():
            assert list(probe) == ["status", "text", "duration_s", "facts"]
            assert probe["status"] in ("pass", "warn", "fail")

    def test_is_503_when_something_fails(self, client):
        response = client.get("/healthz")
        assert response.status_code == 503
        assert response.json()["status"] == "fail"
        assert response.json()["probes"]["refresher"]["text"] == "no refresher runs"

    def test_is_200_when_all_passes_or_warns(self, client, monkeypatch):
        monkeypatch.setattr("kickoff.health.database.entries", [])
        response = client.get("/healthz")
        assert response.json()["status"] in ("pass", "warn")
        assert response.status_code == 200
        assert client.head("/healthz").status_code == 200

    def test_does_not_exist_for_the_public(self, client):
        response = client.get("/healthz", REMOTE_ADDR="203.0.113.9")
        assert response.status_code == 404
        assert response.content == b"not found\n"

    def test_contains_no_secret(self, client, settings):
        settings.HEALTH_TOKEN = "a-token-of-twenty-characters"
        text = client.get("/healthz").text + client.get("/version").text
        assert settings.SECRET_KEY not in text
        assert settings.HEALTH_TOKEN not in text
