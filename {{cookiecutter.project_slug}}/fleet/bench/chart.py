"""The chart of a report, as SVG: each number as a share of the most that is allowed, or what is
required at least as a share of the number. So shorter is better everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from fleet.bench.report import Result, number
from fleet.bench.requirements import AtLeast, AtMost, Verdict

WIDTH, LABEL_WIDTH, ROW_HEIGHT, TOP = 900, 430, 26, 34
LONGEST = 2.0  # times the limit; longer bars are cut, their number is not
COLOURS = {Verdict.PASS: "#2e7d32", Verdict.NOISE: "#b26a00", Verdict.MISS: "#c62828"}
LABEL_LETTERS = 66


def draw(results: Sequence[Result]) -> str:
    """The rows that have a limit, one bar each; the line is the limit."""
    shares = [(result, _share(result)) for result in results]
    limited = [(result, share) for result, share in shares if share is not None]
    bars = [
        _bar(TOP + index * ROW_HEIGHT, result, share)
        for index, (result, share) in enumerate(limited)
    ]
    height = TOP + len(bars) * ROW_HEIGHT + 10
    limit_x = _x(1.0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="{limit_x:.0f}" y="20" text-anchor="middle">allowed</text>',
            *bars,
            f'<line x1="{limit_x:.0f}" x2="{limit_x:.0f}" y1="26" y2="{height - 8}" '
            'stroke="#333333" stroke-dasharray="4 3"/>',
            "</svg>",
            "",
        ]
    )


def _share(result: Result) -> float | None:
    """Up to 1 it is met; None where nothing is required or measured."""
    match result.row.required:
        case AtMost(limit) if result.measured:
            return min(result.series.median / limit, LONGEST)
        case AtLeast(limit) if result.measured:
            return min(limit / max(result.series.median, limit / LONGEST), LONGEST)
    return None


def _bar(y: int, result: Result, share: float) -> str:
    label = result.row.what.replace("`", "")
    if len(label) > LABEL_LETTERS:
        label = label[: LABEL_LETTERS - 1] + "…"
    measured = f"{number(result.series.median)} {result.row.unit}"
    return (
        f'<text x="{LABEL_WIDTH - 10}" y="{y + 15}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{LABEL_WIDTH}" y="{y + 3}" width="{max(_x(share) - LABEL_WIDTH, 1):.1f}" '
        f'height="16" fill="{COLOURS[result.verdict]}"/>'
        f'<text x="{_x(share) + 6:.1f}" y="{y + 15}">{escape(measured)}</text>'
    )


def _x(share: float) -> float:
    return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - 90) / LONGEST
