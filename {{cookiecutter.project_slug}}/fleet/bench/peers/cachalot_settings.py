"""django-cachalot on memcached: the results of all queries are kept."""

from config.settings import INSTALLED_APPS
from fleet.bench.peers.orm_settings import *  # noqa: F403

INSTALLED_APPS.append("cachalot")
CACHALOT_CACHE = "pymemcache"
