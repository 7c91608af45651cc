import pytest

from fleet.bench.requirements import AtLeast, AtMost, Exactly, Shown, Verdict
from fleet.bench.sampling import Series

QUIET = 0.02


class TestAtMost:
    @pytest.mark.parametrize(
        ("values", "noise", "verdict"),
        [
            ((1.4, 1.5, 1.5), QUIET, Verdict.PASS),
            ((1.4, 9.0, 1.5), QUIET, Verdict.PASS),  # one bad round of three
            ((1.6, 1.7, 1.65), QUIET, Verdict.MISS),
            ((1.4, 1.52, 1.8), QUIET, Verdict.NOISE),  # its own rounds disagree
            ((1.6, 1.62, 1.61), 0.2, Verdict.NOISE),  # the machine was too noisy to tell
            ((6.0, 6.1, 6.2), 0.2, Verdict.MISS),  # no such noise explains that
        ],
    )
    def test_is_missed_only_beyond_the_noise(self, values, noise, verdict):
        assert AtMost(1.5).verdict(Series(values), noise) is verdict

    def test_is_written_with_its_unit(self):
        assert AtMost(1.5).describe("×") == "≤ 1.5 ×"
        assert AtMost(5).describe("") == "≤ 5"


class TestAtLeast:
    @pytest.mark.parametrize(
        ("values", "noise", "verdict"),
        [
            ((10.5, 10.0, 10.0), QUIET, Verdict.PASS),
            ((10.5, 2.0, 11.0), QUIET, Verdict.PASS),  # one bad round of three
            ((9.0, 9.1, 9.2), QUIET, Verdict.MISS),
            ((7.0, 9.9, 11.0), QUIET, Verdict.NOISE),  # its own rounds disagree
            ((9.0, 9.1, 9.2), 0.2, Verdict.NOISE),  # the machine was too noisy to tell
            ((2.0, 2.1, 2.2), 0.2, Verdict.MISS),  # no such noise explains that
        ],
    )
    def test_is_missed_only_beyond_the_noise(self, values, noise, verdict):
        assert AtLeast(10).verdict(Series(values), noise) is verdict

    def test_is_written_with_its_unit(self):
        assert AtLeast(2_000).describe("×") == "≥ 2,000 ×"


class TestExactly:
    def test_is_met_when_every_round_has_counted_that(self):
        assert Exactly(1).verdict(Series((1.0, 1.0)), QUIET) is Verdict.PASS

    @pytest.mark.parametrize("other", [0.0, 0.998, 1.002, 2.0])
    def test_is_missed_by_a_single_other_count_whatever_the_noise(self, other):
        assert Exactly(1).verdict(Series((1.0, 1.0, other)), noise=0.9) is Verdict.MISS


def test_what_is_only_shown_is_never_missed():
    assert Shown().verdict(Series((1e9,)), QUIET) is Verdict.SHOWN
