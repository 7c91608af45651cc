"""Write .env from .env.example, with a fresh secret key: python config/create_env.py

An .env that exists stays as it is. Standard library only: this runs before anything is installed,
by hand, from the Makefile, and when the project is generated.
"""

import os
import secrets
from pathlib import Path

KEY_BYTES = 50  # 67 characters; `check --deploy` asks for 50


def create_env(project: Path) -> bool:
    """Whether a file was written."""
    example = (project / ".env.example").read_text(encoding="utf-8")
    key = f"SECRET_KEY={secrets.token_urlsafe(KEY_BYTES)}"
    lines = [key if line == "SECRET_KEY=" else line for line in example.splitlines()]
    if key not in lines:
        raise SystemExit(".env.example has no line SECRET_KEY= to put a key into.")
    try:
        # 0600: nobody else on this machine reads the key. Exclusive: an existing file is kept.
        descriptor = os.open(project / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(descriptor, "w", encoding="utf-8", newline="\n") as env:
        env.write("\n".join(lines) + "\n")
    return True


if __name__ == "__main__":
    written = create_env(Path(__file__).resolve().parent.parent)
    print(".env is written." if written else ".env exists and stays as it is.")
