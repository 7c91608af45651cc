"""Asking the running servers."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration


def ask(site: Configuration, socket: str, url: str) -> Configuration:
    return site
