"""The names of slots: safe for every store, whatever the arguments."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import Any

import msgspec

PREFIX = "k1"  # changes with the wire format
FINGERPRINT_DIGITS = 10
BESIDE_DIGITS = 6  # few, as the whole must fit into the 250 bytes of a key

# memcached takes 250 bytes without blanks and control characters; what is longer is hashed.
MAX_READABLE = 80
_READABLE = re.compile(rf"[A-Za-z0-9_.,-]{{0,{MAX_READABLE}}}")

Argument = int | str
Arguments = tuple[Argument, ...]


@lru_cache(maxsize=1_000)  # A process reads the same few keys all the time.
def slot_key(namespace: str, entry: str, fingerprint: str, arguments: Arguments) -> str:
    """The key of a slot. Other arguments, another type of value or namespace: another key."""
    return f"{PREFIX}:{namespace}:{entry}:{fingerprint}:{_text(arguments)}"


@lru_cache(maxsize=1_000)
def key_beside(slot: str, key: str) -> str:
    """A key for what belongs to a slot, on the server that holds another key. Two slots may come
    to share one: what lies there has to say whose it is."""
    return f"beside:{_digest(slot)[:BESIDE_DIGITS]}:{key}"


def encode_arguments(arguments: Arguments) -> str:
    """Arguments as a mark keeps them."""
    return json.dumps(arguments, separators=(",", ":"))


def decode_arguments(text: str) -> Arguments:
    return tuple(json.loads(text))


def type_fingerprint(value_type: Any, *also: str) -> str:
    """A hash of a type's fields with their types, so that old and new code never meet in a slot."""
    schema = json.dumps(msgspec.json.schema(value_type), sort_keys=True)
    return _digest("\n".join([schema, *also]))[:FINGERPRINT_DIGITS]


def _text(arguments: Arguments) -> str:
    plain = ",".join(str(argument) for argument in arguments)
    unmistakable = all(isinstance(a, int) or "," not in a for a in arguments)
    if unmistakable and _READABLE.fullmatch(plain) and not _numeric_text(arguments):
        return plain
    return "#" + _digest(encode_arguments(arguments))


def _numeric_text(arguments: Arguments) -> bool:
    """Whether a text would read like a number: 7 and "7" are two arguments."""
    return any(isinstance(a, str) and (not a or a.lstrip("-").isdigit()) for a in arguments)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
