"""The grants in a file of SQL: who may connect from where, and may do what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kickoff.brakes.parsers.source import Reading, place

_ACCOUNT = r"""['"`](?P<user>[^'"`]*)['"`]\s*@\s*['"`](?P<host>[^'"`]*)['"`]"""
_GRANT = re.compile(
    rf"GRANT\s+(?P<rights>[^;]*?)\s+ON\s+(?P<on>\S+)\s+TO\s+{_ACCOUNT}", re.IGNORECASE
)
_CREATE = re.compile(
    rf"CREATE\s+USER\s+(?:IF\s+NOT\s+EXISTS\s+)?{_ACCOUNT}(?P<limits>[^;]*)", re.IGNORECASE
)
_COMMENT = re.compile(r"--[^\n]*|/\*[^!M].*?\*/", re.DOTALL)  # /*! and /*M! are read by servers


@dataclass(frozen=True)
class Grant:
    user: str
    host: str
    rights: frozenset[str]  # in capitals
    on: str
    where: str


@dataclass(frozen=True)
class Account:
    user: str
    host: str
    limits: str
    where: str


def read_grants(path: Path, reading: Reading) -> tuple[list[Grant], list[Account]]:
    # Comments become blanks, so that lines keep their numbers.
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), reading.text(path))
    return grants_of(text, path), [
        Account(found["user"], found["host"], found["limits"], _place(path, text, found.start()))
        for found in _CREATE.finditer(text)
    ]


def grants_of(text: str, path: Path | None = None) -> list[Grant]:
    return [
        Grant(
            found["user"],
            found["host"],
            frozenset(
                right.strip().upper()
                for right in re.sub(r"\([^)]*\)", "", found["rights"]).split(",")
            ),
            found["on"].replace("`", ""),
            _place(path, text, found.start()),
        )
        for found in _GRANT.finditer(text)
    ]


def _place(path: Path | None, text: str, position: int) -> str:
    return "SHOW GRANTS" if path is None else place(path, text.count("\n", 0, position) + 1)
