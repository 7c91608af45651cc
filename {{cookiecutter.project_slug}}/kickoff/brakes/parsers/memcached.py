"""memcached's options: a file with one option per line, as Debian has it, or a command line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from kickoff.brakes.parsers.source import Reading, place
from kickoff.brakes.values import Value

LONG_NAMES = {
    "port": "-p",
    "udp-port": "-U",
    "listen": "-l",
    "unix-socket": "-s",
    "memory-limit": "-m",
    "conn-limit": "-c",
    "threads": "-t",
    "max-reqs-per-event": "-R",
    "max-item-size": "-I",
    "listen-backlog": "-b",
    "lock-memory": "-k",
    "user": "-u",
    "disable-flush-all": "-F",
    "disable-dumping": "-X",
    "disable-watch": "-W",
    "disable-evictions": "-M",
    "disable-cas": "-C",
    "extended": "-o",
}
# In files of Red Hat's kind: CACHESIZE="64".
VARIABLES = {"PORT": "-p", "MAXCONN": "-c", "CACHESIZE": "-m", "USER": "-u"}
# These stand alone; the other letters take an argument.
SWITCHES = frozenset("-k -F -X -W -M -C -r -v -vv -vvv -d -A -S -Z".split())

_VARIABLE = re.compile(r'([A-Z]+)="?(.*?)"?')


def read_memcached(path: Path, reading: Reading) -> dict[str, Value[str]]:
    """Options by their letter, such as `-m`; a switch has the value `on`."""
    found = dict[str, Value[str]]()
    for number, line in enumerate(reading.text(path).splitlines(), start=1):
        text, where = line.strip(), place(path, number)
        if not text or text.startswith("#"):
            continue
        if variable := _VARIABLE.fullmatch(text):
            name, text = variable.groups()
            if letter := VARIABLES.get(name):
                text = f"{letter} {text}"
        try:
            words = shlex.split(text, comments=True)
        except ValueError as error:
            reading.mistake(where, f"{text}: {error}")
            continue
        if words[:1] == ["logfile"]:  # Debian's starter reads it
            continue
        if words and not words[0].startswith("-"):
            reading.mistake(where, f"{words[0]} is no option of memcached")
            continue
        found |= options(words, where)
    return found


def options(words: list[str], where: str) -> dict[str, Value[str]]:
    """The options among the words of a command line."""
    found, rest = dict[str, Value[str]](), list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            continue
        name, equals, value = word.partition("=")
        if name.startswith("--"):
            name = LONG_NAMES.get(name[2:], name)
        elif name not in SWITCHES and len(name) > 2:
            name, value, equals = name[:2], word[2:], "="
        if not equals and name not in SWITCHES and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        found[name] = Value(name, value or "on", where)
    return found
