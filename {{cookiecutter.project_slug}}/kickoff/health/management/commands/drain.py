"""`manage.py drain [REASON]`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kickoff.health.conf import node_name
from kickoff.health.drain import drain


class Command(BaseCommand):
    help = "Takes this node out of the load balancer; a restart does not bring it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reason", nargs="?", default="", metavar="REASON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = drain(options["reason"])
        except OSError as error:
            raise CommandError(f"DRAIN_FILE cannot be written: {error}") from error
        self.stdout.write(
            f"{node_name()} drains since {found.since}: /readyz says 404. Undo it: undrain"
        )
