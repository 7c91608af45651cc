"""Mistakes in the settings of health, found at start-up."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from kickoff.health import conf

MIDDLEWARE = "kickoff.health.middleware.HealthMiddleware"
TOKEN_LENGTH = 20  # characters: 120 bits as `secrets.token_urlsafe` writes them


@register("health")
def check_settings(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if list(settings.MIDDLEWARE[:1]) != [MIDDLEWARE]:
        found.append(_not_first())
    if not conf.NODE_NAME.fullmatch(conf.node_name()):
        found.append(_no_node_name())
    try:
        conf.networks()
    except ValueError as error:
        found.append(
            Error(
                f"HEALTH_NETWORKS: {error}",
                hint="Write addresses or networks, as 10.0.0.0/24.",
                id="health.E003",
            )
        )
    if 0 < len(conf.token()) < TOKEN_LENGTH:
        found.append(_short_token())
    return found


def _not_first() -> CheckMessage:
    return Error(
        f"{MIDDLEWARE} is not the first of MIDDLEWARE: load balancers get 400 for their Host.",
        hint="Put it at the beginning.",
        id="health.E001",
    )


def _no_node_name() -> CheckMessage:
    return Error(
        f"NODE_NAME is {conf.node_name()!r}, but it stands in a header and in the name of a file.",
        hint="Use letters, digits, dots, hyphens and underscores, as web1.",
        id="health.E002",
    )


def _short_token() -> CheckMessage:
    return Warning(
        f"HEALTH_TOKEN has fewer than {TOKEN_LENGTH} characters.",
        hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe())'",
        id="health.W004",
    )
