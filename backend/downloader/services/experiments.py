"""Champion and challenger in service: begun, followed, and ended by what was declared before."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from downloader import selectors
from downloader.gateways.experiments import declaration_of, differences_of
from downloader.models import Experiment, Release
from downloader.models.experiment import MOST_PAIRS
from downloader.services.clock import issue_time
from downloader.services.promotion import promote_release
from downloader.services.registry import set_state
from downloader.services.serving import release_of
from downloader.services.videos import Conflict
from foreview.errors import ForeviewError, UsageError
from foreview.experiments.assignment import arm_of
from foreview.experiments.sequential import Decision, Declaration, Running, decide, follow, usual_declaration
from foreview.vocabulary import HORIZON_DAYS, TARGETS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is laid down before an experiment begins.

    Raises
    ------
    UsageError
        Unless the share lies between 0 and 1, forecasts up to the declared age come before the horizon of the target, and there are
        at most a million pairs.

    """

    mode: str = Experiment.Mode.SHADOW.value
    share: float = 0.5
    """Of the videos that the challenger serves, where they are split."""
    target: str = "views_7d"
    most_age_days: float = 3.0
    """Age [d] up to which a forecast counts: of each video the first that both releases made."""
    promotes: bool = False
    """Whether a challenger that is better is promoted, if it passes the gate."""
    stop: Mapping[str, Any] = field(default_factory=dict)
    """What of the :func:`usual stop rule <usual_stop>` is declared otherwise, such as ``{"most_pairs": 200}``."""

    def __post_init__(self) -> None:
        if self.mode not in Experiment.Mode.values or self.target not in TARGETS or not 0 < self.share < 1:
            raise UsageError(
                f"an experiment has a mode ({', '.join(Experiment.Mode.values)}), a target ({', '.join(TARGETS)}) and a share between 0 and 1",
                f"found {self.mode}, {self.target} and {self.share}",
            )
        horizon = {str(target): days for target, days in HORIZON_DAYS.items()}[self.target]
        if not 0 <= self.most_age_days < horizon:
            raise UsageError(
                f"forecasts of {self.target} are made before {horizon} days",
                f"found {self.most_age_days} as the most age",
            )
        for name in ("least_pairs", "most_pairs"):
            if self.stop.get(name, 0) > MOST_PAIRS:
                raise UsageError(f"{name} is at most {MOST_PAIRS:,}", f"found {self.stop[name]:g}")


def usual_stop(champion: Release, target: str, most_age_days: float) -> Declaration:
    """Return the usual stop rule, with a clip that suits the champion's MAE ln out of time at the ages that count.

    Its bets are bounded by the clip, so that a clip far above the errors that occur finds nothing. Where the release was never scored,
    the clip is a factor of e.
    """
    scores = [
        (score["n"], score["mae_ln"])
        for name, score in champion.metrics.get(target, {}).items()
        if float(name.rsplit("/", 1)[1]) <= most_age_days
    ]
    rows = sum(n for n, _ in scores)
    return usual_declaration(sum(n * mae for n, mae in scores) / rows) if rows else Declaration()


def start_experiment(
    name: str,
    challenger: str,
    *,
    plan: Plan | None = None,
    reason: str,
    by: str = "",
    as_of: datetime | None = None,
) -> Experiment:
    """Begin to compare the release ``challenger`` with the one that serves, on the forecasts issued from ``as_of`` (default: now) on.

    The challenger's forecasts are recorded from then on. The salt of a split is the name, which no other experiment has.

    Raises
    ------
    UsageError
        Where there is no such release, nothing serves, or it serves itself.
    Conflict
        Where another experiment runs, or the name was used before.
    ReleaseError
        Where the challenger's folder is gone or damaged.

    """
    plan = plan or Plan()
    release, serving = selectors.release_named(challenger), selectors.newest_promotion()
    if serving is None or not name.strip() or not reason.strip():
        raise UsageError(
            "an experiment has a name, a reason, and a release that serves",
            "nothing serves yet" if serving is None else "a text is empty",
        )
    if serving.release == release:
        raise UsageError("a challenger is another release than the champion", f"{challenger} serves")
    release_of(challenger)
    stop = replace(usual_stop(serving.release, plan.target, plan.most_age_days), **plan.stop)
    try:
        with transaction.atomic():
            set_state(challenger, Release.State.CHALLENGER)
            return Experiment.objects.create(
                name=name,
                champion=serving.release,
                challenger=release,
                mode=plan.mode,
                share=plan.share,
                salt=name,
                target=plan.target,
                most_age_days=plan.most_age_days,
                promotes=plan.promotes,
                reason=reason,
                by=by,
                started_at=issue_time(as_of),
                **asdict(stop),
            )
    except IntegrityError:
        raise Conflict(
            "one experiment runs at a time, and each has a name of its own",
            f"another one runs, or {name!r} was there before",
            "`manage.py follow_experiments` shows what runs; `stop_experiment` ends it",
        ) from None


def follow_experiment(experiment: Experiment) -> Decision:
    """Return where the experiment stands, from the ledger alone; nothing is written. One may look as often as one likes."""
    return decide(differences_of(experiment), declaration_of(experiment))


