"""Print the settings that the brakes read, as one JSON document. A process of its own runs this."""

import json
import sys
from contextlib import redirect_stdout

from django.conf import settings

from kickoff.brakes.parts.settings import DEFAULTS


def main() -> None:
    with redirect_stdout(sys.stderr):  # what the settings themselves may have to say
        values = {name: getattr(settings, name) for name in DEFAULTS if hasattr(settings, name)}
    json.dump(values, sys.stdout, default=str)


if __name__ == "__main__":
    main()
