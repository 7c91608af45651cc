"""What is measured: one module per subject.

A new one: a class with `name`, `rows`, `prepare` and `measure`, and its name in SUBJECTS.
"""

from __future__ import annotations

from fleet.bench.rows.cold_start import ColdStart
from fleet.bench.rows.expiry import Expiry
from fleet.bench.rows.goal import Goal
from fleet.bench.rows.goal_load import GoalLoad
from fleet.bench.rows.goal_seen import GoalSeen
from fleet.bench.rows.hot_reads import HotReads
from fleet.bench.rows.idle import Idle
from fleet.bench.rows.memory import Memory
from fleet.bench.rows.pool import Pool
from fleet.bench.rows.row import Row, Subject
from fleet.bench.rows.saves import Saves
from fleet.bench.rows.signed_in import SignedIn
from fleet.bench.rows.start import Start
from fleet.bench.rows.throughput import Throughput
from fleet.bench.rows.visible import Visible

__all__ = ["SUBJECTS", "Row", "Subject"]

# The order of a round. The last one kills the database of the node, and waits until all is well.
SUBJECTS: list[type[Subject]] = [
    Throughput,
    GoalLoad,
    GoalSeen,
    Expiry,
    Memory,
    Start,
    HotReads,
    Visible,
    Idle,
    Goal,
    ColdStart,
    SignedIn,
    Pool,
    Saves,
]
