"""``foreview simulate``: an invented world whose truth is known."""

from __future__ import annotations

import argparse
from pathlib import Path

from foreview.cli.arguments import Subparsers, command, positive, seed
from foreview.cli.outcome import Outcome
from foreview.cli.output import check_new_folder

_EXAMPLE = """\
  foreview simulate --channels 6 --videos 60 --seed 1 --out world
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "simulate", "invent channels and videos whose true distribution is known", _EXAMPLE)
    parser.add_argument("--channels", type=positive, required=True, metavar="N", help="how many channels")
    parser.add_argument("--videos", type=positive, required=True, metavar="M", help="how many videos altogether")
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="same seed, same world (default 0)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="CATALOGUE", help="new folder; truth.parquet in it holds the truth"
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Write an invented catalogue and its truth."""
    check_new_folder(args.out)
    from foreview.simulation.world import simulate
    from foreview.tables.folder import write_catalogue

    world = simulate(channels=args.channels, videos=args.videos, seed=args.seed)
    write_catalogue(world.catalogue, args.out, {"truth": world.truth})
    videos, daily = world.catalogue.videos, world.catalogue.daily
    first, last = (value.date().isoformat() for value in (videos["published_at"][0], videos["published_at"][-1]))
    facts = {
        "catalogue": str(args.out),
        "channels": videos["channel_id"].n_unique(),
        "videos": videos.height,
        "daily": daily.height,
        "first_published": first,
        "last_published": last,
    }
    sentence = f"{args.out}: {facts['channels']} invented channels, {videos.height} videos, {daily.height} daily rows"
    return Outcome(facts, f"{sentence}, published {first} to {last}")
