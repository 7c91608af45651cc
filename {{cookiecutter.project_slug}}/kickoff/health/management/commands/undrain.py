"""`manage.py undrain`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kickoff.health.conf import node_name
from kickoff.health.drain import undrain


class Command(BaseCommand):
    help = "Lets the load balancer send visitors to this node again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            was_draining = undrain()
        except OSError as error:
            raise CommandError(f"DRAIN_FILE cannot be removed: {error}") from error
        says = "takes visitors again" if was_draining else "was not draining"
        self.stdout.write(f"{node_name()} {says}")
