"""Where a statement comes from: the line of the template with its includes, the line of Python.

The template's line is read from the nodes that are being rendered, which works with DEBUG off: the
debugger's own way does not, and tests run with DEBUG off.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from types import FrameType
from typing import cast

from django.template.base import Node, Token, VariableNode
from django.template.loader_tags import BlockNode, ExtendsNode

from kickoff.budgets.relations import Remedy, remedy_for

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line of a template: `node` is what stands there, such as `{% include %}`.

    `path` is empty when the template is not one of the project's.
    """

    name: str
    line: int
    node: str
    path: str


@dataclass(frozen=True, slots=True)
class PythonLine:
    """A line of Python, its path below the project's folder."""

    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Both answers. `templates` begins with the page and ends where the statement was issued."""

    templates: tuple[TemplateLine, ...] = ()
    python: PythonLine | None = None
    library: str = ""  # where it was issued when no line of the project is involved

    @property
    def place(self) -> tuple[str, int] | None:
        """The file of the project, and the line, that an annotation points at."""
        for template in reversed(self.templates):
            if template.path:
                return template.path, template.line
        return (self.python.path, self.python.line) if self.python else None

    def __str__(self) -> str:
        """league.html:14 via {% include %} _team.html:3"""
        if self.templates:
            *outer, last = self.templates
            includes = [f"{at.name}:{at.line} via {at.node} " for at in outer]
            return "".join([*includes, f"{last.name}:{last.line}"])
        if self.python:
            return f"{self.python.path}:{self.python.line}"
        return self.library or "an unknown place"


class OriginFinder:
    """Finds origins in the project at `root`; lines in `plumbing` are passed over.

    Plumbing are folders of the project that only carry out what others ask for.
    """

    def __init__(self, root: Path, plumbing: tuple[Path, ...] = ()) -> None:
        self._root = root.resolve()
        foreign = [Path(sys.prefix), *map(Path, sysconfig.get_paths().values())]
        # A virtual environment inside the project. (Foreign folders around it do not matter.)
        inside = [path for path in foreign if self._root in path.parents]
        self._not_ours = tuple(f"{path}/" for path in [*inside, *plumbing])
        self._known: dict[str, str] = {}

    def find(self, frame: FrameType | None) -> tuple[Origin, Remedy | None]:
        """The origin of what happens in `frame`, and what would spare it if it is repeated."""
        frames = list(dropwhile(_is_own, _outwards(frame)))
        try:
            return self._origin(frames), remedy_for(frames)
        finally:
            frames.clear()  # A frame that lives on keeps the cursors of its view open.

    def below_root(self, filename: str) -> str:
        """The path below the project's folder; empty for files that are not the project's."""
        if filename not in self._known:
            self._known[filename] = self._below_root(filename)
        return self._known[filename]

    def _below_root(self, filename: str) -> str:
        path = Path(filename)
        if path.parent == HERE:
            return ""
        if not path.is_absolute() or "site-packages" in path.parts:
            return ""
        if filename.startswith(self._not_ours) or not path.is_relative_to(self._root):
            return ""
        return path.relative_to(self._root).as_posix()

    def _origin(self, frames: list[FrameType]) -> Origin:
        python = next(filter(None, map(self._python_line, frames)), None)
        library = "" if python else _library_line(frames)
        return Origin(tuple(self._template_lines(frames)), python, library)

    def _python_line(self, frame: FrameType) -> PythonLine | None:
        path = self.below_root(frame.f_code.co_filename)
        return PythonLine(path, frame.f_lineno, frame.f_code.co_name) if path else None

    def _template_lines(self, frames: list[FrameType]) -> list[TemplateLine]:
        """One line for each template, that of its innermost node; outermost first.

        A template that is only extended contributes no line: it does not include.
        """
        lines: list[TemplateLine] = []
        last, extended = "", ""
        for node, token in _nodes(frames):
            name = str(node.origin.template_name or node.origin.name)
            if isinstance(node, BlockNode):
                extended = name if name != last else extended
            elif name not in (last, extended) and not isinstance(node, ExtendsNode):
                path = self.below_root(node.origin.name)
                lines.append(TemplateLine(name, token.lineno or 0, _written(node, token), path))
                last, extended = name, ""
        return lines[::-1]


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_own(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).parent == HERE


def _nodes(frames: list[FrameType]) -> Iterator[tuple[Node, Token]]:
    """The template nodes that are being rendered, innermost first, as they are written."""
    for frame in frames:
        if frame.f_code.co_name == "render":
            node = frame.f_locals.get("self")
            # By type(): isinstance() would evaluate a lazy object, and that may query.
            if issubclass(type(node), Node) and (token := getattr(node, "token", None)):
                yield cast("Node", node), token


def _written(node: Node, token: Token) -> str:
    """How the node begins in the template."""
    if isinstance(node, VariableNode):
        return f"{{{{ {token.contents} }}}}"
    return f"{{% {token.contents.split(maxsplit=1)[0]} %}}"


def _library_line(frames: list[FrameType]) -> str:
    """The innermost line outside Django's database layer."""
    for frame in frames:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("django.db", "django.utils")):
            return f"{module}:{frame.f_lineno}"
    return ""
