"""Code as it lies in its files, for the lab to show. No line of it is a copy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from django.conf import settings
from django.template.loader import get_template

PYTHON, TEMPLATE, APACHE = "python", "html+django", "apacheconf"
SITE_CONF = Path("deploy/apache/site.conf")

Code = Callable[..., object]


@dataclass(frozen=True)
class Source:
    """A piece of code, the file that it is from, and the language for its colours."""

    file: str
    language: str
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 1


def of_code(*pieces: Code) -> list[Source]:
    """Functions, methods and classes, those of one file together, in their order."""
    by_file: dict[str, list[str]] = {}
    for piece in pieces:
        file = inspect.getsourcefile(inspect.unwrap(piece)) or ""
        by_file.setdefault(file, []).append(dedent(inspect.getsource(piece)).rstrip())
    return [
        Source(shown_path(Path(file)), PYTHON, "\n\n\n".join(texts))
        for file, texts in by_file.items()
    ]


def of_templates(names: Iterable[str]) -> list[Source]:
    found = []
    for name in names:
        template = get_template(name).template  # type: ignore[attr-defined]
        file = shown_path(Path(template.origin.name))
        found.append(Source(file, TEMPLATE, template.source.rstrip()))
    return found


def of_page_cache() -> list[Source]:
    """What Apache is told about its cache: from the first word about it to the last line."""
    path = Path(settings.BASE_DIR) / SITE_CONF
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []  # deployed without it
    about = [number for number, line in enumerate(lines) if line.strip().startswith("Cache")]
    if not about:
        return []
    first = about[0]
    while lines[first - 1].strip().startswith("#"):
        first -= 1
    return [
        Source(str(SITE_CONF), APACHE, inspect.cleandoc("\n".join(lines[first : about[-1] + 1])))
    ]


def shown_path(path: Path) -> str:
    """Below the folder of packages that it is in, or else below the project's."""
    packages = [folder for folder in path.parents if folder.name == "site-packages"]
    folder = packages[0] if packages else Path(settings.BASE_DIR)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
