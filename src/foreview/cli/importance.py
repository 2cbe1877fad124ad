"""``foreview importance``: what a release would lose without each feature, on videos it has not seen."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from foreview.cli.arguments import Subparsers, add_catalogue, ages, command, day, positive, seed
from foreview.cli.outcome import Outcome, Table
from foreview.cli.output import check_file, check_spared, write_text
from foreview.cli.progress import reported
from foreview.vocabulary import TARGETS

if TYPE_CHECKING:
    from foreview.explain.effects import Effect
    from foreview.explain.importance import Importance
    from foreview.explain.ranking import Ranking
    from foreview.explain.window import Window

_EXAMPLE = """\
  foreview importance world --release release --from 2026-05-02
  foreview importance world --release release --from 2026-05-02 --target views_7d --ages 0 --effect title_words
  foreview importance world --release release --from 2026-05-02 --page importance.html
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "importance", "measure what each feature is worth on later videos", _EXAMPLE)
    add_catalogue(parser)
    parser.add_argument(
        "--release", type=Path, required=True, metavar="RELEASE", help="folder made by `foreview train`"
    )
    parser.add_argument(
        "--from",
        dest="since",
        type=day,
        required=True,
        metavar="D",
        help="first day (UTC) of publication, after the release's cutoff",
    )
    parser.add_argument("--target", choices=TARGETS, default="views_30d", help="which forecast (default views_30d)")
    parser.add_argument(
        "--ages", type=ages, default=(0.0, 1.0, 3.0, 7.0), metavar="A,B,…", help="issue ages [d] (default 0,1,3,7)"
    )
    parser.add_argument("--effect", metavar="FEATURE", help="also how forecasts move with this numeric feature (ALE)")
    parser.add_argument(
        "--repeats", type=positive, default=5, metavar="N", help="permutations of each feature (default 5)"
    )
    parser.add_argument(
        "--max-rows", type=positive, default=5000, metavar="N", help="forecasts used at most, drawn (default 5000)"
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="same seed, same figures (default 0)")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also as pictures: one HTML file that works offline")
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Permute every feature and group, and rank them by TreeSHAP as well."""
    if args.page is not None:
        check_file("--page", args.page, "importance.html")
        check_spared("--page", args.page, release=args.release, catalogue=args.catalogue)
    from foreview.explain.effects import accumulated_local_effect
    from foreview.explain.page import importance_page
    from foreview.explain.placing import placing
    from foreview.explain.ranking import rank_features
    from foreview.explain.window import future_window
    from foreview.features.spec import features_with
    from foreview.releases.loading import read_release
    from foreview.releases.models import models_of
    from foreview.tables.folder import read_catalogue

    release, catalogue = read_release(args.release), read_catalogue(args.catalogue)
    models = {kind: model.location for kind, model in models_of(release).items()}
    window = future_window(
        catalogue,
        args.target,
        learnt_until=release.manifest.as_of,
        since=datetime.combine(args.since, time(), UTC),
        ages=args.ages,
        max_rows=args.max_rows,
        seed=args.seed,
    )
    effects = [
        accumulated_local_effect(placing(models, args.target), window.table, args.effect, window.owners, seed=args.seed)
        for _ in range(args.effect is not None)
    ]
    features = features_with(catalogue.declared)
    with reported() as progress:
        ranking = rank_features(models, window, features, repeats=args.repeats, seed=args.seed, progress=progress)
    version = release.manifest.model_version
    outcome = _outcome(window, ranking, effects, version)
    if args.page is None:
        return outcome
    write_text(importance_page(window, ranking, effects, version), args.page)
    return replace(outcome, facts={**outcome.facts, "page": str(args.page)})


def _outcome(window: Window, ranking: Ranking, effects: Sequence[Effect], version: str) -> Outcome:
    facts = {
        "model_version": version,
        "target": window.target,
        "rows": window.table.height,
        "videos": window.table["video_id"].n_unique(),
        "intervals_draw": window.drawn,
        **_rankings(ranking),
        "effects": [_curve(effect) for effect in effects],
    }
    spearman, kendall = (_shown(_known(value)) for value in (ranking.agreement.spearman, ranking.agreement.kendall))
    sentence = (
        f"{window.target}: {facts['rows']} forecasts of {facts['videos']} later videos, intervals draw {window.drawn}; "
        f"beyond the baseline, permutation and SHAP agree with Spearman {spearman}, Kendall {kendall}"
    )
    return Outcome(facts, sentence, (*_tables(ranking), *(_effect_table(effect) for effect in effects)))


def _rankings(ranking: Ranking) -> dict[str, object]:
    beyond = {part.name: part.increase.value for part in ranking.beyond}
    agreed = ranking.agreement
    return {
        "groups": [_values(part) for part in ranking.groups],
        "features": [
            {
                **_values(part),
                "beyond_baseline": beyond.get(part.name),
                "mean_absolute_shap": ranking.shap.get(part.name),
            }
            for part in ranking.features
        ],
        "agreement": {
            "spearman": _known(agreed.spearman),
            "kendall": _known(agreed.kendall),
            "features": agreed.features,
        },
    }


def _tables(ranking: Ranking) -> tuple[Table, Table]:
    header = ("permuted", "rise", "95 % interval")
    beyond = {part.name: part.increase.value for part in ranking.beyond}
    singles = [
        (*_row(part), _shown(beyond.get(part.name)), _shown(ranking.shap.get(part.name)))
        for part in ranking.features
        if part.increase.value
    ]
    return (
        Table("Groups: rise of MAE ln when permuted", header, [_row(part) for part in ranking.groups]),
        Table("Features: the same, its part beyond the baseline, mean |SHAP|", (*header, "beyond", "|SHAP|"), singles),
    )


def _values(part: Importance) -> dict[str, object]:
    found = part.increase
    return {"name": part.name, "increase": found.value, "low": found.low, "high": found.high}


def _row(part: Importance) -> tuple[str, str, str]:
    found = part.increase
    return (part.name, _shown(found.value), f"{_shown(found.low)} … {_shown(found.high)}")


def _curve(effect: Effect) -> dict[str, object]:
    return {
        "feature": effect.feature,
        "at": effect.at.tolist(),
        "effect": effect.effect.tolist(),
        "low": effect.low.tolist(),
        "high": effect.high.tolist(),
        "counts": effect.counts.tolist(),
        "missing": effect.missing,
    }


def _effect_table(effect: Effect) -> Table:
    rows = [
        (f"{at:,.4g}", f"× {math.exp(middle):.3f}", f"{math.exp(low):.3f} … {math.exp(high):.3f}")
        for at, middle, low, high in zip(effect.at, effect.effect, effect.low, effect.high, strict=True)
    ]
    return Table("Accumulated local effect", (effect.feature, "forecasts", "95 % interval"), rows)


def _known(value: float) -> float | None:
    """Return None for nan, which JSON cannot say."""
    return None if math.isnan(value) else value


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
