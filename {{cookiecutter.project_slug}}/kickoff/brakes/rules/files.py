"""Static files and public pages that Apache serves by itself."""

from __future__ import annotations

import re
from pathlib import Path

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.apache import PAGE_CACHE_PARTS
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, Value, mib, seconds, size


@rule(
    "C18",
    ERROR,
    "Apache serves static files, from where collectstatic puts them",
    reads="Alias, WSGIScriptAlias, STATIC_URL, STATIC_ROOT",
    why="Otherwise each file takes a slot of Python: five times slower at best.",
    mend="Alias /static/ …/staticfiles/",
)
def files_are_apaches(site: Configuration) -> Outcome:
    url = site.settings.get("STATIC_URL")
    root = site.settings.get("STATIC_ROOT")
    if not url.value:
        raise DoesNotApplyError("STATIC_URL is not set: the site has no static files.")
    aliases = {
        line.arguments[0].rstrip("/"): line
        for line in site.apache.named("Alias")
        if len(line.arguments) > 1
    }
    path = "/" + str(url.value).strip("/")
    if path not in aliases:
        return expect(
            False, f"Alias {path}/", Value("Alias", ", ".join(aliases), site.apache.place)
        )
    target = aliases[path]
    # Releases lie in folders of their own: the name of the last folder must agree.
    holds = bool(root.value) and Path(target.arguments[1]).name == Path(str(root.value)).name
    return expect(holds, f"Alias {path}/ to {root.value}", site.apache.as_value(target), root)


@rule(
    "C18b",
    WARNING,
    "Hashed files are kept by browsers for a year",
    reads="Header Cache-Control for static files",
    why="Their name changes with their content: asking again is a request for nothing.",
    mend='Header set Cache-Control "public, max-age=31536000, immutable"',
)
def files_are_kept(site: Configuration) -> Outcome:
    lines = [line for line in site.apache.named("Header") if "immutable" in line.text]
    year = [line for line in lines if "max-age=31536000" in line.text]
    return expect(
        bool(lines) and len(year) == len(lines),
        "max-age=31536000, immutable",
        *map(site.apache.as_value, lines),
    )


@rule(
    "C18c",
    WARNING,
    "Files whose name stays are kept for about a minute",
    reads="Header Cache-Control for static files",
    why="Longer, and a release is not seen; shorter, and each page asks for them again.",
    mend='Header set Cache-Control "public, max-age=60"',
)
def plain_files_are_renewed(site: Configuration) -> Outcome:
    lines = [
        line
        for line in site.apache.named("Header")
        if "max-age" in line.text and "immutable" not in line.text
    ]
    if not lines:
        raise DoesNotApplyError("Apache sets no max-age for them.")
    ages = [int(age) for line in lines for age in re.findall(r"max-age=(\d+)", line.text)]
    return expect(
        all(30 < age < 120 for age in ages), "30 < max-age < 120", *map(site.apache.as_value, lines)
    )


@rule(
    "C19",
    WARNING,
    "Static files are compressed once, not for each visitor",
    reads="STORAGES staticfiles",
    why="WhiteNoise's storage writes .gz and .br beside each file; Apache sends them.",
    mend="whitenoise.storage.CompressedManifestStaticFilesStorage",
)
def files_are_compressed(site: Configuration) -> Outcome:
    storages = site.settings.get("STORAGES")
    backend = (storages.value.get("staticfiles") or {}).get("BACKEND", "")
    found = Value("STORAGES['staticfiles']", backend, storages.where)
    return expect("Compressed" in backend and "Manifest" in backend, "Compressed…Manifest…", found)


@rule(
    "C46",
    WARNING,
    "Of a page that has gone stale in Apache's cache one copy is made, not many",
    reads="CacheEnable, CacheLock, CacheLockMaxAge",
    why="Without the lock every visitor of that second goes to Python: the dog-pile.",
    mend="CacheLock On, CacheLockMaxAge 5",
)
def cache_has_a_lock(site: Configuration) -> Outcome:
    _needs_a_cache(site)
    locks = site.apache.named("CacheLock")
    ages = site.apache.named("CacheLockMaxAge")
    holds = bool(locks) and all(line.text.lower() == "on" for line in locks)
    values = [site.apache.as_value(line).map(seconds) for line in ages]
    return expect(
        holds and all(3 <= age.value < 10 for age in values),
        "On; 3 ≤ CacheLockMaxAge < 10",
        *map(site.apache.as_value, locks),
        *values,
    )


@rule(
    "C46b",
    WARNING,
    "A page fits into Apache's shared memory",
    reads="CacheSocache shmcb:…(size), CacheSocacheMaxSize",
    why="shmcb divides its space into 256 parts by the first letter of a key, and all pages lie in "
    "one of them: it has to have room for twenty of the largest.",
    mend="CacheSocacheMaxSize = size / 256 × 3 / 64",
)
def pages_fit_the_cache(site: Configuration) -> Outcome:
    space, sizes = site.apache.page_cache_space, site.apache.named("CacheSocacheMaxSize")
    if not sizes:
        raise DoesNotApplyError("Apache has no limit for the pages that it keeps.")
    part, page = space.value / PAGE_CACHE_PARTS, site.apache.as_value(sizes[0]).map(size)
    return expect(
        part / 40 <= page.value <= part / 20,
        f"{part / 40:g} ≤ CacheSocacheMaxSize ≤ {part / 20:g} = {space.value} / 256 / 20",
        space,
        page,
    )


