"""Which release serves from now on: one row of the promotion log, through the gate, against it with a reason, or back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from downloader import models, selectors
from downloader.configuration import promote_when_better as may_promote_by_itself
from downloader.configuration import releases_folder
from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.registry import evidence_record
from downloader.models import Promotion
from downloader.services.clock import issue_time
from downloader.services.serving import release_of
from foreview.errors import CannotPromote, ForeviewError, NotEnoughHistory, UsageError
from foreview.experiments.promotion import Evidence, check_can_promote
from foreview.forecasting.judging import judged
from foreview.releases.loading import read_release
from foreview.releases.store import folder_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says of a release before it serves."""

    evidence: Evidence | None
    """None where nothing serves yet, or there is no video to be judged on."""
    refused: CannotPromote | NotEnoughHistory | None
    """Why it is not let through; None where it is."""


def ask_the_gate(version: str, *, as_of: datetime | None = None) -> Gate:
    """Return what the gate says of a release on what is known at ``as_of`` (default: now); nothing is written.

    Raises
    ------
    UsageError, ReleaseError
        As :func:`promote_release`, but for the reason.

    """
    release, serving = _asked_for(version)
    return _gate(release, serving, as_of)


def promote_release(version: str, *, reason: str, by: str = "", as_of: datetime | None = None) -> Promotion:
    """Let a release serve that passes the gate on what is known at ``as_of`` (default: now); the log keeps the evidence.

    Where nothing serves yet there is nothing to beat but the documented prior, and no gate: where the release shows no skill it serves
    typical, and says so.

    Raises
    ------
    CannotPromote
        With all reasons, where the gate refuses it.
    NotEnoughHistory
        Where there is no mature video yet that neither release was trained on.
    UsageError
        Without a reason, where there is no such release, it serves already, or another promotion came first.
    ReleaseError
        Where its folder is gone or damaged.

    """
    _check_reason(reason)
    release, serving = _asked_for(version)
    gate = _gate(release, serving, as_of)
    if gate.refused is not None:
        raise gate.refused
    told = evidence_record(gate.evidence, "")
    return _log(release, serving, Promotion.Kind.PROMOTION, reason=reason, by=by, told=told)


def promote_against_the_gate(version: str, *, reason: str, by: str = "", as_of: datetime | None = None) -> Promotion:
    """Let a release serve whatever the gate says; the log keeps the reason, and what the gate said.

    Raises
    ------
    UsageError, ReleaseError
        As :func:`promote_release`.

    """
    _check_reason(reason)
    release, serving = _asked_for(version)
    gate = _gate(release, serving, as_of)
    told = evidence_record(gate.evidence, "" if gate.refused is None else str(gate.refused))
    return _log(release, serving, Promotion.Kind.PROMOTION, reason=reason, by=by, told=told)


def promote_first(version: str, *, reason: str, by: str = "") -> Promotion | None:
    """Let a release serve where nothing does yet, and return None where something does."""
    if selectors.newest_promotion() is not None:
        return None
    return promote_release(version, reason=reason, by=by)


def promote_when_better(*, as_of: datetime | None = None) -> Promotion | None:
    """Promote the newest release that passes the gate, where ``FOREVIEW["PROMOTE_WHEN_BETTER"]`` allows it; else None.

    To be asked when labels have matured: a release just trained has no video yet on which it could be judged.
    """
    serving = selectors.newest_promotion()
    if not may_promote_by_itself() or serving is None:
        return None
    states = (models.Release.State.CANDIDATE, models.Release.State.SHADOW)
    waiting = models.Release.objects.filter(state__in=states, as_of__gt=serving.release.as_of)
    for release in waiting.exclude(pk=serving.release.pk):
        try:
            return promote_release(release.version, reason="it passed the gate", as_of=as_of)
        except ForeviewError as error:
            logger.info("%s stays a %s: %s", release.version, release.state, error)
    return None


def rollback_release(*, reason: str, by: str = "", after: int | None = None) -> Promotion:
    """Let the release serve again that served before the one that serves now was promoted.

    ``after`` is the number of the promotion that whoever asks takes back: asked for twice, one step is taken.

    Raises
    ------
    UsageError
        Without a reason, where nothing served before, or another promotion came first.
    ReleaseError
        Where its folder is gone or damaged.

    """
    _check_reason(reason)
    log = selectors.promotion_log()
    if after is not None and after != (log[-1].number if log else None):
        raise _overtaken()
    served = served_before(log)
    if not served:
        raise UsageError(
            "a rollback returns to the release that served before",
            "none did" if log else "nothing serves yet",
            "Promote a release, or `train_models`",
        )
    _check_folder(served[-1])
    return _log(served[-1], log[-1], Promotion.Kind.ROLLBACK, reason=reason, by=by, told=None)


def served_before(log: Iterable[Promotion]) -> list[models.Release]:
    """Return the releases that served before the one that serves now, latest last: a rollback takes the last one off."""
    served: list[models.Release] = []
    for row in log:
        if row.kind == Promotion.Kind.ROLLBACK:
            served.pop()
        else:
            served.append(row.release)
    return served[:-1]


def _asked_for(version: str) -> tuple[models.Release, Promotion | None]:
    """Return the release, its hashes checked, and the row of the log that holds now."""
    release = selectors.release_named(version)
    serving = selectors.newest_promotion()
    if serving is not None and serving.release == release:
        raise UsageError("a release is promoted in the place of another one", f"{version} serves already")
    _check_folder(release)
    return release, serving


def _check_folder(release: models.Release) -> None:
    """Raise ReleaseError where the folder is gone or damaged: read anew, whatever this process has read of it before."""
    read_release(folder_of(releases_folder(), release.version))


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("a promotion has a reason, which the log keeps for ever", "found none", "Say why")


def _gate(release: models.Release, serving: Promotion | None, as_of: datetime | None) -> Gate:
    if serving is None:
        return Gate(None, None)
    found = None
    try:
        catalogue = training_catalogue(issue_time(as_of))
        found = judged(catalogue, release_of(release.version), release_of(serving.release.version))
        check_can_promote(found)
    except (CannotPromote, NotEnoughHistory) as error:
        return Gate(found, error)
    return Gate(found, None)


def _log(
    release: models.Release,
    serving: Promotion | None,
    kind: Promotion.Kind,
    *,
    reason: str,
    by: str,
    told: dict[str, object] | None,
) -> Promotion:
    """Write the next row after ``serving``: one transaction, which fails where another promotion was quicker."""
    now = timezone.now()
    try:
        with transaction.atomic():
            row = Promotion.objects.create(
                number=1 if serving is None else serving.number + 1,
                at=now if serving is None else max(now, serving.at),
                release=release,
                previous=None if serving is None else serving.release,
                kind=kind,
                by=by,
                reason=reason,
                evidence=told,
            )
            if serving is not None:
                models.Release.objects.filter(pk=serving.release.pk).update(state=models.Release.State.RETIRED)
    except IntegrityError:
        raise _overtaken() from None
    return row


def _overtaken() -> UsageError:
    return UsageError(
        "a promotion follows the one that it was judged against",
        "another one came first",
        "See what serves now, and ask again",
    )
