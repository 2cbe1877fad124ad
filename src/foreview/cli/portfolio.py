"""``foreview portfolio``: what the videos of a month come to together, as a range."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from zoneinfo import ZoneInfo

from foreview.cli.arguments import Subparsers, add_catalogue, add_release_and_cutoff, check_channel, command
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome, Table, cell, number_of
from foreview.errors import NotEnoughHistory

SHOWN = ("counted", "p2_5", "p10", "p50", "p90", "p97_5")
_EXAMPLE = """\
  foreview portfolio world --release release --as-of 2026-05-10 --month 2026-04
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    says = "say what the videos published in a month come to in their first 30 days, as a range that knows they miss together"
    parser = command(subparsers, "portfolio", says, _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument("--month", metavar="YYYY-MM", help="on the source's clock (default: that of --as-of)")
    parser.add_argument("--channel", metavar="ID", help="the videos of one channel alone (default: all)")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Sum up the month's videos that are published by the cutoff."""
    import polars as pl

    from foreview.forecasting.forecaster import issues_as_of
    from foreview.forecasting.portfolio import month_of, portfolio, published_in
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    catalogue = read_catalogue(args.catalogue).as_of(args.as_of)
    zone = catalogue.clock.timezone
    month = args.month or f"{args.as_of.astimezone(ZoneInfo(zone)):%Y-%m}"
    ids = published_in(catalogue, *month_of(month, zone))
    if args.channel is not None:
        check_channel(catalogue, args)
        mine = pl.col("video_id").is_in(ids) & (pl.col("channel_id") == args.channel)
        ids = catalogue.videos.filter(mine)["video_id"].to_list()
    issues = issues_as_of(catalogue, args.as_of).filter(pl.col("video_id").is_in(ids))
    if issues.is_empty():
        raise NotEnoughHistory(
            "a total is of videos published in the month, by then",
            f"{args.catalogue} has none of {month} at {args.as_of.isoformat()}",
            "Choose another --month or a later --as-of",
        )
    release = read_release(args.release)
    found = portfolio(catalogue, release, issues)
    facts = {"month": month, "as_of": args.as_of.isoformat(), "totals": [asdict(one) for one in found]}
    header = ("total of", "so far", "p2.5", "p10", "p50", "p90", "p97.5", "correlation", "from")
    rows = [
        (
            one.target,
            *(cell(getattr(one, name)) for name in SHOWN),
            f"{one.correlation:.2f}",
            one.correlation_from,
        )
        for one in found
    ]
    sentence = f"{number_of(issues.height, 'video')} published in {month}: their first 30 days together"
    return Outcome(facts, sentence, (Table("", header, rows),), notes_of_learnt(release, [args.as_of]))
