"""The clocks: a page's age is by the clock of who made it, and by that of who reads it."""

from __future__ import annotations

import ctypes

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import NotFoundError, Value

# What the kernel says of a clock that nobody has set for hours, or ever; systemd's limit as well.
UNKNOWN_S = 16.0
TARGET = "time-sync.target"


class Timex(ctypes.Structure):
    """The beginning of the kernel's `struct timex`, and more room than it takes."""

    _fields_ = (
        ("modes", ctypes.c_uint),  # 0: only look
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("most_error_us", ctypes.c_long),
        ("rest", ctypes.c_byte * 256),
    )


def clock_error_s() -> float:
    """By how much this machine's clock may be wrong. OSError where nobody can say."""
    try:
        look = ctypes.CDLL(None, use_errno=True).adjtimex
    except AttributeError as error:
        raise OSError("This system has no adjtimex()") from error
    found = Timex()
    if look(ctypes.byref(found)) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex() failed")
    return float(found.most_error_us) / 1_000_000


@rule(
    "C91",
    WARNING,
    "Somebody keeps this machine's clock right",
    reads="adjtimex(), what the kernel knows of its clock",
    why="Where two clocks differ, a page is too old the moment it is made, or never: the refresher "
    "writes when, the nodes read how long ago.",
    mend="apt install systemd-timesyncd (or chrony), and see `timedatectl`",
    is_live=True,
)
def clock_is_kept(site: Configuration) -> Outcome:
    try:
        error = Value("most it may be wrong", clock_error_s(), "this machine's kernel")
    except OSError as problem:
        raise NotFoundError(f"The clock cannot be asked: {problem}") from problem
    return expect(error.value < UNKNOWN_S, f"< {UNKNOWN_S:g} s, where nobody keeps it", error)


@rule(
    "C91b",
    WARNING,
    "Who reads the clock starts when it is right",
    reads="After of Apache's and the refresher's units",
    why="After a power cut a machine begins with a clock of its own, put right seconds later.",
    mend=f"After={TARGET}; `systemctl enable systemd-time-wait-sync` makes that a wait",
)
def clock_comes_first(site: Configuration) -> Outcome:
    units = (site.units.running("refresh_cache", "refresher"), site.apache_unit)
    found = [
        Value(
            f"{unit.name} After",
            " ".join(value.value for value in unit.all("Unit", "After")),
            unit.where,
        )
        for unit in units
    ]
    return expect(all(TARGET in value.value.split() for value in found), TARGET, *found)
