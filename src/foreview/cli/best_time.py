"""``foreview best-time``: whether the hour and weekday of publication told anything of a channel's views."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from foreview.cli.arguments import Subparsers, add_catalogue, add_release_and_cutoff, check_channel, command
from foreview.cli.outcome import Outcome, Table, number_of
from foreview.vocabulary import WEEKDAY_NAMES

_EXAMPLE = """\
  foreview best-time world --release release --as-of 2026-05-10 --channel channel-000
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    says = "say whether the hour and weekday of publication told anything of a channel's views, and what"
    parser = command(subparsers, "best-time", says, _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument("--channel", required=True, metavar="ID", help="its channel_id")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Test the times that the channel has tried."""
    from foreview.forecasting.best_time import best_time
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    release, catalogue = read_release(args.release), read_catalogue(args.catalogue).as_of(args.as_of)
    check_channel(catalogue, args)
    found = best_time(catalogue, release, args.channel, args.as_of)
    header = ("weekday", "hour", "times", "low", "high")
    rows = [
        (WEEKDAY_NAMES[one.weekday], f"{one.hour}:00", f"{one.ratio:.2f}", f"{one.low:.2f}", f"{one.high:.2f}")
        for one in found.times
    ]
    sentence = f"{args.channel}, {number_of(found.videos, 'video')}: {found.because}; {found.says}"
    facts = {"as_of": args.as_of.isoformat(), **asdict(found)}
    return Outcome(
        facts, sentence, (Table(f"On the clock of {catalogue.clock.timezone}", header, rows),) if rows else ()
    )
