"""Questions about a video as it could be: other facts, another time, or one that does not exist yet. Nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from downloader import selectors
from downloader.gateways.catalogue import forecast_catalogue
from downloader.gateways.forecasts import forecasts_told
from downloader.services.access import Account, check_channels
from downloader.services.clock import issue_time, past_time
from downloader.services.questions import issues_of
from downloader.services.serving import release_of, serving_at, serving_release
from foreview.forecasting.forecaster import forecast
from foreview.forecasting.planning import Plan, with_plans
from foreview.forecasting.whatif import Change, WhatIf, what_if
from foreview.tables.catalogue import Catalogue


def forecast_as_of(account: Account, videos: Sequence[int], as_of: datetime) -> dict[int, dict[str, Any]]:
    """Return by video what would have been forecast at a past moment: from what was known then, by the release that served then.

    A video that was not public then is forecast as if it were published at that moment.

    Raises
    ------
    VideoUnknown
        If one is not there or not the account's.
    UsageError
        If the moment is to come.
    ReleaseError
        If the release that served then is gone or damaged.

    """
    selectors.check_videos_seen(account.channels, videos)
    t = past_time(as_of)
    catalogue = forecast_catalogue(t, videos)
    told = forecasts_told(forecast(catalogue, release_of(serving_at(t)), issues_of(catalogue, t, videos)))
    return {video: told[str(video)] for video in videos if str(video) in told}


def forecast_planned(account: Account, plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """Return the forecasts of videos that do not exist yet, at their publication, from what is known of their channels now.

    Raises
    ------
    NotAllowed
        If a channel is not the account's.

    """
    catalogue, issues = with_plans(_of_channels(account, plans), plans)
    return list(forecasts_told(forecast(catalogue, serving_release(), issues)).values())


def what_if_stored(account: Account, video: int, changes: Sequence[Change]) -> tuple[WhatIf, ...]:
    """Return for each change how the forecast of a video at its publication would differ.

    Raises
    ------
    VideoUnknown
        If it is not there or not the account's.

    """
    selectors.check_videos_seen(account.channels, [video])
    return what_if(forecast_catalogue(issue_time(None), [video]), serving_release(), str(video), changes)


def what_if_planned(account: Account, plan: Plan, changes: Sequence[Change]) -> tuple[WhatIf, ...]:
    """Return the same for a video that does not exist yet.

    Raises
    ------
    NotAllowed
        If its channel is not the account's.

    """
    catalogue, issues = with_plans(_of_channels(account, [plan]), [plan])
    return what_if(catalogue, serving_release(), issues["video_id"][0], changes)


def _of_channels(account: Account, plans: Sequence[Plan]) -> Catalogue:
    """Return what is known now of the channels of plans: of one video of each, and with it of its channel."""
    channels = {plan.channel_id for plan in plans if plan.channel_id}
    check_channels(account, channels)
    now = issue_time(None)
    return forecast_catalogue(now, selectors.published_keys(channels, None, now))
