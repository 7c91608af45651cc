"""The entry point of a WSGI server such as Apache's mod_wsgi.

Everything comes from the environment file, which `config.settings` reads by itself: mod_wsgi's
SetEnv is part of each request and never reaches this process. When this file has been loaded, the
site is warm: load it before the first request (WSGIScriptAlias with process-group and
application-group does).
"""

import os
import sys
from pathlib import Path

# mod_wsgi loads this file by its path, from wherever the server was started.
PROJECT = str(Path(__file__).resolve().parent.parent)
if PROJECT not in sys.path:
    sys.path.insert(0, PROJECT)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from kickoff.loading import loaded_to_stay  # noqa: E402 (the path is set now)

with loaded_to_stay():
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

    from kickoff.health.warmup import warm_up  # The apps are loaded now.

    warm_up()
