"""Reading what is connected: a pass over a channel's videos, gone on with where it was interrupted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from downloader.connectors import adsense, youtube_analytics, youtube_data
from downloader.connectors.consent import MONETARY
from downloader.connectors.failures import ConnectAgain, ConnectorError, QuotaSpent, Refused
from downloader.connectors.session import Session, authorised, plain_http
from downloader.connectors.tokens import opened, sealed_anew
from downloader.models import Alert, ConnectedVideo, Connection, ConnectionState
from downloader.selectors import connections as selectors
from downloader.services.alerts import raise_alert
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from downloader.services.connections import own_client
from downloader.services.passing import Batch, Pass, VideoRead, begin_pass, days_wanted, pass_begun, write_batch
from downloader.services.quota import quota_day, spend, write_refusal
from downloader.services.retention import delete_unrefreshed
from foreview.errors import InputError, UsageError
from foreview.options import Progress, silent

logger = logging.getLogger(__name__)
MONTHS_COMPARED: Final = 2
"""Whole months before this one whose totals are compared with AdSense."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of a connection."""

    connection: str
    videos: int
    """Read, deleted ones among them."""
    deleted: int
    """Rows that its retention does not allow any more."""
    said: str
    """Why it was not read to its end; empty: it was."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a sync goes about it."""

    progress: Progress = silent
    confirm: Confirm = unasked
    """Called at the end of each transaction."""
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = timezone.now


def sync_connections(wanted: Iterable[Connection], way: Way | None = None) -> list[Synced]:
    """Read what is connected: channels before accounts, whose totals are compared. What hinders one does not hinder the others."""
    ordered = sorted(wanted, key=lambda connection: (connection.kind != "youtube", connection.pk))
    return [sync_connection(connection, way or Way()) for connection in ordered]


def sync_connection(connection: Connection, way: Way) -> Synced:
    """Read a connection as far as its owner, the quota, the network and the settings allow, and delete what may not be kept."""
    now, read, said = issue_time(way.clock()), 0, ""
    if connection.state == ConnectionState.AGAIN:
        return Synced(str(connection), read, delete_unrefreshed(connection, now), connection.said)
    try:
        session = _session(connection, way)
        for videos in _parts(connection, session, way, now):
            read += videos
    except (InputError, UsageError) as error:  # Google's answers, and settings that are wrong or gone
        said = str(error)
        if isinstance(error, QuotaSpent) and error.by_google:
            write_refusal(error.api, now)
        if isinstance(error, ConnectAgain):
            connection.state = ConnectionState.AGAIN
            raise_alert(Alert.Kind.CONNECTION, str(connection), said, {"account": connection.account})
    else:
        connection.state = ConnectionState.CONNECTED
        connection.sealed_token, connection.synced_at = sealed_anew(connection.sealed_token), now
    connection.said = said
    connection.save(update_fields=["state", "said", "sealed_token", "synced_at"])
    return Synced(str(connection), read, delete_unrefreshed(connection, now), said)


def _session(connection: Connection, way: Way) -> Session:
    http = authorised(own_client(), opened(connection.sealed_token), plain_http())
    return Session(http, lambda method: spend(method, way.clock()), way.pause)


def _parts(connection: Connection, session: Session, way: Way, now: datetime) -> Iterator[int]:
    if connection.kind == "youtube":
        yield from _read_channel(connection, session, way, now)
    else:
        _compare_totals(connection, session, now)


def _read_channel(connection: Connection, session: Session, way: Way, now: datetime) -> Iterator[int]:
    """Go on with the pass that was begun, or begin one; yield how many videos each part of it read."""
    this = pass_begun(connection)
    if this is None:
        monetary = MONETARY in connection.scopes
        until = youtube_analytics.known_until(session, quota_day(now), monetary=monetary)
        this = begin_pass(connection, until, now)
    known = selectors.passes_by_video(connection)
    listed = youtube_data.upload_ids(session, youtube_data.own_channel(session))
    everything = list(dict.fromkeys([*listed, *known]))
    done = {source_id for source_id, pass_at in known.items() if pass_at >= this.begun_at}
    left = [source_id for source_id in everything if source_id not in done]
    way.progress(f"reading {connection}", len(done), len(everything))
    for begin in range(0, len(left), youtube_data.AT_ONCE):
        ids = left[begin : begin + youtube_data.AT_ONCE]
        yield from _read_batch(connection, this, session, ids, way)
        way.progress(f"reading {connection}", len(done) + begin + len(ids), len(everything))
    connection.reading, connection.read_until = None, this.counts
    connection.whole_at = this.begun_at if this.whole else connection.whole_at
    connection.save(update_fields=["reading", "read_until", "whole_at"])


def _read_batch(connection: Connection, this: Pass, session: Session, ids: list[str], way: Way) -> Iterator[int]:
    """Read some videos, write them and yield how many; where reading ends early, those that were read are written first."""
    now = issue_time(way.clock())
    seen = youtube_data.videos_seen(session, ids, now)
    published = dict(seen.videos.select("video_id", "published_at").iter_rows())
    known = selectors.connected_videos_of(connection, ids)
    read, failure = [], None
    for video_id in ids:
        try:
            read.append(_read_video(session, this, video_id, published.get(video_id), known.get(video_id)))
        except ConnectorError as error:
            failure = error
            break
        way.progress(f"reading {connection}", len(read), len(ids))
    write_batch(connection, this, Batch(now, seen, read), way.confirm)
    yield len(read)
    if failure is not None:
        raise failure


def _read_video(
    session: Session, this: Pass, video_id: str, published_at: datetime | None, known: ConnectedVideo | None
) -> VideoRead:
    """Ask for the days of a video that can be read; of another nothing is asked."""
    if published_at is None or (wanted := days_wanted(this, published_at, known)) is None:
        return VideoRead(video_id)
    try:
        counts = youtube_analytics.daily_counts(session, video_id, *wanted.counts)
        revenue = wanted.revenue
        earnings = None if revenue is None else youtube_analytics.daily_earnings(session, video_id, *revenue)
    except Refused as refused:
        # One video that Google does not tell of, such as one that another claimed, does not hold up the others each night.
        logger.warning("%s: its days are not told: %s", video_id, refused.fact)
        return VideoRead(video_id)
    return VideoRead(video_id, counts, earnings, wanted)


def _compare_totals(connection: Connection, session: Session, now: datetime) -> None:
    """Put the earnings of the account beside those of the videos of the channels that the same user connected."""
    today = quota_day(now)
    since = today.replace(day=1)
    for _ in range(MONTHS_COMPARED):
        since = (since - timedelta(days=1)).replace(day=1)
    days = adsense.earned(session, connection.account, since, today)
    channels = Connection.objects.filter(kind="youtube", who=connection.who).values_list("account", flat=True)
    videos = selectors.earned_by_month(channels, since)
    connection.totals = {
        month: {"adsense_usd": round(usd, 2), "videos_usd": round(float(videos.get(month, 0)), 2)}
        for month, usd in sorted(_by_month(days).items())
    }
    connection.save(update_fields=["totals"])


def _by_month(days: dict[date, float]) -> dict[str, float]:
    months: dict[str, float] = {}
    for day, usd in days.items():
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0.0) + usd
    return months
