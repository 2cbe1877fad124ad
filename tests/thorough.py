"""How many examples a property is tried on: half of them at the desk and in CI, all in ``make thorough``."""

from __future__ import annotations

import os


def examples(n: int) -> int:
    """Return how many of ``n`` examples are tried."""
    return n if "THOROUGH" in os.environ else n // 2
