"""Which videos a replay of the past may learn from, and which it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory, UsageError
from foreview.options import Embargo, LabelOptions
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import TARGETS


@dataclass(frozen=True, slots=True)
class Split:
    """One origin of the replay."""

    training: Catalogue
    """With the full embargo what was known at ``as_of``; without it the videos published by then and all that became of them."""
    as_of: datetime
    """The end of the last training day, UTC."""
    test: pl.DataFrame
    """``video_id, published_at, channel_id, format`` of the videos forecast, and the columns of ``labels`` of the whole catalogue."""


def split(
    catalogue: Catalogue, *, train_until: date, test_from: date, embargo: Embargo, options: LabelOptions
) -> Split:
    """Return what may be learnt at the end of ``train_until`` and what is forecast from ``test_from`` on, both UTC days.

    Raises
    ------
    UsageError
        If ``test_from`` is not later than ``train_until``.
    NotEnoughHistory
        If nothing was published by then, no label is mature, or nothing is left to test on.

    """
    if test_from <= train_until:
        raise UsageError(
            "the test begins after the training ends",
            f"training until {train_until}, test from {test_from}",
            f"Test from {train_until + timedelta(days=1)} or later",
        )
    as_of = end_of_day(train_until)
    outcomes = labels(catalogue, options)
    known = catalogue.as_of(as_of)
    if known.videos.is_empty():
        raise NotEnoughHistory(
            "there is a video to learn from",
            f"none was published by {train_until}; {_published_between(catalogue)}",
            "Train until a later day",
        )
    if embargo == "full":
        check_mature(outcomes, as_of)
        training = known
    else:
        training = catalogue.only(known.videos["video_id"])
    return Split(training, as_of, _test_videos(catalogue, outcomes, test_from))


def end_of_day(day: date) -> datetime:
    """Return the last millisecond of a UTC day.

    Examples
    --------
    >>> end_of_day(date(2015, 12, 14)).isoformat(timespec="milliseconds")
    '2015-12-14T23:59:59.999+00:00'

    """
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(milliseconds=1)


def check_mature(outcomes: pl.DataFrame, as_of: datetime) -> None:
    """Raise NotEnoughHistory, naming when the earliest label matures, where none is mature at ``as_of``."""
    matured_at = pl.concat([outcomes[f"{target}_matured_at"].rename("at") for target in TARGETS]).drop_nulls()
    if (matured_at <= as_of).any():
        return
    earliest = matured_at.min()
    if not isinstance(earliest, datetime):
        raise NotEnoughHistory(
            "a backtest needs videos observed at age 7 or 30 days",
            "no video of the catalogue ever gets a label",
            "Add observations around these ages, see docs/reference/catalogue.md",
        )
    raise NotEnoughHistory(
        "with the full embargo only labels mature at the training cutoff are used",
        f"none is mature at the end of {as_of.date()}; the earliest matures at {earliest:%Y-%m-%d %H:%M} UTC",
        f"Train until {earliest.date()} or later; or, where the panel is too short for that, "
        "ask for --embargo none, which the report will say",
    )


def _test_videos(catalogue: Catalogue, outcomes: pl.DataFrame, test_from: date) -> pl.DataFrame:
    begin = datetime.combine(test_from, time(), UTC)
    videos = catalogue.videos.filter(pl.col("published_at") >= begin)
    if videos.is_empty():
        raise NotEnoughHistory(
            "there is a video to test on",
            f"none was published from {test_from} on; {_published_between(catalogue)}",
            "Test from an earlier day",
        )
    test = videos.select("video_id", "published_at", "channel_id", "format").join(
        outcomes, on="video_id", how="left", maintain_order="left"
    )
    labelled = test.filter(pl.any_horizontal(pl.col(*TARGETS).is_not_null()))
    if labelled.is_empty():
        raise NotEnoughHistory(
            "there is a video with a known outcome to test on",
            f"{test.height} videos were published from {test_from} on, and none was observed at age 7 or 30 days",
            "Test from an earlier day",
        )
    return labelled


def _published_between(catalogue: Catalogue) -> str:
    days = catalogue.videos["published_at"].dt.date()
    if days.is_empty():
        return "the catalogue has no videos"
    return f"the catalogue's videos were published {days[0]} to {days[-1]}"
