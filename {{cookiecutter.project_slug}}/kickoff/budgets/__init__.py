"""Query budgets: how many statements and cache calls each page may make, checked with the tests.

A pytest plugin. It visits every named route of the URLconf, cold and hot, on a small world and on
larger ones, and compares what it counts with the committed `query_budgets.toml`.

Load it with `pytest_plugins = ["kickoff.budgets.plugin"]` in the conftest.py beside manage.py.
Needs Django, pytest and pytest-django, and nothing else of Kickoff.
"""

from kickoff.budgets.visits import Visit, Visits

__all__ = ["Visit", "Visits"]
