"""The site with the peers that are views: the entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "fleet.bench.peers.settings"

application = get_wsgi_application()
