"""The site as on a node, with pages whose authors were careless, and a count of requests."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.edge.site.urls"
MIDDLEWARE.insert(1, "tests.edge.site.counting.CountingMiddleware")  # noqa: F405
# Signing in is not what is tested here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
