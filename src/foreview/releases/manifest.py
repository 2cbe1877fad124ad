"""What a release says about itself, and the release in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from foreview.options import DEFAULTS, Embargo
from foreview.releases.container import pack
from foreview.releases.strict import Json, canonical, dataclass_of, read_json, to_json
from foreview.tables.schema import DeclaredColumn, FeatureKind
from foreview.vocabulary import MODEL_KINDS, ModelKind

RELEASE_FORMAT_VERSION: Final = 1
State: TypeAlias = Literal["ensemble", "typical", "prior"]
"""What serves a kind: the fitted models; typical, because they showed no skill; the cold-start prior."""

Models: TypeAlias = Mapping[ModelKind, Mapping[str, bytes]]
"""For each kind the named parts of its file, as bytes that only the learners can read."""


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """One column of the feature table that the models were trained on."""

    name: str
    unit: str
    kind: FeatureKind


@dataclass(frozen=True, slots=True)
class DataWindow:
    """Which videos were trained on; the times are None where there were none."""

    first_published: datetime | None
    last_published: datetime | None
    videos: int
    rows: int


@dataclass(frozen=True, slots=True)
class KindState:
    """What serves a kind, and why."""

    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class FileSeal:
    """SHA-256 [hex] and size [bytes] of a file of the release."""

    sha256: str
    bytes: int


def computed_features() -> tuple[FeatureColumn, ...]:
    """Return the features that this version of Foreview computes for every catalogue."""
    from foreview.features.spec import FEATURES

    return tuple(FeatureColumn(feature.name, feature.unit, feature.kind) for feature in FEATURES)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything a trainer knows about a release; :func:`seal` adds what follows from the models."""

    as_of: datetime
    """The training cutoff: nothing that became known later was used."""
    created_at: datetime
    data_window: DataWindow
    catalogue_fingerprint: str
    options: dict[str, Json]
    """The training options, seed and embargo among them."""
    kinds: dict[ModelKind, KindState]
    libraries: dict[str, str]
    """Name → version of what the models were fitted with."""
    scores: dict[str, Json] = field(default_factory=dict)
    """Scores out of time, nested as the trainer likes."""
    features: tuple[FeatureColumn, ...] = field(default_factory=computed_features)
    declared: tuple[DeclaredColumn, ...] = ()
    """Features beyond :attr:`features` that the catalogue declared."""
    parent: str | None = None
    """model_version of the release that this one continues."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manifest(Draft):
    """A draft and what identifies it."""

    model_version: str
    """Day of :attr:`Draft.as_of` and the first twelve digits of the hash of the content: same content, same version."""
    files: dict[str, FileSeal]
    """For each file of the release beside the manifest, what it must be."""
    format_version: int = RELEASE_FORMAT_VERSION

    @property
    def seed(self) -> int:
        """The seed of the training."""
        return int(self.options["seed"])

    @property
    def embargo(self) -> Embargo:
        """Whether only labels mature at the cutoff were used."""
        embargo: Embargo = self.options["embargo"]
        return embargo


@dataclass(frozen=True, slots=True)
class Release:
    """Trained models with their manifest. Make one with :func:`seal` or read one with ``read_release``."""

    manifest: Manifest
    models: Models


def seal(draft: Draft, models: Models) -> Release:
    """Return the release of ``models``: version and hashes computed.

    The version does not depend on ``created_at``, ``scores`` or ``notes``: trained again alike, the version is the same.

    Raises
    ------
    ValueError
        Where a kind has no models or no state, a part is misnamed, the options lack seed or embargo, or the draft holds what JSON cannot say (NaN).

    """
    if set(models) != set(MODEL_KINDS) or set(draft.kinds) != set(MODEL_KINDS):
        raise ValueError(f"a release has models and a state for each of {', '.join(MODEL_KINDS)}")
    if type(draft.options.get("seed")) is not int or draft.options.get("embargo") not in get_args(Embargo):
        raise ValueError("the options of a release say seed and embargo")
    files = {file_of(kind): file_seal(pack(models[kind])) for kind in MODEL_KINDS}
    said = {item.name: getattr(draft, item.name) for item in fields(Draft)}
    # Through JSON and back, so that what was published reads as exactly this, and hashes to the same version.
    unversioned = dataclass_of(Manifest, read_json(canonical(to_json(Manifest(**said, model_version="", files=files)))))
    return Release(replace(unversioned, model_version=version_of(unversioned, models)), models)


def calibration_videos(release: Release) -> dict[str, int]:
    """Return for each slice (``target/format/days seen``) that was judged out of time how many videos its intervals were calibrated on."""
    judged = release.manifest.scores.values()
    return {name: int(score["videos"]) for slices in judged for name, score in slices.items()}


def version_of(draft: Draft, models: Models) -> str:
    """Return the model_version of this content: parts, states, features, options and cutoff."""
    content = {
        "format_version": RELEASE_FORMAT_VERSION,
        "as_of": draft.as_of,
        "options": draft.options,
        "kinds": draft.kinds,
        "features": draft.features,
        "declared": draft.declared,
        # The parts, not the files: two zlib versions may pack the same parts differently.
        "models": {
            kind: {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
            for kind, parts in models.items()
        },
    }
    digest = hashlib.sha256(canonical(to_json(content))).hexdigest()
    return f"{draft.as_of.astimezone(UTC):%Y-%m-%d}-{digest[:12]}"


def file_of(kind: ModelKind) -> str:
    """Return the name of the file that holds the models of ``kind``."""
    return f"{kind}.zip"


def file_seal(content: bytes) -> FileSeal:
    """Return what the manifest says of a file with this content."""
    return FileSeal(hashlib.sha256(content).hexdigest(), len(content))


def summary_of(release: Release) -> dict[str, Any]:
    """Return what a report says of a release that was trained for it: its data, its hyperparameters and what serves."""
    manifest = release.manifest
    window = manifest.data_window
    return {
        "model_version": manifest.model_version,
        "videos": window.videos,
        "rows": window.rows,
        "hyperparameters": tuned_in(manifest),
        **{kind: f"{state.state}: {state.reason}" for kind, state in manifest.kinds.items()},
        "notes": "; ".join(manifest.notes),
    }


def tuned_in(manifest: Manifest) -> str:
    """Return the hyperparameters that a release was trained with, as far as they are not the defaults."""
    used: dict[str, Json] = manifest.options.get("hyperparameters", {})
    usual = asdict(DEFAULTS)
    return ", ".join(f"{name} {value:g}" for name, value in used.items() if value != usual.get(name)) or "the defaults"
