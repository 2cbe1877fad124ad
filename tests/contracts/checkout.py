"""The files of this checkout, as the contract tests read them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is tracked or would be, relative to the checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(Path(name) for name in listed.split("\0") if name and (CHECKOUT / name).is_file()))


def named(*patterns: str) -> list[Path]:
    """Return the files that match one of the glob patterns, such as ``docs/**/*.md``."""
    matches = {path.relative_to(CHECKOUT) for pattern in patterns for path in CHECKOUT.glob(pattern)}
    return [path for path in files() if path in matches]


def text(path: Path) -> str:
    """Return the content of a file of the checkout."""
    return (CHECKOUT / path).read_text(encoding="utf-8")
