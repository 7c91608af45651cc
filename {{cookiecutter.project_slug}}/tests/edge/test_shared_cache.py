"""The cache in front is shared by everybody: what is in it, for how long, and in which form."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.testing.crowds import answers_while_one_is_held
from kickoff.testing.waiting import wait_until
from tests.edge.site.views import LONG, TAG

AFTERWARDS_S = 0.2  # Apache keeps a page when its last byte has gone out
JUST_OVER_S = 1.2  # For two seconds more others get the page while one renews it.
A_SECOND_IS_OVER_S = 2.1  # also for clients, which count whole seconds
names = itertools.count()


@pytest.fixture
def fresh():
    """A path that nobody has asked for: fresh("kept") → /edge/kept/7/"""
    return lambda kind: f"/edge/{kind}/{next(names)}/"


def keep(site, path: str, **how: str):
    """Ask for it, so that it is in the cache."""
    answer = site.visit(path, **how)
    time.sleep(AFTERWARDS_S)
    return answer


class TestReload:
    @pytest.mark.parametrize(
        "said",
        [
            {"Cache_Control": "no-cache", "Pragma": "no-cache"},  # Ctrl-F5
            {"Cache_Control": "max-age=0"},  # F5
            {"Pragma": "no-cache"},
            {"Cache_Control": "no-store"},
        ],
    )
    def test_whoever_reloads_a_page_gets_the_one_that_is_kept(self, site, fresh, said):
        """On a match day everybody does so all the time: Python is not asked for each."""
        first = keep(site, path := fresh("kept"))
        assert site.visit(path, **said).body == first.body
        assert site.asked(path) == 1

    def test_their_page_is_kept_for_others(self, site, fresh):
        first = keep(site, path := fresh("kept"), Cache_Control="no-store")
        assert site.visit(path).body == first.body


class TestHead:
    def test_of_a_page_that_is_kept(self, site, fresh):
        page = keep(site, path := fresh("long"))
        head = site.visit(path, method="HEAD")

        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(page.body))
        assert site.visit(path).body == page.body
        assert site.asked(path) == 1

    def test_before_anybody_has_asked_for_the_page(self, site, fresh):
        """The page is not kept without its body."""
        path = fresh("long")
        assert keep(site, path, method="HEAD").body == b""
        assert site.visit(path).body == LONG


class TestRange:
    def test_of_a_page_that_is_kept(self, site, fresh):
        keep(site, path := fresh("long"))
        part = site.visit(path, Range="bytes=10-19")

        assert (part.status, part.body) == (206, LONG[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(LONG)}"
        assert site.asked(path) == 1

    def test_before_anybody_has_asked_for_the_page(self, site, fresh):
        """A part is never kept as the whole."""
        path = fresh("long")
        assert keep(site, path, Range="bytes=10-19").body in (LONG[10:20], LONG)
        assert (site.visit(path).status, site.visit(path).body) == (200, LONG)

    def test_beyond_the_end(self, site, fresh):
        keep(site, path := fresh("long"))
        assert site.visit(path, Range="bytes=20000-").status == 416
        assert site.visit(path).body == LONG


class TestConditions:
    def test_what_has_not_changed_is_not_sent_again(self, site, fresh):
        keep(site, path := fresh("tagged"))
        same = site.visit(path, If_None_Match=TAG)

        assert (same.status, same.body) == (304, b"")
        assert same.headers["ETag"] == TAG
        assert site.asked(path) == 1

    def test_what_has_changed_is(self, site, fresh):
        keep(site, path := fresh("tagged"))
        answer = site.visit(path, If_None_Match='"other"')
        assert (answer.status, answer.body) == (200, b"tagged")

    def test_one_visitor_has_it_already_and_the_next_has_not(self, site, fresh):
        """Nobody has asked before: Python makes the page, for the first and for others."""
        path = fresh("tagged")
        assert keep(site, path, If_None_Match=TAG).status in {200, 304}
        answer = site.visit(path)
        assert (answer.status, answer.body) == (200, b"tagged")
        assert site.asked(path) == 1

    @pytest.mark.parametrize("kind", ["tagged", "bare"])
    def test_a_page_that_is_over_is_asked_for_once_and_whole(self, site, fresh, kind):
        """With its tag, Python would say 304: Apache then asks again, or loses the page's body."""
        keep(site, path := fresh(kind))
        time.sleep(A_SECOND_IS_OVER_S)
        renewed = keep(site, path)
        again = site.visit(path)

        assert (renewed.status, renewed.body) == (200, kind.encode())
        assert (again.status, again.body) == (200, kind.encode())
        assert site.asked(path) == 2

    def test_what_changes_something_keeps_its_conditions(self, site):
        answer = site.visit("/edge/told/", method="PUT", body="goal", If_None_Match="*")
        assert json.loads(answer.body)["environ"]["HTTP_IF_NONE_MATCH"] == "*"

    def test_of_files_a_visitor_still_gets_what_has_changed(self, site):
        path = "/static/admin/css/base.css"
        seen = site.visit(path).headers
        assert site.visit(path, If_None_Match=seen["ETag"]).status == 304
        assert site.visit(path, If_Modified_Since=seen["Last-Modified"]).status == 304

    def test_a_visitor_with_a_tag_renews_it_for_others(self, site, fresh):
        keep(site, path := fresh("tagged"))
        time.sleep(A_SECOND_IS_OVER_S)
        renewed = keep(site, path, If_None_Match=TAG)
        others = site.visit(path)

        assert (renewed.status, renewed.body) in [(304, b""), (200, b"tagged")]
        assert (others.status, others.body) == (200, b"tagged")

    @pytest.mark.parametrize("tag", ['"other"', 'W/"one"', "*"])
    def test_a_page_without_a_tag_is_sent_whole(self, site, fresh, tag):
        keep(site, path := fresh("kept"))
        answer = site.visit(path, If_None_Match=tag)
        assert (answer.status, answer.body[:5]) in [(200, b"made "), (304, b"")]
        assert site.visit(path).body.startswith(b"made ")


