"""What is measured: one module per subject.

A new one: a class with `name`, `rows`, `prepare` and `measure`, and its name in SUBJECTS.
"""

from __future__ import annotations

from fleet.bench.rows.cold_start import ColdStart
from fleet.bench.rows.goal import Goal
from fleet.bench.rows.hot_reads import HotReads
from fleet.bench.rows.idle import Idle
from fleet.bench.rows.pool import Pool
from fleet.bench.rows.row import Row, Subject
from fleet.bench.rows.signed_in import SignedIn
from fleet.bench.rows.visible import Visible

__all__ = ["SUBJECTS", "Row", "Subject"]

SUBJECTS: list[type[Subject]] = [HotReads, Visible, Idle, Goal, ColdStart, SignedIn, Pool]
