"""Videos entered by hand or by another program: one, or many at once, found again by the id of their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from downloader.configuration import video_is_mapped, video_label
from downloader.models import VideoDownload
from downloader.services.access import Account, check_channels
from foreview.errors import InputError, UsageError

_SHOWN: Final = 10
"""Refused rows that are named in the sentence."""
_SKEW: Final = timedelta(minutes=5)
"""How far the clock of whoever read a counter may be ahead of the site's."""


class Conflict(UsageError):  # noqa: N818  (the state is the name)
    """What is asked for does not fit what is there."""


class RowsRefused(InputError):  # noqa: N818  (the state is the name)
    """Rows of a request that cannot be entered; ``wrong`` says which, by index and field."""

    def __init__(self, wrong: Sequence[Mapping[str, str]]) -> None:
        self.wrong = wrong
        named = "; ".join(f"{one['at']}: {one['fact']}" for one in wrong[:_SHOWN])
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        super().__init__("all rows of a request are entered, or none", f"{named}{more}", "Correct these and ask again")


@dataclass(frozen=True, slots=True)
class Entered:
    """How many videos were new, were changed, and were as given already; and how many snapshots were new or changed."""

    created: int
    changed: int
    unchanged: int
    snapshots: int = 0


def create_video(account: Account, values: Mapping[str, Any]) -> VideoDownload:
    """Enter a video, and return it.

    Raises
    ------
    NotAllowed
        If its channel is not the account's.
    Conflict
        If its ``source_id`` is taken.

    """
    _check_own_videos()
    check_channels(account, [values["channel_id"]])
    try:
        with transaction.atomic():
            return VideoDownload.objects.create(**values)
    except IntegrityError:
        raise _taken(str(values.get("source_id"))) from None


def enter_videos(
    account: Account, items: Sequence[Mapping[str, Any]], snapshots: Mapping[str, Mapping[str, Any]] | None = None
) -> Entered:
    """Enter videos found by ``source_id``: new ones are created, of others what is given is replaced. All or none.

    ``snapshots`` are counters as they stood at their ``observed_at``, by ``source_id`` of these videos.

    Raises
    ------
    NotAllowed
        If a channel is not the account's.
    UsageError
        If two items have one ``source_id``.
    RowsRefused
        If a snapshot is of a time to come.
    Conflict
        If a ``source_id`` is that of a video the account does not see, or somebody else enters it just now.

    """
    _check_own_videos()
    check_channels(account, [item["channel_id"] for item in items])
    given = {item["source_id"]: item for item in items}
    if len(given) < len(items):
        raise UsageError("a source_id stands in a request once", f"{len(items) - len(given)} are there again")
    _check_read(list(given), snapshots or {})
    try:
        with transaction.atomic():
            entered = _enter(account, given)
            return replace(entered, snapshots=_enter_snapshots(snapshots)) if snapshots else entered
    except IntegrityError:
        raise Conflict("a source_id is entered by one at a time", "another request was quicker", "Ask again") from None


def _enter(account: Account, given: Mapping[str, Mapping[str, Any]]) -> Entered:
    known = VideoDownload.objects.select_for_update().filter(source_id__in=list(given)).order_by("pk")
    changed, names, unchanged = [], set(), 0
    seen = set()
    for video in known:
        if not account.sees(video.channel_id):
            raise _taken(str(video.source_id))
        seen.add(video.source_id)
        differing = {
            name: value for name, value in given[str(video.source_id)].items() if getattr(video, name) != value
        }
        for name, value in differing.items():
            setattr(video, name, value)
        names |= set(differing)
        changed += [video] if differing else []
        unchanged += not differing
    new = [VideoDownload(**item) for source_id, item in given.items() if source_id not in seen]
    VideoDownload.objects.bulk_create(new, batch_size=500)
    if changed:
        VideoDownload.objects.bulk_update(changed, sorted(names), batch_size=100)
    return Entered(len(new), len(changed), unchanged)


def _check_read(order: Sequence[str], snapshots: Mapping[str, Mapping[str, Any]]) -> None:
    latest = timezone.now() + _SKEW
    wrong = [
        {
            "at": f"videos.{order.index(source_id)}.snapshot.observed_at",
            "fact": f"{one['observed_at'].isoformat()} is to come",
        }
        for source_id, one in snapshots.items()
        if one["observed_at"] > latest
    ]
    if wrong:
        raise RowsRefused(wrong)


def _enter_snapshots(snapshots: Mapping[str, Mapping[str, Any]]) -> int:
    from downloader.services.observations import write_rows

    keys = dict(VideoDownload.objects.filter(source_id__in=list(snapshots)).values_list("source_id", "pk"))
    done = write_rows("snapshots", [{"video": keys[source_id], **one} for source_id, one in snapshots.items()])
    return done.added + done.changed


def _taken(source_id: str) -> Conflict:
    return Conflict(
        "a source_id is that of one video", f"{source_id!r} is taken", "Use another one, or correct that video"
    )


def _check_own_videos() -> None:
    if video_is_mapped():
        raise UsageError(
            "videos are entered into Foreview's own table",
            f"FOREVIEW maps them to {video_label()}",
            "Write into your own models",
        )
