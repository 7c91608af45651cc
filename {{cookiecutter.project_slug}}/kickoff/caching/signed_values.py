"""Python values as bytes for memcached: pickled, and signed before they are pickled back.

Who can write to memcached could otherwise run code here: unpickling executes what it reads. The
signature also covers the key, so that a value cannot be moved to another one.

Whole numbers stay plain digits, because memcached itself must be able to add to them.
"""

from __future__ import annotations

import hmac
import logging
import pickle
import re
import time
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings

from kickoff.caching.stores.locks import ForkSafeLock

logger = logging.getLogger("kickoff.caching")

SALT = "kickoff.caching.signed_values"
MARK = b"s1"  # To be changed with anything below: other bytes are not read.
SIGNATURE_BYTES = 32
PICKLE_PROTOCOL = 5  # Fixed: the nodes of a fleet may run different Pythons for a while.
WARN_EVERY_S = 60.0

_NUMBER = re.compile(rb"(-?[0-9]{1,20}) *")  # memcached pads with blanks what `decr` makes shorter.
_LARGEST_NUMBER = 2**64 - 1  # memcached counts in 64 bits.


class RefusedValueError(Exception):
    """These bytes were not signed by this site, or cannot be unpickled by this code."""


def dumps(key: str, value: object) -> bytes:
    """Raises what pickle raises for a value that cannot be pickled."""
    if type(value) is int and abs(value) <= _LARGEST_NUMBER:
        return b"%d" % value
    pickled = pickle.dumps(value, PICKLE_PROTOCOL)
    return MARK + _signature(settings.SECRET_KEY, key, pickled) + pickled


def loads(key: str, data: bytes) -> Any:
    """Raises RefusedValueError."""
    if number := _NUMBER.fullmatch(data):
        return int(number[1])
    signature, pickled = _split(data)
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(
        hmac.compare_digest(signature, _signature(secret, key, pickled)) for secret in secrets
    ):
        raise RefusedValueError("it is not signed by this site")
    try:
        return pickle.loads(pickled)
    except Exception as error:  # Whatever a class of yesterday's code raises today.
        raise RefusedValueError(f"it cannot be unpickled: {error!r}") from error


def _split(data: bytes) -> tuple[bytes, bytes]:
    if not data.startswith(MARK):
        raise RefusedValueError("it is not signed at all")
    end = len(MARK) + SIGNATURE_BYTES
    return data[len(MARK) : end], data[end:]


def _signature(secret: str | bytes, key: str, pickled: bytes) -> bytes:
    # A key contains no zero byte, so that no other pair of key and value reads the same.
    return hmac.digest(_signing_key(secret), key.encode() + b"\0" + pickled, "sha256")


@lru_cache(maxsize=16)
def _signing_key(secret: str | bytes) -> bytes:
    secret_bytes = secret.encode() if isinstance(secret, str) else secret
    return sha256(SALT.encode() + secret_bytes).digest()


class Refusals:
    """How many values were refused by this process; a warning per minute names the last one."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = ForkSafeLock()
        self._warn_at = 0.0

    def note(self, key: str, reason: object) -> None:
        with self._lock:
            self.count += 1
            count, now = self.count, time.monotonic()
            if now < self._warn_at:
                return
            self._warn_at = now + WARN_EVERY_S
        logger.warning(
            "The cached value of %r was refused: %s. Refused since the start of this process: %d.",
            *(key, reason, count),
        )


refusals = Refusals()
