"""Refuse answers that cannot become a working site, before a file is written.

All problems are said at once, each with what to type instead. The values of ANSWERS are the only
Jinja here, inside a string: this file is read, checked and tested as it stands.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import unicodedata
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = r"""{
    "project_name": {{ cookiecutter.project_name | tojson }},
    "project_slug": {{ cookiecutter.project_slug | tojson }},
    "author_name": {{ cookiecutter.author_name | tojson }},
    "domain_name": {{ cookiecutter.domain_name | tojson }}
}"""

# Whatever is here cannot be a slug: the project's folder may come to lie on the import path.
# tests/test_answers.py compares both tables with the folders and dependencies of the template.
FOLDERS = frozenset(
    "accounts config deploy docs fantasy fleet kickoff lab static templates tests".split()
)
DEPENDENCIES = frozenset(
    "check_jsonschema csp debug_toolbar dj_database_url django django_htmx dotenv greenlet "
    "hypothesis mod_wsgi msgspec mypy mypy_django_plugin mypyc playwright py pygments pymemcache "
    "pytest pytest_django rapidfuzz rich ruff sqlalchemy waffle whitenoise xdist".split()
)
WINDOWS_DEVICES = frozenset(
    ["aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)

JOINERS = "\u200c\u200d"  # invisible, but Persian names and many emoji need them
SLUG = re.compile(r"[a-z]([a-z0-9_]*[a-z0-9])?")
SLUG_LENGTH = 64  # characters in the name of a MySQL database
DOMAIN_LENGTH = 253  # characters in a host name, RFC 1035
LABEL_LENGTH = 63  # characters between two of its dots


def main() -> None:
    answers = json.loads(ANSWERS)
    found = list(problems(answers))
    if not found:
        return
    sweep_parents(answers["project_slug"], Path.cwd())
    sys.exit("\n".join(["", "Nothing was generated:", *(f"- {line}" for line in found), ""]))


def problems(answers: dict[str, str]) -> Iterator[str]:
    yield from name_problems("project_name", answers["project_name"], "Game Day")
    yield from slug_problems(answers["project_slug"])
    yield from name_problems("author_name", answers["author_name"], "The Game Day team")
    yield from domain_problems(answers["domain_name"])


def name_problems(answer: str, name: str, example: str) -> Iterator[str]:
    kept = (c if c.isprintable() or c in JOINERS else " " for c in name)
    plain = " ".join("".join(kept).split())
    if not plain:
        yield f"{answer} is empty. Type for example {example}."
    elif plain != name:
        yield (
            f"{answer} has line breaks, invisible characters, or blanks at an end or in a row. "
            f"Type for example {plain}."
        )


def slug_problems(slug: str) -> Iterator[str]:
    advice = f"Type for example {suggested_slug(slug)}."
    if not SLUG.fullmatch(slug):
        yield (
            f'project_slug "{slug}" is not a plain name: lower-case letters a-z, digits and '
            f"underscores, a letter first and no underscore last. {advice}"
        )
    if len(slug) > SLUG_LENGTH:
        yield (
            f"project_slug is {len(slug)} characters long, but the name of a MySQL database "
            f"has at most {SLUG_LENGTH}. {advice}"
        )
    if owner := slug_owner(slug):
        yield f'project_slug "{slug}" is taken by {owner}. {advice}'


def slug_owner(slug: str) -> str | None:
    """Who has this name already."""
    name = slug.lower()  # some file systems do not tell Fantasy from fantasy
    if name in FOLDERS:
        return "a folder of the project"
    if name in DEPENDENCIES:
        return "a package that the project needs"
    if keyword.iskeyword(slug) or keyword.iskeyword(name):
        return "the Python language"
    if name in sys.stdlib_module_names or name == "test":  # which that set leaves out
        return "a module of Python's standard library"
    if name in WINDOWS_DEVICES:
        return "a device on Windows"
    return None


def suggested_slug(slug: str) -> str:
    ascii_slug = unicodedata.normalize("NFKD", slug).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_slug.lower())
    if not words:
        return "game_day"
    name = "_".join(words)
    if name[0].isdigit():
        name = f"site_{name}"
    if slug_owner(name):
        name = f"{name}_site"
    return name[:SLUG_LENGTH].rstrip("_")


def domain_problems(domain: str) -> Iterator[str]:
    if not domain.strip():
        yield "domain_name is empty. Type for example example.com."
    elif faults := domain_faults(domain):
        yield (
            f'domain_name "{domain}" is not a plain host name: it has {listed(faults)}. '
            f"Type for example {suggested_domain(domain)}."
        )


def domain_faults(domain: str) -> list[str]:
    labels = domain.split(".")
    checks = {
        "a scheme": "://" in domain,
        "a port": re.search(r":(?!//)", domain),
        "a path": "/" in domain.partition("://")[2] or re.search(r"(?<![:/])/", domain),
        "blanks": re.search(r"\s", domain),
        "underscores": "_" in domain,
        "capital letters": domain != domain.lower(),
        "letters other than a-z": not domain.isascii(),
        "other signs than letters, digits, hyphens and dots": re.search(r"[^\w\s:/.-]", domain),
        "nothing between two dots, or a dot at an end": "" in labels,
        "a hyphen beside a dot or at an end": any(x != x.strip("-") for x in labels),
        "only digits after its last dot": labels[-1].isdecimal() and domain.isascii(),
        f"more than {LABEL_LENGTH} characters between dots": any(
            len(x) > LABEL_LENGTH for x in labels
        ),
        f"more than {DOMAIN_LENGTH} characters": len(domain) > DOMAIN_LENGTH,
    }
    return [fault for fault, present in checks.items() if present]


def suggested_domain(domain: str) -> str:
    host = domain.strip().rpartition("://")[2].partition("/")[0].partition(":")[0].lower()
    host = re.sub(r"[\s_]+", "-", host)
    host = ".".join(filter(None, (label.strip("-*") for label in host.split("."))))
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        return "example.com"
    return "example.com" if not host or domain_faults(host) else host


def listed(words: list[str]) -> str:
    """['a', 'b', 'c'] -> 'a, b and c'"""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def sweep_parents(slug: str, project: Path) -> None:
    """Leave no empty folder behind for a slug like a/b.

    cookiecutter has made a and a/b, and removes a/b when this hook has ended. Only then can a go;
    so a process of its own waits for that (5 s at most) and removes what is empty, nothing else.
    """
    depth = len(PurePath(slug).parts) - 1
    inside = not PurePath(slug).is_absolute() and ".." not in PurePath(slug).parts
    if depth > 0 and inside:
        parents = [str(parent) for parent in project.parents[:depth]]
        subprocess.Popen(
            [sys.executable, "-c", SWEEP, str(project), *parents],
            cwd=project.parents[depth],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


SWEEP = """
import os, sys, time
project, *parents = sys.argv[1:]
for _ in range(100):
    if not os.path.exists(project):
        for parent in parents:
            os.rmdir(parent)
        break
    time.sleep(0.05)
"""


if __name__ == "__main__":
    main()
