"""Commands that run to their end, and do not outlive whoever is interrupted meanwhile."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fleet.interruption import held


def completed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], **privileges: Any
) -> subprocess.CompletedProcess[str]:
    """What it says, and its exit code. `privileges` are subprocess's user, group …

    Raises what subprocess raises when it cannot be started.
    """
    process = None
    try:
        with held():
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
                **privileges,
            )
        output, errors = process.communicate()
    finally:
        if process is not None:
            process.kill()
            process.wait()
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
