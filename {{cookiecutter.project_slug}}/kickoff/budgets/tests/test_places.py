from pathlib import Path

from kickoff.budgets.capture import Capture, Statement
from kickoff.budgets.origins import Origin, OriginFinder, PythonLine
from kickoff.budgets.places import describe, groups, grown, place_of


def statements(line, times, table="a"):
    origin = Origin(
        python=PythonLine("shop/views.py", line, "view") if line else None, library="x:1"
    )
    sql = f'SELECT "{table}"."x" FROM "{table}" WHERE "{table}"."y" = %s'
    return [Statement(sql, "default", origin, None)] * times


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
