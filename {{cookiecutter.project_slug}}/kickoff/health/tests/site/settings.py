"""The site's own settings, with samples in quick succession."""

from config.settings import *  # noqa: F403

HEALTH_INTERVAL_S = 0.2
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
