"""The settings of the site as it is shipped, with the peers among its addresses."""

from config.settings import *  # noqa: F403
from config.settings import CACHES, INSTALLED_APPS

ROOT_URLCONF = "fleet.bench.peers.urls"
# Links lead to the site, wherever this is mounted.
FORCE_SCRIPT_NAME = ""

if "lab" not in INSTALLED_APPS:
    INSTALLED_APPS.append("lab")  # for its templates

# Django's own client of the same memcached.
CACHES["pymemcache"] = {
    "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
    "LOCATION": CACHES["default"]["LOCATION"],
    "KEY_PREFIX": "bench",
}
