"""Does the leakage audit find planted leaks, and leave honest columns alone? ``python -m benchmarks.leaks``, about five minutes on an idle machine.

Worlds of 10 channels and 1,000 videos, each with fourteen honest columns that look like leaks. Prints Markdown.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from foreview.audit.auditor import Finding, audit
from foreview.simulation.leaks import LEAKS, NOISE_SD, Planted, with_clean_columns, with_planted_leak
from foreview.simulation.world import World, simulate

FIRST_SEED = 200
"""What an honest column is believed to do was set on the seeds below; none of them is measured here."""
SEEDS = 20
SIZES = {1000: SEEDS, 300: 5}
NOISES = (0.1, 0.3, 0.5, 0.7, 1.0)
FEW_SEEDS = 5


def main() -> None:
    """Print the tables."""
    for videos, seeds in SIZES.items():
        print(f"### {videos:,} videos, {seeds} seeds\n")
        _print_kinds([_world(videos, FIRST_SEED + number) for number in range(seeds)])
    print("### How faint a leak may be\n")
    print("`performance_index` is ln of the final views and noise; of 1,000 videos.\n")
    print(f"| standard deviation of the noise | found of {FEW_SEEDS} |\n|---:|---:|")
    worlds = [_world(1000, FIRST_SEED + number) for number in range(FEW_SEEDS)]
    for noise in NOISES:
        found = sum(_is_found(_noisier(world, seed, noise)) for seed, world in enumerate(worlds))
        print(f"| {noise:g} | {found} |", flush=True)


def _print_kinds(worlds: list[World]) -> None:
    flagged: Counter[str] = Counter()
    ordered: dict[str, float] = {}
    clean = found_in_all = 0
    print("| leak | found | by |\n|---|---:|---|")
    for kind in LEAKS:
        methods: Counter[str] = Counter()
        for column, finding in _findings(worlds, kind):
            if finding.column != column:
                clean += 1
                flagged[finding.column] += finding.verdict == "leak"
                share = float(finding.numbers.get("pairs_ordered", 0.5))
                ordered[finding.column] = max(share, ordered.get(finding.column, 0.5))
            elif finding.verdict == "leak":
                methods[finding.method] += 1
        found_in_all += methods.total()
        says = ", ".join(f"{name} {count}" for name, count in methods.most_common())
        print(f"| {kind} | {methods.total()} of {len(worlds)} | {says} |", flush=True)
    audits = len(LEAKS) * len(worlds)
    print(f"\nFound: {found_in_all} of {audits} leaks ({found_in_all / audits:.1%}; goal ≥ 95 %). ", end="")
    print(f"Flagged: {flagged.total()} of {clean:,} clean columns ({flagged.total() / clean:.2%}; goal ≤ 5 %)", end="")
    print("".join(f"; {name} {count}" for name, count in flagged.most_common() if count) + ". ", end="")
    most = sorted(ordered.items(), key=lambda item: -item[1])[:4]
    print(f"Pairs that honest columns order, at most: {', '.join(f'`{name}` {share:.0%}' for name, share in most)}.\n")


def _findings(worlds: list[World], kind: str) -> Iterator[tuple[str, Finding]]:
    for seed, world in enumerate(worlds):
        print(f"{kind}, seed {seed}", file=sys.stderr, flush=True)
        planted = with_planted_leak(world, kind, seed=seed)
        for finding in audit(planted.world.catalogue):
            yield planted.column, finding


def _world(videos: int, seed: int) -> World:
    return with_clean_columns(simulate(channels=10, videos=videos, seed=seed), seed=seed)


def _noisier(world: World, seed: int, noise: float) -> Planted:
    """Return the noisy leak with ``noise`` instead of the planted one."""
    planted = with_planted_leak(world, "noisy final views", seed=seed)
    final = np.log1p(world.truth["views_30d"].to_numpy())
    read = planted.world.catalogue.videos[planted.column].to_numpy()
    videos = planted.world.catalogue.videos.with_columns(
        pl.Series(planted.column, final + (read - final) * noise / NOISE_SD)
    )
    catalogue = dataclasses.replace(planted.world.catalogue, videos=videos)
    return Planted(dataclasses.replace(planted.world, catalogue=catalogue), planted.column)


def _is_found(planted: Planted) -> bool:
    findings = {finding.column: finding for finding in audit(planted.world.catalogue)}
    return findings[planted.column].verdict == "leak"


if __name__ == "__main__":
    main()
