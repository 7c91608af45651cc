"""The tests that `query_budgets.toml` stands for: one for each route, visitor and method."""

from __future__ import annotations

import pytest

from kickoff.budgets.budget_file import FILE_NAME, Case
from kickoff.budgets.checking import judge, raised
from kickoff.budgets.problems import Problem
from kickoff.budgets.raises import budgets_at, unexplained_raises
from kickoff.budgets.run import PROBLEMS, RUN, VERDICT, Run
from kickoff.budgets.visiting import Trip
from kickoff.budgets.visits import VisitsError


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "budget_case" in metafunc.fixturenames:
        cases = metafunc.config.stash[RUN].plan.cases
        metafunc.parametrize("budget_case", cases, ids=[case.id for case in cases])


@pytest.fixture
def run(pytestconfig: pytest.Config) -> Run:
    return pytestconfig.stash[RUN]


# Real transactions: `on_commit` runs, other threads see the rows, caches may be filled.
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_budget(budget_case: Case, run: Run, request: pytest.FixtureRequest) -> None:
    trip = Trip(budget_case, run.plan.destinations[budget_case.route], run.finder, run.config.hook)
    entry = run.budgets.entries.get(budget_case)
    try:
        verdict = judge(trip, entry, run.line_of(budget_case), run.changes)
    except VisitsError as error:
        _fail_with(request, [Problem(str(budget_case), "visit", f"{budget_case}: {error}")])
        return
    except Exception as error:
        request.node.stash[PROBLEMS] = [raised(budget_case, error, run.finder).as_data()]
        raise
    request.node.stash[VERDICT] = verdict.as_data()
    accepted = [problem for problem in verdict.differences if run.forgives(problem.kind)]
    problems = [*verdict.differences, *verdict.flaws]
    _fail_with(request, [problem for problem in problems if problem not in accepted])


def test_every_route_is_visited(run: Run, request: pytest.FixtureRequest) -> None:
    _fail_with(request, [Problem("", "visit", text) for text in run.plan.uncovered()])


def test_every_entry_is_of_a_visit(run: Run, request: pytest.FixtureRequest) -> None:
    stale = [] if run.mode == "update" else run.plan.stale()  # An update takes them out.
    problems = [
        Problem(
            str(case),
            "stale",
            f"{FILE_NAME} has an entry for {case}, which is never visited. Take it out: "
            f"pytest --budgets=update {FILE_NAME}",
            line=run.line_of(case),
        )
        for case in stale
    ]
    _fail_with(request, problems)


def test_every_page_that_grows_is_shown(run: Run, request: pytest.FixtureRequest) -> None:
    statuses = {case: entry.status for case, entry in run.budgets.entries.items()}
    # An update writes no such entries, and says so itself.
    found = [] if run.mode == "update" else run.plan.never_shown(statuses)
    _fail_with(request, [Problem(key, "visit", text) for key, text in found])


def test_no_budget_is_raised_without_a_reason(run: Run, request: pytest.FixtureRequest) -> None:
    if not run.base:
        return  # There is nothing to compare with.
    before = budgets_at(run.base, run.path)
    problems = [
        Problem(str(case), "raise", text, line=run.line_of(case))
        for case, text in unexplained_raises(before, run.budgets, run.base)
    ]
    _fail_with(request, problems)


def _fail_with(request: pytest.FixtureRequest, problems: list[Problem]) -> None:
    if problems:
        request.node.stash[PROBLEMS] = [problem.as_data() for problem in problems]
        pytest.fail("\n\n".join(map(str, problems)), pytrace=False)
