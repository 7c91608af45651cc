import xml.etree.ElementTree

import pytest

from fleet.bench.chart import draw
from fleet.bench.machine import cpu_model
from fleet.bench.report import Report, Result, number
from fleet.bench.requirements import AtLeast, AtMost, Exactly, Shown
from fleet.bench.rows import Row
from fleet.bench.sampling import Measured

QUIET, NOISY = 0.02, 0.3


def result(required, *values, unit="×", what="`page` <hot>", **parts):
    row = Row("page", what, unit, required)
    return Result(row, [Measured(value, parts) for value in values], QUIET)


def report(*results, noise=QUIET):
    return Report(results, {"CPU": "Abacus", "cores": "2"}, "make bench", 3, noise)


class TestTheTable:
    def test_has_what_is_required_and_what_was_measured_with_its_spread(self):
        page = report(result(AtMost(1.5), 1.0, 1.2, 1.4, **{"page µs": 31.4})).markdown()
        row = "| `page` <hot> | ≤ 1.5 × | 1.2 × | 1.1 to 1.3 | page: 31.4 µs | pass |"
        assert row in page.splitlines()

    def test_says_what_was_missed(self):
        page = report(result(AtMost(1.5), 6.0, 6.1, 6.2)).markdown()
        assert "| ≤ 1.5 × | 6.1 × | 6.05 to 6.15 | – | MISSED |" in page

    def test_says_why_a_row_was_not_measured(self):
        row = Row("page", "page", "×", AtLeast(10), obstacle="Redis is not installed")
        found = report(Result(row, [], QUIET))
        line = "| page | ≥ 10 × | – | – | Redis is not installed | not measured |"
        assert line in found.markdown().splitlines()
        assert found.missed == []
        assert "not measured" in found.summary()
        (document,) = found.document()["rows"]
        assert document["obstacle"] == "Redis is not installed"
        assert "median" not in document

    def test_names_the_machine_and_the_command(self):
        page = report(result(Shown(), 1.0)).markdown()
        assert "Machine: CPU Abacus, cores 2" in page
        assert page.startswith("# Measured\n\n`make bench` has written this page.")


class TestNoise:
    def test_of_a_quiet_machine_is_stated(self):
        found = report(result(Shown(), 1.0))
        assert "The machine was quiet" in found.markdown()
        assert "WARNING" not in found.summary()

    def test_of_a_noisy_machine_is_a_warning_everywhere(self):
        found = report(result(Shown(), 1.0), noise=NOISY)
        warning = (
            "WARNING: the machine was noisy: the quartiles of a reference loop lay 30.0 % apart, "
            "more than 10 %. Something else was running: measure again."
        )
        assert warning in found.markdown()
        assert warning in found.summary()
        assert found.document()["is_noisy"]


class TestTheDocument:
    def test_has_every_round_and_the_verdict(self):
        document = report(result(Exactly(1), 1.0, 2.0, 1.0, unit="")).document()
        assert document["missed"] == ["page"]
        assert document["rows"] == [
            {
                "key": "page",
                "what": "`page` <hot>",
                "unit": "",
                "required": "1",
                "median": 1.0,
                "quartiles": [1.0, 1.5],
                "values": [1.0, 2.0, 1.0],
                "parts": {},
                "verdict": "miss",
            }
        ]


class TestTheChart:
    def texts_and_widths(self, *results):
        root = xml.etree.ElementTree.fromstring(draw(results))
        svg = "{http://www.w3.org/2000/svg}"
        bars = [rect for rect in root.iter(f"{svg}rect") if rect.get("x")]
        return [text.text for text in root.iter(f"{svg}text")], [
            float(bar.get("width", "0")) for bar in bars
        ]

    def test_has_a_bar_for_each_limit_as_long_as_its_share(self):
        texts, (half, whole) = self.texts_and_widths(
            result(AtMost(2), 1.0), result(Shown(), 7.0), result(AtMost(2), 2.0)
        )
        assert whole == pytest.approx(2 * half, rel=0.01)
        assert texts == ["allowed", "page <hot>", "1 ×", "page <hot>", "2 ×"]

    def test_what_is_required_at_least_is_met_up_to_the_line_too(self):
        row = Row("page", "page", "×", AtLeast(10), obstacle="Redis is not installed")
        _, (met, missed, limit) = self.texts_and_widths(
            result(AtLeast(10), 20.0), result(AtLeast(10), 8.0), result(AtMost(1), 1.0)
        )
        assert met == pytest.approx(limit / 2, rel=0.01)
        assert missed == pytest.approx(limit * 1.25, rel=0.01)
        assert self.texts_and_widths(Result(row, [], QUIET))[1] == []

    def test_cuts_a_bar_that_is_far_too_long_but_not_its_number(self):
        texts, (cut, twice) = self.texts_and_widths(result(AtMost(1), 60.0), result(AtMost(1), 2.0))
        assert cut == twice
        assert "60 ×" in texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1"), (0.08171, "0.0817"), (6.15, "6.15"), (31.44, "31.4"), (1234.5, "1,234")],
)
def test_numbers_have_three_digits_that_count(value, text):
    assert number(value) == text


def test_a_processor_without_a_name_is_called_by_its_kind():
    assert cpu_model("processor : 0\nmodel name\t: Abacus 9\n") == "Abacus 9"
    assert cpu_model("processor : 0\n") != ""
