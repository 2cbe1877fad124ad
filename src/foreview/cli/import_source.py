"""``foreview import``: a file that people really have becomes a catalogue."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from foreview.cli.arguments import Subparsers, command, hours, instant, pair, zone
from foreview.cli.outcome import Outcome, Table
from foreview.cli.output import check_new_folder
from foreview.readers.kinds import KINDS

if TYPE_CHECKING:
    from foreview.readers.imported import SourceOptions
    from foreview.readers.storing import Stored

_EXAMPLE = """\
  foreview import Content.zip --observed-at 2026-05-01T09:00:00Z --out catalogue
  foreview import downloads/ --out catalogue
  foreview import counts.csv --kind snapshots --map observed_at=fetched_at --map views=view_count --out catalogue
  foreview import days.csv --kind daily --videos videos.csv --timezone America/Los_Angeles --missing-day-is-zero --out catalogue
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "import", "turn a file that you have into a catalogue", _EXAMPLE)
    parser.add_argument("source", type=Path, metavar="SOURCE", help="file, zip file as downloaded, or folder")
    parser.add_argument(
        "--kind",
        choices=tuple(KINDS),
        help="what it is, where that cannot be told from what it holds: "
        + "; ".join(f"{name}: {kind.reads}" for name, kind in KINDS.items()),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="CATALOGUE",
        help="new folder; refused.parquet in it lists what was refused",
    )
    parser.add_argument(
        "--map",
        type=pair,
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="where the source calls a field of the catalogue otherwise; repeat it",
    )
    parser.add_argument(
        "--videos", type=Path, metavar="FILE", help="table of the videos, where SOURCE holds only counts"
    )
    parser.add_argument(
        "--timezone",
        type=zone,
        metavar="ZONE",
        help="of the source's days and of times that name none (default UTC; studio: America/Los_Angeles)",
    )
    parser.add_argument(
        "--delay-hours",
        type=hours,
        default=48.0,
        metavar="H",
        help="after the end of a day until its sums are final (default 48)",
    )
    parser.add_argument("--missing-day-is-zero", action="store_true", help="the source leaves out days without views")
    parser.add_argument("--channel", metavar="ID", help="channel of videos for which the source names none")
    parser.add_argument("--platform", metavar="NAME", help="platform of videos for which the source names none")
    parser.add_argument(
        "--observed-at",
        type=instant,
        metavar="T",
        help="when totals were read: of an export (default: the file's last change) and of info files without epoch",
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Read the source and write its catalogue, with the refused rows beside it."""
    check_new_folder(args.out)
    from foreview.readers.storing import store_source

    return _outcome(store_source(args.source, args.kind, _options(args), args.out), args.out)


def _options(args: argparse.Namespace) -> SourceOptions:
    from foreview.readers.imported import SourceOptions

    return SourceOptions(
        mapping=dict(args.map),
        timezone=args.timezone,
        delay_hours=args.delay_hours,
        missing_day_is_zero=args.missing_day_is_zero,
        channel_id=args.channel,
        platform=args.platform,
        observed_at=args.observed_at,
        videos=args.videos,
    )


def _outcome(stored: Stored, out: Path) -> Outcome:
    refused = stored.refused
    facts = {"catalogue": str(out), **stored.counts, "refused": refused.to_dicts(), "notes": list(stored.notes)}
    counted = ", ".join(f"{count} {name}" for name, count in stored.counts.items() if count)
    rows = [tuple("–" if cell is None else str(cell) for cell in row) for row in refused.iter_rows()]
    table = Table(
        f"Refused ({out / 'refused.parquet'} has them all)", ("file", "line", "field", "value", "reason"), rows
    )
    return Outcome(facts, f"{out}: {counted}; {refused.height} refused", (table,) if rows else (), stored.notes)
