"""The sample site can be left out, and taken out later by hand, with the same result."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.baking import bake, output_of
from tests.portions import OF_INFRASTRUCTURE, OF_SERVERS, ignoring

THEIR_OWN = {".env", ".kickoff.json"}  # the key, and the answer itself


def remove_by_hand(project):
    """What README.md says under "Remove the sample site", done as an editor would."""
    for folder in ("fantasy", "lab", "fleet"):
        shutil.rmtree(project.path / folder)
    pages = [f"{name}.md" for name in ("lab", "fleet", "load", "drills", "capacity", "bench")]
    for file in (*pages, "bench.svg"):
        (project.path / "docs" / file).unlink()
    (project.path / "tests/edge/test_variants.py").unlink()
    found = project.run(
        "grep", "-rlE", r"sample site(: begin|: end)?( (#}|-->|\*/))?$", ".", "--exclude-dir=.git"
    )
    for name in found.stdout.split():
        kept, deleting = [], False
        for line in project.read(name).splitlines(keepends=True):
            end = line.rstrip().removesuffix("*/").removesuffix("-->").removesuffix("#}").rstrip()
            deleting = deleting or end.endswith("sample site: begin")
            if not deleting and not end.endswith("sample site"):
                kept.append(line)
            deleting = deleting and not end.endswith("sample site: end")
        (project.path / name).write_text("".join(kept))


def test_removal_by_hand_gives_the_project_without_it(template, tmp_path, baked):
    project = bake(template, tmp_path)
    assert "sample site: begin" in project.read("README.md")
    remove_by_hand(project)
    by_hand, by_answer = project.files, baked("no sample").files
    assert by_hand.keys() == by_answer.keys()
    different = {name for name in by_hand if by_hand[name] != by_answer[name]}
    assert different - THEIR_OWN == set()


@pytest.mark.project
def test_its_tests_pass_after_removal_by_hand(template, tmp_path):
    project = bake(template, tmp_path)
    remove_by_hand(project)
    done = project.python("-m", "pytest", "-q", *ignoring(OF_INFRASTRUCTURE, OF_SERVERS))
    assert done.returncode == 0, output_of(done)


def test_the_command_of_the_readme_finds_every_mark(baked):
    readme = baked("default").read("README.md")
    command = re.search(r"^ +(grep -rnE .*)$", readme, re.MULTILINE)
    assert command
    found = baked("default").run("bash", "-c", command[1]).stdout
    files = {line.split(":")[0].removeprefix("./") for line in found.splitlines()}
    changed = {
        name
        for name, text in baked("no sample").texts.items()
        if text != baked("default").texts.get(name)
    }
    assert files - THEIR_OWN == changed - THEIR_OWN


@pytest.fixture(scope="module")
def without(load_file):
    return load_file("hooks/post_gen_project.py").without_sample


class TestMarks:
    @pytest.mark.parametrize(
        "marked",
        [
            "x = 1  # sample site\n",
            "{% load fantasy %}  {# sample site #}\n",
            "| a | b | <!-- sample site -->\n",
            ".pitch { color: green } /* sample site */\n",
            "# sample site: begin\nx = 1\n\ny = 2\n# sample site: end\n",
            "<!-- sample site: begin -->\n<p>\n<!-- sample site: end -->\n",
        ],
    )
    def test_marked_lines_go_and_others_stay(self, without, marked):
        assert without(f"before\n{marked}after\n", "x") == "before\nafter\n"

    @pytest.mark.parametrize("line", ["The sample site.\n", "# About the sample site\n", "x = 1\n"])
    def test_prose_is_no_mark(self, without, line):
        assert without(line, "x") == line

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("# sample site: begin\nx\n", "a.py: a sample site: begin has no end."),
            ("x\n# sample site: end\n", "a.py: # sample site: end does not follow its other half."),
            (
                "# sample site: begin\n# sample site: begin\n# sample site: end\n",
                "a.py: # sample site: begin does not follow its other half.",
            ),
        ],
    )
    def test_half_a_block_fails_loudly(self, without, text, message):
        with pytest.raises(SystemExit) as failure:
            without(text, "a.py")
        assert failure.value.code == message
