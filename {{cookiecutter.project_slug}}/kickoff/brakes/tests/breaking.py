"""For each rule, changes to the sound site that break it, and what it needs to apply at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kickoff.brakes.tests.sound import Change, Setting, Text

APACHE = "apache/site.conf"
HAPROXY = "haproxy/haproxy.cfg"
MYSQL = "mysql/server.cnf"
USERS = "mysql/users.sql"
MEMCACHED = "memcached/memcached.conf"
WEB = "systemd/web.service"
REFRESHER = "systemd/refresher.service"
FLEET = "fleet.toml"
OPTIONS = "DATABASES.default.OPTIONS"
POOL = f"{OPTIONS}.pool"


@dataclass(frozen=True)
class Case:
    """With `given` the rule holds; with `broken` on top of it, it does not."""

    rule: str
    broken: Sequence[Change]
    given: Sequence[Change] = ()


def _apache(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(APACHE, old, new)])


def _haproxy(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(HAPROXY, old, new)])


def _mysql(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(MYSQL, old, new)])


def _memcached(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(MEMCACHED, old, new)])


def _setting(rule: str, path: str, value: object) -> Case:
    return Case(rule, [Setting(path, value)])


PREFORK = [
    Text(APACHE, "LoadModule mpm_event_module", "LoadModule mpm_prefork_module"),
    Text(APACHE, "ServerLimit 4", "ServerLimit 40\nMinSpareServers 40\nMaxSpareServers 41"),
    Text(APACHE, "StartServers 2", "StartServers 40"),
]
STATUS = Text(
    APACHE, "", "<Location /server-status>\nSetHandler server-status\nRequire local\n</Location>"
)

FRONT = [
    _apache("C03", "MaxRequestWorkers 40", "MaxRequestWorkers 20"),
    _apache("C03b", "MaxRequestWorkers 40", "MaxRequestWorkers 340"),
    _apache("C04", "ThreadLimit 20", "ThreadLimit 10"),
    _apache("C04", "MaxRequestWorkers 40", "MaxRequestWorkers 50"),
    _apache("C04b", "ServerLimit 4", "ServerLimit 1"),
    _apache("C04c", "ServerLimit 4", "ServerLimit 2"),
    _apache("C04d", "ThreadLimit 20", "ThreadLimit 64"),
    _apache("C05", "StartServers 2", "StartServers 1"),
    _apache("C05", "MaxSpareThreads 60", "MaxSpareThreads 50"),
    Case("C05b", [Text(APACHE, "MinSpareServers 40", "MinSpareServers 5")], PREFORK),
    _apache("C05c", "MaxConnectionsPerChild 0", "MaxConnectionsPerChild 500"),
    _apache("C05d", "KeepAlive On", "KeepAlive Off"),
    _apache("C05d", "MaxKeepAliveRequests 0", "MaxKeepAliveRequests 100"),
    _apache("C05e", "ThreadStackSize 262144", "ThreadStackSize 131072"),
    _apache("C06", "MaxRequestWorkers 40", "MaxClients 40"),
    _apache("C06b", "ServerTokens Prod", "AcceptMutex sysvsem"),
    _apache("C59d", "ListenBacklog 500", "ListenBacklog 100"),
]
DAEMONS = [
    _apache("C01", " application-group=%{GLOBAL}", ""),
    _apache("C01", "process-group=site application", "application"),
    _apache("C01b", "WSGIDaemonProcess site", "WSGIDaemonProcess other"),
    _apache("C02", "WSGIRestrictEmbedded On", "WSGIRestrictEmbedded Off"),
    _apache("C07", "inactivity-timeout=0 restart", "inactivity-timeout=60 restart"),
    Case(
        "C07b",
        [Text(APACHE, "graceful-timeout=15 eviction", "eviction")],
        [Text(APACHE, "inactivity-timeout=0 restart-interval=0", "restart-interval=60")],
    ),
    _apache("C08", "queue-timeout=10 connect", "connect"),
    _apache("C08b", "shutdown-timeout=5 ", "shutdown-timeout=20 "),
    _apache("C08c", "startup-timeout=30 ", "startup-timeout=10 "),
    _apache("C09", "interrupt-timeout=10 ", "interrupt-timeout=5 "),
    Case(
        "C12",
        [Text(APACHE, "queue-timeout=10 connect", "queue-timeout=0 connect")],
    ),
    _apache("C12b", "listen-backlog=100 ", "listen-backlog=10 "),
    _apache("C12c", "WSGIScriptReloading Off", "WSGIScriptReloading On"),
    _apache("C13", "processes=4", "processes=2"),
    _apache("C13b", "threads=5", "threads=16"),
    _apache("C20", "RemoteIPInternalProxy 10.0.0.2", "RemoteIPInternalProxy 0.0.0.0/0"),
    _apache("C20", "RemoteIPInternalProxy 10.0.0.2", "WSGITrustedProxies 10.0.0.2"),
    Case(
        "C21",
        [Text(APACHE, "WSGIImportScript /r.py process-group=service", "# none")],
        [
            Text(
                APACHE,
                "",
                "WSGIDaemonProcess service threads=0\n"
                "WSGIImportScript /r.py process-group=service application-group=%{GLOBAL}",
            )
        ],
    ),
    _apache("C22", "lang=C.UTF-8", "lang=C"),
]
SERVING = [
    _apache("C16", "HostnameLookups Off", "HostnameLookups On"),
    _apache("C16b", "AllowOverride None", "AllowOverride All"),
    Case("C16c", [Text(APACHE, "", "LoadModule status_module mod_status.so")]),
    _apache("C16d", '"expr=%{REQUEST_STATUS}', '"%{REQUEST_STATUS}'),
    _apache("C17", 'ErrorLog "|${ROTATELOGS} -n 6 ', 'ErrorLog "'),
    _apache("C17b", "WSGISocketRotation Off", "WSGISocketRotation On"),
    _apache("C17c", "-n 6 ", ""),
    _apache("C18", "Alias /static/", "Alias /files/"),
    _setting("C18", "STATIC_ROOT", "/srv/site/current/elsewhere"),
    _apache("C18b", "max-age=31536000, immutable", "max-age=3600, immutable"),
    _apache("C18c", "max-age=60", "max-age=86400"),
    _setting("C19", "STORAGES.staticfiles.BACKEND", "django.StaticFilesStorage"),
    _setting("C39", "ALLOWED_HOSTS", ["example.com"]),
    _apache("C39", "${NODE_NAME}.example.com", "direct.example.com"),
    _apache("C40", "RequestReadTimeout", "# RequestReadTimeout"),
    _apache("C40b", "LimitRequestBody 5242880", "LimitRequestBody 0"),
    _apache("C40c", "header=5-10", "header=5-60"),
    _apache("C40d", "LimitRequestBody 5242880", "LimitRequestBody 1048576"),
    Case("C42", [Text(APACHE, "Require local", "Require all granted")], [STATUS]),
    _apache("C46", "CacheLock On", "CacheLock Off"),
    _apache("C46b", "CacheSocacheMaxSize 196608", "CacheSocacheMaxSize 1048576"),
    _apache("C46c", "CacheDefaultExpire 0", "CacheDefaultExpire 3600"),
    _apache("C46c", "CacheIgnoreHeaders Set-Cookie", "CacheIgnoreHeaders None"),
]
WAITING = [
    _haproxy("C10", "timeout server 30s", "timeout server 15s"),
    _haproxy("C11", "timeout server 30s", "timeout server 20s"),
    _haproxy("C11", "timeout server 30s", "timeout server 70s"),
    _apache("C11", "queue-timeout=10 connect", "connect"),
    _haproxy("C11b", "timeout queue 2s", "timeout queue 4s"),
    _apache("C11c", "Timeout 60\n", "Timeout 30\n"),
    _apache("C12d", "connect-timeout=5 ", "connect-timeout=15 "),
    _apache("C30", "KeepAliveTimeout 30", "KeepAliveTimeout 5"),
    _haproxy("C41", "timeout http-request 5s", "timeout http-request 40s"),
    _haproxy("C47", "timeout http-request 5s", ""),
    _haproxy("C47b", "timeout client 30s", "timeout client 60s"),
    _haproxy("C48", "timeout connect 1s", "timeout connect 100ms"),
]
BALANCER = [
    _haproxy("C31", "uri /readyz ver HTTP/1.1 hdr Host example.com", "uri /readyz"),
    _setting("C31", "ALLOWED_HOSTS", ["elsewhere.example"]),
    _haproxy("C32", "uri /readyz", "uri /healthz"),
    _haproxy("C33", "use_backend app_any if few_ready", ""),
    _haproxy("C33", "nbsrv(app) lt 2", "nbsrv(app) lt 1"),
    _haproxy("C33b", "uri /frontz", "uri /readyz"),
    _haproxy("C33b", "\nbackend app_any\n", "\nbackend app_any\n    server more 10.0.0.99:80\n"),
    _haproxy("C33c", "expect status 204", "expect status 200"),
    _haproxy("C33c", "http-check disable-on-404", ""),
    _haproxy("C33d", "nbsrv(app) lt 3", "nbsrv(app) lt 1"),
    _haproxy("C34", "timeout check 2s", "timeout check 4s"),
    _haproxy("C34b", "fall 3 rise 2 slowstart", "fall 1 rise 1 slowstart"),
    _haproxy("C34c", "inter 3s fastinter", "inter 30s fastinter"),
    _haproxy("C35", "slowstart 30s maxconn 20", "slowstart 30s maxconn 50"),
    _haproxy("C35", "slowstart 30s maxconn 20", "slowstart 30s"),
    _haproxy("C35b", "slowstart 30s maxconn 20", "slowstart 30s maxconn 10"),
    _haproxy("C35c", "default-server maxconn 20", "default-server maxconn 40"),
    _haproxy("C36", "option redispatch 1", ""),
    _haproxy("C36b", "retry-on conn-failure", "retry-on all-retryable-errors"),
    Case(
        "C37",
        [
            Text(FLEET, '[[nodes]]\nname = "web2"', '[[spare]]\nname = "web2"'),
            Text(FLEET, '[[nodes]]\nname = "web3"', '[[spare]]\nname = "web3"'),
        ],
    ),
    Case("C37b", [Text(FLEET, "peak_requests_per_s = 400", "peak_requests_per_s = 600")]),
    Case("C38", [Text(FLEET, 'name = "web3"\naddress = "10.0.0.13"', 'name = "web3"')]),
    Case("C38b", [Text(FLEET, "threads = 5", "threads = 6")]),
    _setting("C38b", f"{POOL}.pool_size", 4),
    _haproxy("C43", "balance leastconn", "balance roundrobin"),
    _haproxy("C44", "slowstart 30s", ""),
    _haproxy("C45", "option abortonclose", ""),
    _haproxy("C49", "    maxconn 4000", "    maxconn 100"),
]
DATABASE = [
    _mysql("C50", "wait_timeout = 300", "wait_timeout = 280"),
    Case(
        "C50",
        [Setting("DATABASES.default.CONN_MAX_AGE", 600)],
        [Setting(POOL, None), Setting("DATABASES.default.CONN_MAX_AGE", 280)],
    ),
    _mysql("C50b", "wait_timeout = 300", "wait_timeout = 28800"),
    _setting("C51", "DATABASES.default.CONN_MAX_AGE", 60),
    Case(
        "C51",
        [Setting("DATABASES.default.CONN_HEALTH_CHECKS", False)],
        [
            Setting(POOL, None),
            Setting("DATABASES.default.CONN_MAX_AGE", 280),
            Setting("DATABASES.default.CONN_HEALTH_CHECKS", True),
        ],
    ),
    _mysql("C52", "max_connections = 110", "max_connections = 100"),
    _mysql("C52b", "max_connections = 110", "max_connections = 1000"),
    Case(
        "C52c",
        [Text(USERS, "GRANT SELECT, INSERT, UPDATE, DELETE ON `site`.*", "GRANT ALL ON *.*")],
    ),
    Case("C52d", [Text(USERS, "MAX_USER_CONNECTIONS 92", "MAX_USER_CONNECTIONS 50")]),
    Case("C52e", [Text(USERS, "MAX_USER_CONNECTIONS 5 ", "MAX_USER_CONNECTIONS 100 ")]),
    _setting("C53", f"{POOL}.timeout", 30),
    _setting("C54", f"{POOL}.max_overflow", 10),
    _setting("C54", f"{POOL}.pool_size", 2),
    _setting("C54b", f"{POOL}.ping_idle", 0),
    _mysql("C55", "skip_name_resolve = ON", "skip_name_resolve = OFF"),
    Case("C55", [Text(USERS, "@'10.0.0.0/255.255.255.0'", "@'web.example.com'")]),
    _setting("C55b", "DATABASES.default.HOST", "db.example.com"),
    _mysql("C56", "READ-COMMITTED", "REPEATABLE-READ"),
    Case(
        "C56b",
        [Text(MYSQL, "binlog_format = ROW", "binlog_format = MIXED")],
        [Text(MYSQL, "binlog_format = ROW", "binlog_format = ROW\nlog_bin = binlog")],
    ),
    _mysql("C57", "character_set_server = utf8mb4", "character_set_server = utf8mb3"),
    _mysql("C57b", "STRICT_TRANS_TABLES,", ""),
    _mysql("C58", "max_statement_time = 5", "max_statement_time = 0"),
    _setting("C58b", f"{OPTIONS}.read_timeout", 3),
    _setting("C58b", f"{OPTIONS}.connect_timeout", None),
    _mysql("C58c", "idle_transaction_timeout = 60", "idle_transaction_timeout = 10"),
    Case(
        "C58d",
        [Text(MYSQL, "innodb_lock_wait_timeout = 5", "innodb_lock_wait_timeout = 50")],
        [Text(MYSQL, "max_statement_time = 5", "innodb_lock_wait_timeout = 5")],
    ),
    _mysql("C58e", "max_execution_time = 5000", "max_execution_time = 5"),
    Case("C58f", [Text(USERS, "MAX_STATEMENT_TIME 5 ", "MAX_STATEMENT_TIME 60 ")]),
    Case("C58g", [Text(USERS, "MAX_STATEMENT_TIME 3600", "MAX_STATEMENT_TIME 5")]),
    _mysql("C59", "table_open_cache = 2000", "table_open_cache = 40000"),
    _mysql("C59b", "back_log = 110", "back_log = 50"),
    _mysql("C60", "innodb_buffer_pool_size = 6144M", "innodb_buffer_pool_size = 128M"),
    _mysql("C60b", "innodb_buffer_pool_size = 6144M", "innodb_buffer_pool_size = 8192M"),
    _mysql("C60c", "innodb_log_file_size = 1536M", "innodb_log_file_size = 96M"),
    _mysql("C60d", "log_at_trx_commit = 1", "log_at_trx_commit = 2"),
    _mysql("C62", "slow_query_log = ON", "slow_query_log = OFF"),
    _mysql("C62", "long_query_time = 0.5", "long_query_time = 10"),
    _mysql("C63", "bind_address = 10.0.0.5", "bind_address = 0.0.0.0"),
    _mysql("C63", "bind_address = 10.0.0.5", "bind_address = 8.8.8.8"),
    _setting("C64", f"{OPTIONS}.local_infile", 1),
    _mysql("C65", "query_cache_type = OFF", "query_cache_type = ON"),
    Case("C66", [Text(MYSQL, "[mysqld]\n", "[mysqld]\ntmp_table_size = 64M\n")]),
    Case("C67", [Text(MYSQL, "[mysqld]\n", "[mysqld]\nmax_allowed_packet = 1G\n")]),
    _setting("C68", "DATABASES.default.PORT", 3307),
    _mysql("C69", "innodb_io_capacity = 2000", "innodb_io_capacity = 200"),
    _mysql("C69b", "max_connect_errors = 1000000", "max_connect_errors = 100"),
]
CACHES = [
    _memcached("C70", "-U 0", "-U 11211"),
    _memcached("C70b", "-l 10.0.0.11", "-l 0.0.0.0"),
    Case("C70c", [Setting("CACHES.default.LOCATION", ["10.0.0.12:11211", "10.0.0.11:11211"])]),
    _memcached("C70d", "-I 2m", "-I 1m"),
    _memcached("C71", "-c 1024", "-c 100"),
    _memcached("C71b", "-c 1024", "-c 100000"),
    _memcached("C71c", "-I 2m", "-I 1m"),
    _memcached("C71d", "-m 1024", "-m 64"),
    _memcached("C71e", "-X", "-t 32"),
    _memcached("C71f", "-X", "-b 64"),
    _setting("C72", "CACHES.default.OPTIONS", {"timeout": 5}),
    _setting(
        "C72", "CACHES.default.BACKEND", "django.core.cache.backends.memcached.PyMemcacheCache"
    ),
    Case("C73", [Text(FLEET, 'refreshers = ["web1", "web2"]', 'refreshers = ["web1"]')]),
    Case("C74", [Text(REFRESHER, "Restart=always", "Restart=no")]),
    Case("C74", [Text(WEB, "RestartSec=1", "RestartSec=1min")]),
    _setting("C75", "CACHES.default.BACKEND", "django.core.cache.backends.locmem.LocMemCache"),
]
DJANGO = [
    _setting("C80", "DEBUG", True),
    _setting("C80b", "ALLOWED_HOSTS", ["*"]),
    _setting("C80c", "SESSION_COOKIE_SECURE", False),
    _setting("C80d", "SECURE_PROXY_SSL_HEADER", None),
    _haproxy("C80e", "http-request set-header X-Forwarded-Proto https", ""),
    _setting(
        "C81",
        "TEMPLATES",
        [{"OPTIONS": {"loaders": ["django.template.loaders.filesystem.Loader"]}}],
    ),
    _setting("C82", "SESSION_ENGINE", "django.contrib.sessions.backends.db"),
    _setting("C83", "LOGGING", {"handlers": {"file": {"class": "logging.FileHandler"}}}),
    _setting("C83b", "LOGGING", {"root": {"level": "INFO"}}),
    _setting("C84", "MIDDLEWARE", ["django.middleware.security.SecurityMiddleware"]),
    _setting("C85", "INSTALLED_APPS", ["debug_toolbar"]),
]
MACHINES = [
    Case("C14", [Text(FLEET, "process_mb = 200", "process_mb = 2000")]),
    Case("C14b", [Text(WEB, "MemorySwapMax=0", "MemorySwapMax=1G")]),
    Case("C90", [Text("systemd/disk-watch.timer", "OnUnitActiveSec=5min", "OnUnitActiveSec=1d")]),
    Case("C90b", [Text("systemd/disk-watch.service", "disk-watch.sh 85", "disk-watch.sh 99")]),
    Case("C92", [Text(WEB, "LimitNOFILE=65536", "LimitNOFILE=256")]),
    Case("C92b", [Text(REFRESHER, "LimitNOFILE=4096", "LimitNOFILE=256")]),
    Case("C93", [Text(WEB, "TimeoutStopSec=35", "TimeoutStopSec=10")]),
    Case("C94", [Text(WEB, "MemoryMax=1476M", "MemoryMax=512M")]),
    Case("C94b", [Text(REFRESHER, "MemoryMax=400M", "MemoryMax=100M")]),
    Case("C95", [Text(REFRESHER, "TimeoutStopSec=15", "TimeoutStopSec=5")]),
    Case("C96", [Text(WEB, "TasksMax=1280", "TasksMax=100")]),
]
READING = [
    Case("B01", [Text(APACHE, "", "<IfModule mod_x.c>")]),
    Case("B02", [Text(HAPROXY, "global\n", "")]),
    Case("B03", [Text(MYSQL, "[mysqld]\n", "[mysqld\n")]),
    Case("B04", [Text(MEMCACHED, "-U 0", "-U 0\nverbosity high")]),
    Case("B05", [Text(WEB, "[Unit]", "[Unit")]),
    Case("B06", [Text(FLEET, "threads = 5", "threads =")]),
]
CASES = [
    *FRONT,
    *DAEMONS,
    *SERVING,
    *WAITING,
    *BALANCER,
    *DATABASE,
    *CACHES,
    *DJANGO,
    *MACHINES,
    *READING,
]
