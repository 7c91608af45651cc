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
    obstacle: str
    taken: Taken | None = None
    bar: SafeString | str = ""
    times_faster: float | None = None  # than the naive twin

    @property
    def milliseconds(self) -> str:
        return milliseconds(self.taken.median_ms) if self.taken else ""

    @property
    def spread(self) -> str:
        if self.taken is None:
            return ""
        first, third = self.taken.quartiles_ms
        return f"{milliseconds(first)} to {milliseconds(third)}"

    @property
    def faster(self) -> str:
        return f"{self.times_faster:,.3g}" if self.times_faster else ""


def shown_steps(measurement: Measurement | None) -> list[ShownStep]:
    return [
        _shown(number, step, measurement) for number, step in enumerate(STEPS.values(), start=1)
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


def milliseconds(time_ms: float) -> str:
    """Three digits that count: 123, 4.56, 0.0123."""
    return f"{time_ms:,.0f}" if time_ms >= 100 else f"{time_ms:#.3g}".rstrip(".")


def _shown(number: int, step: Step, measurement: Measurement | None) -> ShownStep:
    scale = scale_of(measurement)
    taken = measurement.taken.get(step.name) if measurement else None
    if measurement is None or scale is None or taken is None:
        known = measurement.obstacles.get(step.name, "") if measurement else ""
        return ShownStep(number, step, known or step.obstacle())
    naive = measurement.taken.get("naive")
    return ShownStep(
        number,
        step,
        "",
        taken,
        scale.bar(taken.median_ms, taken.quartiles_ms),
        naive.median_ms / taken.median_ms if naive else None,
    )
