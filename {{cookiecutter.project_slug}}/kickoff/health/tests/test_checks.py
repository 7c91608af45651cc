"""Mistakes in the settings are found at start-up."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks


def ids():
    return [message.id for message in run_checks(tags=["health"])]


def test_the_settings_of_the_site_pass():
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MIDDLEWARE", [], "health.E001"),
        ("NODE_NAME", "web1\r\nSet-Cookie: a=b", "health.E002"),
        ("NODE_NAME", "../web1", "health.E002"),
        ("NODE_NAME", "", "health.E002"),
        ("HEALTH_NETWORKS", ["10.0.0.1/24"], "health.E003"),
        ("HEALTH_NETWORKS", ["office"], "health.E003"),
        ("HEALTH_TOKEN", "hunter2", "health.W004"),
    ],
)
def test_a_mistake_has_its_message(settings, name, value, expected):
    setattr(settings, name, value)
    assert ids() == [expected]


def test_a_middleware_in_front_is_a_mistake(settings):
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", *settings.MIDDLEWARE]
    assert ids() == ["health.E001"]
