"""The model card of a release: what it is, what it learnt from, how right it was, what it can promise and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from foreview.learners.slices import Stage
from foreview.plots.markdown import table
from foreview.releases.manifest import Manifest, Release
from foreview.releases.models import KindModel, models_of
from foreview.releases.strict import Json
from foreview.uncertainty.conformal import PARENT_WEIGHT
from foreview.uncertainty.promise import promised_coverage
from foreview.vocabulary import INTERVALS, KIND_OF_TARGET, MODEL_KINDS, TARGETS, ModelKind

_WHAT: Final = """\
Forecasts how many views a video will have 7 and 30 days after publication, its engagement and its revenue: at publication or any day
after, each as a whole distribution. Made by Foreview from the history of one catalogue, for the channels in it. It tells what usually
follows, not what would follow if something were changed."""

_JUDGED: Final = """\
On the last videos before the cutoff, by members that had not seen them. *MAE ln*: mean of |ln(1+forecast) − ln(1+actual)|; 0.10 is about
10 % off. *Baseline*: typical before anything was counted, afterwards the count and its usual growth. *Ratio*: error of the model over
that of the baseline, with a 95 % interval that draws whole channels, or videos where there are fewer than five; below 1 the model is
better."""

_PROMISE: Final = """\
Intervals are calibrated on the last videos before the cutoff. How much they truly cover is known only as well as so many videos allow:
with 95 % probability the coverage of an interval lies in the range given, if later videos are like those (exchangeable scores: Vovk
2012). Below {weight} videos an interval leans mostly on its neighbours, both formats together, and the range says what its own would hold."""

_NO_PROMISE: Final = """\
The intervals of {kinds} are the documented prior's, moved by the few outcomes there are: wide on purpose, and no promise."""

_CLASSES: Final = """\
Whether a video will be low, medium or high among its channel-format's own: read off the *distribution*, or said by a *classifier* within what
the served quantiles allow. Log loss [nats] of both on the last of the videos above, which neither had learnt from; 1.099 is saying a third each time. The
classifier serves where the whole interval of the ratio lies below 1; a slice of fewer than 300 rows is judged with the other format."""

_WEIGHTS: Final = """\
Weights of the members, chosen on videos later than those they were fitted on; what is missing from 1 is the baseline's. Where there is
no skill the baseline serves alone."""

_STAGES: Final[Mapping[Stage, str]] = {"unseen": "0", "young": "1", "older": "3 and more", "seen": "some"}

_LIMITS: Final = """\
- Channels, formats and topics that were not in the catalogue are forecast from what is typical, or from the documented prior.
- What changes after the cutoff, such as how the platform counts or recommends, is unknown to it. Train again as labels mature, and
  replay the past with `foreview backtest` to see whether the promises hold on videos it never saw.
- Errors and promises are of the last videos before the cutoff. Members were fitted again on all videos after they were judged.
- Videos of a channel rise and fall together; the promises count them as independent.
- A slice that is not listed had no video to be judged on, and is served with what is known of its neighbours."""


