"""Each promise is broken by what breaks it, and by nothing else."""

import pytest

from fleet.drills.evidence import Kind
from fleet.drills.promises import (
    NO_ERROR,
    NO_FAILED_READ,
    PUBLIC_SERVED,
    FactAtLeast,
    FactAtMost,
    FewFail,
    NoSpike,
    NotFlooded,
    Recovers,
    RefusedClearly,
)


def broken(promise, evidence):
    return list(promise.problems(evidence))


class TestNoneFails:
    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("status", [0, 404, 500, 502, 503, 504])
    def test_no_error_means_none_of_any_kind(self, evidence, request_at, kind, status):
        assert broken(NO_ERROR, evidence(request_at(11, kind, status=status)))

    def test_what_led_on_was_not_shown_and_what_was_shown_was_not_saved(self, evidence, request_at):
        assert broken(NO_ERROR, evidence(request_at(11, Kind.OWN, status=302)))
        assert broken(NO_ERROR, evidence(request_at(11, Kind.SAVE, status=200)))

    def test_is_kept_when_all_are_answered(self, evidence, request_at):
        assert broken(NO_ERROR, evidence(*(request_at(11, kind) for kind in Kind))) == []

    def test_of_reads_does_not_look_at_saves(self, evidence, request_at):
        requests = [request_at(11), request_at(11, Kind.SAVE, status=503)]
        assert broken(NO_FAILED_READ, evidence(*requests)) == []

    def test_of_public_pages_does_not_look_at_own_ones(self, evidence, request_at):
        requests = [request_at(11), request_at(11, Kind.OWN, status=503)]
        assert broken(PUBLIC_SERVED, evidence(*requests)) == []

    def test_is_broken_when_nobody_asked(self, evidence):
        assert broken(NO_ERROR, evidence()) == ["nobody asked"]

    def test_names_the_first_ones(self, evidence, request_at):
        requests = [request_at(11 + n, status=502, took=0.25) for n in range(7)]
        problems = broken(NO_ERROR, evidence(*requests))
        assert problems[0] == "page /1/: 502 of web1 at +1.00 s, took 0.25 s"
        assert problems[-1] == "and 2 more"


class TestFewFail:
    def test_as_many_as_were_in_flight_may(self, evidence, request_at):
        failed = [request_at(11, status=502)] * 3
        promise = FewFail("in flight", "few")
        assert broken(promise, evidence(*failed, facts={"in flight": 3})) == []
        assert broken(promise, evidence(*failed, facts={"in flight": 2}))[0] == (
            "3 failed, in flight 2"
        )


class TestRefusedClearly:
    promise = RefusedClearly(within_s=5)

    def test_a_503_with_retry_after_is_clear(self, evidence, request_at):
        save = request_at(11, Kind.SAVE, status=503, took=4, retry_after=True)
        assert broken(self.promise, evidence(save)) == []

    @pytest.mark.parametrize(
        "how",
        [
            {"status": 503, "retry_after": False},
            {"status": 500, "retry_after": True},
            {"status": 504, "retry_after": True},
            {"status": 0, "error": "the connection ended"},
            {"status": 503, "retry_after": True, "took": 6},
        ],
    )
    def test_anything_else_is_not(self, evidence, request_at, how):
        assert broken(self.promise, evidence(request_at(11, Kind.SAVE, **how)))


class TestRecovers:
    promise = Recovers(2)

    def test_what_fails_before_may(self, evidence, request_at):
        requests = [request_at(15.9, status=503), request_at(17)]
        assert broken(self.promise, evidence(*requests)) == []

    def test_what_fails_later_may_not(self, evidence, request_at):
        requests = [request_at(16.1, Kind.SAVE, status=503), request_at(17)]
        assert broken(self.promise, evidence(*requests))

    def test_somebody_has_to_have_asked(self, evidence, request_at):
        assert broken(self.promise, evidence(request_at(15))) == ["nobody asked afterwards"]


class TestNoSpike:
    @pytest.mark.parametrize(("took", "is_kept"), [(2.9, True), (3.1, False)])
    def test_compares_with_what_was_before(self, evidence, request_at, took, is_kept):
        requests = [request_at(5, took=1), request_at(15, took=took)]
        assert (broken(NoSpike(times=3), evidence(*requests)) == []) is is_kept

    def test_what_happens_while_it_is_broken_does_not_count(self, evidence, request_at):
        requests = [request_at(5, took=0.1), request_at(11, took=9), request_at(15, took=0.1)]
        assert broken(NoSpike(), evidence(*requests)) == []


class TestFacts:
    def test_are_compared(self, evidence):
        facts = evidence(facts={"builds": 2})
        assert broken(FactAtMost("builds", 2, ""), facts) == []
        assert broken(FactAtMost("builds", 1, ""), facts) == ["builds: 2, allowed 1"]
        assert broken(FactAtLeast("builds", 2, ""), facts) == []
        assert broken(FactAtLeast("builds", 3, ""), facts) == ["builds: 2, required 3"]

    @pytest.mark.parametrize("kind", [FactAtMost, FactAtLeast])
    def test_that_nobody_measured_break_the_promise(self, evidence, kind):
        assert broken(kind("builds", 0, ""), evidence()) == ["builds: not measured"]


class TestNotFlooded:
    promise = NotFlooded(0.6)

    @pytest.mark.parametrize(("first", "others", "is_kept"), [(6, 4, True), (7, 3, False)])
    def test_counts_who_answered(self, evidence, request_at, first, others, is_kept):
        requests = [request_at(11, node="web1") for _ in range(first)]
        requests += [request_at(11, node="web2") for _ in range(others)]
        assert (broken(self.promise, evidence(*requests)) == []) is is_kept

    def test_looks_at_the_time_in_which_it_was_broken(self, evidence, request_at):
        before = [request_at(5, node="web1") for _ in range(9)]
        during = [request_at(11, node="web1"), request_at(11, node="web2")]
        assert broken(self.promise, evidence(*before, *during)) == []

    def test_somebody_has_to_have_answered(self, evidence, request_at):
        assert broken(self.promise, evidence(request_at(5))) == ["no node answered"]
