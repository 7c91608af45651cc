"""Two visitors, one of whom a flag has reached: Apache keeps pages for all, and no variant."""

from __future__ import annotations

import re
import time

import pytest

AFTERWARDS_S = 0.2  # Apache keeps a page when its last byte has gone out
# Their places in the queue for the flag are 172 and 785 of 1000.
IN, OUT = "visitor-00000000", "visitor-00000001"


@pytest.fixture(scope="module")
def boards(site) -> str:
    """Where the scoreboards of a competition are, whose new one half of the visitors are to see."""
    site.manage("demo_data", "--leagues", "1")
    site.manage("waffle_flag", "goal_scorers", "--create", "--percent", "50")
    site.manage("refresh_cache", "--once")
    time.sleep(AFTERWARDS_S)  # until then processes may use what they have read before
    links = rb'"(/competitions/[\w-]+)/own-board/"'
    found = re.search(links, site.visit("/", Cache_Control="no-cache").body)
    assert found
    return found[1].decode()


def test_each_visitor_keeps_their_own_variant(haproxy, boards):
    """Turn by turn, all within the second for which Apache keeps what is public."""
    new = haproxy.get(f"{boards}/goal-board/").body
    assert new != haproxy.get(f"{boards}/scoreboard/").body
    for _ in range(3):
        for visitor, status, body in ((IN, 200, new), (OUT, 204, b"")):
            answer = haproxy.get(f"{boards}/own-board/", Cookie=f"visitor={visitor}")
            assert (answer.status, answer.body) == (status, body)
            assert "no-store" in answer.headers["Cache-Control"]
            time.sleep(AFTERWARDS_S)


def test_what_all_share_is_the_same_for_both(haproxy, boards):
    for path in ("/", f"{boards}/scoreboard/", f"{boards}/goal-board/"):
        first, second = (haproxy.get(path, Cookie=f"visitor={visitor}") for visitor in (IN, OUT))
        assert first.body == second.body
        assert first.headers["Cache-Control"] == "public, max-age=1"
        assert "Set-Cookie" not in first.headers
