"""As small as can be. Where its database is, DATABASE_URL says."""

import os
from urllib.parse import urlsplit

_place = urlsplit(os.environ["DATABASE_URL"])

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["kickoff.dbpool.tests.site"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "kickoff.dbpool.mysql",
        "NAME": _place.path.removeprefix("/"),
        "USER": _place.username,
        "HOST": _place.hostname,
        "PORT": _place.port,
        "OPTIONS": {"pool": {"pool_size": 2}},
    }
}
