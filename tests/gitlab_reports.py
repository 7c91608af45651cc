"""The reports that GitLab reads, held against what its documentation says of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from xmlschema import XMLSchema

from tests.baking import output_of

SCHEMAS = Path(__file__).parent / "schemas"


def verify_junit(report: Path) -> None:
    XMLSchema(SCHEMAS / "gitlab_junit.xsd").validate(report)


def findings(report: Path) -> list[dict[str, Any]]:
    """What a code quality report says, which follows the schema."""
    schema = ["--schemafile", str(SCHEMAS / "gitlab_code_quality.json")]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(report)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, output_of(done)
    found: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))
    return found
