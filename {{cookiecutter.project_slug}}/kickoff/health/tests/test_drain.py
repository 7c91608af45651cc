"""`manage.py drain` and `undrain`, and the file between them."""

from __future__ import annotations

import io
import os

import pytest
from django.core.management import CommandError, call_command

from kickoff.health.drain import current_drain, drain, is_draining


@pytest.fixture(autouse=True)
def _own_file(drain_file):
    """Each test has a node of its own."""


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_drain_says_what_happens_and_how_to_undo_it():
    text = run("drain", "new disk")
    assert text.startswith("web1 drains since 20")
    assert text.endswith(": /readyz says 404. Undo it: undrain\n")
    assert current_drain().reason == "new disk"


def test_draining_twice_keeps_the_time_and_takes_the_new_reason(drain_file):
    drain_file.write_text("2026-06-11T18:00:00Z\nnew disk\n")
    run("drain", "new kernel")
    assert drain_file.read_text() == "2026-06-11T18:00:00Z\nnew kernel\n"


def test_undrain_says_whether_there_was_something_to_undo():
    drain()
    assert run("undrain") == "web1 takes visitors again\n"
    assert not is_draining()
    assert run("undrain") == "web1 was not draining\n"


def test_the_file_is_readable_for_the_user_of_the_web_server(drain_file):
    mask = os.umask(0o077)
    try:
        drain()
    finally:
        os.umask(mask)
    assert drain_file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in drain_file.parent.iterdir()] == ["drain.web1"]


def test_an_empty_file_made_by_hand_drains_too(drain_file):
    drain_file.touch()
    assert is_draining()
    assert current_drain().reason == ""


def test_a_file_in_another_alphabet_drains_too(drain_file):
    drain_file.write_bytes("2026-06-11T18:00:00Z\nMünchen\n".encode("latin-1"))
    assert is_draining()
    assert current_drain().reason == "M\N{REPLACEMENT CHARACTER}nchen"
    assert run("drain", "new disk").startswith("web1 drains since 2026-06-11T18:00:00Z")


def test_a_folder_that_is_not_there_is_an_error_of_the_command(settings):
    settings.DRAIN_FILE = "/nowhere/drain"
    with pytest.raises(CommandError, match=r"DRAIN_FILE cannot be written: .*/nowhere/drain"):
        run("drain")
