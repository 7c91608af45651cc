"""What deploy/apache/site.conf promises, asked for with real requests."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from kickoff.testing.crowds import answers_while_one_is_held, crowd
from kickoff.testing.waiting import wait_until

OUTSIDE = "127.9.9.9"  # in none of the networks
AFTERWARDS_S = 0.2  # Apache keeps a page when its last byte has gone out


class TestHosts:
    def test_unknown_names_get_nothing_of_the_site(self, apache):
        assert apache.get("/", host="unknown.invalid").status == 421
        assert apache.get("/static/", host="unknown.invalid").status == 421

    @pytest.mark.parametrize("host", ["10.0.0.11", "127.0.0.1:80", "unknown.invalid"])
    def test_a_probe_is_answered_by_any_name(self, apache, host):
        for path in ("/readyz", "/livez"):
            assert apache.get(path, host=host).status == 200

    @pytest.mark.parametrize(
        "path", ["/healthz", "/version", "/readyz/", "/readyz/x", "/readyz/../login/"]
    )
    def test_and_nothing_else(self, apache, path):
        assert apache.get(path, host="unknown.invalid").status == 421

    def test_the_direct_host_is_open_to_the_named_networks(self, apache):
        answer = apache.get("/", host="web1.example.com", source="127.0.0.77")
        assert answer.status == 200

    @pytest.mark.parametrize("path", ["/", "/static/x.css", "/public"])
    def test_the_direct_host_is_closed_to_others(self, apache, path):
        apache.get(path, host="web1.example.com", source="127.0.0.77")
        answer = apache.get(path, host="web1.example.com", source=OUTSIDE)
        assert answer.status == 403

    def test_the_direct_host_of_another_node_is_not_here(self, apache):
        answer = apache.get("/", host="web2.example.com", source="127.0.0.77")
        assert answer.status == 421

    def test_the_direct_host_is_not_answered_from_the_cache(self, apache):
        for _ in range(2):
            apache.get("/public/direct", host="web1.example.com")
        assert apache.asked("/public/direct") == 2

    @pytest.mark.parametrize(
        "path", ["/", "/error", "/static/none.css", "/frontz", "/named", "/public/named"]
    )
    def test_every_answer_says_which_node_it_is_from(self, apache, path):
        for _ in range(2):
            assert apache.get(path).headers.get_all("X-Served-By") == ["web1"]

    def test_frontz_says_404_while_the_node_drains(self, apache):
        assert apache.get("/frontz").status == 204
        apache.drain_file.touch()
        try:
            assert apache.get("/frontz").status == 404
        finally:
            apache.drain_file.unlink()


class TestClients:
    def test_the_load_balancer_says_who_asks_and_how(self, apache):
        told = apache.get("/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
        environ = json.loads(told.body)["environ"]

        assert environ["REMOTE_ADDR"] == "203.0.113.9"
        assert environ["HTTP_X_FORWARDED_PROTO"] == "https"

    def test_nobody_else_is_believed(self, apache):
        told = apache.get(
            "/",
            source="127.0.0.77",
            X_Forwarded_For="203.0.113.9",
            X_Forwarded_Proto="https",
            X_Forwarded_Host="evil.example",
            Forwarded="for=203.0.113.9",
        )
        environ = json.loads(told.body)["environ"]

        assert environ["REMOTE_ADDR"] == "127.0.0.77"
        assert [name for name in environ if "FORWARDED" in name] == []

    def test_slow_headers_are_given_up(self, apache):
        with socket.create_connection(("127.0.0.1", apache.port)) as connection:
            connection.settimeout(20)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\n")
            started = time.monotonic()
            answer = connection.recv(200)
        assert answer == b"" or b" 408 " in answer
        assert time.monotonic() - started < 15  # Timeout alone would be 60 s

    def test_large_bodies_are_refused(self, apache):
        with socket.create_connection(("127.0.0.1", apache.port)) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5242881\r\n\r\n"
            )
            assert connection.recv(200).startswith(b"HTTP/1.1 413 ")

    @pytest.mark.parametrize("path", ["/server-status", "/server-info"])
    def test_nothing_about_the_server_is_told(self, apache, path):
        """Not Apache answers: they are paths like any other, and go to Python."""
        apache.get(path)
        assert apache.asked(path) == 1


class TestPaths:
    @pytest.mark.parametrize("path", ["/static/../config/wsgi.py", "/static/%2e%2e/config/wsgi.py"])
    def test_one_that_leads_out_of_static_is_no_file(self, apache, path):
        """It is /config/wsgi.py, a path like any other, which Python answers."""
        assert json.loads(apache.get(path).body)["environ"]["PATH_INFO"] == "/config/wsgi.py"

    @pytest.mark.parametrize("path", ["/config/wsgi.py", "/.venv/pyvenv.cfg", "/mod_wsgi.so"])
    def test_nothing_but_static_is_served_from_the_release(self, apache, path):
        assert json.loads(apache.get(path).body)["environ"]["PATH_INFO"] == path


class TestPublicPages:
    def test_a_second_visitor_is_answered_from_memory(self, apache):
        first = apache.get("/public/kept")
        time.sleep(AFTERWARDS_S)

        assert apache.get("/public/kept").body == first.body
        assert apache.asked("/public/kept") == 1

    def test_after_its_second_it_is_made_anew(self, apache):
        apache.get("/public/anew")
        time.sleep(2.1)
        apache.get("/public/anew")
        assert apache.asked("/public/anew") == 2

    def test_what_does_not_say_public_is_never_kept(self, apache):
        for _ in range(2):
            apache.get("/own")
        assert apache.asked("/own") == 2

    def test_a_cookie_is_never_part_of_what_is_kept(self, apache):
        assert "Set-Cookie" in apache.get("/public/kept/cookie").headers
        time.sleep(AFTERWARDS_S)
        assert "Set-Cookie" not in apache.get("/public/kept/cookie").headers

    def test_one_request_renews_a_page_for_all(self, apache):
        """64 visitors at once, of a page whose second is over: the others get the old one."""
        old = apache.get("/public/held").body
        time.sleep(1.2)
        answers = answers_while_one_is_held(apache, 64, lambda: apache.get("/public/held"))
        assert {answer.status for answer in answers} == {200}
        assert sum(answer.body == old for answer in answers) == 63
        assert apache.asked("/public/held") == 2

    def test_while_it_is_renewed_nobody_gets_one_from_long_ago(self, apache):
        """Its second, and two more in which others get the old one; then it is gone."""
        old = apache.get("/public/slow/forgotten").body
        time.sleep(4.5)
        with crowd(8, lambda: apache.get("/public/slow/forgotten")) as visits:
            pass
        assert old not in [visit.result().body for visit in visits]

    def test_a_page_as_large_as_allowed_is_kept(self, apache):
        for _ in range(2):
            assert len(apache.get("/public/kept/large?180000").body) > 180_000
            time.sleep(AFTERWARDS_S)
        assert apache.asked("/public/kept/large") == 1


class TestLogs:
    def test_only_failed_and_slow_requests_are_written(self, apache):
        path = apache.logs / "access.log"
        before = path.read_text() if path.exists() else ""
        apache.get("/quick?1")
        apache.get("/slow?2")
        apache.get("/error?3")

        wait_until(lambda: "/error?3" in path.read_text())
        written = path.read_text().removeprefix(before)
        assert "/slow?2" in written
        assert "/quick?1" not in written

    def test_the_measure_itself_is_not_told_to_visitors(self, apache):
        assert "X-Took" not in apache.get("/").headers

    def test_both_logs_have_a_size_and_a_number_of_files(self, apache):
        programs = [command for command, _ in apache.children().values() if "rotate" in command]
        assert sorted(program.split()[1:] for program in programs) == [
            ["-n", "6", str(apache.logs / "access.log"), "20M"],
            ["-n", "6", str(apache.logs / "error.log"), "20M"],
        ]

    def test_names_are_not_looked_up(self, apache):
        apache.get("/error?address", source="127.0.0.1")
        path: Path = apache.logs / "access.log"
        wait_until(lambda: "/error?address" in path.read_text())
        (line,) = [line for line in path.read_text().splitlines() if "/error?address" in line]
        assert line.startswith("127.0.0.1 ")
