"""The leakage audit against planted leaks. The whole table, 20 seeds a kind, comes from ``python -m benchmarks.leaks``."""

from __future__ import annotations

from functools import cache

import pytest

from foreview.audit.auditor import audit
from foreview.simulation.leaks import LEAKS, with_clean_columns, with_planted_leak
from foreview.simulation.world import World, simulate


@cache
def world(seed: int) -> World:
    return with_clean_columns(simulate(channels=10, videos=1000, seed=seed), seed=seed)


@pytest.mark.parametrize("kind", LEAKS)
def test_a_planted_leak_is_found_and_one_clean_column_in_twenty_at_most_is_flagged(kind: str):
    seed = 1 + list(LEAKS).index(kind) % 2
    planted = with_planted_leak(world(seed), kind, seed=seed)
    verdicts = {finding.column: finding.verdict for finding in audit(planted.world.catalogue)}
    assert verdicts.pop(planted.column) == "leak"
    assert [name for name, verdict in verdicts.items() if verdict == "leak"] == []
