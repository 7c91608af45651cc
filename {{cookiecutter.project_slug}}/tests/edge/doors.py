"""The two doors of the site: HAProxy, and Apache behind it. Both are knocked at byte by byte."""

from __future__ import annotations

from dataclasses import dataclass

from kickoff.testing.haproxy import HAProxyProcess
from kickoff.testing.raw_http import Conversation, converse
from kickoff.testing.site import SiteProcess

HOST = "example.com"
DIRECT_HOST = "web1.example.com"
OUTSIDE, INSIDE = "127.9.9.9", "127.0.0.77"  # in none of the named networks; in one
VISITOR = "203.0.113.9"  # of whom the load balancer speaks


@dataclass(frozen=True)
class Door:
    """A port, from where it is asked, and what the load balancer adds to each request there."""

    name: str
    port: int
    source: str
    added: str
    address: str = "127.0.0.1"

    @classmethod
    def of_haproxy(cls, haproxy: HAProxyProcess) -> Door:
        return cls("haproxy", haproxy.port, OUTSIDE, "")

    @classmethod
    def of_apache(cls, site: SiteProcess) -> Door:
        added = f"X-Forwarded-Proto: https\r\nX-Forwarded-For: {VISITOR}\r\n"
        return cls("apache", site.port, site.fleet.load_balancer.address, added, site.address)

    def head(self, line: str = "GET / HTTP/1.1", host: str | None = HOST) -> bytes:
        """The first lines of a request; others and an empty line are still to come."""
        host_line = "" if host is None else f"Host: {host}\r\n"
        return f"{line}\r\n{host_line}{self.added}".encode()

    def say(self, *parts: bytes, quiet_s: float = 0.3) -> Conversation:
        return converse(
            self.port, *parts, address=self.address, source=self.source, quiet_s=quiet_s
        )

    def ask(
        self, line: str = "GET / HTTP/1.1", host: str | None = HOST, *headers: str
    ) -> Conversation:
        """A request without a body, the last one on its connection."""
        rest = "".join(f"{header}\r\n" for header in (*headers, "Connection: close"))
        return self.say(self.head(line, host), f"{rest}\r\n".encode(), quiet_s=5)
