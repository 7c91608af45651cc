"""TOML whose values know their line: tables as `database`, arrays of tables as `nodes.0`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from kickoff.brakes.parsers.source import Reading, place
from kickoff.brakes.values import Value

_TABLE = re.compile(r"\[(\[)?\s*([\w.-]+)\s*\]?\]")
_KEY = re.compile(r"([\w-]+)\s*=")


def read_tables(path: Path, reading: Reading) -> dict[str, dict[str, Value[object]]]:
    """The values of each table by name; those before the first table are in the table ``."""
    text = reading.text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reading.mistake(place(path), f"is no TOML: {error}")
        return {}
    lines = _lines(text)
    tables: dict[str, dict[str, object]] = {"": {}}
    for key, content in document.items():
        if isinstance(content, dict):
            tables[key] = content
        elif isinstance(content, list) and content and isinstance(content[0], dict):
            tables |= {f"{key}.{number}": row for number, row in enumerate(content)}
        else:
            tables[""][key] = content
    return {
        table: {
            key: Value(f"{table} {key}".strip(), value, place(path, lines.get((table, key))))
            for key, value in row.items()
        }
        for table, row in tables.items()
    }


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line on which each key of each table stands."""
    found, table, counts = dict[tuple[str, str], int](), "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _TABLE.match(line.strip()):
            table = heading[2]
            if heading[1]:
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}.{counts[table]}"
        elif key := _KEY.match(line.strip()):
            found[table, key[1]] = number
    return found
