"""django-cacheops on Redis: the results of all queries are kept for an hour."""

from config.settings import BASE_DIR, INSTALLED_APPS
from fleet.bench.peers import REDIS_SOCKET
from fleet.bench.peers.orm_settings import *  # noqa: F403

INSTALLED_APPS.append("cacheops")
CACHEOPS_REDIS = f"unix://{BASE_DIR / REDIS_SOCKET}"
CACHEOPS = {"*.*": {"ops": "all", "timeout": 3_600}}
