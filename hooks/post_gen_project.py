"""Finish the project: its .env, the removal of what was not chosen, the next commands.

The values of ANSWERS are the only Jinja here, inside a string: this file is read, checked and
tested as it stands.
"""

from __future__ import annotations

import io
import json
import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

ANSWERS = r"""{
    "sample_site": {{ cookiecutter.sample_site | tojson }},
    "ci": {{ cookiecutter.ci | tojson }}
}"""

# With this answer, these files and folders go.
REMOVALS: dict[tuple[str, str | bool], list[str]] = {
    ("sample_site", False): [
        *("fantasy", "lab", "fleet"),
        *(f"docs/{name}" for name in ("lab.md", "fleet.md", "load.md", "drills.md")),
        *("docs/capacity.md", "docs/bench.md", "docs/bench.svg"),
        "tests/edge/test_variants.py",
    ],
    ("ci", "github"): [".gitlab-ci.yml"],
    ("ci", "gitlab"): [".github"],
    ("ci", "none"): [".github", ".gitlab-ci.yml"],
}

# A comment of Python, Django's templates, HTML or CSS at the end of a line. (The backslash before #
# keeps Jinja from seeing a comment of its own.)
SAMPLE_MARK = re.compile(
    r"(\#|\{\#|<!--|/\*) sample site(?P<edge>: begin|: end)?( (\#\}|-->|\*/))?$", re.MULTILINE
)


def main() -> None:
    answers = json.loads(ANSWERS)
    project = Path.cwd()
    for (answer, value), paths in REMOVALS.items():
        if answers[answer] == value:
            remove(project, paths)
    if not answers["sample_site"]:
        unmark_files(project)
    # The same file that `make setup` runs; run_path leaves no __pycache__ behind.
    runpy.run_path(str(project / "config" / "create_env.py"))["create_env"](project)
    say_next(project, answers["sample_site"])


def remove(project: Path, paths: list[str]) -> None:
    for path in (project / name for name in paths):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        else:
            sys.exit(
                f"hooks/post_gen_project.py removes {path.name}, which is not in the template."
            )


def unmark_files(project: Path) -> None:
    """Take the lines that only the sample site needs out of every file."""
    for path in sorted(project.rglob("*")):
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image
        if SAMPLE_MARK.search(text):
            path.write_text(without_sample(text, path.name), encoding="utf-8", newline="\n")


def without_sample(text: str, name: str) -> str:
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        mark = SAMPLE_MARK.search(line)
        edge = mark["edge"] if mark else None
        if edge and (edge == ": begin") == inside:
            sys.exit(f"{name}: {line.strip()} does not follow its other half.")
        inside = edge == ": begin" or (inside and edge != ": end")
        if not inside and not mark:
            kept.append(line)
    if inside:
        sys.exit(f"{name}: a sample site: begin has no end.")
    return "".join(kept)


def say_next(project: Path, sample_site: bool) -> None:
    """Three lines: into the folder, a look at the data or the tests, the site."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that cannot show the path
    print(f"cd {shlex.quote(str(project))}")
    if not shutil.which("make"):
        print("python config/create_venv.py")
        print('and on as README.md says under "Without make"')
        return
    print("make demo" if sample_site else "make test")
    print("make run")


if __name__ == "__main__":
    main()
