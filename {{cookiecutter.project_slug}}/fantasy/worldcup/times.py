"""Dates, times and minutes as the files write them. What is none raises ValueError."""

from __future__ import annotations

import re
from datetime import date, time, timedelta, timezone

from fantasy.feed import EXTRA_TIME, FULL_TIME, Clock

TIME = re.compile(r"([0-9]{1,2}):([0-9]{2}) UTC([+-])([0-9]{1,2})(?::([0-9]{2}))?")
MINUTE = re.compile(r"([0-9]{1,3})(?:\+([0-9]{1,2}))?")

# Where a half ends, and stoppage time can follow.
ENDS_OF_HALVES = (45, FULL_TIME, 105, EXTRA_TIME)


def parse_date(text: str) -> date:
    """2026-06-11. The first World Cup was in 1930."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1930 <= day.year < 2200:
        raise ValueError(f'"{text}" is no date; expected for example "2026-06-11".')
    return day


def parse_time(text: str) -> time:
    """13:00 UTC-6: with its time zone."""
    found = TIME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        hour, minute, sign, zone_hours, zone_minutes = found.groups(default="0")
        offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        return time(int(hour), int(minute), tzinfo=timezone(-offset if sign == "-" else offset))
    except ValueError:
        raise ValueError(f'"{text}" is no time; expected for example "13:00 UTC-6".') from None


def parse_minute(text: str) -> Clock:
    """7, 90+4."""
    found = MINUTE.fullmatch(text)
    clock = Clock(int(found[1]), int(found[2] or 0)) if found else Clock(0)
    if not 1 <= clock.minute <= EXTRA_TIME:
        raise ValueError(f'"{text}" is no minute; expected for example "7" or "90+4".')
    if "+" in text and (not clock.stoppage or clock.minute not in ENDS_OF_HALVES):
        raise ValueError(f'"{text}" is no minute: a half ends after 45, 90, 105 or 120.')
    return clock
