"""The settings under test: the site's own, whatever the developer's .env says."""

import os

os.environ.update(
    ENV_FILE=os.devnull,
    SECRET_KEY="only-for-tests-" + "x" * 50,
    DEBUG="off",
    DOMAIN_NAME="testserver",
    LAB="on",  # sample site
    HTTPS="off",
    CACHE_URL=os.environ.get("TEST_CACHE_URL", "sqlite:///test-slots.sqlite3"),
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL", "sqlite:///test.sqlite3"),
)

from config.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, not memory: the server of the browser tests has a connection of its own, as in life.
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # noqa: F405

if CACHE_URL.startswith("sqlite://"):  # noqa: F405
    # No test finds what another one has left.
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}  # noqa: F405

INSTALLED_APPS += ["kickoff.caching.tests.app"]  # noqa: F405

CACHING_RAISE_LAZY_FETCHES = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # Files are looked for when they are asked for: none was collected.
