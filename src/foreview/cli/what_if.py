"""``foreview what-if``: how a forecast would differ if the title, the length or the hour were another."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from foreview.cli.arguments import Subparsers, add_catalogue, add_release_and_cutoff, command, seconds, texts, whole
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome
from foreview.errors import UsageError

LEVERS = ("title", "description", "tags", "duration_s", "hour", "weekday")
_EXAMPLE = """\
  foreview what-if world --release release --as-of 2026-05-10 --video v000040 --title "Ten tomatoes in ten days"
  foreview what-if world --release release --as-of 2026-05-10 --video v000040 --hour 18 --weekday 5
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    says = "say how one video's forecast at its publication would differ with another title, length or time"
    parser = command(subparsers, "what-if", says, _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument("--video", required=True, metavar="ID", help="its video_id")
    parser.add_argument("--title", metavar="TEXT", help="another title")
    parser.add_argument("--description", metavar="TEXT", help="another description")
    parser.add_argument("--tags", type=texts, metavar="A,B", help="other tags, separated by commas")
    parser.add_argument("--duration", type=seconds, dest="duration_s", metavar="S", help="another length [s]")
    parser.add_argument("--hour", type=whole, metavar="H", help="another hour, 0 to 23, on the source's clock")
    parser.add_argument("--weekday", type=whole, metavar="D", help="another weekday, 0 (Monday) to 6")
    parser.add_argument(
        "--target", choices=("views_7d", "views_30d"), default="views_30d", help="which forecast (default views_30d)"
    )
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Ask one what-if; what is changed is changed together."""
    given = {name: getattr(args, name) for name in LEVERS}
    if all(value is None for value in given.values()):
        raise UsageError(
            "a what-if changes something", "nothing was changed", "Add for example --title TEXT or --hour 18"
        )
    from foreview.forecasting.whatif import Change, what_if
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    catalogue = read_catalogue(args.catalogue).as_of(args.as_of)
    release = read_release(args.release)
    (found,) = what_if(catalogue, release, args.video, [Change(**given)], target=args.target)
    facts = {"video_id": args.video, "target": args.target, "changes": given, **asdict(found)}
    said = found.because
    if found.ratio is not None and found.low is not None and found.high is not None:
        said = f"× {found.ratio:.2f} (95 %: {found.low:.2f} to {found.high:.2f}): {found.because}"
    sentence = f"{args.video}, {args.target}: {said}; {found.says}"
    return Outcome(facts, sentence, notes=notes_of_learnt(release, [args.as_of]))
