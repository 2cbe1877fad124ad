"""Do words tell anything? Trending videos at publication → 7 d, with and without the wording. ``python -m benchmarks.words``.

The members are fitted as a training would, on videos published by the end of February, and judged on those from April on, so that the
7-day labels of the former were mature. Selected on success: see the section on the trending panel.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Final

import numpy as np
import polars as pl

from benchmarks.panels import DATA, trending_catalogue
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.learners.ensemble import Ensemble, fit_members, member_predictions
from foreview.learners.matrix import Vector
from foreview.learners.structure import baseline, slices_of
from foreview.metrics.bootstrap import bootstrap_means
from foreview.options import TrainingOptions
from foreview.training.rows import Rows, rows_of, training_rows
from foreview.training.structure import fit_structure
from foreview.vocabulary import WORDING

UNTIL: Final = datetime(2026, 3, 24, tzinfo=UTC)
SINCE: Final = datetime(2026, 4, 1, tzinfo=UTC)


def main() -> None:
    """Print the table."""
    if not (DATA / "trending").exists():
        print("skipped: the panels are not beside the checkout")
        sys.exit(0)
    catalogue = trending_catalogue()
    options = TrainingOptions(issue_ages=(0.0,))
    train = rows_of("views_7d", training_rows(catalogue.only(_published(catalogue.videos, None, UNTIL)), options))
    structure = fit_structure([train])
    test = _test_rows(_published(catalogue.videos, SINCE, None))
    slices, outcome = slices_of(train.table, "views_7d"), np.log1p(train.actual)
    beyond = outcome - baseline(structure, train.table, "views_7d")
    most, seed = options.max_forest_rows, options.seed
    fitted = {
        name: fit_members(table, beyond, slices, max_rows=most, seed=seed, threads=options.threads)
        for name, table in (("without", train.table.drop(WORDING)), ("with", train.table))
    }
    start, actual = baseline(structure, test.table, "views_7d"), np.log1p(test.actual)
    print(
        f"{train.actual.size:,} videos to learn from, {test.actual.size:,} to be judged on; MAE ln of views at 7 d.\n"
    )
    print("| member | without words | with words | ratio (95 %) |\n|---|---|---|---|")
    errors = {name: _errors(ensemble, test, actual - start) for name, ensemble in fitted.items()}
    for member, without in errors["without"].items():
        means = bootstrap_means(np.column_stack([errors["with"][member], without]), test.owner, seed=0)
        ratio = means.ratio(0, 1)
        shown = f"{ratio.value:.3f} ({ratio.low:.3f} – {ratio.high:.3f})"
        print(f"| {member} | {means.means[1]:.3f} | {means.means[0]:.3f} | {shown} |")
    print(f"\nThe baseline, typical, has {np.abs(actual - start).mean():.3f}.")


def _published(videos: pl.DataFrame, since: datetime | None, until: datetime | None) -> pl.Series:
    chosen = videos
    if since is not None:
        chosen = chosen.filter(pl.col("published_at") >= since)
    if until is not None:
        chosen = chosen.filter(pl.col("published_at") < until)
    return chosen["video_id"]


def _test_rows(video_ids: pl.Series) -> Rows:
    """Return the rows of the videos, their features seen from the whole catalogue: earlier videos are the channel's history."""
    catalogue = trending_catalogue()
    facts = catalogue.videos.select("video_id", "published_at", owner=pl.coalesce("channel_id", "video_id"))
    chosen = facts.filter(pl.col("video_id").is_in(video_ids.implode()))
    table = feature_table(catalogue, chosen.select("video_id", as_of="published_at"))
    outcomes = labels(catalogue).join(facts, on="video_id", maintain_order="left")
    return rows_of("views_7d", table.join(outcomes, on="video_id", how="left", maintain_order="left"))


def _errors(ensemble: Ensemble, test: Rows, beyond: Vector) -> dict[str, Vector]:
    predictions = member_predictions(ensemble, ensemble.encoder.matrix(test.table), slices_of(test.table, "views_7d"))
    return {name: np.abs(values - beyond) for name, values in predictions.items()}


if __name__ == "__main__":
    main()
