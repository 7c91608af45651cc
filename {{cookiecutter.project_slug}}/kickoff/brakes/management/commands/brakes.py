"""`manage.py brakes [--live] [--json]`: are the brakes on?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from kickoff.brakes.live import ask
from kickoff.brakes.node_settings import module_name, settings_here, settings_of_a_node
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import USUAL, Places, read_site
from kickoff.brakes.registry import run
from kickoff.brakes.report import as_document, worst, write_text
from kickoff.brakes.results import Status
from kickoff.brakes.rules import load

ENV_FILE = "deploy/site.env"


class Command(BaseCommand):
    help = (
        "Hold Apache, MySQL, memcached, HAProxy, systemd and the settings against each other. "
        "Exits with 1 when something is wrong."
    )
    requires_system_checks = []  # nothing of the site is needed, and what is wrong is reported

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--live", action="store_true", help="ask the running servers as well")
        parser.add_argument("--json", action="store_true", help="one JSON document")
        for kind, usual in USUAL.items():
            parser.add_argument(f"--{kind}", type=Path, help=f"file or folder ({usual[0]})")
        parser.add_argument(
            "--env", type=Path, help=f"a node's environment ({ENV_FILE} while DEBUG is on)"
        )
        parser.add_argument("--haproxy-socket", default="", help="HAProxy's stats socket")
        parser.add_argument("--server-status", default="", help="URL of Apache's server-status")

    def handle(self, *args: Any, **options: Any) -> None:
        load()
        project = Path(getattr(settings, "BASE_DIR", Path.cwd()))
        named = {kind: options[kind] for kind in USUAL if options[kind]}
        site = read_site(Places(project, named), _settings(project, options["env"]))
        if options["live"]:
            site = ask(site, options["haproxy_socket"], options["server_status"])
        results = run(site)
        if options["json"]:
            self.stdout.write(json.dumps(as_document(site, results), indent=2, ensure_ascii=False))
        else:
            write_text(site, results, self.stdout, all=options["verbosity"] > 1)
        if worst(results) is Status.ERROR:
            sys.exit(1)


def _settings(project: Path, env_file: Path | None) -> Settings:
    if env_file is None and settings.DEBUG and (project / ENV_FILE).is_file():
        env_file = project / ENV_FILE
    if env_file is None:
        return settings_here()
    return settings_of_a_node(env_file, module_name(), project)
