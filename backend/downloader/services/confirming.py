"""Whether what a service is about to make final is still wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Confirm: TypeAlias = Callable[[], None]
"""What a service calls right before its work takes effect; it raises where that must not be."""


def unasked() -> None:
    """Always agree."""
