"""Fixtures of all tests: each has slots of its own, no write may go unmarked. Query budgets."""

pytest_plugins = ["kickoff.testing.caching", "kickoff.budgets.plugin", "kickoff.testing.budgets"]
