"""What lies in a slot: a lease, or a value with its version and the time at which it was built."""

from __future__ import annotations

import hashlib
import struct
import time
import zlib

import msgspec

# One byte says what it is. Another wire format takes other bytes (and another PREFIX in keys.py).
_LEASE = b"L"
_PLAIN = b"P"
_COMPRESSED = b"Z"

_HEADER = struct.Struct("<c8sd")  # kind, version, built_at
VERSION_BYTES = 8


class EnvelopeError(Exception):
    """The bytes are no envelope of ours."""


class Lease(msgspec.Struct, frozen=True):
    """Somebody builds the value. The token tells whose lease it is."""

    token: bytes


class Envelope(msgspec.Struct, frozen=True):
    """A value as bytes.

    `version` is a hash of the payload: equal values have equal versions, in all processes and after
    every restart. `built_at` is in seconds since 1970 and for display only: no decision compares
    the clocks of two machines.
    """

    version: str
    built_at: float
    payload: bytes


def seal(payload: bytes, *, compress_over_bytes: int) -> bytes:
    """The bytes of a filled slot, compressed when the payload is longer than the limit."""
    body, kind = payload, _PLAIN
    if len(payload) > compress_over_bytes:
        body, kind = zlib.compress(payload, level=1), _COMPRESSED
    return _HEADER.pack(kind, bytes.fromhex(version_of(payload)), time.time()) + body


def seal_lease(token: bytes) -> bytes:
    return _LEASE + token


def unseal(data: bytes) -> Lease | Envelope:
    """Raises EnvelopeError for bytes that `seal` and `seal_lease` did not make."""
    if data[:1] == _LEASE:
        return Lease(data[1:])
    try:
        kind, version, built_at = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        payload = zlib.decompress(body) if kind == _COMPRESSED else body
    except (struct.error, zlib.error) as error:
        raise EnvelopeError(str(error)) from error
    if kind not in (_PLAIN, _COMPRESSED):
        raise EnvelopeError(f"unknown kind {kind!r}")
    return Envelope(version.hex(), built_at, payload)


def version_in(data: bytes) -> str:
    """The version of a value that `seal` has sealed."""
    version: bytes = _HEADER.unpack_from(data)[1]
    return version.hex()


def version_of(payload: bytes) -> str:
    """Equal payloads have equal versions, and only they."""
    return hashlib.blake2b(payload, digest_size=VERSION_BYTES).hexdigest()
