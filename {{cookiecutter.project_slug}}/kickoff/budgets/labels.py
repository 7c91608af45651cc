"""From a statement to its shape and its label: `SELECT fantasy_league`.

Regular expressions on the `%s` template, not a parser of SQL: a parser is 60 times slower, changes
its mind between its versions, and cannot read Django's own SAVEPOINT statements.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_SQL = 160  # characters of a statement in a message

_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_SCHEMA = r'(?:[`"\[]?\w+[`"\]]?\.)*'
_TABLE = _SCHEMA + r'[`"\[]?(?P<table>\w+)[`"\]]?'

# What a connection says about itself and its transaction: backends differ in it, pages do not.
_BOOKKEEPING = re.compile(
    r"""\s*(
        SAVEPOINT | RELEASE | ROLLBACK | BEGIN | COMMIT | START\s+TRANSACTION | SET\s | PRAGMA
        | SELECT\s+(VERSION\(\)|@@|CONNECTION_ID\(\)) | SELECT\s+JSON\(
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_STRING = re.compile(r"'(?:[^']|'')*'")
_VERB = re.compile(r"\s*\(?\s*(?P<verb>[A-Za-z]+)")
_COUNT = re.compile(r"\s*SELECT\s+COUNT\(", re.IGNORECASE)
# Django writes SELECT %s AS "a", with 1 as the value.
_EXISTS = re.compile(r'\s*SELECT\s+(?:\(?(?:1|%s)\)?\s+AS\s+[`"]?a\b|EXISTS\s*\()', re.IGNORECASE)
_WRITES = frozenset(("INSERT", "UPDATE", "DELETE", "REPLACE"))
_FROM = re.compile(rf"\bFROM\s+{_TABLE}", re.IGNORECASE)
_ONLY_INSIDE = re.compile(r"\s*(?:SELECT\s+EXISTS\s*)?\(\)", re.IGNORECASE)  # no FROM of its own
_FROM_SUBQUERY = re.compile(r"\bFROM\s*\(\)", re.IGNORECASE)
_TARGETS = {
    "INSERT": re.compile(rf"\bINTO\s+{_TABLE}", re.IGNORECASE),
    "REPLACE": re.compile(rf"\bINTO\s+{_TABLE}", re.IGNORECASE),
    "UPDATE": re.compile(rf"\bUPDATE\s+(?:IGNORE\s+)?{_TABLE}", re.IGNORECASE),
}

_SHAPING = [
    (_STRING, "?"),
    (re.compile(r'("?)_django_curs_\w+\1'), "#"),
    (re.compile(r"`"), '"'),
    (re.compile(r"%s"), "?"),
    (re.compile(r'(?<![\w"])-?\d+(?:\.\d+)?(?![\w"])'), "?"),
    (re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)"), "(?)"),
    (re.compile(r"\(\?\)(?:\s*,\s*\(\?\))+"), "(?)"),
    (re.compile(r"ARRAY\[\?(?:\s*,\s*\?)*\]"), "ARRAY[?]"),
    (re.compile(r"(WHEN \(.*?\) THEN \S+)(?: WHEN \(.*?\) THEN \S+)+"), r"\1"),
]
_SPACE = re.compile(r"\s+")
_COLUMNS = re.compile(r"SELECT (?:DISTINCT )?(?!COUNT\()")


def is_bookkeeping(sql: str) -> bool:
    """Whether it belongs to the transaction or the connection: never part of a budget."""
    return _BOOKKEEPING.match(sql) is not None


@lru_cache(maxsize=2048)
def label(sql: str) -> str:
    """The verb and the table: the same on every backend. To count rows, or to ask whether there are
    any, is a verb of its own."""
    bare = _STRING.sub("?", _COMMENT.sub(" ", sql))
    found = _VERB.match(bare)
    verb = found["verb"].upper() if found else "?"
    if verb == "WITH":
        verb = "SELECT"
    if verb == "SELECT":
        verb = "COUNT" if _COUNT.match(bare) else "EXISTS" if _EXISTS.match(bare) else verb
    target = _TARGETS[verb].search(bare) if verb in _TARGETS else _main_table(bare)
    return f"{verb} {target['table']}" if target else verb


def is_writing(sql: str) -> bool:
    """Whether it changes rows."""
    return label(sql).split()[0] in _WRITES


def _main_table(sql: str) -> re.Match[str] | None:
    """The table after the statement's own FROM, not that of a subquery among its columns."""
    outside, inside = _split(sql)
    subquery = _FROM_SUBQUERY.search(outside)
    if subquery:
        return _main_table(inside[outside[: subquery.end()].count("()") - 1])
    return _FROM.search(outside) or (
        _main_table(inside[0]) if _ONLY_INSIDE.match(outside) else None
    )


def _split(sql: str) -> tuple[str, list[str]]:
    """The text with `()` for each pair of parentheses, and what stood between them."""
    outside: list[str] = []
    inside: list[str] = []
    depth = start = 0
    for place, character in enumerate(sql):
        if character == "(":
            if depth == 0:
                start = place + 1
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                outside.append("()")
                inside.append(sql[start:place])
        elif depth == 0:
            outside.append(character)
    return "".join(outside), inside


@lru_cache(maxsize=2048)
def shape(sql: str) -> str:
    """The statement without its values and the length of its lists: equal for equal questions."""
    text = _SPACE.sub(" ", _COMMENT.sub(" ", sql)).strip()
    for pattern, replacement in _SHAPING:
        text = pattern.sub(replacement, text)
    return text


def shortened(sql: str) -> str:
    """For a message: the shape, its columns left out."""
    text = shape(sql)
    columns = _COLUMNS.match(text)
    end = _end_of_columns(text)
    if columns and end:
        text = f"{columns[0]}… {text[end:]}"
    return text if len(text) <= LONGEST_SQL else text[: LONGEST_SQL - 1] + "…"


def _end_of_columns(text: str) -> int:
    """Where the statement's own FROM begins, outside all parentheses; 0 when it has none."""
    for found in re.finditer(r"\bFROM ", text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            return found.start()
    return 0
