"""A value as readers pass it on: decoded when somebody wants it, and not before.

A derived entry needs the versions of its parts, and their values only when it is built anew. To
decode a page takes longer than to get it from memcached.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

H = TypeVar("H", bound=msgspec.Struct)

_NOTHING = msgspec.msgpack.encode(None)


class UndecodableError(Exception):
    """A slot held what is no value of its entry. It has been emptied: read again."""


class Content:
    """A value that is there already, or a payload that becomes one."""

    __slots__ = ("_decode", "_payload", "_spoiled", "_value")

    _decode: Callable[[bytes], Any]
    _spoiled: Callable[[], object]

    def __init__(self, value: Any) -> None:
        self._value = value
        self._payload: bytes | None = None

    @classmethod
    def undecoded(
        cls, payload: bytes, decode: Callable[[bytes], Any], spoiled: Callable[[], object]
    ) -> Content:
        """`spoiled` is called when the payload cannot be decoded."""
        content = cls(None)
        content._payload, content._decode, content._spoiled = payload, decode, spoiled
        return content

    @property
    def value(self) -> Any:
        """Raises UndecodableError. All threads share it."""
        payload = self._payload
        if payload is not None:
            self._value = self._decoded(self._decode, payload)
            self._payload = None
        return self._value

    @property
    def is_none(self) -> bool:
        payload = self._payload
        return self._value is None if payload is None else payload == _NOTHING

    def head(self, kind: type[H]) -> H | None:
        """The value as a struct that it inherits from: without decoding what else it holds.

        Raises UndecodableError.
        """
        payload = self._payload
        if payload is None:
            value: H | None = self._value
            return value
        head: H | None = self._decoded(_decoder(kind).decode, payload)
        return head

    def _decoded(self, decode: Callable[[bytes], Any], payload: bytes) -> Any:
        try:
            return decode(payload)
        except msgspec.MsgspecError as error:
            self._spoiled()
            raise UndecodableError(str(error)) from error


@cache
def _decoder(kind: type[H]) -> msgspec.msgpack.Decoder[H | None]:
    return msgspec.msgpack.Decoder(kind | None)
