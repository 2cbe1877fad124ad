"""``foreview outliers``: how unusual each recent video is at its age, and whether that could be luck."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from foreview.cli.arguments import Subparsers, add_catalogue, add_cutoff, add_rate, command
from foreview.cli.outcome import Outcome, Table, cell, number_of

SHOWN = ("video_id", "age_days", "views", "typical", "ratio", "low", "high", "luck", "standing")
_EXAMPLE = """\
  foreview outliers world --as-of 2026-05-10
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    says = "say how unusual each video of the last 30 days is at its age, and whether that could be luck"
    parser = command(subparsers, "outliers", says, _EXAMPLE)
    add_catalogue(parser)
    add_cutoff(parser)
    add_rate(parser, 0.1, "of those that are called outliers, how many may be chance")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Look at the videos of the last 30 days; no release is needed, for nothing is forecast."""
    from foreview.forecasting.outlier import LOOKED_AT_DAYS, outliers
    from foreview.tables.folder import read_catalogue

    found = outliers(read_catalogue(args.catalogue).as_of(args.as_of), args.as_of, rate=args.rate)
    called = sum(one.is_outside for one in found)
    ordered = sorted(found, key=lambda one: (one.luck is None, one.luck or 0.0, one.video_id))
    facts = {"as_of": args.as_of.isoformat(), "rate": args.rate, "videos": [asdict(one) for one in ordered]}
    header = ("video", "age [d]", "views", "typical", "times", "low", "high", "luck", "standing")
    rows = [tuple(cell(getattr(one, name)) for name in SHOWN) for one in ordered]
    sentence = f"{number_of(len(found), 'video')} of the last {LOOKED_AT_DAYS:g} days, {called} of them outliers"
    return Outcome(facts, sentence, (Table("", header, rows),) if rows else ())
