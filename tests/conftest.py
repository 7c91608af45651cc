"""What the tests share: the template, and its bakes."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import environments
from checkout import ROOT, export
from tests.baking import ANSWERS, Bake, bake
from tests.worldcup import WORLDCUP_DIR

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import ModuleType

collect_ignore = [] if WORLDCUP_DIR.is_dir() else ["test_worldcup_data.py"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("project") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "shown":
                terminalreporter.write_line(str(value))


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say something measured in the summary of the run."""
    return lambda text: record_property("shown", text)


@pytest.fixture(scope="session", autouse=True)
def _temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """cookiecutter leaves its rendered hooks behind: here they go with the rest of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("temporary")))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a fresh clone has it."""
    folder = tmp_path_factory.mktemp("template") / "kickoff"
    export(folder)
    return folder


@pytest.fixture(scope="session")
def baked(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Bake]:
    """The bake of a set of answers; made when the first test asks for it, then only looked at."""
    bakes: dict[str, Bake] = {}

    def get(name: str) -> Bake:
        if name not in bakes:
            project = bake(template, tmp_path_factory.mktemp("bake"), **ANSWERS[name])
            assert project.files  # read now, before running it adds some
            bakes[name] = project
        return bakes[name]

    return get


@pytest.fixture(params=ANSWERS)
def every_bake(request: pytest.FixtureRequest, baked: Callable[[str], Bake]) -> Bake:
    return baked(request.param)


@pytest.fixture(params=environments.RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """Each Python; a test that asks for it runs with all."""
    if not environments.exists(request.param):
        pytest.skip(f"no environment with Python {request.param}: ci/test makes it where it can")
    return str(request.param)


@pytest.fixture(scope="session")
def load_file() -> Callable[[str], ModuleType]:
    """Import a file of the template as it stands, by its path."""

    def load(name: str) -> ModuleType:
        path = ROOT / name
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
