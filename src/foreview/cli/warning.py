"""``foreview warnings``: which videos of the first days to look at, and how often that is for nothing."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import timedelta

from foreview.cli.arguments import Subparsers, add_catalogue, add_rate, add_release_and_cutoff, command
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome, Table, cell, number_of

_EXAMPLE = """\
  foreview warnings world --release release --as-of 2026-05-10
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    says = (
        "say which videos of days 1 to 3 will probably end below or above typical, with a stated rate of false alarms"
    )
    parser = command(subparsers, "warnings", says, _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    add_rate(parser, 0.05, "of ordinary videos, how many may be warned of all the same")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Look at both sides of typical for each video of the first days."""
    import polars as pl

    from foreview.forecasting.forecaster import issues_as_of
    from foreview.forecasting.warning import LOOKED_AT_DAYS, warnings
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    release, catalogue = read_release(args.release), read_catalogue(args.catalogue).as_of(args.as_of)
    young = catalogue.videos.filter(pl.col("published_at") >= args.as_of - timedelta(days=LOOKED_AT_DAYS))
    issues = issues_as_of(catalogue, args.as_of).join(young.select("video_id"), on="video_id", how="semi")
    judged = warnings(catalogue, release, issues, rate=args.rate) if issues.height else ()
    found = sorted((one for one in judged if one.state != "not early"), key=lambda one: one.state != "warned")
    warned = sum(one.state == "warned" for one in found)
    facts = {"as_of": args.as_of.isoformat(), "rate": args.rate, "warnings": [asdict(one) for one in found]}
    header = ("video", "side", "state", "age [d]", "probability", "false alarms", "because")
    rows = [
        (
            one.video_id,
            one.side,
            one.state,
            cell(one.observed_age_days),
            cell(one.probability),
            cell(one.threshold.rate),
            one.because,
        )
        for one in found
    ]
    videos = len({one.video_id for one in found})
    sentence = f"{number_of(videos, 'video')} of the first days, {number_of(warned, 'warning')}"
    tables = (Table("", header, rows),) if rows else ()
    return Outcome(facts, sentence, tables, notes_of_learnt(release, [args.as_of]))
