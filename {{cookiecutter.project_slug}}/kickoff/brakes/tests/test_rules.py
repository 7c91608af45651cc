"""Each rule fires where it is broken, and holds where it is not."""

from __future__ import annotations

import pytest

from kickoff.brakes.registry import RULES, apply
from kickoff.brakes.results import Status
from kickoff.brakes.tests import breaking_rest, breaking_web
from kickoff.brakes.tests.cases import Case

CASES = [*breaking_web.CASES, *breaking_rest.CASES]
# The settings are Python: one that cannot be loaded is tested in test_command.py. Of Python's own
# version there is no other on this machine: see test_python.py.
ELSEWHERE = {"B07", "C15"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_where_it_is_broken_and_holds_where_it_is_not(sound, case: Case, tmp_path):
    rule = RULES[case.rule]
    given = sound.changed(*case.given)
    before = apply(rule, given.read(tmp_path / "before"))
    assert before.status is Status.OK, before
    after = apply(rule, given.changed(*case.broken).read(tmp_path / "after"))
    assert after.status.value == rule.severity.value, after
    assert after.expected
    assert after.found


def test_every_rule_has_a_case():
    asked_elsewhere = {rule.id for rule in RULES.values() if rule.is_live} | ELSEWHERE
    assert {case.rule for case in CASES} | asked_elsewhere == set(RULES)


def test_there_are_rules_enough():
    assert len(RULES) >= 45


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_all_it_has_to_say(rule):
    for text in (rule.title, rule.reads, rule.why, rule.mend):
        assert text.strip()
    assert len(rule.title) < 90