def card(release: Release) -> str:
    """Return the model card of ``release`` as Markdown; everything in it follows from the release, nothing else is read."""
    manifest, models = release.manifest, models_of(release)
    parts = [
        f"# Model card: release {manifest.model_version}",
        *(
            ["> **WITHOUT EMBARGO**: labels that matured after the cutoff were used."]
            if manifest.embargo == "none"
            else []
        ),
        _WHAT,
        "## Data",
        table(["what", ""], _facts(manifest)),
        "## What serves",
        table(["model", "state", "why"], [[kind, state.state, state.reason] for kind, state in manifest.kinds.items()]),
        "## How far off it was",
        *_errors(manifest),
        "## Low, medium or high",
        *_classes(manifest),
        "## What the intervals can promise",
        *_promises(manifest),
        "## Who has a say",
        *_weights(models),
        "## Limits",
        _LIMITS,
        *(["## Notes", "\n".join(f"- {note}" for note in manifest.notes)] if manifest.notes else []),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(manifest: Manifest) -> list[list[str]]:
    window = manifest.data_window
    published = "–"
    if window.first_published is not None and window.last_published is not None:
        published = f"{window.first_published:%Y-%m-%d} to {window.last_published:%Y-%m-%d}"
    facts = {
        "cutoff": f"{manifest.as_of:%Y-%m-%d %H:%M} UTC: nothing that became known later was used",
        "made": f"{manifest.created_at:%Y-%m-%d %H:%M} UTC",
        "videos": f"{window.videos:,}, published {published}, replayed as {window.rows:,} rows",
        "embargo": manifest.embargo,
        "features": f"{len(manifest.features)} computed",
        "declared features": ", ".join(column.name for column in manifest.declared) or "none",
        "seed": str(manifest.seed),
        "catalogue": manifest.catalogue_fingerprint or "–",
        "continues": manifest.parent or "no other release",
        "libraries": ", ".join(f"{name} {number}" for name, number in manifest.libraries.items()) or "none",
    }
    return [[name, value] for name, value in facts.items()]


def _errors(manifest: Manifest) -> list[str]:
    rows = [[*_where(name), *_error(score)] for name, score in _judged(manifest)]
    if not rows:
        return ["It was not judged: there were too few videos, or none."]
    head = ["target", "format", "days seen", "rows", "MAE ln", "baseline", "ratio (95 %)", "serves"]
    return [_JUDGED, table(head, rows)]


def _judged(manifest: Manifest) -> list[tuple[str, Mapping[str, Json]]]:
    """Return the slices that were judged out of time, in order, with their scores."""
    found = ((name, score) for name, score in _scores(manifest.scores) if _is_slice(name) and "mae_ln" in score)
    return sorted(found, key=lambda item: _order(item[0]))


def _scores(scores: Mapping[str, Json], name: str = "") -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield each group of figures with its name, however deep the trainer nested them."""
    if any(not isinstance(value, dict) for value in scores.values()):
        yield name, scores
    for key, value in scores.items():
        if isinstance(value, dict):
            yield from _scores(value, key)


def _error(score: Mapping[str, Json]) -> list[str]:
    figures = [f"{score['n']:,}", f"{score['mae_ln']:.3f}", f"{score['mae_ln_baseline']:.3f}"]
    if not score["skill"]:
        return [*figures, "–", "baseline: no skill"]
    return [*figures, _ratio(score, "mae_ln_ratio"), "models"]


def _classes(manifest: Manifest) -> list[str]:
    judged = [(name, score) for name, score in _judged(manifest) if "classifier" in score]
    if not judged:
        return ["Read off the distribution. No classifier was fitted: there were too few videos to try one on."]
    rows = [[*_where(name), *_classified(score)] for name, score in judged]
    head = ["target", "format", "days seen", "rows", "distribution", "classifier", "ratio (95 %)", "serves"]
    return [_CLASSES, table(head, rows)]


def _classified(score: Mapping[str, Json]) -> list[str]:
    losses = [f"{score[name]:.3f}" for name in ("log_loss_distribution", "log_loss")]
    return [
        f"{score['classes_n']:,}",
        *losses,
        _ratio(score, "log_loss_ratio"),
        "classifier" if score["classifier"] else "distribution",
    ]


def _ratio(score: Mapping[str, Json], name: str) -> str:
    ratio, low, high = (score.get(f"{name}{end}") for end in ("", "_low", "_high"))
    return "–" if ratio is None else f"{ratio:.2f} ({low:.2f} – {high:.2f})"


def _promises(manifest: Manifest) -> list[str]:
    parts = []
    if judged := _judged(manifest):
        counted = [(name, int(score.get("videos", score["n"]))) for name, score in judged]
        rows = [[*_where(name), f"{n:,}", *(_range(n, level) for level in INTERVALS)] for name, n in counted]
        head = ["target", "format", "days seen", "videos", *(f"{level} % interval" for level in INTERVALS)]
        weight = manifest.options.get("hyperparameters", {}).get("parent_weight", PARENT_WEIGHT)
        parts += [_PROMISE.format(weight=round(weight)), table(head, rows)]
    covered = {KIND_OF_TARGET[target] for target in TARGETS for name, _ in judged if name.startswith(f"{target}/")}
    if rest := [kind for kind in MODEL_KINDS if kind not in covered]:
        parts.append(_NO_PROMISE.format(kinds=" and ".join(filter(None, [", ".join(rest[:-1]), rest[-1]]))))
    return parts


def _range(videos: int, level: int) -> str:
    low, high = promised_coverage(videos, level / 100)
    return f"{100 * low:.0f} – {100 * high:.0f} %"


def _weights(models: Mapping[ModelKind, KindModel]) -> list[str]:
    head, rows = weights(models)
    return [_WEIGHTS, table(head, rows)] if rows else ["No model was fitted."]


def weights(models: Mapping[ModelKind, KindModel]) -> tuple[list[str], list[list[str]]]:
    """Return the weights of the members as a table, head and rows; what is missing from 1 is the baseline's. No rows: nothing was fitted."""
    rows = [(kind, *row) for kind, model in models.items() for row in _weight_rows(model)]
    members = sorted({name for *_, found in rows for name in found})
    cells = [
        [kind, *where, *(f"{w.get(m, 0):.2f}" for m in members), f"{max(1 - sum(w.values()), 0):.2f}"]
        for kind, *where, w in rows
    ]
    return ["model", "target", "format", "days seen", *members, "baseline"], cells


def _weight_rows(model: KindModel) -> Iterator[tuple[str, str, str, Mapping[str, float]]]:
    """Yield target, formats that share them, days seen, and weights; first the weights of all slices that have none of their own."""
    shared: dict[tuple[str, str, tuple[tuple[str, float], ...]], list[str]] = {}
    for stage, ensemble in model.location.ensembles.items():
        rest = "all others" if len(ensemble.weights) > 1 else "all"
        for name, weights in sorted(ensemble.weights.items(), key=lambda item: _order(item[0])):
            target, format_, seen = name.split("/") if _is_slice(name) else (rest, "–", _STAGES[stage])
            shared.setdefault((target, seen, tuple(weights.items())), []).append(format_)
    for (target, seen, found), formats in shared.items():
        yield target, ", ".join(formats), seen, dict(found)


def _is_slice(name: str) -> bool:
    return name.count("/") == 2 and "//" not in name


def _where(name: str) -> Sequence[str]:
    return name.split("/") if _is_slice(name) else (name, "–", "–")


def _order(name: str) -> tuple[int, str, int]:
    """Return by which slices are sorted: target, format, days seen."""
    if not _is_slice(name):
        return -1, name, 0
    target, format_, seen = name.split("/")
    known = [str(found) for found in TARGETS]
    return known.index(target) if target in known else len(known), format_, int(seen)
