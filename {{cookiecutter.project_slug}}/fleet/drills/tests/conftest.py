"""Evidence as a drill leaves it: it began at 0, something broke at 10 and was mended at 14."""

from itertools import count

import pytest

from fleet.drills.evidence import Evidence, Kind, Request

BEGAN, BROKEN, MENDED, ENDED = 0.0, 10.0, 14.0, 20.0


@pytest.fixture
def request_at():
    """A function: a request that began then; answered well unless something else is said."""
    numbers = count(1)

    def request_at(started, kind=Kind.PAGE, took=0.1, status=None, **fields):
        good = 302 if kind is Kind.SAVE else 200
        return Request(
            kind,
            f"/{next(numbers)}/",
            started,
            started + took,
            good if status is None else status,
            **{"node": "web1", **fields},
        )

    return request_at


@pytest.fixture
def evidence():
    """A function: evidence with these requests and whatever else is named."""

    def evidence(*requests, **fields):
        return Evidence(requests, BEGAN, BROKEN, MENDED, ENDED, **fields)

    return evidence
