"""A percentage: stable for each visitor, growing only, and as large as it says."""

import math
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickoff.rollout.rules import SHARES, Rule, share
from kickoff.rollout.tests.conftest import visitor_ids
from kickoff.rollout.visitors import id_of_account

NAMES = st.text(min_size=1, max_size=100)
IDS = st.from_regex(r"\A[A-Za-z0-9_-]{16,64}\Z")
PERCENTAGES = st.integers(0, SHARES)

VISITORS = visitor_ids(20_000)
FAR_OFF = 4.5  # standard deviations; one honest percentage in 150,000 is so far off


def rule(name="new", shares=0, **says):
    silent = {
        "pk": 1,
        "everyone": None,
        "superusers": False,
        "staff": False,
        "authenticated": False,
        "groups": (),
        "has_users": False,
    }
    return Rule(name=name, shares=shares, **(silent | says))


def reached(name, shares, visitors=VISITORS):
    return {visitor for visitor in visitors if rule(name, shares).reaches(visitor)}


class TestShare:
    @pytest.mark.parametrize(
        ("visitor_id", "flag", "expected"),
        [
            ("a" * 16, "new", 639),
            ("b" * 16, "new", 889),
            ("a" * 16, "newer", 963),
            ("QdEXn0ZSSPGvHpCrQZbT0w", "new", 93),
        ],
    )
    def test_is_what_it_was_in_the_first_release(self, visitor_id, flag, expected):
        """By hand: the first 16 digits of `printf visitor:flag | sha256sum`, × 1000 / 16¹⁶. Another
        number would shuffle the visitors of all sites."""
        assert share(flag, visitor_id) == expected

    @given(NAMES, IDS)
    def test_is_one_of_a_thousand(self, flag, visitor_id):
        assert 0 <= share(flag, visitor_id) < SHARES

    def test_is_the_same_in_another_process(self):
        code = "from kickoff.rollout.rules import share; print([share('new', v) for v in {!r}])"
        here = [share("new", visitor) for visitor in VISITORS[:50]]
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", code.format(VISITORS[:50])],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout.strip() == str(here)


class TestPercentage:
    @given(NAMES, IDS, PERCENTAGES, PERCENTAGES)
    def test_a_higher_one_only_adds_visitors(self, flag, visitor_id, one, other):
        lower, higher = sorted((one, other))
        if rule(flag, lower).reaches(visitor_id):
            assert rule(flag, higher).reaches(visitor_id)

    @given(NAMES, IDS)
    def test_reaches_nobody_at_0_and_everybody_at_100(self, flag, visitor_id):
        assert not rule(flag, 0).reaches(visitor_id)
        assert rule(flag, SHARES).reaches(visitor_id)

    @given(NAMES, IDS, PERCENTAGES, st.booleans())
    def test_depends_on_nothing_else_that_the_flag_says(self, flag, visitor_id, shares, other):
        busy = rule(flag, shares, pk=99, staff=other, groups=(1, 2), has_users=other)
        assert busy.reaches(visitor_id) == rule(flag, shares).reaches(visitor_id)

    @pytest.mark.parametrize("shares", [1, 10, 100, 500, 900])
    @pytest.mark.parametrize("flag", ["new", "goal_scorers", "ünïcode 🏟"])
    def test_is_as_large_as_it_says(self, flag, shares):
        part = shares / SHARES
        allowed = FAR_OFF * math.sqrt(len(VISITORS) * part * (1 - part))
        assert len(reached(flag, shares)) == pytest.approx(len(VISITORS) * part, abs=allowed)

    def test_of_accounts_by_number_is_as_large_as_it_says(self):
        accounts = [id_of_account(number) for number in range(1, 20_001)]
        assert len(reached("new", 100, accounts)) == pytest.approx(2_000, abs=190)

    def test_two_flags_reach_different_visitors(self):
        both = reached("one", 100) & reached("two", 100)
        expected = len(VISITORS) / 100
        assert len(both) == pytest.approx(expected, abs=FAR_OFF * math.sqrt(expected))


class TestForAll:
    @pytest.mark.parametrize(
        ("says", "answer"),
        [
            ({}, False),
            ({"everyone": True}, True),
            ({"everyone": False}, False),
            ({"everyone": False, "shares": SHARES, "staff": True}, False),
            ({"shares": SHARES}, True),
            ({"shares": SHARES, "staff": True}, True),
            ({"shares": SHARES - 1}, None),
            ({"shares": 1}, None),
            ({"superusers": True}, None),
            ({"staff": True}, None),
            ({"authenticated": True}, None),
            ({"groups": (3,)}, None),
            ({"has_users": True}, None),
        ],
    )
    def test_is_known_where_it_is_the_same_for_everybody(self, says, answer):
        assert rule(**says).for_all is answer
