"""Where the World Cup files of openfootball may lie."""

from __future__ import annotations

import os
from pathlib import Path

from checkout import ROOT

BESIDE = ROOT.parent / "shared" / "data" / "worldcup-2026"
WORLDCUP_DIR = Path(os.environ.get("WORLDCUP_DIR", BESIDE))
