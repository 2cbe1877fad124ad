"""Starting is light: what learns loads only where something is learnt, and the core needs no Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.checkout import CHECKOUT, named

HEAVY = ("sklearn", "xgboost", "skops", "matplotlib")
CORE_MODULES = [
    ".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__") for path in named("src/foreview/**/*.py")
]
HELP = """
from foreview.cli.main import main
try:
    main(["--help"])
except SystemExit as stop:
    assert not stop.code, stop.code
"""
CHECK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, "backend")
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
"""
BLOCK_DJANGO = """
class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "environ", "downloader", "config"}:
            raise ModuleNotFoundError(f"{name} is not installed", name=name)

sys.meta_path.insert(0, NoDjango())
"""


def loaded_after(script: str) -> set[str]:
    """Return the names of all modules that a fresh Python has loaded after running ``script``."""
    whole = f"import json, sys\n{script}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", whole], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "script", ["import foreview", HELP, CHECK], ids=["import foreview", "foreview --help", "manage.py check"]
)
def test_starting_loads_no_learning_library(script: str):
    assert loaded_after(script) & set(HEAVY) == set()


def test_the_whole_core_imports_without_django():
    modules = loaded_after(BLOCK_DJANGO + "".join(f"import {name}\n" for name in CORE_MODULES))
    assert set(CORE_MODULES) <= modules
    assert not any(name.partition(".")[0] == "django" for name in modules)


def test_the_whole_core_imports_without_a_learning_library():
    assert loaded_after("".join(f"import {name}\n" for name in CORE_MODULES)) & set(HEAVY) == set()


def test_the_command_line_is_installed():
    assert (Path(sys.executable).parent / "foreview").is_file()
