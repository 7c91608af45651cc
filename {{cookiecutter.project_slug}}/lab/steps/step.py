"""What every step has."""

from __future__ import annotations

from django.http import HttpResponse

from lab.sources import Source
from lab.twins.page import Kwargs, Page


class NotHereError(Exception):
    """A step cannot be taken on this machine as it is; the message says why, in a sentence."""


class Step:
    """A way to make a page.

    With `from_store` each run waits until what this process remembers has become too old, so that
    it asks the store, as the first request of every 0.2 s does. With `is_kept` a run that does not
    count comes first, so that the others find what is kept, as all but the first visitor do.
    """

    name: str
    title: str
    why: str
    from_store = False
    is_kept = False

    def reason(self, page: Page) -> str:
        """Why it is faster than the step before, on this page."""
        return self.why

    def obstacle(self) -> str:
        """Why the step cannot be taken with these settings; empty when it can."""
        return ""

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        """The page. Raises NotHereError for what only turns out when it is tried."""
        raise NotImplementedError

    def sources(self, page: Page) -> list[Source]:
        """The code of the step, the most telling first."""
        raise NotImplementedError
