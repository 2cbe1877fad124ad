"""A process that says what an import has done so far, applies it, and kills itself at a named instant; see ``test_import_sound``."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db.models.signals import pre_save  # noqa: E402  (Django is set up first)

from downloader.models import ImportRun  # noqa: E402
from downloader.services.importing import apply, preview  # noqa: E402
from tests.backend.imports import MACHINE, state  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    """End as by ``kill -9``: nothing is cleared up."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Take a file and an instant: ``rows``, ``last`` or none."""
    path, instant = Path(sys.argv[1]), sys.argv[2]
    run = ImportRun.objects.first() or preview(MACHINE, path)
    said = {"state": run.state, "rows": {name: len(rows) for name, rows in state().items()}}
    sys.stdout.write(f"{json.dumps(said)}\n")
    sys.stdout.flush()
    if instant == "last":  # everything is written but the word that it is
        pre_save.connect(die, sender=ImportRun)
    apply(MACHINE, run.pk, die if instant == "rows" else lambda *_: None)
    sys.stdout.write(f"{json.dumps({name: len(rows) for name, rows in state().items()})}\n")


if __name__ == "__main__":
    main()
