"""Django's settings by themselves: what makes a site slow, or open, in production."""

from __future__ import annotations

from typing import Any

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, Value

HEALTH = ("kickoff.health", "health_check", "watchman", "dockerflow")


@rule(
    "C80",
    ERROR,
    "DEBUG is off",
    reads="DEBUG",
    why="It shows the source and the settings to visitors, and keeps every query in memory.",
    mend="DEBUG = False. (A development machine has no deploy/ to hold together: there it is on.)",
)
def debug_is_off(site: Configuration) -> Outcome:
    debug = site.settings.get("DEBUG")
    return expect(not debug.value, "off", debug)


@rule(
    "C80b",
    ERROR,
    "The host names that are answered are named",
    reads="ALLOWED_HOSTS",
    why='With "*" anybody chooses the host that stands in links and mails.',
    mend="ALLOWED_HOSTS = [domain, .domain]",
)
def hosts_are_named(site: Configuration) -> Outcome:
    hosts = site.settings.get("ALLOWED_HOSTS")
    return expect(bool(hosts.value) and "*" not in hosts.value, 'names, and no "*"', hosts)


@rule(
    "C80c",
    WARNING,
    "Cookies travel encrypted only",
    reads="SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE",
    why="A cookie in the clear is a session for whoever listens.",
    mend="Set both to True.",
)
def cookies_are_secure(site: Configuration) -> Outcome:
    values = [site.settings.get(n) for n in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")]
    return expect(all(value.value for value in values), "both on", *values)


@rule(
    "C80d",
    ERROR,
    "Django learns from the load balancer that a request came encrypted",
    reads="SECURE_SSL_REDIRECT, SECURE_PROXY_SSL_HEADER",
    why="Behind a load balancer every request looks unencrypted: without the header each one is "
    "redirected to itself, for ever.",
    mend='SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
)
def https_is_known(site: Configuration) -> Outcome:
    site.haproxy.require()
    redirect = site.settings.get("SECURE_SSL_REDIRECT")
    header = site.settings.get("SECURE_PROXY_SSL_HEADER")
    return expect(not redirect.value or bool(header.value), "a header", redirect, header)


@rule(
    "C80e",
    ERROR,
    "The load balancer says itself what Django believes of it",
    reads="SECURE_PROXY_SSL_HEADER, http-request set-header X-Forwarded-Proto",
    why="A header that is passed on as it came lets a visitor say that the request was encrypted.",
    mend="http-request set-header X-Forwarded-Proto https",
)
def forwarded_is_set(site: Configuration) -> Outcome:
    header = site.settings.get("SECURE_PROXY_SSL_HEADER")
    if not header.value:
        raise DoesNotApplyError("SECURE_PROXY_SSL_HEADER is not set.")
    name = header.value[0].removeprefix("HTTP_").replace("_", "-").lower()
    sections = [*site.haproxy.frontends, *site.haproxy.backends]
    lines = [
        line
        for section in sections
        for line in section.find("http-request")
        if line.words[1] in ("set-header", "del-header")
        and " ".join(line.words[2:3]).lower() == name
    ]
    found = Value(f"set-header {name}", len(lines), lines[0].where if lines else "HAProxy")
    return expect(bool(lines), f"http-request set-header {name}", found)


@rule(
    "C81",
    ERROR,
    "Templates are compiled once",
    reads="TEMPLATES loaders",
    why="Loaders by hand lose the cached one: every page compiles all its templates again.",
    mend="Leave `loaders` out, or wrap them in django.template.loaders.cached.Loader.",
)
def templates_are_cached(site: Configuration) -> Outcome:
    templates = site.settings.get("TEMPLATES")
    loaders = [(each.get("OPTIONS") or {}).get("loaders") for each in templates.value]
    bad = [each for each in loaders if each and not _is_cached(each)]
    return expect(not bad, "none, or the cached one", Value("loaders", bad, templates.where))


def _is_cached(loaders: list[Any]) -> bool:
    first = loaders[0]
    return "cached.Loader" in (first if isinstance(first, str) else first[0])


@rule(
    "C82",
    WARNING,
    "Sessions are not read from the database",
    reads="SESSION_ENGINE",
    why="A query for every request of a signed-in visitor.",
    mend="django.contrib.sessions.backends.cached_db",
)
def sessions_are_cached(site: Configuration) -> Outcome:
    engine = site.settings.get("SESSION_ENGINE")
    return expect(not engine.value.endswith(("backends.db", "backends.file")), "cached_db", engine)


@rule(
    "C83",
    WARNING,
    "Python writes no log files by itself",
    reads="LOGGING handlers",
    why="Several processes that write and rotate one file lose lines, and stop on a full disk.",
    mend="logging.StreamHandler: Apache's error log takes it.",
)
def logs_go_to_apache(site: Configuration) -> Outcome:
    logging = site.settings.get("LOGGING")
    handlers = (logging.value or {}).get("handlers", {})
    bad = [name for name, each in handlers.items() if "File" in str(each.get("class", ""))]
    return expect(not bad, "no FileHandler", Value("handlers", bad, logging.where))


@rule(
    "C83b",
    WARNING,
    "Python logs warnings and errors only",
    reads="LOGGING level",
    why="A line for each request or query is a write for each.",
    mend="level WARNING",
)
def little_is_logged(site: Configuration) -> Outcome:
    logging = site.settings.get("LOGGING")
    loggers = {**(logging.value or {}).get("loggers", {})}
    loggers["root"] = (logging.value or {}).get("root", {})
    bad = [n for n, each in loggers.items() if each.get("level", "WARNING") in ("DEBUG", "INFO")]
    return expect(not bad, "no DEBUG or INFO", Value("loggers", bad, logging.where))


@rule(
    "C84",
    ERROR,
    "Health is answered before anything that can refuse",
    reads="MIDDLEWARE",
    why="A redirect to HTTPS or a 400 for the Host of a probe takes every node out.",
    mend="The health middleware first in MIDDLEWARE",
)
def health_comes_first(site: Configuration) -> Outcome:
    middleware = site.settings.get("MIDDLEWARE")
    places = [p for name in HEALTH if (p := site.settings.position(name)) is not None]
    security = site.settings.position("SecurityMiddleware")
    found = Value("MIDDLEWARE", middleware.value[:2], middleware.where)
    holds = bool(places) and (security is None or min(places) < security)
    return expect(holds, "the health middleware before SecurityMiddleware", found)


@rule(
    "C85",
    WARNING,
    "The development tools are not installed",
    reads="INSTALLED_APPS, MIDDLEWARE",
    why="The debug toolbar listens to every query, shown or not.",
    mend="Add them only when DEBUG is on.",
)
def no_tools(site: Configuration) -> Outcome:
    apps, middleware = site.settings.get("INSTALLED_APPS"), site.settings.get("MIDDLEWARE")
    tools = ("debug_toolbar", "silk", "django_extensions")
    bad = [name for name in (*apps.value, *middleware.value) if name.startswith(tools)]
    return expect(not bad, "none", Value("tools", bad, apps.where))
