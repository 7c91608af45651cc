"""Print the settings that the brakes read, as one JSON document. A process of its own runs this."""

import json
import sys

from django.conf import settings

from kickoff.brakes.parts.settings import DEFAULTS


def main() -> None:
    values = {name: getattr(settings, name) for name in DEFAULTS if hasattr(settings, name)}
    json.dump(values, sys.stdout, default=str)


if __name__ == "__main__":
    main()
