"""The brakes among Django's system checks: `manage.py check --deploy --tag brakes`."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from kickoff.brakes.node_settings import settings_here
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import Places, read_site
from kickoff.brakes.registry import run
from kickoff.brakes.results import Result, Status
from kickoff.brakes.rules import load

KINDS: dict[Status, type[Error] | type[Warning]] = {Status.ERROR: Error, Status.WARNING: Warning}


@register("brakes", deploy=True)
def check_brakes(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Files and settings only: nothing is asked over the network. What is missing is no fault."""
    load()
    here = settings_here()
    if settings.DEBUG or "sqlite" in here.engine_name:
        here = Settings(absent="With DEBUG or SQLite these are not the settings of a node.")
    project = Path(getattr(settings, "BASE_DIR", Path.cwd()))
    results = run(read_site(Places(project, {}), here))
    return [_message(result) for result in results if result.status in KINDS]


def _message(result: Result) -> CheckMessage:
    found = "; ".join(result.found) or "nothing"
    return KINDS[result.status](
        f"{result.rule.title}: not so. Found {found}. Expected {result.expected}.",
        hint=f"{result.rule.why} To mend it: {result.rule.mend}",
        id=f"brakes.{result.rule.id}",
    )
