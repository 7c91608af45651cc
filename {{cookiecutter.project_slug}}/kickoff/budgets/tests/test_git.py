import subprocess

import pytest

from kickoff.budgets.git import Changes, changes_since
from kickoff.budgets.origins import Origin, PythonLine, TemplateLine


@pytest.fixture
def project(tmp_path):
    """Below the root of its repository, with one commit."""

    def git(*arguments):
        name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        subprocess.run(["git", *name, *arguments], cwd=tmp_path, check=True, capture_output=True)

    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a b.html").write_text("1\n2\n3\n4\n")
    (folder / "gone.py").write_text("1\n")
    (tmp_path / "elsewhere.py").write_text("1\n")
    git("init", "--initial-branch=main")
    git("add", ".")
    git("commit", "-m", "Begin")
    return folder


def test_new_and_different_lines_are_known(project):
    (project / "a b.html").write_text("1\ntwo\n3\n++ four\n+++ five\n")
    (project / "gone.py").unlink()
    (project.parent / "elsewhere.py").write_text("2\n")
    (project / "new.py").write_text("1\n")
    changes = changes_since("main", project)
    assert changes.lines["a b.html"] == {2, 4, 5}
    assert changes.lines.keys() <= {"a b.html", "/dev/null"}
    assert changes.files == {"new.py"}


def test_a_revision_that_is_unknown_tells_of_nothing(project):
    assert changes_since("never", project) == Changes()


def test_an_origin_is_touched_by_each_of_its_lines():
    origin = Origin(
        (TemplateLine("a.html", 3, "{% include %}", "templates/a.html"),),
        PythonLine("views.py", 7, "view"),
    )
    assert Changes({"templates/a.html": {3}}).touch(origin)
    assert Changes({"views.py": {7}}).touch(origin)
    assert Changes(files=frozenset({"views.py"})).touch(origin)
    assert not Changes({"views.py": {3}, "templates/a.html": {7}}).touch(origin)
