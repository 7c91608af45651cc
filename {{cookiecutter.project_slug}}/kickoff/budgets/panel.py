"""The debug toolbar's panel of the query budget: what the page asks, beside what it may ask.

Add "kickoff.budgets.panel.QueryBudgetPanel" to DEBUG_TOOLBAR_PANELS. This module alone needs the
debug toolbar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from debug_toolbar.panels import Panel
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.utils.safestring import SafeString

from kickoff.budgets.budget_file import (
    FILE_NAME,
    BudgetFileError,
    Budgets,
    Case,
    Entry,
    read_budgets,
)
from kickoff.budgets.labels import is_bookkeeping, label
from kickoff.budgets.routes import route_of

TEMPLATES = Engine(dirs=[str(Path(__file__).parent / "templates")])


class QueryBudgetPanel(Panel):
    """Warns when the page makes more queries than any visitor's cold page may make."""

    title = "Query budget"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stack = ExitStack()
        self._counts: Counter[str] = Counter()

    @property
    def nav_subtitle(self) -> str:
        return str(self.get_stats().get("subtitle", ""))  # type: ignore[no-untyped-call]

    @property
    def content(self) -> SafeString:
        stats = self.get_stats()  # type: ignore[no-untyped-call]
        return TEMPLATES.get_template("panel.html").render(Context(stats))

    def enable_instrumentation(self) -> None:
        self._counts.clear()
        for connection in connections.all():
            self._stack.enter_context(connection.execute_wrapper(self._count))

    def disable_instrumentation(self) -> None:
        self._stack.close()

    def generate_stats(self, request: HttpRequest, response: HttpResponse) -> None:
        match = request.resolver_match
        route = route_of(match) if match else ""
        stats = budget_beside(route, request.method or "", self._counts, current_budgets())
        self.record_stats(stats)  # type: ignore[no-untyped-call]

    def _count(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        if not is_bookkeeping(sql):
            self._counts[label(sql)] += 1
        return execute(sql, params, many, context)


def budget_beside(
    route: str, method: str, made: Mapping[str, int], budgets: Budgets | str
) -> dict[str, Any]:
    """What the panel shows: a column for each visitor of the route, cold and hot, and a row for
    each label. `budgets` may be the reason why there are none."""
    queries = sum(made.values())
    heading = f"{queries} {'query' if queries == 1 else 'queries'}"
    if isinstance(budgets, str):
        return {"subtitle": f"{heading}, no budget", "note": budgets}
    entries = {
        case: entry
        for case, entry in budgets.entries.items()
        if (case.route, case.method) == (route, "GET" if method == "HEAD" else method)
    }
    if not entries:
        return {
            "subtitle": f"{heading}, no budget",
            "note": f"{FILE_NAME} has no entry for {route or 'this address'} ({method}).",
        }
    cold, hot = (
        max(entry.of(state).total("queries") for entry in entries.values())
        for state in ("cold", "hot")
    )
    is_over = queries > cold
    verdict = "OVER the budget" if is_over else "budget"
    return {
        "subtitle": f"{heading}, {verdict}: {cold} cold, {hot} hot",
        "is_over": is_over,
        "route": route,
        "visitors": [case.visitor for case in entries],
        "rows": list(_rows(made, entries)),
    }


def _rows(made: Mapping[str, int], entries: Mapping[Case, Entry]) -> Iterable[dict[str, Any]]:
    allowed = [entry.of(state).queries for entry in entries.values() for state in ("cold", "hot")]
    for name in sorted({*made, *(name for numbers in allowed for name in numbers)}):
        numbers = [counts.get(name, 0) for counts in allowed]
        yield {
            "label": name,
            "made": made.get(name, 0),
            "allowed": numbers,
            "is_over": made.get(name, 0) > max(numbers),
        }


def current_budgets() -> Budgets | str:
    """The contract as it lies beside manage.py now, or why it cannot be read."""
    path = Path(getattr(settings, "BASE_DIR", ".")) / FILE_NAME
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, BudgetFileError) as error:
        return str(error)


@lru_cache(maxsize=1)
def _read(path: Path, changed_at: int) -> Budgets:
    return read_budgets(path.read_text(encoding="utf-8"))
