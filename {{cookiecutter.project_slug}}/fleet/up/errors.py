"""What stops a fleet from starting."""

from __future__ import annotations


class FleetError(Exception):
    """The fleet cannot start or go on; the message says why, for whoever started it."""
