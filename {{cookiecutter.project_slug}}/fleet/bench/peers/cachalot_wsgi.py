"""The site with django-cachalot: the entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "fleet.bench.peers.cachalot_settings"

application = get_wsgi_application()
