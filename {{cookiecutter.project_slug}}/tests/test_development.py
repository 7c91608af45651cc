"""What a page shows in development only."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRINT_SIGN_IN = """
import django; django.setup()
from django.test import Client
print(Client().get("/accounts/sign-in/", headers={"host": "localhost"}).content.decode())
"""


@pytest.fixture(scope="module")
def page():
    """The sign-in page of a site with DEBUG on."""
    environment = {
        **os.environ,
        "DEBUG": "on",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "sqlite://:memory:",
    }
    command = [sys.executable, "-c", PRINT_SIGN_IN]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_number_of_queries_stands_at_the_bottom_of_the_page(page):
    assert '<p class="query-count">0 queries' in page


def test_the_toolbar_has_a_panel_of_cached_reads(page):
    assert "Cached reads" in page
    assert "0 reads, 0 hits" in page
