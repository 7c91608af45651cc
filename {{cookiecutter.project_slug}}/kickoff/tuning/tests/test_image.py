"""What the image of a node is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

PROJECT = Path(settings.BASE_DIR)


def lines(name: str) -> set[str]:
    return {line.strip().strip("/") for line in (PROJECT / name).read_text().splitlines()}


@pytest.mark.parametrize("secret", [".env", "deploy/haproxy/*.pem"])
def test_no_secret_gets_into_git_or_into_the_image(secret):
    assert secret in lines(".gitignore")
    assert secret in lines(".dockerignore")


@pytest.mark.parametrize("path", [".venv", "staticfiles"])
def test_what_the_image_makes_is_not_brought_along(path):
    assert path in lines(".dockerignore")


def test_the_secrets_are_those_that_compose_hands_over():
    compose = (PROJECT / "deploy" / "compose.yaml").read_text()
    assert "env_file: [site.env, ../.env]" in compose
    assert "./haproxy/site.pem:" in compose
