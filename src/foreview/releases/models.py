"""The model of one kind, as the parts of its file in a release and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from foreview.errors import ReleaseCorrupt
from foreview.learners import xgb
from foreview.learners.association import Associations
from foreview.learners.chance import Chance
from foreview.learners.classifier import Classifier
from foreview.learners.ensemble import Ensemble
from foreview.learners.location import LocationModel, Spread
from foreview.learners.matrix import Encoder, Vector
from foreview.learners.members import MEMBERS
from foreview.learners.prior import prior_spread, prior_structure
from foreview.learners.relative import Relative
from foreview.learners.slices import SEEN_DAYS, STAGES, Stage
from foreview.learners.structure import Structure
from foreview.learners.words import BUCKETS, Words
from foreview.releases.manifest import Release
from foreview.releases.strict import dataclass_of, to_json
from foreview.uncertainty import record
from foreview.uncertainty.conformal import LEVELS, Calibration, fit_to_prior
from foreview.uncertainty.record import Record
from foreview.vocabulary import FORMATS, KIND_OF_TARGET, MODEL_KINDS, TARGETS, ModelKind

_DESCRIPTION: Final = "model.json"
_SPREAD: Final = "spread.json"
_CHANCE: Final = "chance.json"
_RELATIVE: Final = "relative.json"
_CLASSES: Final = "classes.json"
_RECORD: Final = "record.json"
_ASSOCIATIONS: Final = "associations.json"


@dataclass(frozen=True, slots=True)
class KindModel:
    """Everything that serves one kind: where forecasts lie and how far outcomes spread.

    For revenue also whether there is any; for views the point for relative errors and the classes, where they are better fitted than read off,
    and how well differences between publications have held.
    """

    location: LocationModel
    calibration: Calibration
    chance: Chance | None = None
    relative: Relative | None = None
    classes: Classifier | None = None
    record: Record | None = None
    """The single outcomes behind the calibration; None where no models were judged, and in releases made before they were kept."""
    associations: Associations | None = None


def encode_model(model: KindModel) -> dict[str, bytes]:
    """Return the parts of ``model``: ``model.json`` and what was fitted, each member a part for each stage."""
    location = model.location
    description: dict[str, Any] = {
        "structure": {name: dict(getattr(location.structure, name)) for name in ("level", "third", "growth", "paid")},
        "unskilled": sorted(location.unskilled),
        "ensembles": {},
        "spread": None,
        "chance": None,
        "relative": None,
        "classes": None,
        "calibration": {
            "quantiles": {name: list(values) for name, values in model.calibration.quantiles.items()},
            "counts": dict(model.calibration.counts),
        },
    }
    parts: dict[str, bytes] = {}
    for stage, ensemble in location.ensembles.items():
        description["ensembles"][stage] = _ensemble_json(ensemble)
        parts |= {
            f"{stage}.{MEMBERS[name].part}": MEMBERS[name].encode(fitted) for name, fitted in ensemble.members.items()
        }
    if location.spread is not None:
        description["spread"] = _encoder_json(location.spread.encoder)
        parts[_SPREAD] = xgb.encode(location.spread.booster)
    if model.chance is not None:
        chance = model.chance
        description["chance"] = _encoder_json(chance.encoder) | {"intercept": chance.intercept, "slope": chance.slope}
        parts[_CHANCE] = xgb.encode(model.chance.booster)
    if model.relative is not None:
        encoder = _encoder_json(model.relative.encoder)
        description["relative"] = {"encoder": encoder, "slices": sorted(model.relative.slices)}
        parts[_RELATIVE] = xgb.encode(model.relative.booster)
    if model.classes is not None:
        description["classes"] = _classifier_json(model.classes)
        parts[_CLASSES] = xgb.encode(model.classes.booster)
    if model.record is not None:
        parts[_RECORD] = _json(record.plain(model.record))
    if model.associations is not None:
        parts[_ASSOCIATIONS] = _json(to_json(model.associations))
    return {_DESCRIPTION: _json(description), **parts}


def decode_model(parts: Mapping[str, bytes]) -> KindModel:
    """Return the model in ``parts``, whose hashes were checked.

    Raises
    ------
    ReleaseCorrupt
        Where the parts are not what this version writes.

    """
    try:
        found = json.loads(parts[_DESCRIPTION])
        structure = found["structure"]
        structure["third"] = {name: (low, high) for name, (low, high) in structure["third"].items()}
        location = LocationModel(
            Structure(**structure),
            {
                stage: _decode_ensemble(stage, found["ensembles"][stage], parts)
                for stage in STAGES
                if stage in found["ensembles"]
            },
            found["spread"] and Spread(_encoder(found["spread"]), xgb.decode(parts[_SPREAD])),
            frozenset(found["unskilled"]),
        )
        quantiles = {name: np.array(values) for name, values in found["calibration"]["quantiles"].items()}
        calibration = Calibration(quantiles, found["calibration"]["counts"])
        chance = _decode_chance(found["chance"], parts)
        relative = _decode_relative(found["relative"], parts)
        classes = _decode_classifier(found["classes"], parts)
        return KindModel(location, calibration, chance, relative, classes, *_decode_kept(parts))
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseCorrupt(
            "a model file holds what this version of foreview writes",
            f"{type(error).__name__}: {error}",
            "Train the release again",
        ) from error


_DECODED: Final[dict[str, dict[ModelKind, KindModel]]] = {}


def models_of(release: Release) -> dict[ModelKind, KindModel]:
    """Return the decoded models of ``release``; the last four releases asked for stay decoded: one that serves, and some in its shadow.

    The version is the hash of the content, so it may stand for the release.
    """
    version = release.manifest.model_version
    if version not in _DECODED:
        models = {kind: decode_model(release.models[kind]) for kind in MODEL_KINDS}
        while len(_DECODED) > 3:
            _DECODED.pop(next(iter(_DECODED)), None)
        _DECODED[version] = models
        return models
    return _DECODED[version]


def prior_model(kind: ModelKind, structure: Structure | None = None) -> KindModel:
    """Return the model without any data: the documented prior around ``structure``."""
    names = prior_slices(kind)
    none = np.zeros(0, dtype=np.str_)
    calibration = fit_to_prior(np.zeros(0), none, none, {n: prior_quantiles(n) for n in names})
    return KindModel(LocationModel(structure or prior_structure()), calibration)


def prior_slices(kind: ModelKind) -> list[str]:
    """Return the slices of all targets of ``kind``."""
    targets = [target for target in TARGETS if KIND_OF_TARGET[target] == kind]
    return [f"{target}/{name}/{day}" for target in targets for name in FORMATS for day in SEEN_DAYS]


def prior_quantiles(slice_name: str) -> Vector:
    """Return (79,): the two-piece normal distribution of the documented prior [ln units around the baseline]."""
    from scipy.special import ndtri

    below, above = prior_spread(slice_name)
    normal = ndtri(LEVELS)
    return np.asarray(np.where(normal < 0, below, above) * normal, dtype=np.float64)


def _json(description: dict[str, Any]) -> bytes:
    return json.dumps(description, sort_keys=True, allow_nan=False).encode()


def _decode_kept(parts: Mapping[str, bytes]) -> tuple[Record | None, Associations | None]:
    """Return what a release keeps of its last videos; one that was made before these were kept has neither."""
    kept = record.record_from(json.loads(parts[_RECORD])) if _RECORD in parts else None
    if _ASSOCIATIONS not in parts:
        return kept, None
    return kept, dataclass_of(Associations, json.loads(parts[_ASSOCIATIONS]))


def _ensemble_json(ensemble: Ensemble) -> dict[str, Any]:
    weights = {name: dict(values) for name, values in ensemble.weights.items()}
    return {"encoder": _encoder_json(ensemble.encoder), "weights": weights, "scales": dict(ensemble.scales)}


def _decode_ensemble(stage: Stage, found: dict[str, Any], parts: Mapping[str, bytes]) -> Ensemble:
    files = {name: f"{stage}.{member.part}" for name, member in MEMBERS.items()}
    members = {name: MEMBERS[name].decode(parts[file]) for name, file in files.items() if file in parts}
    return Ensemble(_encoder(found["encoder"]), members, found["weights"], found["scales"])


def _decode_chance(found: dict[str, Any] | None, parts: Mapping[str, bytes]) -> Chance | None:
    if found is None:
        return None
    return Chance(_encoder(found), xgb.decode(parts[_CHANCE]), float(found["intercept"]), float(found["slope"]))


def _decode_relative(found: dict[str, Any] | None, parts: Mapping[str, bytes]) -> Relative | None:
    if found is None:
        return None
    return Relative(_encoder(found["encoder"]), xgb.decode(parts[_RELATIVE]), frozenset(found["slices"]))


def _classifier_json(classifier: Classifier) -> dict[str, Any]:
    pools = {name: list(pool) for name, pool in classifier.pools.items()}
    return {"encoder": _encoder_json(classifier.encoder), "pools": pools, "slices": sorted(classifier.slices)}


def _decode_classifier(found: dict[str, Any] | None, parts: Mapping[str, bytes]) -> Classifier | None:
    if found is None:
        return None
    pools = {name: (float(a), float(b), float(c)) for name, (a, b, c) in dict(found["pools"]).items()}
    if not all(0 <= a < math.inf and 0 <= b < math.inf and math.isfinite(c) for a, b, c in pools.values()):
        raise ValueError("a pool has two finite weights of at least 0 and a finite constant")
    return Classifier(_encoder(found["encoder"]), xgb.decode(parts[_CLASSES]), pools, frozenset(found["slices"]))


def _encoder_json(encoder: Encoder) -> dict[str, Any]:
    words = encoder.words and {"weights": encoder.words.weights.tolist(), "intercept": encoder.words.intercept}
    categories = {name: dict(values) for name, values in encoder.categories.items()}
    return {"columns": list(encoder.columns), "categories": categories, "words": words}


def _encoder(found: dict[str, Any]) -> Encoder:
    words = found["words"] and Words(np.array(found["words"]["weights"]), float(found["words"]["intercept"]))
    if words and words.weights.shape != (BUCKETS,):
        raise ValueError(f"words have {BUCKETS} weights, found {words.weights.shape}")
    return Encoder(tuple(found["columns"]), found["categories"], words)