@rule(
    "C46g",
    WARNING,
    "Apache's shared memory holds the pages of a match day",
    reads="CacheSocache shmcb:…(size), memory_gb of the nodes",
    why="All pages lie in one of the 256 parts of the space. Where that is too small they drive "
    "each other out, and Python makes each of them again and again within its second.",
    mend="A size of 1 GB, or of half of a node's memory where that is less: two parts are used",
)
def pages_have_room(site: Configuration) -> Outcome:
    space, memory = site.apache.page_cache_space, site.fleet.node_memory_bytes
    least, most = min(2**30, memory.value / 2), memory.value / 2
    return expect(
        least <= space.value <= most,
        f"{mib(least)} ≤ size ≤ {mib(most)}, half of a node's memory",
        space,
        memory,
    )


@rule(
    "C46h",
    WARNING,
    "Threads of Apache that wait for the cache are not put to sleep each time",
    reads="Mutex … cache-socache",
    why="Each page takes two turns at the cache. With Apache's default a thread that waits for its "
    "turn sleeps and is woken: 30 % fewer pages with 32 visitors at once.",
    mend="Mutex sem cache-socache",
)
def cache_turns_are_short(site: Configuration) -> Outcome:
    _needs_a_cache(site)
    lines = site.apache.named("Mutex")
    own = [line for line in lines if "cache-socache" in line.arguments[1:]]
    found = own or [line for line in lines if "default" in (line.arguments[1:] or ["default"])]
    values = [site.apache.as_value(line) for line in found] or [
        Value("Mutex", "pthread default", DEFAULT)
    ]
    holds = bool(found) and found[-1].arguments[0] in {"sem", "posixsem"}
    return expect(holds, "sem cache-socache", *values)


@rule(
    "C46c",
    ERROR,
    "Apache keeps only pages that say how long",
    reads="CacheDefaultExpire, CacheLastModifiedFactor, CacheIgnoreHeaders",
    why="A page without a word about its age is kept for an hour by default, one that says when it "
    "was changed for a tenth of the time since; a kept cookie is one visitor's session for all.",
    mend="CacheDefaultExpire 0, CacheLastModifiedFactor 0, CacheIgnoreHeaders Set-Cookie",
)
def pages_say_how_long(site: Configuration) -> Outcome:
    _needs_a_cache(site)
    found = [site.apache.named(name) for name in ("CacheDefaultExpire", "CacheLastModifiedFactor")]
    ignored = " ".join(line.text for line in site.apache.named("CacheIgnoreHeaders"))
    holds = all(lines and all(float(line.text) == 0 for line in lines) for lines in found)
    return expect(
        holds and "set-cookie" in ignored.lower(),
        "CacheDefaultExpire 0, CacheLastModifiedFactor 0, CacheIgnoreHeaders Set-Cookie",
        *(site.apache.as_value(line) for lines in found for line in lines),
        Value("CacheIgnoreHeaders", ignored, site.apache.place),
    )


@rule(
    "C46e",
    WARNING,
    "A page that is no longer fresh is given away for a moment only",
    reads="CacheSocacheMinTime",
    why="While one visitor's request renews it, the others get the old page. By default a page may "
    "be ten minutes old by then; with no time at all there is none to give.",
    mend="CacheSocacheMinTime 2",
)
def stale_pages_go_soon(site: Configuration) -> Outcome:
    if not site.apache.named("CacheSocache"):
        raise DoesNotApplyError("Apache has no cache in shared memory.")
    lines = site.apache.named("CacheSocacheMinTime")
    found = [site.apache.as_value(line).map(seconds) for line in lines] or [
        Value("CacheSocacheMinTime", 600.0, DEFAULT)
    ]
    return expect(all(2 <= value.value <= 3 for value in found), "2 to 3 s", *found)


@rule(
    "C46d",
    WARNING,
    "Whoever reloads a page gets it from Apache's cache",
    reads="CacheIgnoreCacheControl",
    why="F5 says max-age=0, and by default that is obeyed: on a match day everybody's F5 goes to "
    "Python.",
    mend="CacheIgnoreCacheControl On",
)
def reloads_are_answered_too(site: Configuration) -> Outcome:
    _needs_a_cache(site)
    lines = site.apache.named("CacheIgnoreCacheControl")
    found = [site.apache.as_value(line) for line in lines] or [
        Value("CacheIgnoreCacheControl", "Off", DEFAULT)
    ]
    return expect(all(value.value.lower() == "on" for value in found), "On", *found)


@rule(
    "C46f",
    ERROR,
    "A page that Apache renews is asked for whole",
    reads="CacheEnable socache, RequestHeader unset If-None-Match, If-Modified-Since",
    why="mod_cache asks with the old page's tag. After a 304 mod_cache_socache keeps the page "
    "without its body, so visitors get an empty one; a 304 with a length is asked for twice.",
    mend="RequestHeader unset If-None-Match and If-Modified-Since for what Python makes",
)
def renewals_are_whole(site: Configuration) -> Outcome:
    if not site.apache.named("CacheSocache"):
        raise DoesNotApplyError("Apache has no cache in shared memory.")
    wanted = {("unset", "if-none-match"), ("unset", "if-modified-since")}
    lines = {
        tuple(word.lower() for word in line.arguments[:2]): line
        for line in site.apache.named("RequestHeader")
    }
    found = [site.apache.as_value(line) for start, line in lines.items() if start in wanted]
    return expect(
        len(found) == len(wanted),
        "unset If-None-Match, unset If-Modified-Since",
        *(found or [Value("RequestHeader", "", site.apache.place)]),
    )


def _needs_a_cache(site: Configuration) -> None:
    if not site.apache.named("CacheEnable"):
        raise DoesNotApplyError("Apache caches nothing.")
