"""Fixtures of all tests: each has slots of its own, and no write may go unmarked."""

pytest_plugins = ["kickoff.testing.caching"]
