from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, register


class BrakesConfig(AppConfig):
    name = "kickoff.brakes"
    label = "brakes"

    def ready(self) -> None:
        register(check_brakes, "brakes", deploy=True)


def check_brakes(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """The brakes among Django's system checks: `manage.py check --deploy --tag brakes`."""
    # The rules are loaded when they are asked for: no web process needs them.
    from kickoff.brakes.checks import check

    return check()
