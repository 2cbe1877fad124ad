"""``foreview train``: a catalogue as it was known becomes a release."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from foreview.cli.arguments import Subparsers, add_catalogue, command, instant, positive, whole
from foreview.cli.outcome import Outcome
from foreview.cli.output import check_new_folder
from foreview.cli.progress import reported
from foreview.cli.show import described

_EXAMPLE = """\
  foreview train world --as-of 2026-05-01 --out release
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "train", "train a release on what was known at a time", _EXAMPLE)
    add_catalogue(parser)
    parser.add_argument(
        "--as-of",
        type=instant,
        required=True,
        metavar="T",
        help="the cutoff, such as 2026-05-01T00:00:00Z; a day is its start in UTC",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RELEASE", help="new folder")
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="S", help="same data, options and seed, same release (default 0)"
    )
    parser.add_argument("--threads", type=positive, default=2, metavar="N", help="threads of the learners (default 2)")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Train and publish a release."""
    check_new_folder(args.out)
    from foreview.options import TrainingOptions
    from foreview.releases.store import publish_release
    from foreview.tables.folder import read_catalogue
    from foreview.training.trainer import train

    catalogue = read_catalogue(args.catalogue)
    options = TrainingOptions(seed=args.seed, threads=args.threads)
    with reported() as progress:
        release = train(catalogue, args.as_of, options, created_at=datetime.now(UTC), progress=progress)
    publish_release(release, args.out)
    outcome = described(args.out, release.manifest)
    return replace(outcome, notes=(*outcome.notes, f"its model card: foreview card {args.out}"))
