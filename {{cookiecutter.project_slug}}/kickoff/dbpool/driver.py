"""The connections of the driver, for type checkers."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.engine.interfaces import DBAPIConnection


class Connection(DBAPIConnection, Protocol):
    """What the pool uses of the driver's connection, whose own types say little."""

    def autocommit(self, on: bool) -> None: ...

    def get_autocommit(self) -> bool:
        """What the server's last answer said."""

    def fileno(self) -> int: ...

    def ping(self) -> None: ...

    def next_result(self) -> int:
        """0 when there is another answer."""

    def store_result(self) -> object: ...
