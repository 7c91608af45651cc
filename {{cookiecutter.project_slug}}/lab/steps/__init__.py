"""The steps from the naive twin to the page as it is served, in order."""

from __future__ import annotations

from lab.steps.front import Front
from lab.steps.one_key import Connection, Rendered
from lab.steps.step import Step
from lab.steps.views import Joined, Naive, PageObject, ProcessMemory, RenderedEntry

STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Naive(),
        Joined(),
        PageObject(),
        Rendered(),
        Connection(),
        RenderedEntry(),
        ProcessMemory(),
        Front(),
    )
}