def evidence_of(experiment: Experiment) -> dict[str, Any] | None:
    """Return where an experiment that runs stands, and where one that ended stood then: as of a :class:`Decision`; None where nobody looked."""
    if experiment.state == Experiment.State.RUNNING:
        return asdict(follow_experiment(experiment))
    evidence: dict[str, Any] | None = experiment.evidence
    return evidence


@dataclass(frozen=True, slots=True)
class Course:
    """An experiment from its first pair to its last: what was known after each, and where it stands."""

    running: Running
    decision: Decision


def course_of(experiment: Experiment) -> Course:
    """Return how the evidence of an experiment has gathered, from the ledger alone; of one that has ended, up to its end."""
    declared, pairs = declaration_of(experiment), differences_of(experiment)
    ended_after = None if experiment.evidence is None else int(experiment.evidence["pairs"])
    pairs = pairs[: declared.most_pairs if ended_after is None else ended_after]
    return Course(follow(pairs, declared), decide(pairs, declared))


def settle_experiment() -> Experiment | None:
    """End the experiment that runs where its stop rule says so, and return it; None where none runs, it goes on, or somebody else ends it.

    A challenger that is better is promoted where that was declared and the gate lets it pass; the ending says what was done. Where
    another release serves than at the start the comparison is over, and so it is where the challenger served meanwhile: whoever rolled it
    back retired it, and it forecasts no more.
    """
    experiment = selectors.running_experiment()
    if experiment is None:
        return None
    serving = selectors.newest_promotion()
    if serving is None or serving.release != experiment.champion:
        return _end(experiment, Experiment.State.STOPPED, "another release serves than when it began", None)
    if experiment.challenger.state != Release.State.CHALLENGER:
        return _end(experiment, Experiment.State.STOPPED, f"the challenger is {experiment.challenger.state}", None)
    found = follow_experiment(experiment)
    if found.outcome == "undecided":
        return None
    ended = _end(experiment, Experiment.State.DECIDED, _ENDINGS[found.outcome], found)
    if ended is not None and found.outcome == "challenger_better" and ended.promotes:
        ended.ending = f"{ended.ending}; {_promoted(ended)}"
        ended.save(update_fields=["ending"])
    return ended


def stop_experiment(name: str, *, reason: str) -> Experiment:
    """End an experiment by hand, with where it stood; it decides nothing.

    Raises
    ------
    UsageError
        If there is none of that name, or no reason is given.
    Conflict
        If it has ended.

    """
    experiment = selectors.experiment_named(name)
    if not reason.strip():
        raise UsageError("an experiment is stopped with a reason", "the reason is empty")
    if experiment.state != Experiment.State.RUNNING:
        raise Conflict("an experiment that runs is stopped", f"{name} is {experiment.state}")
    ended = _end(experiment, Experiment.State.STOPPED, reason, follow_experiment(experiment))
    if ended is None:
        raise Conflict("an experiment ends once", f"{name} has just ended", "`manage.py follow_experiments` shows how")
    return ended


def served_by_challenger(video_ids: Iterable[str], beside: Collection[str]) -> tuple[str, list[bool]]:
    """Return the version of the challenger, empty without a split, and for each video whether it serves it.

    ``beside`` are the versions that forecast beside the champion: no video is given to a challenger that is none of them.
    """
    ids = list(video_ids)
    experiment = selectors.running_experiment()
    if experiment is None or experiment.mode != Experiment.Mode.SPLIT or experiment.challenger.version not in beside:
        return "", [False] * len(ids)
    arms = (arm_of(video, salt=experiment.salt, share=experiment.share) for video in ids)
    return experiment.challenger.version, [arm == "challenger" for arm in arms]


_ENDINGS = {
    "challenger_better": "the challenger errs less",
    "champion_better": "the champion errs less",
    "harmful": "the challenger errs more than was allowed",
    "no_difference": "the most videos were seen, and neither errs less",
}


def _promoted(experiment: Experiment) -> str:
    """Promote the challenger, and return in words what came of it."""
    try:
        promote_release(experiment.challenger.version, reason=f"experiment {experiment.name}: it errs less")
    except ForeviewError as error:
        logger.warning("experiment %s: the challenger was not promoted: %s", experiment.name, error)
        return f"the gate did not let it serve: {error}"
    return "it was promoted"


def _end(experiment: Experiment, state: str, ending: str, found: Decision | None) -> Experiment | None:
    """End the experiment and let the challenger be a candidate again, both or neither; None where somebody else has ended it since it was read."""
    told = {} if found is None else {"outcome": found.outcome, "evidence": asdict(found)}
    values = {"state": state, "ended_at": issue_time(None), "ending": ending, **told}
    with transaction.atomic():
        if not Experiment.objects.filter(pk=experiment.pk, state=Experiment.State.RUNNING).update(**values):
            return None
        challenger = Release.objects.filter(pk=experiment.challenger_id, state=Release.State.CHALLENGER)
        challenger.update(state=Release.State.CANDIDATE)
    for name, value in values.items():
        setattr(experiment, name, value)
    return experiment
