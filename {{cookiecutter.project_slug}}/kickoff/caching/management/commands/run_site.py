"""`manage.py run_site`: the development server with the refresher beside it."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from typing import Any

from django.contrib.staticfiles.management.commands.runserver import Command as RunServer


class Command(RunServer):
    help = "Runs the development server, and the refresher of the cache beside it."

    def inner_run(self, *args: Any, **options: Any) -> None:
        # In the process that serves: after each reload both run the new code.
        refresher = subprocess.Popen(
            [sys.executable, sys.argv[0], "refresh_cache"], stdin=subprocess.DEVNULL
        )
        atexit.register(stop, refresher, os.getpid())
        if threading.current_thread() is threading.main_thread():  # with --noreload
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        super().inner_run(*args, **options)


def stop(refresher: subprocess.Popen[bytes], owner: int) -> None:
    """Ends the refresher with the server; not with a fork of it."""
    if os.getpid() == owner and refresher.poll() is None:
        refresher.terminate()
        refresher.wait(timeout=10)
