"""Who may read /healthz. A request that a proxy passed on needs the token."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from kickoff.health.access import may_look

TOKEN = "a-token-of-twenty-characters"


@pytest.fixture(autouse=True)
def _open_to(settings):
    settings.HEALTH_NETWORKS = ["10.0.0.0/24", "2001:db8::/32"]
    settings.DIRECT_HOSTS = ["web1.example.com"]
    settings.HEALTH_TOKEN = TOKEN


def request(address="203.0.113.9", **headers):
    return RequestFactory().get("/healthz", REMOTE_ADDR=address, headers=headers)


class TestNetworks:
    @pytest.mark.parametrize("address", ["10.0.0.7", "2001:db8::7", "::ffff:10.0.0.7"])
    def test_an_address_in_one_may_look(self, address):
        assert may_look(request(address))

    @pytest.mark.parametrize("address", ["10.0.1.7", "203.0.113.9", "::1", "::ffff:10.0.1.7", ""])
    def test_another_may_not(self, address):
        assert not may_look(request(address))

    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
    def test_the_address_of_a_proxy_says_nothing_about_its_visitor(self, header):
        assert not may_look(request("10.0.0.7", **{header: "203.0.113.9"}))

    def test_what_is_no_network_lets_nobody_in(self, settings):
        settings.HEALTH_NETWORKS = ["10.0.0.0/24", "the office"]
        assert not may_look(request("10.0.1.7"))

    def test_a_visitor_cannot_name_an_address(self):
        assert not may_look(request(**{"x-forwarded-for": "10.0.0.7"}))


class TestDirectHosts:
    @pytest.mark.parametrize("host", ["web1.example.com", "WEB1.example.com:8080"])
    def test_who_comes_straight_to_a_node_may_look(self, host):
        assert may_look(request(host=host))

    @pytest.mark.parametrize("host", ["example.com", "web1.example.com.evil.test", "web1", ""])
    def test_other_hosts_do_not_count(self, host):
        assert not may_look(request(host=host))

    def test_a_host_header_that_came_through_the_load_balancer_does_not_count(self):
        assert not may_look(request(host="web1.example.com", **{"x-forwarded-for": "203.0.113.9"}))


class TestTheToken:
    def test_opens_from_everywhere(self):
        assert may_look(request(**{"x-health-token": TOKEN, "x-forwarded-for": "203.0.113.9"}))

    @pytest.mark.parametrize("given", ["", TOKEN[:-1], TOKEN.upper(), "ü"])
    def test_must_be_right(self, given):
        assert not may_look(request(**{"x-health-token": given}))

    def test_none_is_none(self, settings):
        settings.HEALTH_TOKEN = ""
        assert not may_look(request(**{"x-health-token": ""}))


def test_nobody_may_look_by_default(settings):
    settings.HEALTH_NETWORKS, settings.DIRECT_HOSTS, settings.HEALTH_TOKEN = [], [], ""
    assert not may_look(request("127.0.0.1", host="localhost"))
