"""The load of a match day: the rush before kickoff, then the watching. By locust.

    python -m fleet.load URL [--users N] [--minutes M] [--json] [--host-i-own NAME]
    locust -f fleet/load.py --host URL [--host-i-own NAME]

It knows the site by its pages alone, so any address will do where the sample site runs. Redirects
are never followed: a site on this machine may send its visitors to one that is not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

try:
    import gevent
    from locust import events
    from locust.argument_parser import LocustArgumentParser
    from locust.env import Environment
    from locust.stats import stats_printer
except ImportError as error:
    sys.exit(f"{error}. Install it: python3 config/create_venv.py . --group dev --group load")

from fleet.load_options import parser
from fleet.load_report import FAILED, MEASURED, REFUSED, document_of, say, table
from fleet.load_shape import MatchDay
from fleet.load_visitors import Saver, SignedIn, Watcher
from fleet.target import RefusedError, base_of, permitted


@events.init_command_line_parser.add_listener
def add_arguments(parser: LocustArgumentParser) -> None:
    parser.add_argument("--host-i-own", metavar="NAME", help="A host that is not this machine.")


@events.test_start.add_listener
def refuse_danger(environment: Environment, **_: Any) -> None:
    """Also when the address was typed into locust's own page."""
    options = environment.parsed_options
    if getattr(options, "asked_already", None) == environment.host:
        return
    try:
        permitted(environment.host or "", getattr(options, "host_i_own", None))
    except RefusedError as refused:
        say(str(refused))
        environment.process_exit_code = REFUSED
        assert environment.runner is not None
        environment.runner.quit()
        raise SystemExit(REFUSED) from refused


def main(arguments: Sequence[str]) -> int:
    """0: all requests were answered. 1: some failed. 2: refused."""
    options = parser().parse_args(arguments)
    try:
        options.asked_already = permitted(options.url, options.host_i_own)
    except RefusedError as refused:
        say(str(refused))
        return REFUSED
    options.num_users, options.run_time = options.users, 60 * options.minutes
    options.headless = True
    environment = run(options)
    document = document_of(environment)
    sys.stdout.write(f"{json.dumps(document, indent=2) if options.json else table(document)}\n")
    if document["failed"] or not document["requests"]:
        return FAILED
    return environment.process_exit_code or MEASURED


def run(options: argparse.Namespace) -> Environment:
    """The whole match day."""
    environment = Environment(
        user_classes=[Watcher, SignedIn, Saver],
        shape_class=MatchDay(),  # type: ignore[no-untyped-call]
        host=base_of(options.url),
        events=events,
        parsed_options=options,
    )
    runner = environment.create_local_runner()
    if not options.json:
        gevent.spawn(stats_printer(environment.stats))
    runner.start_shape()
    shape: Any = runner.shape_greenlet
    shape.join()
    runner.quit()
    return environment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
