"""``foreview train``: a catalogue as it was known becomes a release."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from foreview.cli.arguments import Subparsers, add_catalogue, add_tuned, command, instant, seed, threads
from foreview.cli.outcome import Outcome
from foreview.cli.output import check_new_folder
from foreview.cli.progress import reported
from foreview.cli.show import described

_EXAMPLE = """\
  foreview train world --as-of 2026-05-01 --out release
  foreview train world --as-of 2026-05-01 --tuned study/best.json --out release
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
        "--seed", type=seed, default=0, metavar="S", help="same data, options and seed, same release (default 0)"
    )
    add_tuned(parser)
    parser.add_argument("--threads", type=threads, default=2, metavar="N", help="threads of the learners (default 2)")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Train and publish a release."""
    check_new_folder(args.out)
    from foreview.options import DEFAULTS, TrainingOptions
    from foreview.releases.store import publish_release
    from foreview.tables.folder import read_catalogue
    from foreview.training.study import hyperparameters_for
    from foreview.training.trainer import train

    tuned = DEFAULTS if args.tuned is None else hyperparameters_for(args.tuned, args.as_of)
    catalogue = read_catalogue(args.catalogue)
    options = TrainingOptions(seed=args.seed, threads=args.threads, hyperparameters=tuned)
    with reported() as progress:
        release = train(catalogue, args.as_of, options, created_at=datetime.now(UTC), progress=progress)
    publish_release(release, args.out)
    outcome = described(args.out, release.manifest)
    return replace(outcome, notes=(*outcome.notes, f"its model card: foreview card {args.out}"))
