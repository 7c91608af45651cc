from __future__ import annotations

import re
import shutil

import pytest
from django.core.management import CommandError, call_command

from kickoff.testing.fleet import EXAMPLE, example_fleet
from kickoff.tuning.files import tuned_files


@pytest.fixture
def project(tmp_path, settings):
    """A project of its own with the files of the example."""
    for file in tuned_files(example_fleet()):
        file.write(tmp_path / "deploy")
    shutil.copy(EXAMPLE, tmp_path / "deploy" / "fleet.toml")
    settings.BASE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def other_fleet(project):
    """Its fleet.toml says five threads more."""
    path = project / "deploy" / "fleet.toml"
    path.write_text(path.read_text().replace("\nthreads = 5\n", "\nthreads = 10\n"))
    return project


def test_the_files_of_this_project_agree_with_its_fleet(capsys):
    call_command("tune", "--check")
    assert capsys.readouterr().out == "deploy/ agrees with fleet.toml.\n"


def test_no_file_is_escaped_as_if_it_were_html(any_fleet):
    """Apache's children, not Apache&#x27;s."""
    for file in tuned_files(any_fleet):
        assert not re.search(r"&(#x?\w+|\w+);", file.text), file.name


class TestCheck:
    def test_fails_and_writes_nothing_when_the_fleet_has_changed(self, other_fleet):
        before = (other_fleet / "deploy/apache/site.conf").read_text()

        with pytest.raises(CommandError, match=r"^Not as deploy/fleet.toml has it: apache/site"):
            call_command("tune", "--check")
        assert (other_fleet / "deploy/apache/site.conf").read_text() == before

    @pytest.mark.parametrize("file", tuned_files(example_fleet()), ids=lambda file: file.name)
    def test_fails_when_any_file_was_changed_by_hand(self, project, file):
        path = project / "deploy" / file.name
        path.write_text(path.read_text() + "\n")

        with pytest.raises(
            CommandError, match=rf"^Not as deploy/fleet.toml has it: {file.name}\. "
        ):
            call_command("tune", "--check")

    def test_fails_when_a_file_is_missing(self, project):
        (project / "deploy" / "hosts").unlink()
        with pytest.raises(CommandError, match=r"has it: hosts\. Run: manage.py tune"):
            call_command("tune", "--check")


class TestWriting:
    def test_shows_the_difference_and_then_agrees(self, other_fleet, capsys):
        call_command("tune")
        shown = capsys.readouterr().out

        assert "--- deploy/apache/site.conf" in shown
        assert "-ThreadsPerChild" not in shown  # children stay as large as they are
        assert "-MaxRequestWorkers 40\n" in shown
        assert "+MaxRequestWorkers 80\n" in shown  # 10 + 1.5 × 40 = 70, in children of 20
        call_command("tune", "--check")

    def test_a_second_memcached_has_a_file_of_its_own(self, project):
        second = (project / "deploy/memcached/memcached-cache2.conf").read_text()
        assert "\n-l 10.0.0.12\n" in second

    def test_what_would_swap_is_not_written(self, project):
        path = project / "deploy" / "fleet.toml"
        path.write_text(path.read_text().replace("process_mb = 200", "process_mb = 5000"))
        before = (project / "deploy/systemd/web.service").read_text()

        with pytest.raises(CommandError, match=r"It would swap\.\n(.*\n)*Nothing was written"):
            call_command("tune")
        assert (project / "deploy/systemd/web.service").read_text() == before

    def test_a_fleet_that_cannot_be_is_an_error_of_one_line(self, project):
        path = project / "deploy" / "fleet.toml"
        path.write_text(path.read_text().replace("cpus = 4", "cpus = 0"))
        with pytest.raises(CommandError, match="cpus is 0, not a whole number from 1"):
            call_command("tune")
