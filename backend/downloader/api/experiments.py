"""Experiments: begun, looked at, ended. They are the site's, and name no channel, no video, and nothing that people wrote but the name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from downloader.api.access import account_of, needs
from downloader.api.description import fails
from downloader.api.releases import Reason
from downloader.api.shapes import Cursor, Limit, Name, Number, Page, Share, page_of
from downloader.models import Experiment
from downloader.models.experiment import MOST_PAIRS
from foreview.vocabulary import Target

router = Router(tags=["experiments"])
Mode = Literal["shadow", "split"]
Ln = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Pairs = Annotated[int, Field(ge=1, le=MOST_PAIRS)]


class StopRule(Schema):
    """What ends an experiment; what is left out is as usual."""

    model_config = {"extra": "forbid"}

    alpha: Share | None = Field(None, description="probability of calling either better where neither is")
    least_pairs: Pairs | None = Field(None, description="videos before which neither is called better")
    most_pairs: Pairs | None = Field(None, description="videos at which it ends")
    clip: Ln | None = Field(None, description="differences of ln errors beyond this count as this")
    allowed_harm: Ln | None = Field(None, description="mean difference of ln errors at which it ends at once")


class ExperimentAsked(Schema):
    """Which release is compared with the one that serves, and by what. Nothing of it is changed afterwards."""

    model_config = {"extra": "forbid"}

    name: Name = Field(description="a name that no other has; all who may read see it")
    challenger: Name = Field(description="version of a release that does not serve")
    reason: Name = Field(description="why; it is kept")
    mode: Mode = Field("shadow", description="shadow: the champion serves every video; split: a stable hash says which")
    share: Share = Field(0.5, description="of the videos that the challenger serves, where they are split")
    target: Target = Field("views_7d", description="whose forecasts are compared")
    most_age_days: float = Field(3.0, ge=0, lt=30, description="age up to which a forecast counts")
    promotes: bool = Field(False, description="whether a challenger that is better is promoted, if the gate lets it")
    stop: StopRule | None = Field(None, description="null: as usual")


class ExperimentTold(Schema):
    """What was declared, and what came of it."""

    id: int
    name: str
    state: str
    champion: str = Field(description="version of what served at the start")
    challenger: str
    mode: Mode
    share: float
    target: str
    most_age_days: float
    promotes: bool
    alpha: float
    least_pairs: int
    most_pairs: int
    clip: float
    allowed_harm: float
    started_at: datetime
    ended_at: datetime | None
    outcome: str = Field(description="what the stop rule decided; empty: nothing")


class Evidence(Schema):
    """Where it stands: mean difference of the ln errors, above 0 where the challenger errs less, and its bounds."""

    outcome: str = Field(description="undecided while it goes on")
    pairs: int = Field(description="videos of which both made a forecast and the outcome is known")
    mean: float | None = Field(description="null: no pairs")
    low: float
    high: float


class ExperimentWithEvidence(ExperimentTold):
    """An experiment and where it stands, or where it stood when it ended."""

    evidence: Evidence | None = Field(description="null: it ended before anything was looked at")


State = Annotated[Literal["running", "decided", "stopped"] | None, Query()]


@router.get("", auth=needs("read"), response=Page[ExperimentTold])
def list_experiments(
    request: HttpRequest,  # noqa: ARG001  (ninja's signature)
    state: State = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ExperimentTold]:
    """Return the experiments, the one begun last first."""
    from downloader import selectors

    rows = selectors.experiment_page(state, cursor, limit)
    return page_of(rows, limit, lambda row: ExperimentTold(**_said(row)), lambda row: row.pk)


@router.post("", auth=needs("operate"), response={201: ExperimentTold}, openapi_extra=fails(404, 409, 503))
def start(request: HttpRequest, asked: ExperimentAsked, response: HttpResponse) -> ExperimentTold:
    """Begin to compare a release with the one that serves."""
    from downloader.services.experiments import Plan, start_experiment

    stop_rule = {} if asked.stop is None else asked.stop.dict(exclude_none=True)
    plan = Plan(**asked.dict(exclude={"name", "challenger", "reason", "stop"}), stop=stop_rule)
    row = start_experiment(asked.name, asked.challenger, plan=plan, reason=asked.reason, by=account_of(request).name)
    response["Location"] = f"{request.path}/{row.pk}"
    return ExperimentTold(**_said(row))


@router.get("/{experiment}", auth=needs("read"), response=ExperimentWithEvidence)
def read(request: HttpRequest, experiment: Number) -> ExperimentWithEvidence:  # noqa: ARG001  (ninja's signature)
    """Return an experiment and where it stands; one may look as often as one likes."""
    from downloader import selectors

    return _with_evidence(selectors.experiment_seen(experiment))


@router.post("/{experiment}/stop", auth=needs("operate"), response=ExperimentWithEvidence, openapi_extra=fails(409))
def stop(request: HttpRequest, experiment: Number, why: Reason) -> ExperimentWithEvidence:  # noqa: ARG001  (ninja's signature)
    """End an experiment by hand; it decides nothing."""
    from downloader import selectors
    from downloader.services.experiments import stop_experiment

    return _with_evidence(stop_experiment(selectors.experiment_seen(experiment).name, reason=why.reason))


def _with_evidence(row: Experiment) -> ExperimentWithEvidence:
    from downloader.services.experiments import evidence_of

    found = evidence_of(row)
    return ExperimentWithEvidence(**_said(row), evidence=None if found is None else Evidence(**found))


def _said(row: Experiment) -> dict[str, Any]:
    versions = {"id": row.pk, "champion": row.champion.version, "challenger": row.challenger.version}
    return versions | {name: getattr(row, name) for name in ExperimentTold.model_fields if name not in versions}
