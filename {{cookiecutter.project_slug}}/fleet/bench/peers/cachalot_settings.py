"""django-cachalot on memcached: the results of all queries are kept."""

from fleet.bench.peers.orm_settings import *  # noqa: F403
from fleet.bench.peers.orm_settings import INSTALLED_APPS

INSTALLED_APPS.append("cachalot")
CACHALOT_CACHE = "pymemcache"
