"""``foreview show``: what a release says of itself, after its hashes were checked."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foreview.cli.arguments import Subparsers, command
from foreview.cli.outcome import Outcome, Table, number_of

if TYPE_CHECKING:
    from foreview.releases.manifest import Manifest
    from foreview.releases.strict import Json

_TOLD_IN_CARD: Final = ("_ratio", "_low", "_high", "videos", "classes_n", "log_loss", "_distribution")
"""Ends of names of figures that would make the table too wide."""
_EXAMPLE = """\
  foreview show release
  foreview show release --json
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(
        subparsers, "show", "show what a release says of itself, and check that it may be served", _EXAMPLE
    )
    parser.add_argument("release", type=Path, metavar="RELEASE", help="folder made by `foreview train`")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Check a release and show its manifest."""
    from foreview.releases.loading import read_release

    return described(args.release, read_release(args.release).manifest)


def described(folder: Path, manifest: Manifest) -> Outcome:
    """Return what ``show`` and ``train`` say of a release."""
    from foreview.releases.manifest import tuned_in
    from foreview.releases.strict import to_json

    window = manifest.data_window
    published = f"{_day(window.first_published)} to {_day(window.last_published)}"
    facts = [
        ("version", manifest.model_version),
        ("cutoff", manifest.as_of.isoformat()),
        ("made", manifest.created_at.isoformat()),
        ("trained on", f"{number_of(window.videos, 'video')} published {published}, {number_of(window.rows, 'row')}"),
        ("embargo", manifest.embargo),
        ("hyperparameters", tuned_in(manifest)),
        ("features", f"{len(manifest.features)} and {len(manifest.declared)} declared"),
        ("catalogue", manifest.catalogue_fingerprint),
        ("libraries", ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())),
    ]
    kinds = [(kind, state.state, state.reason) for kind, state in manifest.kinds.items()]
    return Outcome(
        {"release": str(folder), "manifest": to_json(manifest)},
        f"{folder}: release {manifest.model_version}",
        (Table("", ("", ""), facts), Table("What serves", ("model", "state", "why"), kinds), *_scores(manifest)),
        manifest.notes,
    )


def _day(t: datetime | None) -> str:
    return "–" if t is None else f"{t:%Y-%m-%d}"


def _scores(manifest: Manifest) -> tuple[Table, ...]:
    """Return the scores as one table, however deep the trainer nested them: a row a group of figures."""
    groups = list(_groups(manifest.scores, ""))
    names = list(dict.fromkeys(name for _, figures in groups for name in figures if not name.endswith(_TOLD_IN_CARD)))
    rows = [(group, *(_figure(figures.get(name)) for name in names)) for group, figures in groups]
    return (Table("Scores out of time", ("of", *names), rows),) if rows else ()


def _groups(scores: Mapping[str, Json], name: str) -> Iterator[tuple[str, dict[str, Json]]]:
    figures = {key: value for key, value in scores.items() if not isinstance(value, dict)}
    if figures:
        yield name, figures
    for key, value in scores.items():
        if isinstance(value, dict):
            yield from _groups(value, key)


def _figure(value: Json) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
