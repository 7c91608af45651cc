import pytest

from kickoff.budgets import Visit, Visits


def world(books=2):
    return books


def problems(**changes):
    declared = {"routes": {"a": Visit(grows="books")}, "world": world, "larger": {"books": 4}}
    return Visits(**{**declared, **changes}).problems("shop.visits")


class TestADeclaration:
    def test_without_fault_has_no_problem(self):
        assert problems() == []

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"world": lambda books=1: 0}, "world(books=1) is too small: from 2 on"),
            ({"world": lambda books: 0}, "is too small"),
            ({"larger": {}}, 'larger needs "books", more than 2'),
            ({"larger": {"books": 2}}, 'larger needs "books", more than 2'),
            ({"larger": {"books": 3, "tea": 3}}, 'larger has "tea", which is no parameter'),
            ({"routes": {"a": Visit(grows="tea")}}, '"a" grows with "tea"'),
            ({"routes": {"a": Visit(visitors="staff", fixed="x")}}, 'the visitor "staff"'),
            ({"routes": {"a": Visit(methods="FETCH", fixed="x")}}, '"a" has the method FETCH'),
            ({"routes": {"a": Visit(after="b", fixed="x")}}, '"a" comes after "b", which is not'),
            ({"visitors": {"a, b": None}}, 'the visitor "a, b" needs a name without commas'),
            ({"routes": {"a": Visit(fixed="…")}}, '"a" must say what it shows more of'),
            ({"routes": {"a": Visit()}}, '"a" must say what it shows more of'),
            ({"routes": {"a": Visit(grows="books", fixed="x")}}, '"a" must say what it shows'),
        ],
    )
    def test_with_a_fault_says_what_to_write(self, changes, problem):
        (found,) = problems(**changes)
        assert found.startswith("shop.visits: ")
        assert problem in found

    def test_takes_one_name_or_several(self):
        assert Visit(visitors="staff", grows=["a", "b"]).visitors == ("staff",)
        assert Visit(methods="post").methods == ("POST",)
        assert Visit().visitors == ()