class TestVary:
    def test_each_visitor_gets_their_own_variant(self, site, fresh):
        path = fresh("varied")
        for _ in range(3):
            for colour in ("red", "blue"):
                answer = keep(site, path, X_Colour=colour)
                assert answer.body == f"{colour} colour".encode()
        assert site.visit(path).body == b"no colour"

    def test_and_each_is_kept(self, site, fresh):
        path = fresh("varied")
        for _ in range(3):
            keep(site, path, X_Colour="red")
        assert site.asked(path) == 1

    @pytest.mark.parametrize(
        ("said", "encoding"),
        [
            (["gzip, deflate, br, zstd", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8"], "gzip"),
            (["gzip", "gzip, deflate", "deflate, gzip;q=0.5, br;q=0", "GZIP, *"], "gzip"),
            (["br", "br;q=0.9, deflate"], None),
            (["identity", "", "deflate", "gzip;q=0, deflate", "gzip; q=0.00"], None),
        ],
    )
    def test_browsers_that_unpack_the_same_share_one(self, site, fresh, said, encoding):
        path = fresh("packed")
        for accepted in said:
            answer = keep(site, path, Accept_Encoding=accepted)
            assert answer.headers.get("Content-Encoding") == encoding
            assert (gzip.decompress(answer.body) if encoding else answer.body) == LONG
        assert site.asked(path) == 1

    def test_queries_are_pages_of_their_own(self, site, fresh):
        path = fresh("kept")
        bodies = {keep(site, f"{path}?page={number}").body for number in (1, 2, 3)}
        assert len(bodies) == 3
        assert site.asked(path) == 3


class TestRoom:
    def test_pages_of_many_addresses_do_not_drive_each_other_out(self, site, fresh):
        """300 of 10 kB: as many teams as look at theirs in the same moment."""
        paths = [fresh("long") for _ in range(300)]
        for path in paths:
            site.visit(path)
        time.sleep(AFTERWARDS_S)
        for path in paths:
            site.visit(path)
        assert {site.asked(path) for path in paths} == {1}


class TestRequestsWithABody:
    def test_a_page_that_is_kept_is_not_the_answer_to_a_form(self, site, fresh):
        keep(site, path := fresh("kept"))
        assert site.visit(path, method="POST").status == 403  # no token
        assert site.asked(path) == 2


class TestDogPile:
    def test_one_visitor_of_64_renews_a_page_that_is_over(self, site, fresh):
        """However long that takes: the others have got the old one before."""
        old = keep(site, path := fresh("held")).body
        time.sleep(JUST_OVER_S)
        answers = answers_while_one_is_held(site, 64, lambda: site.visit(path))
        assert {answer.status for answer in answers} == {200}
        assert sum(answer.body == old for answer in answers) == 63
        assert site.asked(path) == 2

    def test_the_same_through_haproxy_and_for_the_front_page(self, site, haproxy):
        keep(site, "/")
        time.sleep(A_SECOND_IS_OVER_S)
        before = site.asked("/")
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda number: haproxy.get("/"), range(64)))
        assert {answer.status for answer in answers} == {200}
        # 64 answers come within a second or two.
        assert 1 <= site.asked("/") - before <= 3


class TestPurge:
    def test_a_page_is_kept_as_long_as_it_says(self, site, fresh):
        first = keep(site, path := fresh("kept"))
        assert site.visit(path).body == first.body

    @pytest.mark.parametrize("how", ["restart", "reload"])
    def test_nothing_of_the_old_release_is_left(self, site, fresh, how):
        """As docs/deploy.md rolls a release out: `systemctl restart`. A reload does it as well."""
        first = keep(site, path := fresh("kept"))
        if how == "restart":
            site.restart()
        else:
            old = site.children().keys()
            os.kill(site.pid, signal.SIGUSR1)
            wait_until(lambda: site.answers() and not old & site.children().keys())
        assert site.visit(path).body != first.body

    def test_a_public_page_is_new_a_second_later_without_any_purge(self, site, fresh):
        first = keep(site, path := fresh("slow"))
        time.sleep(A_SECOND_IS_OVER_S)
        assert site.visit(path).body != first.body
