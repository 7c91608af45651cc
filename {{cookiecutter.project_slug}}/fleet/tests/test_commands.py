"""Commands that run to their end."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from fleet.commands import completed


def test_say_what_they_say_and_how_they_ended(tmp_path):
    code = "import os, sys; print(os.environ['WHO']); sys.exit('no')"
    done = completed([sys.executable, "-c", code], tmp_path, {"WHO": "me"})
    assert (done.stdout, done.stderr, done.returncode) == ("me\n", "no\n", 1)


def test_end_with_whoever_is_interrupted(tmp_path):
    before = signal.signal(signal.SIGALRM, interrupt)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGALRM)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            completed(["sleep", "987.6"], tmp_path, dict(os.environ))
    finally:
        signal.signal(signal.SIGALRM, before)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    assert "sleep 987.6" not in listed.stdout.splitlines()


def interrupt(signum, frame):
    raise KeyboardInterrupt
