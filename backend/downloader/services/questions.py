"""Questions about the videos of an account, answered from what is known now; nothing is saved. The answers are the core's own values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from downloader import selectors
from downloader.gateways.catalogue import forecast_catalogue, source_clock
from downloader.services.access import Account
from downloader.services.clock import issue_time
from downloader.services.serving import serving_release
from foreview.forecasting.best_time import BestTime, best_time
from foreview.forecasting.explaining import Explained, explained
from foreview.forecasting.forecaster import issues_as_of
from foreview.forecasting.outlier import LOOKED_AT_DAYS, Unusual, outliers
from foreview.forecasting.portfolio import Total, month_of, portfolio
from foreview.forecasting.warning import LOOKED_AT_DAYS as EARLY
from foreview.forecasting.warning import RATE, Warned, warnings
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import Target


def explanation_of(account: Account, video: int, target: Target = "views_30d") -> Explained:
    """Return the forecast that would be made now of a video, with its factors.

    Raises
    ------
    VideoUnknown
        If it is not there or not the account's.

    """
    selectors.check_videos_seen(account.channels, [video])
    now = issue_time(None)
    catalogue = forecast_catalogue(now, [video])
    return explained(catalogue, serving_release(), issues_of(catalogue, now, [video]), target)


def portfolio_of(account: Account, month: str) -> tuple[Total, ...]:
    """Return what the videos published in a month (``2026-05``, on the source's clock) come to in their first 30 days; () without any.

    A video that is to be published later in the month counts as if it were published now.
    """
    start, end = month_of(month, source_clock().timezone)
    keys = selectors.published_keys(account.channels, start, end)
    if not keys:
        return ()
    now = issue_time(None)
    catalogue = forecast_catalogue(now, keys)
    return portfolio(catalogue, serving_release(), issues_of(catalogue, now, keys))


def outliers_of(account: Account) -> tuple[Unusual, ...]:
    """Return how unusual each video of the last 30 days is beside its channel, the account's others and chance."""
    now = issue_time(None)
    keys = selectors.published_keys(account.channels, now - timedelta(days=LOOKED_AT_DAYS), now)
    if not keys:
        return ()
    catalogue = forecast_catalogue(now, keys)
    return outliers(catalogue, now, issues_of(catalogue, now, keys)["video_id"].to_list())


def warnings_of(account: Account, rate: float = RATE) -> tuple[Warned, ...]:
    """Return for each video of the first days, and each side of typical, whether it is warned of, with at most ``rate`` false alarms."""
    now = issue_time(None)
    keys = selectors.published_keys(account.channels, now - timedelta(days=EARLY), now)
    if not keys:
        return ()
    catalogue = forecast_catalogue(now, keys)
    found = warnings(catalogue, serving_release(), issues_of(catalogue, now, keys), rate=rate)
    return tuple(one for one in found if one.state != "not early")


def best_time_of(account: Account, channel: str) -> BestTime:
    """Return whether the hour and weekday of publication told anything of a channel's views, and what.

    Raises
    ------
    ChannelUnknown
        If the channel has no video here, or is not the account's.

    """
    now = issue_time(None)
    keys = selectors.published_keys(account.channels, None, now, channel)
    if not keys:
        raise selectors.ChannelUnknown(channel)
    return best_time(forecast_catalogue(now, keys[-1:]), serving_release(), channel, now)


def issues_of(catalogue: Catalogue, now: datetime, keys: Sequence[Any]) -> pl.DataFrame:
    """Return the issues of these videos at ``now``; those whose facts cannot be are left out, and in the log."""
    return issues_as_of(catalogue, now).filter(pl.col("video_id").is_in([str(key) for key in keys]))
