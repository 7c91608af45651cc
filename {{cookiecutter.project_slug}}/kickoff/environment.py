"""Typed values of environment variables, for the settings.

environs reads them, too, with marshmallow, whose import takes about as long as that of all modules
of this site. django-environ imports quickly, but takes `HTTPS=yep` for off without a word.
"""

from __future__ import annotations

import builtins
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

T = TypeVar("T")

ON = {"on", "true", "yes", "1", "t", "y"}
OFF = {"off", "false", "no", "0", "f", "n"}


class Env:
    """Each method reads one variable, or gives the default where it is not set.

    Raises ImproperlyConfigured for a value that cannot be read: it names the variable and says
    what it may be.
    """

    def __init__(self, variables: Mapping[builtins.str, builtins.str]) -> None:
        self._variables = variables

    @classmethod
    def with_file(cls, path: Path) -> Env:
        """The real environment, and behind it the file, which need not be there."""
        in_file = {name: value for name, value in dotenv_values(path).items() if value is not None}
        return cls(in_file | os.environ)

    def str(self, name: builtins.str, default: builtins.str) -> builtins.str:
        return self._variables.get(name, default)

    def bool(self, name: builtins.str, default: builtins.bool) -> builtins.bool:
        return self._read(name, default, _switch, "on or off")

    def int(self, name: builtins.str, default: builtins.int) -> builtins.int:
        return self._read(name, default, int, "a whole number")

    def float(self, name: builtins.str, default: builtins.float) -> builtins.float:
        return self._read(name, default, _finite, "a number")

    def list(
        self, name: builtins.str, default: Iterable[builtins.str]
    ) -> builtins.list[builtins.str]:
        """What stands between its commas."""
        given = self._variables.get(name)
        items = default if given is None else map(builtins.str.strip, given.split(","))
        return [item for item in items if item]

    def path(self, name: builtins.str, default: Path) -> Path:
        return Path(self._variables.get(name, default))

    def database(self, name: builtins.str, default: builtins.str) -> dj_database_url.DBConfig:
        """The URL of a database, as an item of DATABASES."""
        try:
            return dj_database_url.parse(self.str(name, default))
        except ValueError:
            # Without the value: there is a password in it.
            raise ImproperlyConfigured(
                f"{name} is no URL of a database. It may be mysql://user:password@host:3306/name "
                "or sqlite:////path/of/the/file."
            ) from None

    def _read(
        self,
        name: builtins.str,
        default: T,
        parse: Callable[[builtins.str], T],
        may_be: builtins.str,
    ) -> T:
        given = self._variables.get(name)
        if given is None:
            return default
        try:
            return parse(given)
        except ValueError:
            raise ImproperlyConfigured(f"{name} is {given!r}. It may be {may_be}.") from None


def _switch(text: str) -> bool:
    if text.lower() in ON:
        return True
    if text.lower() in OFF:
        return False
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
