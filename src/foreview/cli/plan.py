"""``foreview plan``: the forecast of a video that does not exist yet."""

from __future__ import annotations

import argparse

from foreview.cli.arguments import (
    Subparsers,
    add_catalogue,
    add_release_and_cutoff,
    check_channel,
    command,
    instant,
    seconds,
    texts,
)
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome, Table, cell
from foreview.errors import UsageError
from foreview.vocabulary import FORMATS, MODEL_TYPES, TARGET_UNITS

SHOWN = ("typical", "p10", "point", "p90", "p_beats_typical", "confidence")
_EXAMPLE = """\
  foreview plan world --release release --as-of 2026-05-10 --channel channel-000 --title "Ten tomatoes" --duration 45
  foreview plan world --release release --as-of 2026-05-10 --channel channel-000 --title "Ten tomatoes" --duration 600 --publish 2026-05-12T17:00:00Z
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "plan", "forecast a video that does not exist yet, at its publication", _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument("--title", required=True, metavar="TEXT", help="its title")
    parser.add_argument("--channel", metavar="ID", help="channel_id of the channel that will publish it")
    parser.add_argument("--publish", type=instant, metavar="T", help="when it will be published (default: --as-of)")
    parser.add_argument("--duration", type=seconds, metavar="S", help="its length [s]")
    parser.add_argument("--format", choices=FORMATS, help="short or long (default: as its platform or length says)")
    parser.add_argument("--description", metavar="TEXT", help="its description")
    parser.add_argument("--tags", type=texts, metavar="A,B", help="its tags, separated by commas")
    for name in ("category", "language", "platform"):
        parser.add_argument(f"--{name}", metavar="NAME", help=f"its {name}")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Forecast the plan from what is known at the cutoff."""
    at = args.publish or args.as_of
    if at < args.as_of:
        raise UsageError(
            "a plan is published at --as-of or later", f"--publish says {at.isoformat()}", "Choose an earlier --as-of"
        )
    from foreview.forecasting.forecaster import forecast
    from foreview.forecasting.planning import Plan, with_plans
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    named = ("title", "format", "description", "tags", "category", "language", "platform")
    plan = Plan(
        published_at=at,
        channel_id=args.channel,
        duration_s=args.duration,
        **{name: getattr(args, name) for name in named},
    )
    catalogue = read_catalogue(args.catalogue).as_of(args.as_of)
    if args.channel is not None:
        check_channel(catalogue, args)
    known, issues = with_plans(catalogue, [plan])
    release = read_release(args.release)
    found = forecast(known, release, issues)
    told = found.select("target", "model_type", *SHOWN).to_dicts()
    facts = {
        "title": args.title,
        "published_at": at.isoformat(),
        "channel_id": args.channel,
        "model_version": found["model_version"][0],
        "forecasts": told,
    }
    header = ("target", "unit", "typical", "p10", "point", "p90", "beats typical", "confidence", "by")
    rows = [
        (one["target"], TARGET_UNITS[one["target"]], *(cell(one[name]) for name in SHOWN), one["model_type"])
        for one in told
    ]
    served = sorted({one["model_type"] for one in told})
    by_no_model = (f"{name}: {MODEL_TYPES[name]}" for name in served if name != "ensemble")
    notes = (*notes_of_learnt(release, [args.as_of]), *by_no_model)
    return Outcome(facts, f"{args.title}, published {at:%Y-%m-%d %H:%M} UTC", (Table("", header, rows),), notes)
