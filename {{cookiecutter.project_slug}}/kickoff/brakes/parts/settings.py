"""What Django's settings say: database, caches, and what a request passes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kickoff.brakes.parts.base import NO_LIMIT, Part
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, NotFoundError, Value

# Of kickoff.dbpool, in seconds.
POOL_DEFAULTS: dict[str, float] = {
    "pool_size": 5,
    "max_overflow": 0,
    "timeout": 3,
    "recycle": 280,
    "ping_idle": 5,
}
# Of kickoff.caching's client of memcached, in seconds.
STORE_DEFAULTS = {"connect_timeout": 0.2, "timeout": 0.2}
# In the names of backends. (LocMemCache is none of them.)
MEMCACHED = ("memcached", "pymemcache", "pylibmc")
# What Django assumes where a project sets nothing.
DEFAULTS: dict[str, object] = {
    "ALLOWED_HOSTS": [],
    "CACHING_LEASE_S": 10,
    "CACHES": {},
    "CSRF_COOKIE_SECURE": False,
    "DATABASES": {},
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
    "DEBUG": False,
    "HEALTH_DISK_FAIL_PERCENT": 5,
    "INSTALLED_APPS": [],
    "LOGGING": {},
    "MIDDLEWARE": [],
    "SECURE_PROXY_SSL_HEADER": None,
    "SECURE_SSL_REDIRECT": False,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "STATIC_ROOT": None,
    "STATIC_URL": None,
    "STORAGES": {},
    "TEMPLATES": [],
    "USE_X_FORWARDED_HOST": False,
}


@dataclass(frozen=True)
class Pool:
    """The pool of connections of one process."""

    options: Mapping[str, float]
    where: str

    def number(self, name: str) -> Value[float]:
        where = self.where if name in self.options else DEFAULT
        label = name if name.startswith("pool") else f"pool {name}"
        return Value(label, {**POOL_DEFAULTS, **self.options}[name], where).map(float)

    @property
    def most(self) -> Value[int]:
        """Connections that it opens at most."""
        count = int(self.number("pool_size").value + self.number("max_overflow").value)
        return Value("pool_size + max_overflow", count, self.where)


@dataclass
class Settings(Part):
    values: Mapping[str, object] = field(default_factory=dict)
    module: str = "settings"

    def get(self, name: str) -> Value[Any]:
        self.require()
        if name in self.values:
            return Value(name, self.values[name], self.module)
        if name in DEFAULTS:
            return Value(name, DEFAULTS[name], DEFAULT)
        raise NotFoundError(f"{self.module} has no {name}.")

    # -- Database ----------------------------------------------------------------------------------

    @cached_property
    def database(self) -> dict[str, Any]:
        default = _mapping(_mapping(self.get("DATABASES").value).get("default"))
        if not default:
            raise NotFoundError(f"{self.module} has no DATABASES['default'].")
        return default

    @property
    def engine_name(self) -> str:
        """Of the default database; empty where there is none."""
        databases = _mapping(self.values.get("DATABASES"))
        return str(_mapping(databases.get("default")).get("ENGINE", ""))

    @property
    def engine(self) -> Value[str]:
        return Value("ENGINE", str(self.database.get("ENGINE", "")), self._at("ENGINE"))

    def require_mysql(self) -> None:
        if "mysql" not in self.engine.value:
            raise DoesNotApplyError(f"{self.engine}: the database is not MySQL or MariaDB.")

    @property
    def max_age(self) -> Value[float]:
        """CONN_MAX_AGE in seconds: 0 is a connection per request, None keeps them for ever."""
        age = Value("CONN_MAX_AGE", self.database.get("CONN_MAX_AGE", 0), self._at())
        return age.map(_limit)

    def option(self, name: str) -> Value[Any]:
        """Of DATABASES['default']['OPTIONS']; None where it is not there."""
        options = _mapping(self.database.get("OPTIONS"))
        where = self._at("OPTIONS") if name in options else DEFAULT
        return Value(name, options.get(name), where)

    @property
    def has_pool(self) -> bool:
        return bool(self.option("pool").value)

    @property
    def pool(self) -> Pool:
        self.require_mysql()
        found = self.option("pool").value
        if not found:
            raise DoesNotApplyError(f"{self._at('OPTIONS')} has no pool.")
        return Pool(found if isinstance(found, Mapping) else {}, self._at("OPTIONS", "pool"))

    def _at(self, *keys: str) -> str:
        path = "".join(f"[{key!r}]" for key in ("default", *keys))
        return f"{self.module}: DATABASES{path}"

    # -- Caches ------------------------------------------------------------------------------------

    @cached_property
    def caches(self) -> dict[str, dict[str, Any]]:
        caches = _mapping(self.get("CACHES").value)
        return {alias: _mapping(cache) for alias, cache in caches.items()}

    @cached_property
    def memcached_caches(self) -> dict[str, dict[str, Any]]:
        found = {
            alias: cache
            for alias, cache in self.caches.items()
            if any(word in str(cache.get("BACKEND", "")).lower() for word in MEMCACHED)
        }
        if not found:
            raise DoesNotApplyError(f"{self.module}: no cache of CACHES is memcached.")
        return found

    @cached_property
    def memcached_servers(self) -> list[str]:
        """Addresses, as `host:port`, in the order of LOCATION."""
        servers = list[str]()
        for cache in self.memcached_caches.values():
            servers += locations(cache)
        return list(dict.fromkeys(servers))

    def cache_timeout(self, alias: str, name: str) -> Value[float]:
        """`connect_timeout` or `timeout` of a cache, in seconds. pymemcache's own is: for ever."""
        cache = self.caches[alias]
        found = _mapping(cache.get("OPTIONS")).get(name)
        if found is None and str(cache.get("BACKEND", "")).startswith("kickoff."):
            found = STORE_DEFAULTS[name]
        return Value(name, found, f"{self.module}: CACHES[{alias!r}]").map(_limit)

    def position(self, name: str) -> int | None:
        """The place of a middleware whose path ends or contains this name."""
        for place, path in enumerate(self.get("MIDDLEWARE").value or ()):
            if name in path:
                return place
        return None


def _mapping(found: object) -> dict[str, Any]:
    """Nothing, where the settings have something else."""
    return dict(found) if isinstance(found, Mapping) else {}


def _limit(found: Any) -> float:
    return NO_LIMIT if found is None else float(found)


def locations(cache: Mapping[str, Any]) -> list[str]:
    found = cache.get("LOCATION") or []
    parts = found.replace(";", ",").split(",") if isinstance(found, str) else found
    return [str(part).strip() for part in parts]
