"""The leakage audit against planted leaks. The whole table, 20 seeds a kind, comes from ``python -m benchmarks.leaks``."""

from __future__ import annotations

from functools import cache

import pytest

from foreview.audit.auditor import audit
from foreview.simulation.leaks import LEAKS, with_clean_columns, with_planted_leak
from foreview.simulation.world import simulate

SEEDS = {kind: 1 + number % 2 for number, kind in enumerate(LEAKS)}
"""Of each kind: the world that it is planted in, beside every other kind of that world."""


@cache
def audited(seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """The column of each leak planted in a world, and the verdict on each column."""
    world = with_clean_columns(simulate(channels=10, videos=1000, seed=seed), seed=seed)
    columns = {}
    for kind in (kind for kind in LEAKS if SEEDS[kind] == seed):
        planted = with_planted_leak(world, kind, seed=seed)
        world, columns[kind] = planted.world, planted.column
    return columns, {finding.column: finding.verdict for finding in audit(world.catalogue)}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"leaks{seed}")) for kind, seed in SEEDS.items()]
)
def test_a_planted_leak_is_found(kind: str):
    columns, verdicts = audited(SEEDS[kind])
    assert verdicts[columns[kind]] == "leak"


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.xdist_group(f"leaks{seed}")) for seed in (1, 2)])
def test_no_clean_column_is_flagged_beside_them(seed: int):
    columns, verdicts = audited(seed)
    clean = {name: verdict for name, verdict in verdicts.items() if name not in columns.values()}
    assert [name for name, verdict in clean.items() if verdict == "leak"] == []
