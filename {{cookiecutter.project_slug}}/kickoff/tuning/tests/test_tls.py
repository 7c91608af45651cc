"""The TLS of deploy/haproxy/haproxy.cfg, with a certificate of its own, in front of one node."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from contextlib import closing
from dataclasses import replace
from http.client import HTTPSConnection

import pytest

from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.haproxy import running_haproxy
from kickoff.testing.http import StandIn, ask
from kickoff.testing.http2 import ask_http2
from kickoff.testing.processes import as_unprivileged_user, program, server_folder

DOMAIN = "example.com"
LIES = {"X-Forwarded-For": "10.0.0.77", "X-Forwarded-Proto": "http", "Forwarded": "for=10.0.0.77"}


@pytest.fixture(scope="module")
def certificate():
    """The key and the certificate for the domain in one file, as HAProxy reads them."""
    folder = server_folder()
    path, alone = folder / "site.pem", folder / "certificate.pem"
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(path)]
    named = [
        "-out",
        str(alone),
        "-subj",
        f"/CN={DOMAIN}",
        "-addext",
        f"subjectAltName=DNS:{DOMAIN}",
    ]
    openssl = program("openssl", package="openssl")
    subprocess.run(
        [openssl, *new, *named], check=True, capture_output=True, **as_unprivileged_user()
    )
    path.write_text(path.read_text() + alone.read_text())
    yield path
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def haproxy(certificate):
    fleet = on_this_machine(example_fleet())
    fleet = replace(fleet, nodes=fleet.nodes[:1], refreshers=("web1",))
    with (
        closing(StandIn("web1", fleet.nodes[0].address)) as node,
        running_haproxy(fleet, {"web1": node.port}, certificate) as balancer,
    ):
        yield balancer


@pytest.fixture
def browser(certificate):
    """It believes this certificate alone, and looks at the name in it."""
    return lambda: ssl.create_default_context(cafile=str(certificate))


def handshake(haproxy, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    """The version of TLS and the protocol that both have agreed on."""
    with (
        socket.create_connection(("127.0.0.1", haproxy.port), 10) as plain,
        context.wrap_socket(plain, server_hostname=DOMAIN) as connection,
    ):
        return connection.version(), connection.selected_alpn_protocol()


def test_a_browser_gets_the_page_and_python_hears_that_it_is_secure(haproxy, browser):
    """Whatever it says about itself."""
    connection = HTTPSConnection(DOMAIN, haproxy.port, timeout=10, context=browser())
    connection.sock = browser().wrap_socket(
        socket.create_connection(("127.0.0.1", haproxy.port), 10), server_hostname=DOMAIN
    )
    with closing(connection):
        connection.request("GET", "/", headers={"Host": DOMAIN, **LIES})
        answer = connection.getresponse()
        told = json.loads(answer.read())

    assert (answer.status, told["host"]) == (200, DOMAIN)
    assert (told["x-forwarded-proto"], told["x-forwarded-for"]) == ("https", "127.0.0.1")
    assert "forwarded" not in told


def test_who_comes_without_is_sent_there(haproxy):
    answer = ask(haproxy.plain_port, "/leagues/7/?page=2", host=DOMAIN)
    assert (answer.status, answer.headers["Location"]) == (
        301,
        f"https://{DOMAIN}/leagues/7/?page=2",
    )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today(haproxy, browser, version):
    context = browser()
    context.minimum_version = context.maximum_version = version
    assert handshake(haproxy, context)[0] == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_of_yesterday_is_refused_for_its_age(haproxy, browser, version):
    context = browser()
    context.set_ciphers("ALL:@SECLEVEL=0")  # The client would.
    context.minimum_version = context.maximum_version = version
    with pytest.raises(ssl.SSLError, match=r"(?i)alert protocol version"):
        handshake(haproxy, context)


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), (["spdy/3"], None)],
)
def test_http_2_for_those_who_know_it(haproxy, browser, offered, agreed):
    context = browser()
    context.set_alpn_protocols(offered)
    assert handshake(haproxy, context)[1] == agreed


class TestHTTP2:
    """The rules of HTTP/1.1 hold here, too."""

    @pytest.fixture
    def ask(self, haproxy, browser):
        context = browser()
        context.set_alpn_protocols(["h2"])

        def request(*more, authority=DOMAIN, method="GET", path="/", body=b""):
            first = {":method": method, ":scheme": "https", ":authority": authority, ":path": path}
            headers = [(name, value) for name, value in first.items() if value]
            return ask_http2(haproxy.port, context, [*headers, *more], body)

        return request

    def test_a_page(self, ask):
        answer = ask(*((name.lower(), value) for name, value in LIES.items()))
        told = json.loads(answer.body)

        assert (answer.status, told["host"]) == (200, DOMAIN)
        assert (told["x-forwarded-proto"], told["x-forwarded-for"]) == ("https", "127.0.0.1")
        assert "forwarded" not in told

    @pytest.mark.parametrize("name", ["evil.example", f"{DOMAIN}.evil.example", f"evil@{DOMAIN}"])
    def test_a_foreign_name(self, ask, name):
        assert ask(authority=name).status == 421
        assert ask(("host", name), authority="").status == 421

    def test_two_names(self, ask):
        """The one that HTTP/2 asks for is looked at, and no other reaches the node."""
        assert ask(("host", DOMAIN), authority="evil.example").status == 421
        answer = ask(("host", "evil.example"), authority=DOMAIN)
        assert answer.status == 200
        assert json.loads(answer.body)["host"] == DOMAIN

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
    def test_a_method_that_nobody_needs(self, ask, method):
        assert ask(method=method).status in {400, 405, None}

    @pytest.mark.parametrize("length", ["1", "40"])
    def test_a_body_of_another_length_than_it_says(self, ask, length):
        """Behind HAProxy that would be the beginning of another request, or a wait for one."""
        answer = ask(
            ("content-length", length), method="POST", body=b"GET /stolen HTTP/1.1\r\n\r\n"
        )
        assert answer.status in {400, None}

    @pytest.mark.parametrize("name", ["transfer-encoding", "connection", "upgrade"])
    def test_a_header_that_is_about_the_connection(self, ask, name):
        value = "chunked" if name == "transfer-encoding" else "close"
        answer = ask((name, value), method="POST", body=b"0\r\n\r\n")
        assert answer.status in {400, None}

    def test_a_line_break_in_a_header(self, ask):
        assert ask(("x-goal", "1\r\nhost: evil.example")).status in {400, None}
