"""The bars of a chart, as SVG. They are decoration: their numbers stand beside them as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SHORTEST = 0.5  # of 100: what is shorter could not be seen


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale in milliseconds, from one power of ten to another."""

    first: int
    last: int

    @classmethod
    def for_times(cls, times_ms: Sequence[float]) -> Scale:
        first = floor(log10(min(times_ms)))
        return cls(first, max(ceil(log10(max(times_ms))), first + 1))

    @property
    def labels(self) -> list[str]:
        """The powers of ten, in milliseconds."""
        return [f"{10.0**power:,.{max(-power, 0)}f}" for power in range(self.first, self.last + 1)]

    def place(self, time_ms: float) -> float:
        """From 0, the first power of ten, to 100, the last."""
        share = (log10(time_ms) - self.first) / (self.last - self.first)
        return round(min(max(100 * share, 0.0), 100.0), 2)

    def bar(self, time_ms: float, quartiles_ms: tuple[float, float]) -> SafeString:
        """A bar as long as the time; the line across its end is the middle half of the runs."""
        steps = self.last - self.first
        grid = ((round(100 * number / steps, 2),) for number in range(steps + 1))
        first, third = map(self.place, quartiles_ms)
        return format_html(
            '<svg class="lab-bar" viewBox="0 0 100 10" preserveAspectRatio="none" '
            'aria-hidden="true" focusable="false">{}'
            '<rect y="2" width="{}" height="6"/>'
            '<line class="lab-spread" x1="{}" x2="{}" y1="5" y2="5"/></svg>',
            format_html_join("", '<line x1="{0}" x2="{0}" y1="0" y2="10"/>', grid),
            max(self.place(time_ms), SHORTEST),
            first,
            third,
        )
