"""What an account may ask to be done: forecasts of its videos now or as a job, and jobs of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from downloader.models import Job, JobState, MLPrediction
from downloader.services.access import Account
from downloader.services.jobs.queueing import cancel, enqueue
from downloader.services.videos import Conflict
from foreview.errors import UsageError

AT_ONCE: Final = 100
"""Videos that are forecast while the request waits; more are a job."""
MOST_TRIALS: Final = 1_000
KINDS: Final = (
    "train",
    "tune",
    "examine",
    "forecast",
    "mature_labels",
    "watch",
    "verify_ledger",
    "backtest",
    "tidy",
)
"""Kinds of jobs that may be asked for from outside. ``import`` reads a folder of the machine, ``notify`` sends mail: not these."""


def forecast_now(account: Account, videos: Sequence[int]) -> list[MLPrediction]:
    """Forecast these videos, save all forecasts or none, and return them by video.

    Raises
    ------
    VideoUnknown
        If one is not there or not the account's.

    """
    from downloader import selectors
    from downloader.services.ml_prediction_service import MLPredictionService

    selectors.check_videos_seen(account.channels, videos)
    MLPredictionService().predict_videos(videos)
    return selectors.forecasts_of(videos)


def forecast_later(account: Account, videos: Sequence[int]) -> Job:
    """Ask for a job that forecasts these videos, and return it.

    Raises
    ------
    VideoUnknown
        If one is not there or not the account's.

    """
    from downloader import selectors

    selectors.check_videos_seen(account.channels, videos)
    return enqueue("forecast", {"videos": list(videos)}, asked_by=account.asker)


def forecasts_of_job(account: Account, number: int, before: int | None, limit: int) -> list[MLPrediction]:
    """Return ``limit`` forecasts that stand for the videos a job was asked to forecast, and one more where there are more.

    Raises
    ------
    JobUnknown
        If there is no such job of the account's.
    Conflict
        If it is no forecast of videos that were named, or it has not succeeded.

    """
    from downloader import selectors

    job = selectors.job_seen(account.sees_of, number)
    if "videos" not in job.arguments or job.state != JobState.SUCCEEDED:
        raise Conflict("a job has forecasts when it has made those of named videos", str(job), "Ask when it succeeded")
    return selectors.forecast_page(account.channels, job.arguments["videos"], before, limit)


def start_job(account: Account, kind: str, arguments: Mapping[str, Any]) -> Job:
    """Ask for a job of the site, and return it.

    Raises
    ------
    UsageError
        If the kind may not be asked for, or does not take these arguments.
    VideoUnknown
        If one of the videos it names is not the account's.
    Conflict
        If one of its kind, of which there is one at a time, was asked for by somebody else or with other arguments, and has not ended.

    """
    if kind not in KINDS:
        raise UsageError(
            "a job is of a kind that may be asked for here", f"found {kind!r}", f"Choose one of {', '.join(KINDS)}"
        )
    if "videos" in arguments:
        raise UsageError("a job forecasts every video", "videos were named", "Ask for predictions of these")
    trials = arguments.get("trials", 1)
    if isinstance(trials, int) and not 1 <= trials <= MOST_TRIALS:
        raise UsageError(
            f"a tuning that is asked for here has 1 to {MOST_TRIALS:,} trials",
            f"found {trials}",
            "`manage.py tune_models` takes any number",
        )
    job = enqueue(kind, arguments, asked_by=account.asker)
    if account.sees_of not in (None, job.asked_by):
        raise Conflict(f"there is one job {kind} at a time", "somebody else's has not ended", "Ask again later")
    if job.arguments != dict(arguments):
        raise Conflict(
            f"there is one job {kind} at a time",
            f"job {job.pk} has not ended, and was asked for otherwise",
            "Cancel it, or ask again later",
        )
    return job


def cancel_job(account: Account, number: int) -> Job:
    """Cancel a job the account asked for, and return it.

    Raises
    ------
    JobUnknown
        If there is none, or somebody else asked for it.

    """
    from downloader import selectors

    return cancel(selectors.job_seen(account.sees_of, number).pk)
