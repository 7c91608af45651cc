"""What the pages of the lab show."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from lab.chart import Scale
from lab.highlighting import highlighted
from lab.measuring import Measurement, Taken
from lab.steps import STEPS
from lab.steps.step import Step
from lab.twins.page import Page


@dataclass(frozen=True)
class ShownSource:
    file: str
    lines: int
    html: SafeString


@dataclass(frozen=True)
class ShownStep:
    """A step of a page, with what the last measurement found if there was one."""

    number: int
    step: Step
    reason: str
    obstacle: str
    taken: Taken | None = None
    bar: SafeString | str = ""
    times_faster: float | None = None  # than the naive twin

    @property
    def milliseconds(self) -> str:
        return three_digits(self.taken.median_ms) if self.taken else ""

    @property
    def spread(self) -> str:
        if self.taken is None:
            return ""
        first, third = self.taken.quartiles_ms
        return f"{three_digits(first)} to {three_digits(third)}"

    @property
    def faster(self) -> str:
        return three_digits(self.times_faster) if self.times_faster else ""


def shown_steps(page: Page, measurement: Measurement | None) -> list[ShownStep]:
    return [
        _shown(number, step, page, measurement)
        for number, step in enumerate(STEPS.values(), start=1)
    ]


def scale_of(measurement: Measurement | None) -> Scale | None:
    if measurement is None or not measurement.taken:
        return None
    ends = [end for taken in measurement.taken.values() for end in taken.quartiles_ms]
    return Scale.for_times(ends)


def sources_of(step: Step, page: Page) -> list[ShownSource]:
    return [
        ShownSource(source.file, source.lines, highlighted(source.text, source.language))
        for source in step.sources(page)
    ]


def three_digits(number: float) -> str:
    """Those that count: 1,234, 123, 4.56, 0.0123."""
    return f"{number:,.0f}" if number >= 99.95 else f"{number:#.3g}"


def _shown(number: int, step: Step, page: Page, measurement: Measurement | None) -> ShownStep:
    scale = scale_of(measurement)
    taken = measurement.taken.get(step.name) if measurement else None
    if measurement is None or scale is None or taken is None:
        known = measurement.obstacles.get(step.name, "") if measurement else ""
        return ShownStep(number, step, step.reason(page), known or step.obstacle())
    naive = measurement.taken.get("naive")
    return ShownStep(
        number,
        step,
        step.reason(page),
        "",
        taken,
        scale.bar(taken.median_ms, taken.quartiles_ms),
        naive.median_ms / taken.median_ms if naive else None,
    )
