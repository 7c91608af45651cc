"""Django's settings for the brakes: those of this process, or those that a node would have."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from kickoff.brakes.parsers.source import Reading, place
from kickoff.brakes.parts.settings import DEFAULTS, Settings

LOAD_LIMIT_S = 60
# What a new process needs of this one. Nothing of the site: that comes from the file.
KEPT = frozenset("HOME LANG LC_ALL PATH PYTHONPATH SYSTEMROOT TMPDIR VIRTUAL_ENV".split())
VARIABLE = re.compile(r"(?:export\s+)?(\w+)=(.*)")
# The line of deploy/site.env that a password has to be written into.
EXAMPLE = re.compile(r"#\s*(DATABASE_URL)=(\S+)")


def settings_here() -> Settings:
    """The settings of this process."""
    values = {name: getattr(settings, name) for name in DEFAULTS if hasattr(settings, name)}
    return Settings(values=values, module=module_name())


def module_name() -> str:
    return os.environ.get("DJANGO_SETTINGS_MODULE", "settings")


def settings_of_a_node(env_file: Path, module: str, folder: Path) -> Settings:
    """What the settings module says where the environment is that of `env_file`.

    It is loaded in a process of its own. A DATABASE_URL that the file has as a comment only, for
    want of its password, counts. When the settings cannot be loaded the part is absent.
    """
    reading = Reading()
    variables = environment_of(reading.text(env_file))
    if reading.problems:
        return Settings(absent=f"{reading.problems[0]}.")
    try:
        printed = _printed(variables | {"DJANGO_SETTINGS_MODULE": module}, env_file, folder)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        return Settings(absent=f"{module} could not be loaded with {place(env_file)}: {last}")
    except subprocess.TimeoutExpired:
        return Settings(absent=f"{module} was not loaded within {LOAD_LIMIT_S} s.")
    return Settings(
        reading=reading,
        values=json.loads(printed),
        module=f"{module} with {place(env_file)}",
    )


def _printed(variables: dict[str, str], env_file: Path, folder: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    own = {"SECRET_KEY": "-" * 50, "ENV_FILE": str(env_file.resolve())}
    return subprocess.run(
        [sys.executable, "-m", "kickoff.brakes.printed_settings"],
        env=kept | own | variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LOAD_LIMIT_S,
        check=True,
    ).stdout


def environment_of(text: str) -> dict[str, str]:
    """The variables in a file such as .env."""
    found, examples = dict[str, str](), dict[str, str]()
    for line in text.splitlines():
        if variable := VARIABLE.fullmatch(line.strip()):
            found[variable[1]] = variable[2].strip().strip("\"'")
        elif example := EXAMPLE.fullmatch(line.strip()):
            examples[example[1]] = example[2]
    return examples | found
