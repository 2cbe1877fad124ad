"""The release that needs no training: the documented prior, served on a cold start and labelled as such."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from foreview.releases.manifest import DataWindow, Draft, KindState, Release, seal
from foreview.releases.models import encode_model, prior_model
from foreview.vocabulary import MODEL_KINDS

_WRITTEN: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""The day on which the prior was written down."""


@lru_cache(maxsize=1)
def prior_release() -> Release:
    """Return the cold-start prior as a release: wide, the same for everybody, fitted on nothing of the owner's."""
    draft = Draft(
        as_of=_WRITTEN,
        created_at=_WRITTEN,
        data_window=DataWindow(None, None, 0, 0),
        catalogue_fingerprint="",
        options={"seed": 0, "embargo": "full"},
        kinds={kind: KindState("prior", "no history: the documented prior is served") for kind in MODEL_KINDS},
        libraries={},
        notes=("Documented prior of foreview.learners.prior; no model was fitted.",),
    )
    return seal(draft, {kind: encode_model(prior_model(kind)) for kind in MODEL_KINDS})
