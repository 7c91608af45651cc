from itertools import accumulate

import pytest

from fleet.bench import sampling
from fleet.bench.sampling import Measured, ReferenceLoop, Series, in_turns, percentile


class TestSeries:
    def test_has_a_median_quartiles_and_their_distance_as_a_share_of_it(self):
        series = Series((5.0, 1.0, 4.0, 2.0, 3.0))
        assert series.median == 3
        assert series.quartiles == (2, 4)
        assert series.spread == pytest.approx(2 / 3)

    def test_of_one_value_has_no_spread(self):
        assert (Series((7.0,)).quartiles, Series((7.0,)).spread) == ((7, 7), 0)

    def test_of_zeros_has_no_spread(self):
        assert Series((0.0, 0.0, 0.0)).spread == 0


class TestPercentile:
    def test_is_what_the_share_of_all_values_do_not_exceed(self):
        values = [float(value) for value in range(100, 0, -1)]
        assert percentile(values, 0.99) == 100
        assert percentile(values, 0.5) == 51

    def test_of_one_value_is_that_value(self):
        assert percentile([3.0], 0.99) == 3


class TestInTurns:
    def test_every_measure_has_its_turn_in_every_round(self):
        turns = []
        numbers = iter(range(1, 7))

        def measured(key):
            return lambda: {key: Measured(next(numbers))}

        found = in_turns(
            {"one": measured("a"), "other": measured("b")},
            rounds=3,
            before_each=lambda number, name: turns.append((number, name)),
        )

        assert turns == [(n, name) for n in (1, 2, 3) for name in ("one", "other")]
        assert [one.value for one in found["a"]] == [1, 3, 5]
        assert [one.value for one in found["b"]] == [2, 4, 6]


class TestReferenceLoop:
    @pytest.fixture
    def timed(self, monkeypatch):
        """A function: a loop whose runs have taken so many seconds."""

        def timed(*seconds):
            ends = list(accumulate(seconds))
            clock = iter([tick for pair in zip([0, *ends], ends, strict=False) for tick in pair])
            monkeypatch.setattr(sampling.time, "perf_counter", lambda: next(clock))
            loop = ReferenceLoop(work=lambda: None)
            for _ in seconds:
                loop.run()
            return loop

        return timed

    def test_calls_a_machine_quiet_that_repeats_itself(self, timed):
        loop = timed(1.00, 1.02, 1.01, 1.00, 1.03)
        assert loop.noise == pytest.approx(0.02, abs=0.001)
        assert not loop.is_noisy

    def test_calls_a_machine_noisy_that_does_not(self, timed):
        assert timed(1.0, 1.4, 1.0, 1.6, 1.1).is_noisy

    def test_is_not_misled_by_a_single_slow_run(self, timed):
        assert not timed(1.00, 1.01, 9.00, 1.01, 1.02).is_noisy

    def test_does_real_work(self):
        assert sampling._count() == sampling.REFERENCE_STEPS * (sampling.REFERENCE_STEPS - 1) // 2
