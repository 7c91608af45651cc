from pathlib import Path

import pytest

from kickoff.budgets.capture import Capture, Statement
from kickoff.budgets.git import Changes
from kickoff.budgets.origins import Origin, OriginFinder, PythonLine
from kickoff.budgets.places import Group, at_fault, describe, groups, grown, place_of


def statements(line, times, table="a"):
    origin = Origin(
        python=PythonLine("shop/views.py", line, "view") if line else None, library="x:1"
    )
    sql = f'SELECT "{table}"."x" FROM "{table}" WHERE "{table}"."y" = %s'
    return [Statement(sql, "default", origin, None, values=number) for number in range(times)]


def capture(*made):
    return Capture(OriginFinder(Path("/")), [statement for some in made for statement in some])


class TestThePlacesOfALabel:
    def test_begin_with_what_there_is_too_much_of(self):
        seen = capture(statements(1, 5), statements(2, 12), statements(3, 20))
        found = groups(seen, "queries", "SELECT a", excess=12)
        assert [group.times for group in found] == [12, 20, 5]
        assert place_of(found) == ("shop/views.py", 2)

    def test_are_told_with_sql_and_line(self):
        seen = capture(statements(1, 1), statements(2, 3))
        assert describe(groups(seen, "queries", "SELECT a", excess=9)) == [
            '  SELECT … FROM "a" WHERE "a"."y" = ?',
            "  N+1: 3 × SELECT a from shop/views.py:2",
            '  SELECT … FROM "a" WHERE "a"."y" = ?',
            "  from shop/views.py:1",
        ]

    def test_are_not_told_without_end(self):
        seen = capture(*(statements(line, 1) for line in range(1, 9)))
        lines = describe(groups(seen, "queries", "SELECT a", excess=8))
        assert len(lines) == 11
        assert lines[-1] == "  and from 3 more places"

    def test_outside_the_project_are_no_place_for_an_annotation(self):
        seen = capture(statements(0, 3), statements(7, 2))
        found = groups(seen, "queries", "SELECT a", excess=3)
        assert "N+1: 3 × SELECT a from x:1" in describe(found)[1]
        assert place_of(found) == ("shop/views.py", 7)


def test_only_what_grew_is_told_of_two_worlds():
    small = capture(statements(1, 3), statements(2, 2))
    large = capture(statements(1, 3), statements(2, 4), statements(3, 1))
    found = grown(small, large, "queries", "SELECT a")
    assert [(group.times, group.first.origin.place) for group in found] == [
        (4, ("shop/views.py", 2)),
        (1, ("shop/views.py", 3)),
    ]


class TestWhatIsAtFault:
    @pytest.mark.parametrize(
        ("made", "budget", "excess", "lines"),
        [
            ([(1, 1), (2, 1)], 0, 2, [1, 2]),  # There should be none.
            ([(1, 3)], 1, 2, [1]),  # There is nothing else.
            ([(1, 1), (2, 12)], 1, 12, [2]),
            ([(1, 1), (2, 13)], 2, 12, [2]),
            ([(1, 1), (2, 1)], 1, 1, []),  # Either may have been there before.
            ([(1, 2), (2, 2)], 2, 2, []),
        ],
    )
    def test_is_what_it_must_be(self, made, budget, excess, lines):
        found = groups(capture(*(statements(*one) for one in made)), "queries", "SELECT a", excess)
        guilty = at_fault(found, budget, excess, Changes())
        assert sorted(group.first.origin.python.line for group in guilty) == lines

    @pytest.mark.parametrize(
        "changes", [Changes({"shop/views.py": {2, 9}}), Changes(files=frozenset({"shop/views.py"}))]
    )
    def test_is_what_has_changed_when_it_may_be_each(self, changes):
        found = groups(capture(statements(2, 1)), "queries", "SELECT a", 1)
        elsewhere = Group(1, Statement("x", "default", Origin(library="x:1"), None))
        assert at_fault([elsewhere, *found], 1, 1, changes) == found


def test_equal_questions_with_equal_values_are_no_n_plus_1():
    again = statements(3, 1) * 3
    assert describe(groups(capture(again), "queries", "SELECT a", 2))[1] == (
        "  the same query 3 times: SELECT a from shop/views.py:3"
    )
