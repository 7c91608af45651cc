"""The pytest plugin: options, the tests that the contract stands for, and what is told at the end.

`query_budgets.toml` is collected like a file of tests: `pytest query_budgets.toml` runs the budgets
alone, `pytest shop` runs the tests of the shop without them.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kickoff.budgets import hookspecs
from kickoff.budgets.budget_file import FILE_NAME, BudgetFileError
from kickoff.budgets.budget_writing import NEW_FILE, write
from kickoff.budgets.cache_calls import watch_caches
from kickoff.budgets.capture import watch_connections
from kickoff.budgets.reports import report
from kickoff.budgets.run import PROBLEMS, RUN, VERDICT, Run
from kickoff.budgets.visits import VisitsError

COMPLETE = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
MODES = ("check", "update", "tighten")
OPTIONS = ("--budgets", "--budgets-base", "--budgets-code-quality")
FOUND = "query_budgets"  # the attribute of a report that carries verdict and problems


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("query budgets")
    group.addoption(
        "--budgets",
        choices=MODES,
        default=None,
        help=f"check {FILE_NAME} (default), rewrite its entries, or only lower them",
    )
    group.addoption(
        "--budgets-base",
        metavar="REV",
        default="",
        help="fail where a budget is higher than at this git revision, without a new reason",
    )
    group.addoption(
        "--budgets-code-quality",
        metavar="PATH",
        default="",
        help="write a code quality report for GitLab",
    )
    parser.addini(
        "budgets_plumbing",
        type="linelist",
        default=[],
        help="folders whose lines are never named as the origin of a query",
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    given = [config.getoption(name) for name in OPTIONS]
    mode, base, _code_quality = given
    run = Run(config, mode or "check", base, is_asked_for=any(given))
    config.stash[RUN] = run
    if run.mode != "check":
        _refuse_where_nothing_may_be_written(config, run.mode)
    if not _is_worker(config):
        config.pluginmanager.register(_Reporter(run), "query budgets reporter")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args.append(str(run.path))  # Paths to tests name folders: the contract is none.
    watch_connections()


# Not when pytest is configured: it also tells what options it has, without any contract. First of
# all: the processes of xdist, which look for the file, are started here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    run = session.config.stash[RUN]
    if not run.path.exists() and not _is_worker(session.config):
        _begin_contract(run, session.config)
    yield
    watch_caches()  # Needs the settings, which pytest-django has made ready by now.


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path == parent.config.stash[RUN].path:
        return ContractFile.from_parent(parent, path=file_path)
    return None


class ContractFile(pytest.Module):
    """The contract, collected as the tests that it stands for."""

    def _getobj(self) -> ModuleType:
        from kickoff.budgets import route_tests

        return route_tests

    def collect(self) -> Any:
        run = self.config.stash[RUN]
        try:
            run.plan.cases  # noqa: B018
        except (BudgetFileError, VisitsError) as error:
            raise self.CollectError(str(error)) from None
        return super().collect()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    made = yield
    if call.when == "call" and item.path == item.config.stash[RUN].path:
        # Attributes of reports reach the process that reports, also under xdist.
        found = (item.stash.get(VERDICT, None), item.stash.get(PROBLEMS, []))
        setattr(made, FOUND, found)
    return made


class _Reporter:
    """Lives where the results of all processes arrive."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, FOUND):
            self.run.arrive(*getattr(report, FOUND))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    run = session.config.stash[RUN]
    is_at_its_end = exitstatus in COMPLETE and not session.shouldstop
    if _is_worker(session.config) or session.config.option.collectonly:
        return
    if is_at_its_end and run.is_asked_for and not run.has_begun:
        run.outcome.append(
            f"No budget was visited, and an option asks for them: pytest {FILE_NAME} …"
        )
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif run.mode == "check":
        return
    elif not is_at_its_end:
        run.outcome.append(f"{FILE_NAME} is as it was: the run did not come to its end")
    else:
        try:
            if not run.write():
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        except BudgetFileError as error:
            run.outcome.append(f"Nothing was written. {error}")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    report(config.stash[RUN], terminalreporter, config.getoption("--budgets-code-quality"))


def _begin_contract(run: Run, config: pytest.Config) -> None:
    if run.mode != "update":
        raise pytest.UsageError(
            f"{run.path} is missing: no page has a budget. pytest --budgets=update writes it."
        )
    if not config.option.collectonly:
        write(run.path, NEW_FILE)


def _refuse_where_nothing_may_be_written(config: pytest.Config, mode: str) -> None:
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        raise pytest.UsageError(
            f"--budgets={mode} does not run in CI: what it writes there is thrown away, and the "
            "check would always pass. Run it on your machine and commit the file."
        )
    if config.getoption("maxfail"):
        raise pytest.UsageError(f"--budgets={mode} needs the whole run: leave out -x and --maxfail")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
