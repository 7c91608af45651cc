"""The arguments of a load test."""

from __future__ import annotations

import argparse

USERS, MINUTES = 20, 3.0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m fleet.load",
        description="A match day's visitors: the rush before kickoff, then the watching.",
        epilog="Exit code: 0 all was answered, 1 some requests failed, 2 refused.",
    )
    found.add_argument("url", metavar="URL", help="Where the site is: http://127.0.0.1:8000")
    found.add_argument("--users", type=int, default=USERS, help=f"At once (default: {USERS}).")
    found.add_argument(
        "--minutes",
        type=float,
        default=MINUTES,
        help=f"The first third is the rush (default: {MINUTES:g}).",
    )
    found.add_argument("--json", action="store_true", help="One JSON document and nothing else.")
    found.add_argument(
        "--host-i-own",
        metavar="NAME",
        help="A host that is not this machine; its name is asked for once more.",
    )
    return found
