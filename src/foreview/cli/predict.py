"""``foreview predict``: a catalogue and a release become forecasts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from foreview.cli.arguments import Subparsers, add_catalogue, add_release_and_cutoff, age, command
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome, Table, cell, number_of
from foreview.cli.output import check_file, check_spared, write_parquet
from foreview.cli.progress import reported
from foreview.errors import NotEnoughHistory
from foreview.vocabulary import MODEL_TYPES

if TYPE_CHECKING:
    import polars as pl

_EXAMPLE = """\
  foreview predict world --release release --as-of 2026-05-10 --out forecasts.parquet
  foreview predict world --release release --as-of 2026-05-10 --age 3 --out at-three-days.parquet
  foreview predict world --release release --as-of 2026-05-31 --adapt --out forecasts.parquet
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "predict", "forecast every video from what was known at a time", _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument(
        "--age",
        type=age,
        metavar="DAYS",
        help="forecast each video as if it were just 0, 1, 3 or 7 days old, instead of at its age at T",
    )
    parser.add_argument(
        "--adapt",
        action="store_true",
        help="correct the uncertainty by what came, until then, of the forecasts that the release would have issued",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="Parquet file, one row a video and target; replaced when it is there",
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Write the forecasts."""
    check_file("--out", args.out, "forecasts.parquet")
    check_spared("--out", args.out, release=args.release, catalogue=args.catalogue)
    from foreview.forecasting.adapting import follow
    from foreview.forecasting.forecaster import forecast, issues_as_of, issues_at_age
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    release = read_release(args.release)
    catalogue = read_catalogue(args.catalogue).as_of(args.as_of)
    as_of = args.as_of
    issues = issues_as_of(catalogue, as_of) if args.age is None else issues_at_age(catalogue, as_of, args.age)
    if issues.is_empty():
        raise NotEnoughHistory(
            "a forecast needs a video published by then",
            f"{args.catalogue} has none at {args.as_of.isoformat()}",
            "Choose a later --as-of",
        )
    with reported() as progress:
        adaptation = follow(catalogue, release) if args.adapt else None
        forecasts = forecast(catalogue, release, issues, adaptation=adaptation, progress=progress)
    write_parquet(forecasts, args.out)
    return _outcome(forecasts, issues.height, args, notes_of_learnt(release, issues["as_of"].to_list()))


def _outcome(forecasts: pl.DataFrame, videos: int, args: argparse.Namespace, learnt: tuple[str, ...]) -> Outcome:
    import polars as pl

    counted = forecasts.group_by("target", "model_type", maintain_order=True).len()
    served = [(target, model_type, str(count)) for target, model_type, count in counted.iter_rows()]
    facts = {
        "forecasts": str(args.out),
        "as_of": args.as_of.isoformat(),
        "videos": videos,
        "rows": forecasts.height,
        "adapted_rows": forecasts.filter(pl.col("adapted_outcomes") > 0).height,
        "served": [{"target": t, "model_type": m, "rows": n} for t, m, n in counted.iter_rows()],
    }
    thirty = forecasts.filter(target="views_30d").sort("as_of", "video_id", descending=True)
    header = ("video", "age [d]", "typical", "p10", "point", "p90", "beats typical", "confidence")
    columns = ("video_id", "issue_age_days", "typical", "p10", "point", "p90", "p_beats_typical", "confidence")
    rows = [tuple(cell(value) for value in row) for row in thirty.select(columns).iter_rows()]
    tables = (Table("Views at 30 days", header, rows), Table("Served", ("target", "by", "rows"), served))
    barren = forecasts.filter(model_type="not_monetised").height
    notes = (f"revenue_30d of {number_of(barren, 'video')} is 0: {MODEL_TYPES['not_monetised']}",) if barren else ()
    sentence = f"{args.out}: {number_of(forecasts.height, 'forecast')} of {number_of(videos, 'video')}"
    adapted = f", {facts['adapted_rows']} of them corrected by matured outcomes" if args.adapt else ""
    return Outcome(facts, sentence + adapted, tables, (*learnt, *notes))
