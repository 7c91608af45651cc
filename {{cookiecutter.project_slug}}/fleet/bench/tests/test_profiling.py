"""What py-spy has seen, summed up."""

import pytest

from fleet.bench import profiling
from fleet.bench.load import Target
from fleet.bench.profiling import profile_of, profiled
from fleet.bench.tests.pretended import PretendLoad

STACKS = [
    "WSGIHandler.__call__ (django/core/handlers/wsgi.py:124);"
    "early_answer (kickoff/public_pages.py:118);"
    "Reader.value (kickoff/caching/reading.py:50);recv (socket.py:12) 6",
    "WSGIHandler.__call__ (django/core/handlers/wsgi.py:124);"
    "early_answer (kickoff/public_pages.py:111);resolve (django/urls/base.py:25) 3",
    "WSGIHandler.__call__ (django/core/handlers/wsgi.py:129);"
    "ItemsView.__iter__ (<frozen _collections_abc>:898) 1",
]


def test_has_the_package_whose_code_ran():
    assert profile_of(STACKS).by_package == {"Python": 0.7, "django": 0.3}


def test_has_the_functions_of_the_site_with_what_they_called():
    assert profile_of(STACKS).by_function == {
        "`early_answer` of kickoff/public_pages.py": 0.9,
        "`Reader.value` of kickoff/caching/reading.py": 0.6,
    }


def test_counts_a_function_once_that_calls_itself():
    frame = "inner (kickoff/caching/reading.py:1)"
    assert set(profile_of([f"{frame};{frame} 5"]).by_function.values()) == {1.0}


def test_can_be_read():
    text = str(profile_of(STACKS))
    assert "whose code ran: Python 70 %, django 30 %." in text


def test_is_of_what_happens_when_the_load_has_begun(monkeypatch):
    told = []
    monkeypatch.setattr(profiling.shutil, "which", lambda program, path: "/bin/false")
    monkeypatch.setattr(profiling, "RunningLoad", PretendLoad)
    profiled(1, Target("127.0.0.2", 80, "localhost", ["/"]), begin=lambda: told.append("goal"))
    assert told == ["goal"]


@pytest.mark.parametrize("found", [None, "/bin/false"])
def test_says_why_there_is_none(monkeypatch, found):
    monkeypatch.setattr(profiling.shutil, "which", lambda program, path: found)
    monkeypatch.setattr(profiling, "RunningLoad", PretendLoad)
    text = profiled(1, Target("127.0.0.2", 80, "localhost", ["/"]))
    assert text.startswith("There is no profile: py-spy ")
