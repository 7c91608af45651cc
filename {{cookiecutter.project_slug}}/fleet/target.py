"""Whom load and drills may be aimed at: this machine, and a host whose name was typed twice.

A load test against somebody else's site is an attack, and against one's own it can be an outage.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit


class RefusedError(Exception):
    """Not there. The message says why, and what would help."""


def permitted(url: str, own: str | None, ask: Callable[[str], str] = input) -> str:
    """The address of the site: scheme, host and port.

    Loopback is always permitted. Any other host has to be named in `own` (--host-i-own), and then
    typed once more to `ask`. Raises RefusedError.
    """
    host, base = host_of(url), base_of(url)
    if is_loopback(host):
        return base
    if own is None:
        raise RefusedError(
            f"{host} is not this machine. If it is yours and may break: --host-i-own {host}"
        )
    if own.lower() != host:
        raise RefusedError(f"The address leads to {host}, --host-i-own names {own}.")
    if typed_again(host, ask) != host:
        raise RefusedError(f"What you typed is not {host}: nothing was sent.")
    return base


def typed_again(host: str, ask: Callable[[str], str]) -> str:
    """What is typed at the prompt; nothing where there is nobody to type."""
    try:
        return ask(f"This can take {host} down. Type its name to go on: ").strip().lower()
    except EOFError:
        return ""


def base_of(url: str) -> str:
    """Scheme, host and port, as requests need them."""
    host_of(url)
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(url: str) -> str:
    """The host's name in lower case; RefusedError for what is no address of a site."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedError(f"{url} is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise RefusedError(f"{url} is no address of a site. Give one like http://127.0.0.1:8000")
    return host


def is_loopback(host: str) -> bool:
    """By the name alone: what a resolver says about another name can change at any moment."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
