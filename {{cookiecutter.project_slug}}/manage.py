#!/usr/bin/env python
"""Runs a management command of this site: `python manage.py help`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        sys.exit(f"Django is not installed here ({error}). Run `make setup` first.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
