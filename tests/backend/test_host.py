"""An existing Django project with video models of its own, in a process of its own: settings are read once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOST = Path(__file__).parent / "host"


def test_a_project_with_its_own_video_models_is_served():
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(HOST / "host_tests.py"),
        "--ds=tests.backend.host.settings",
        "-p",
        "no:cacheprovider",
    ]
    run = subprocess.run(
        [*command, "--confcutdir", str(HOST), "-o", "addopts=-q --strict-markers --import-mode=importlib"],
        capture_output=True,
        text=True,
        check=False,
        cwd=HOST.parents[2],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.backend.host.settings"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
