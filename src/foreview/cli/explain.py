"""``foreview explain``: one video's forecast as a start and the factors that multiply it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING

from foreview.cli.arguments import Subparsers, add_catalogue, add_release_and_cutoff, command
from foreview.cli.learnt import notes_of_learnt
from foreview.cli.outcome import Outcome, Table
from foreview.errors import UsageError
from foreview.vocabulary import MODEL_TYPES, TARGET_UNITS, TARGETS

if TYPE_CHECKING:
    import polars as pl

    from foreview.explain.attribution import Attribution, Factor
    from foreview.forecasting.explaining import Explained
    from foreview.tables.catalogue import Catalogue

SHOWN_FEATURES = 10
SHOWN_CHARACTERS = 40
"""Features with a line of their own; the product of the others is one line."""
_STARTS = {"typical": "typical", "counted": "counted so far", "mixed": "typical rate, with what is seen"}
_EXAMPLE = """\
  foreview explain world --release release --as-of 2026-05-10 --video v000040
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "explain", "take one video's forecast apart into factors", _EXAMPLE)
    add_catalogue(parser)
    add_release_and_cutoff(parser)
    parser.add_argument("--video", required=True, metavar="ID", help="its video_id")
    parser.add_argument("--target", choices=TARGETS, default="views_30d", help="which forecast (default views_30d)")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Take one forecast apart."""
    from foreview.forecasting.explaining import explained
    from foreview.forecasting.forecaster import issues_as_of
    from foreview.releases.loading import read_release
    from foreview.tables.folder import read_catalogue

    release = read_release(args.release)
    catalogue = read_catalogue(args.catalogue).as_of(args.as_of)
    issue = issues_as_of(catalogue, args.as_of).filter(video_id=args.video)
    _check_published(issue, args)
    outcome = _outcome(explained(catalogue, release, issue, args.target), _title(catalogue, args.video))
    return replace(outcome, notes=(*notes_of_learnt(release, [args.as_of]), *outcome.notes))


def _check_published(issue: pl.DataFrame, args: argparse.Namespace) -> None:
    if issue.is_empty():
        raise UsageError(
            "--video names a video published by --as-of",
            f"{args.catalogue} has no {args.video!r} at {args.as_of.isoformat()}",
            "See the video_id in its videos.parquet",
        )


def _title(catalogue: Catalogue, video_id: str) -> str:
    row = catalogue.videos.filter(video_id=video_id).row(0, named=True)
    return str(row["title"] or video_id)


def _outcome(one: Explained, title: str) -> Outcome:
    found = one.found
    facts = {
        "video_id": one.video_id,
        "as_of": one.as_of.isoformat(),
        "issue_age_days": one.issue_age_days,
        "target": found.target,
        "model_version": one.model_version,
        "model_type": one.model_type,
        "scale": one.scale,
        "start": found.start,
        "start_is": found.start_is,
        "factors": [{"kind": f.kind, "name": f.name, "value": f.value, "factor": f.times} for f in found.factors],
        "location": found.location,
        "calibration_and_bounds": one.calibration_and_bounds,
        "point": one.point,
    }
    unit = TARGET_UNITS[found.target]
    asked = f"as of {one.as_of:%Y-%m-%d %H:%M} UTC, {one.issue_age_days:.1f} days old"
    sentence = f"{title}: {found.target} {_amount(one.point)} {unit}, {asked}"
    header = ("what", "is", "factor", f"makes [{one.scale}]")
    rows = _rows(found, one.calibration_and_bounds)
    return Outcome(facts, sentence, (Table("", header, rows),), _notes(one.model_type))


def _rows(found: Attribution, last: float) -> list[tuple[str, str, str, str]]:
    features = [factor for factor in found.factors if factor.kind == "feature"]
    shown = features[:SHOWN_FEATURES]
    makes = found.start
    rows = [(_STARTS[found.start_is], "", "", _amount(makes))]
    rest, smaller = 1.0, len(features) - len(shown)
    for factor in found.factors:
        if factor.kind == "feature" and factor not in shown:
            rest *= factor.times
            continue
        makes *= factor.times
        rows.append((factor.name.replace("_", " "), _value(factor), _times(factor.times), _amount(makes)))
    if smaller:
        makes *= rest
        rows.append((f"{smaller} smaller ones", "", _times(rest), _amount(makes)))
    rows.append(("calibration and bounds", "", _times(last), _amount(makes * last)))
    return rows


def _notes(model_type: str) -> tuple[str, ...]:
    if model_type in ("observed", "not_monetised"):
        return (
            f"the value is served because it is {MODEL_TYPES[model_type]}; the factors are what the models would have said",
        )
    if model_type != "ensemble":
        return (f"{model_type} serves this forecast: no model has shown skill here, so no feature moves it",)
    return ()


def _value(factor: Factor) -> str:
    if factor.kind != "feature":
        return ""
    if isinstance(factor.value, str):
        return shorten(factor.value, SHOWN_CHARACTERS, placeholder="…")
    return "missing" if factor.value is None else _amount(factor.value)


def _amount(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _times(factor: float) -> str:
    return f"× {factor:.3f}" if factor >= 0.1 else f"× {factor:.3g}"
