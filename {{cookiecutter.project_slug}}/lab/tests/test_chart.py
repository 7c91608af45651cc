"""The bars: their lengths are the logarithms of the times."""

import re

import pytest

from lab.chart import Scale
from lab.shown import three_digits


@pytest.fixture
def scale():
    return Scale.for_times([0.02, 5.0, 90.0])


def test_the_scale_holds_all_times_between_two_powers_of_ten(scale):
    assert (scale.first, scale.last) == (-2, 2)
    assert scale.labels == ["0.01", "0.1", "1", "10", "100"]


@pytest.mark.parametrize(("time_ms", "place"), [(0.01, 0), (0.1, 25), (1, 50), (100, 100)])
def test_each_power_of_ten_is_as_far_from_the_one_before(scale, time_ms, place):
    assert scale.place(time_ms) == pytest.approx(place)


def test_a_scale_of_equal_times_is_one_power_long():
    scale = Scale.for_times([1.0, 1.0])
    assert (scale.first, scale.last) == (0, 1)


def test_a_bar_is_as_long_as_its_time_and_says_nothing_to_a_screen_reader(scale):
    svg = scale.bar(1.0, (0.1, 10.0))
    assert re.search(r'<rect y="2" width="50.0"', svg)
    assert 'x1="25.0" x2="75.0"' in svg
    assert 'aria-hidden="true"' in svg


def test_the_shortest_bar_can_be_seen(scale):
    assert 'width="0.5"' in scale.bar(0.01, (0.01, 0.01))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1234.5, "1,234"),
        (123.4, "123"),
        (12.34, "12.3"),
        (99.96, "100"),
        (1.0, "1.00"),
        (0.0123, "0.0123"),
    ],
)
def test_three_digits_count(number, text):
    assert three_digits(number) == text
