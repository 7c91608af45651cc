"""What both ORM caches need: Django's own MySQL backend, each thread with a connection that stays.

They know the backends of Django, and no other.
"""

from config.settings import DATABASES
from fleet.bench.peers.settings import *  # noqa: F403

DATABASES["default"] |= {
    "ENGINE": "django.db.backends.mysql",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,  # The bench restarts the database.
}
DATABASES["default"]["OPTIONS"].pop("pool", None)
ROOT_URLCONF = "fleet.bench.peers.orm_urls"
