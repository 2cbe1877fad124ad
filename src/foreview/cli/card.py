"""``foreview card``: the model card of a release."""

from __future__ import annotations

import argparse
from pathlib import Path

from foreview.cli.arguments import Subparsers, command
from foreview.cli.outcome import Outcome
from foreview.cli.output import check_file, check_spared, write_text

_EXAMPLE = """\
  foreview card release
  foreview card release --out card.md
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(
        subparsers,
        "card",
        "write the model card of a release: data, errors, what its intervals can promise, limits",
        _EXAMPLE,
    )
    parser.add_argument("release", type=Path, metavar="RELEASE", help="folder made by `foreview train`")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="Markdown file; replaced when it is there (default: print it)"
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Check a release and write its card."""
    if args.out is not None:
        check_file("--out", args.out, "card.md")
        check_spared("--out", args.out, release=args.release)
    from foreview.releases.card import card
    from foreview.releases.loading import read_release

    release = read_release(args.release)
    text = card(release)
    version = release.manifest.model_version
    facts = {"release": str(args.release), "model_version": version, "card": text}
    if args.out is None:
        return Outcome(facts, text.rstrip("\n"))
    write_text(text, args.out)
    return Outcome({**facts, "file": str(args.out)}, f"{args.out}: model card of release {version}")
