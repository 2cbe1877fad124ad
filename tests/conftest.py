"""What holds for every test: its draws do not depend on which tests ran before it, or on which worker."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

_STATES: dict[ModuleType, Any] = {}
"""Of each module that shares a generator ``RNG``: the generator's state when the module was imported."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note where the generators of the modules start."""
    for module in {module for item in session.items if (module := getattr(item, "module", None)) is not None}:
        if (shared := getattr(module, "RNG", None)) is not None:
            _STATES[module] = shared.bit_generator.state


@pytest.fixture(autouse=True)
def _draws_start_anew(request: pytest.FixtureRequest) -> None:
    module = getattr(request, "module", None) if hasattr(request.node, "module") else None
    if module in _STATES:
        module.RNG.bit_generator.state = _STATES[module]
