"""The last measurement of each page: kept in Django's cache, for all processes of the site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec
from django.core.cache import cache
from django.utils import timezone

from kickoff.caching import conf
from lab.measuring import Measurement

KEPT_S = 86_400
# After a measurement a page rests: whoever presses the button all the time gets half of a thread.
REST = timedelta(seconds=5)


def keep(measurement: Measurement) -> None:
    cache.set(_key(measurement.page), msgspec.json.encode(measurement), KEPT_S)


def last(names: Iterable[str]) -> dict[str, Measurement]:
    """By the names of the pages; those that were not measured are missing."""
    found = cache.get_many([_key(name) for name in names])
    decoded = (_decoded(data) for data in found.values())
    return {measurement.page: measurement for measurement in decoded if measurement}


def is_resting(measurement: Measurement | None) -> bool:
    return measurement is not None and timezone.now() - measurement.measured_at < REST


def _key(name: str) -> str:
    return f"lab.measured.{conf.namespace()}.{name}"


def _decoded(data: bytes) -> Measurement | None:
    try:
        return msgspec.json.decode(data, type=Measurement)
    except msgspec.MsgspecError:
        return None  # of another release
