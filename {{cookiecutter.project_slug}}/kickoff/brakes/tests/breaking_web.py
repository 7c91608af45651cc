"""Changes that break the rules about Apache, mod_wsgi and HAProxy."""

from __future__ import annotations

from kickoff.brakes.tests.cases import APACHE, FLEET, POOL, Case, apache, haproxy, setting
from kickoff.brakes.tests.sound import Text

PREFORK = [
    Text(APACHE, "LoadModule mpm_event_module", "LoadModule mpm_prefork_module"),
    Text(APACHE, "ServerLimit 4", "ServerLimit 40\nMinSpareServers 40\nMaxSpareServers 41"),
    Text(APACHE, "StartServers 2", "StartServers 40"),
]
STATUS = Text(
    APACHE, "", "<Location /server-status>\nSetHandler server-status\nRequire local\n</Location>"
)

FRONT = [
    apache("C03", "MaxRequestWorkers 40", "MaxRequestWorkers 20"),
    apache("C03b", "MaxRequestWorkers 40", "MaxRequestWorkers 340"),
    apache("C04", "ThreadLimit 20", "ThreadLimit 10"),
    apache("C04", "MaxRequestWorkers 40", "MaxRequestWorkers 50"),
    apache("C04b", "ServerLimit 4", "ServerLimit 1"),
    apache("C04c", "ServerLimit 4", "ServerLimit 2"),
    apache("C04d", "ThreadLimit 20", "ThreadLimit 64"),
    apache("C05", "StartServers 2", "StartServers 1"),
    apache("C05", "MaxSpareThreads 60", "MaxSpareThreads 50"),
    Case("C05b", [Text(APACHE, "MinSpareServers 40", "MinSpareServers 5")], PREFORK),
    apache("C05c", "MaxConnectionsPerChild 0", "MaxConnectionsPerChild 500"),
    apache("C05d", "KeepAlive On", "KeepAlive Off"),
    apache("C05d", "MaxKeepAliveRequests 0", "MaxKeepAliveRequests 100"),
    apache("C05e", "ThreadStackSize 262144", "ThreadStackSize 131072"),
    apache("C06", "MaxRequestWorkers 40", "MaxClients 40"),
    apache("C06b", "ServerTokens Prod", "AcceptMutex sysvsem"),
    apache("C59d", "ListenBacklog 500", "ListenBacklog 100"),
]
DAEMONS = [
    apache("C01", " application-group=%{GLOBAL}", ""),
    apache("C01", "process-group=site application", "application"),
    apache("C01b", "WSGIDaemonProcess site", "WSGIDaemonProcess other"),
    apache("C02", "WSGIRestrictEmbedded On", "WSGIRestrictEmbedded Off"),
    apache("C07", "inactivity-timeout=0 restart", "inactivity-timeout=60 restart"),
    Case(
        "C07b",
        [Text(APACHE, "graceful-timeout=15 eviction", "eviction")],
        [Text(APACHE, "inactivity-timeout=0 restart-interval=0", "restart-interval=60")],
    ),
    apache("C08", "queue-timeout=10 connect", "connect"),
    apache("C08b", "shutdown-timeout=5 ", "shutdown-timeout=20 "),
    apache("C08c", "startup-timeout=30 ", "startup-timeout=10 "),
    apache("C09", "interrupt-timeout=10 ", "interrupt-timeout=5 "),
    Case(
        "C12",
        [Text(APACHE, "queue-timeout=10 connect", "queue-timeout=0 connect")],
    ),
    apache("C12b", "listen-backlog=100 ", "listen-backlog=10 "),
    apache("C12c", "WSGIScriptReloading Off", "WSGIScriptReloading On"),
    apache("C13", "processes=4", "processes=2"),
    apache("C13b", "threads=5", "threads=16"),
    apache("C20", "RemoteIPInternalProxy 10.0.0.2", "RemoteIPInternalProxy 0.0.0.0/0"),
    apache("C20", "RemoteIPInternalProxy 10.0.0.2", "WSGITrustedProxies 10.0.0.2"),
    apache("C20b", "RemoteIPInternalProxy 10.0.0.2", "RemoteIPInternalProxy 10.0.0.0/24"),
    apache("C20b", "RemoteIPInternalProxy 10.0.0.2", "RemoteIPInternalProxy 10.0.0.2 10.0.0.9"),
    apache("C20b", "CONN_REMOTE_ADDR} != '10.0.0.2'", "CONN_REMOTE_ADDR} != '10.0.0.9'"),
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
    apache("C22", "lang=C.UTF-8", "lang=C"),
]
SERVING = [
    apache("C16", "HostnameLookups Off", "HostnameLookups On"),
    apache("C16b", "AllowOverride None", "AllowOverride All"),
    Case("C16c", [Text(APACHE, "", "LoadModule status_module mod_status.so")]),
    apache("C16d", '"expr=%{REQUEST_STATUS}', '"%{REQUEST_STATUS}'),
    apache("C17", 'ErrorLog "|${ROTATELOGS} -n 6 ', 'ErrorLog "'),
    apache("C17b", "WSGISocketRotation Off", "WSGISocketRotation On"),
    apache("C17c", "-n 6 ", ""),
    apache("C18", "Alias /static/", "Alias /files/"),
    setting("C18", "STATIC_ROOT", "/srv/site/current/elsewhere"),
    apache("C18b", "max-age=31536000, immutable", "max-age=3600, immutable"),
    apache("C18c", "max-age=60", "max-age=86400"),
    setting("C19", "STORAGES.staticfiles.BACKEND", "django.StaticFilesStorage"),
    setting("C39", "ALLOWED_HOSTS", ["example.com"]),
    apache("C39", "${NODE_NAME}.example.com", "direct.example.com"),
    apache("C40", "header=5-10,MinRate=500 body=10", "header=0 body=0"),
    apache("C40", "body=10-15,MinRate=500", "body=10,MinRate=500"),
    Case(
        "C40",
        [
            Text(APACHE, "RequestReadTimeout", "# RequestReadTimeout"),
            Text(APACHE, "LoadModule reqtimeout_module", "# LoadModule reqtimeout_module"),
        ],
    ),
    apache("C40b", "LimitRequestBody 5242880", "LimitRequestBody 0"),
    apache("C40c", "header=5-10", "header=5-60"),
    apache("C40d", "LimitRequestBody 5242880", "LimitRequestBody 1048576"),
    apache("C40e", " Require1.0", ""),
    apache("C40e", "Options Strict", "Options Unsafe"),
    haproxy("C40g", "length gt 18", "length gt 20"),
    haproxy("C40g", "    http-request reject if { req.fhdr(content-length),length gt 18 }\n", ""),
    haproxy("C40f", "    option http-buffer-request\n", ""),
    Case("C42", [Text(APACHE, "Require local", "Require all granted")], [STATUS]),
    apache("C46", "CacheLock On", "CacheLock Off"),
    apache("C46f", "RequestHeader unset If-None-Match", "RequestHeader unset If-None"),
    apache("C46f", "RequestHeader unset If-Modified-Since", "RequestHeader unset If-Modified"),
    apache("C46b", "CacheSocacheMaxSize 196608", "CacheSocacheMaxSize 1048576"),
    apache("C46h", "Mutex sem cache-socache\n", ""),
    apache("C46h", "Mutex sem cache-socache", "Mutex pthread cache-socache"),
    apache("C46g", "page-cache(1073741824)", "page-cache(6442450944)"),
    apache("C46g", "page-cache(1073741824)", "page-cache(536870912)"),
    apache("C46c", "CacheDefaultExpire 0", "CacheDefaultExpire 3600"),
    apache("C46c", "    CacheLastModifiedFactor 0\n", ""),
    apache("C46d", "CacheIgnoreCacheControl On", "CacheIgnoreCacheControl Off"),
    apache("C46d", "    CacheIgnoreCacheControl On\n", ""),
    apache("C46e", "CacheSocacheMinTime 2", "CacheSocacheMinTime 600"),
    apache("C46e", "    CacheSocacheMinTime 2\n", ""),
    apache("C46c", "CacheIgnoreHeaders Set-Cookie", "CacheIgnoreHeaders None"),
]
WAITING = [
    haproxy("C10", "timeout server 30s", "timeout server 15s"),
    haproxy("C11", "timeout server 30s", "timeout server 20s"),
    haproxy("C11", "timeout server 30s", "timeout server 70s"),
    apache("C11", "queue-timeout=10 connect", "connect"),
    haproxy("C11b", "timeout queue 2s", "timeout queue 4s"),
    apache("C11c", "Timeout 60\n", "Timeout 30\n"),
    apache("C12d", "connect-timeout=5 ", "connect-timeout=15 "),
    apache("C30", "KeepAliveTimeout 30", "KeepAliveTimeout 5"),
    haproxy("C41", "timeout http-request 5s", "timeout http-request 40s"),
    haproxy("C47", "timeout http-request 5s", ""),
    haproxy("C47b", "timeout client 30s", "timeout client 60s"),
    haproxy("C48", "timeout connect 1s", "timeout connect 100ms"),
]
BALANCER = [
    haproxy("C31", "uri /readyz ver HTTP/1.1 hdr Host example.com", "uri /readyz"),
    setting("C31", "ALLOWED_HOSTS", ["elsewhere.example"]),
    haproxy("C32", "uri /readyz", "uri /healthz"),
    haproxy("C33", "use_backend app_any if few_ready", ""),
    haproxy("C33", "nbsrv(app) lt 2", "nbsrv(app) lt 1"),
    haproxy("C33b", "uri /frontz", "uri /readyz"),
    haproxy("C33b", "\nbackend app_any\n", "\nbackend app_any\n    server more 10.0.0.99:80\n"),
    haproxy("C33c", "expect status 204", "expect status 200"),
    haproxy("C33c", "http-check disable-on-404", ""),
    haproxy("C33d", "nbsrv(app) lt 3", "nbsrv(app) lt 1"),
    haproxy("C34", "timeout check 1500ms", "timeout check 4s"),
    haproxy("C34b", "fall 3 rise 2", "fall 1 rise 1"),
    haproxy("C34c", "inter 2s fastinter", "inter 30s fastinter"),
    haproxy("C35", "slowstart 30s maxconn 20", "slowstart 30s maxconn 50"),
    haproxy("C35", "slowstart 30s maxconn 20", "slowstart 30s"),
    haproxy("C35b", "slowstart 30s maxconn 20", "slowstart 30s maxconn 10"),
    haproxy("C35c", "default-server maxconn 20", "default-server maxconn 40"),
    haproxy("C36", "option redispatch 1", ""),
    haproxy("C36b", "retry-on conn-failure", "retry-on all-retryable-errors"),
    Case(
        "C37",
        [
            Text(FLEET, '[[nodes]]\nname = "web2"', '[[spare]]\nname = "web2"'),
            Text(FLEET, '[[nodes]]\nname = "web3"', '[[spare]]\nname = "web3"'),
        ],
    ),
    Case("C37b", [Text(FLEET, "peak_requests_per_s = 400", "peak_requests_per_s = 600")]),
    Case("C38", [Text(FLEET, 'address = "10.0.0.13"', 'address = "10.0.0.14"')]),
    Case("C38b", [Text(FLEET, "threads = 5", "threads = 6")]),
    setting("C38b", f"{POOL}.pool_size", 4),
    haproxy("C43", "balance leastconn", "balance roundrobin"),
    haproxy("C44", "slowstart 30s", ""),
    haproxy("C45", "option abortonclose", ""),
    haproxy("C45b", "nbthread 4", "nbthread 8"),
    haproxy("C45b", "    nbthread 4\n", ""),
    haproxy("C49", "    maxconn 4000", "    maxconn 100"),
]

CASES = [*FRONT, *DAEMONS, *SERVING, *WAITING, *BALANCER]
