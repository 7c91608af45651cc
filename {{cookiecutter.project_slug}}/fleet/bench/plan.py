"""How long a run measures, and how much data it has: all of it, or a quick look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """See FULL and QUICK."""

    rounds: int
    reads: int  # per round, of each kind
    pool_requests: int  # per round and thread, of each kind
    change_s: float  # per round, of changes
    idle_s: float  # per round
    goals: int  # per round
    many_leagues: int
    node_leagues: int
    load_s: int  # per round, of each kind of page
    goal_load_s: int  # per round, at rest and again with a goal
    goals_watched: int  # per round
    expiries: int  # per round, one each second
    starts: int  # per round, of each kind
    saving_s: float  # per round, of each kind
    growth_requests: int  # in the whole run
    few_leagues: int = 100


FULL = Plan(
    rounds=4,
    reads=1_000,
    pool_requests=300,
    change_s=10,
    idle_s=10,
    goals=30,
    many_leagues=10_000,
    node_leagues=1_000,
    load_s=3,
    goal_load_s=10,
    goals_watched=5,
    expiries=5,
    starts=5,
    saving_s=4,
    growth_requests=200_000,
)
# Less than three minutes, of which nearly one goes into the data and the servers.
QUICK = Plan(
    rounds=2,
    reads=200,
    pool_requests=60,
    change_s=2,
    idle_s=3,
    goals=8,
    many_leagues=200,
    node_leagues=60,
    load_s=1,
    goal_load_s=3,
    goals_watched=1,
    expiries=2,
    starts=2,
    saving_s=1,
    growth_requests=6_000,
    few_leagues=20,
)
