"""Who may read /healthz: a listed network, somebody at a direct host, or whoever has the token."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from secrets import compare_digest

from django.http import HttpRequest
from django.http.request import split_domain_port

from kickoff.health.conf import direct_hosts, networks, token

# A proxy that sets one of these speaks for somebody else: its address says nothing about them.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def may_look(request: HttpRequest) -> bool:
    """Nobody by default. A Host header is only believed where no proxy stands in between."""
    if _has_token(request):
        return True
    if any(name in request.META for name in FORWARDED):
        return False
    return _is_in_network(request) or _is_at_direct_host(request)


def _has_token(request: HttpRequest) -> bool:
    """In a header of its own: Apache keeps `Authorization` from the application by default."""
    given = request.headers.get("X-Health-Token", "")
    return bool(token()) and compare_digest(given.encode(), token().encode())


def _is_in_network(request: HttpRequest) -> bool:
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a Unix socket has none
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    try:
        return any(address in network for network in networks())
    except ValueError:  # HEALTH_NETWORKS is wrong: health.E003 says so, and nobody is let in
        return False


def _is_at_direct_host(request: HttpRequest) -> bool:
    host, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    return host in direct_hosts()
