"""The settings of this site: one module, grouped by subject, every value from the environment.

Each variable is explained in `.env.example`. Without variables the settings are the safe ones for
production; `.env` turns on what development needs.
"""

import os
import socket
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from kickoff.caching.stores.urls import memcached_servers
from kickoff.environment import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env.with_file(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

# -- Core ------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `python config/create_env.py` writes a .env file with a new one."
    )

DOMAIN_NAME = env.str("DOMAIN_NAME", "localhost")
SITE_NAME = env.str("SITE_NAME", "Kickoff")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [DOMAIN_NAME, f".{DOMAIN_NAME}"])
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
# Each node's own name, web1.example.com: open to the networks that its web server lets in.
DIRECT_HOSTS = env.list("DIRECT_HOSTS", [])
ALLOWED_HOSTS += DIRECT_HOSTS
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [f"https://{DOMAIN_NAME}"])

# Which version of the code runs. Set it where one is rolled out, to a commit for example.
RELEASE = env.str("RELEASE", "")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "waffle",
    "kickoff.brakes",
    "kickoff.health",
    "kickoff.caching",
    "kickoff.tuning",
    "kickoff.rollout",
    "accounts",
    "fantasy",  # sample site
]

MIDDLEWARE = [
    "kickoff.health.middleware.HealthMiddleware",  # first: it answers for any Host
    "django.middleware.security.SecurityMiddleware",
    "kickoff.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Rendered pages are handed out here: what follows is about the visitor.
    "kickoff.public_pages.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kickoff.rollout.middleware.RolloutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # With DEBUG off Django caches the compiled templates by itself.
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
            ],
        },
    },
]

# -- Database --------------------------------------------------------------------------------------

DATABASES = {
    "default": env.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for the writer, and a writer takes its lock at the start of its
        # transaction, so that two of them queue instead of failing half-way.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,  # seconds that a writer waits for its turn
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"] |= {
        "ENGINE": "kickoff.dbpool.mysql",
        "CONN_MAX_AGE": 0,  # The pool keeps the connections, so a thread must not.
        "OPTIONS": {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            # Each wait ends before the one around it, in seconds: connect 2 < pool 3 < statement 5
            # (max_statement_time of the server) < read 10 (2 × 5: the server gives up first, with
            # a clear error). 2 + 10 for a frozen server is less than Apache's request-timeout, 20.
            "connect_timeout": 2,
            "read_timeout": env.int("DATABASE_READ_TIMEOUT_S", 10),
            "write_timeout": 10,
            "pool": {
                # 4 processes × 5 threads per node: one connection for each thread, none beyond.
                "pool_size": env.int("DATABASE_POOL_SIZE", 5),
                "max_overflow": 0,
                "timeout": env.float("DATABASE_POOL_TIMEOUT_S", 3),
                # Below the server's wait_timeout: 300 - 20 for a request that still holds it.
                "recycle": env.int("DATABASE_POOL_RECYCLE_S", 280),
            },
            **DATABASES["default"].get("OPTIONS", {}),  # What the URL says wins: ?ssl-ca=…
        },
    }

# Routers that know of replicas come after it.
DATABASE_ROUTERS = ["kickoff.caching.routing.BuildersReadThePrimary"]

# -- Cache -----------------------------------------------------------------------------------------

# Where the slots of cached reads live: a file of their own, or memcached.
CACHE_URL = env.str("CACHE_URL", f"sqlite:///{BASE_DIR / 'slots.sqlite3'}")
CACHES: dict[str, dict[str, Any]]
if CACHE_URL.startswith("memcached://"):
    CACHES = {
        "default": {
            "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
            "LOCATION": memcached_servers(CACHE_URL),
            "KEY_PREFIX": "django",
        }
    }
else:
    CACHES = {
        "default": {
            # Shared by all processes of this machine, as the file with the slots is.
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": BASE_DIR / "django-cache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},  # The default of 300 drops sessions all the time.
        }
    }
# Sessions are read from the cache, with the database behind it.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# What templates of cached pages know: they have no request, so no context processor either.
CACHING_CONTEXT = {"site_name": SITE_NAME}
CACHING_RELEASE = RELEASE  # another release renders its pages anew

# -- Flags -----------------------------------------------------------------------------------------

WAFFLE_FLAG_MODEL = "rollout.Flag"
WAFFLE_ENABLE_ADMIN_PAGES = False  # kickoff.rollout has its own, for flags only.

# -- Health ----------------------------------------------------------------------------------------

# This node, in X-Served-By and /version.
NODE_NAME = env.str("NODE_NAME", socket.gethostname())
# While this file is there the node is out of the load balancer; `manage.py drain` writes it.
DRAIN_FILE = env.path("DRAIN_FILE", BASE_DIR / f"drain.{NODE_NAME}")
# Who may read /healthz beside those at a direct host: addresses or networks, and whoever sends the
# token in X-Health-Token. Nobody else learns that it is there.
HEALTH_NETWORKS = env.list("HEALTH_NETWORKS", ["127.0.0.0/8", "::1"] if DEBUG else [])
HEALTH_TOKEN = env.str("HEALTH_TOKEN", "")
# More folders whose disks must not fill up: of logs, of a database on this node.
HEALTH_FOLDERS = env.list("HEALTH_FOLDERS", [])

# -- Users -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.CachedUserBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# -- Language, time --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = False  # The site speaks one language: no translation look-ups while rendering.
USE_TZ = True

# -- Static files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}

# -- Security --------------------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)  # a year
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "kickoff.errors.csrf_failure"
if env.bool("BEHIND_PROXY", False):
    # Only for a proxy that always sets or removes this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Everything the pages use comes from this site: no inline script or style, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# -- Mail ------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"no-reply@{DOMAIN_NAME}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# -- Logging: warnings and errors only, to standard error ------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING")},
}

# sample site: begin
# -- Lab: each public page the slow way, and step by step to the fast one --------------------------

# Its pages are slow on purpose: not on a site that is open to everybody.
LAB = env.bool("LAB", DEBUG)
# A web server in front of this site whose cache the lab measures, too: http://127.0.0.1:8080
LAB_FRONT_URL = env.str("LAB_FRONT_URL", "")
if LAB:
    INSTALLED_APPS += ["lab"]

# sample site: end
# -- Development -----------------------------------------------------------------------------------

if DEBUG:
    from debug_toolbar.settings import PANELS_DEFAULTS

    # The app of csp only checks the settings, and takes its time to be imported.
    INSTALLED_APPS += ["csp", "debug_toolbar"]
    MIDDLEWARE.insert(2, "kickoff.querycount.QueryCountMiddleware")
    MIDDLEWARE.insert(2, "debug_toolbar.middleware.DebugToolbarMiddleware")
    DEBUG_TOOLBAR_PANELS = [
        "kickoff.caching.panel.CachedReadsPanel",
        "kickoff.budgets.panel.QueryBudgetPanel",
        *PANELS_DEFAULTS,
    ]
    DEBUG_TOOLBAR_CONFIG: dict[str, Any] = {"SHOW_COLLAPSED": True}
    if LAB:  # sample site
        DEBUG_TOOLBAR_CONFIG["SHOW_TOOLBAR_CALLBACK"] = "lab.toolbar.is_shown"  # sample site
    INTERNAL_IPS = ["127.0.0.1", "::1"]
    # `runserver` serves static files from where they lie.
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
