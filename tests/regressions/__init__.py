"""Regressions to plant in a generated project, and what its query budgets must say about them."""
