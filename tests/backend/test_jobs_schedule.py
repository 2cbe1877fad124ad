"""The schedule: each due time once, missed ones caught up once, in the time zone of the analytics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from downloader.models import DueTime, Job
from downloader.services.jobs.kinds import KINDS, check_arguments
from downloader.services.jobs.schedule import SCHEDULE, Line, enqueue_due, latest_due, next_due, planned
from tests.backend.jobs import committed, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHTLY = Line("nightly", "10 5 * * *", "forecast")
WEEKLY = Line("weekly", "10 3 * * 0", "train")
EVERY_KIND = ["forecast", "judge", "mature_labels", "sync", "tidy", "train", "verify_ledger", "watch"]
MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=LOS_ANGELES)


def minute_by_minute(line: Line, start: datetime, step: timedelta) -> datetime:
    """The slow twin: look at every minute until one is due."""
    minute, hour, _, _, weekday = line.cron.split()
    when = start
    while True:
        local = when.astimezone(LOS_ANGELES)
        on = weekday == "*" or local.isoweekday() % 7 == int(weekday)
        if on and (local.hour, local.minute) == (int(hour), int(minute)):
            return when
        when += step


@pytest.mark.parametrize("line", [NIGHTLY, WEEKLY], ids=lambda line: line.name)
@pytest.mark.parametrize("start", [datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)], ids=str)
def test_due_times_are_those_of_a_clock_that_is_watched_also_when_it_is_put_forward_or_back(line, start):
    for hours in range(0, 96, 5):
        now = start + timedelta(hours=hours)
        assert latest_due(line, now) == minute_by_minute(line, now, -MINUTE)
        assert next_due(line, now) == minute_by_minute(line, now + MINUTE, MINUTE)


def test_a_due_time_is_due_from_its_very_instant_on():
    due = datetime(2026, 5, 4, 5, 10, tzinfo=LOS_ANGELES)
    assert latest_due(NIGHTLY, due) == due
    assert latest_due(NIGHTLY, due + timedelta(microseconds=1)) == due
    assert latest_due(NIGHTLY, due - timedelta(microseconds=1)) == due - DAY
    assert next_due(NIGHTLY, due) == due + DAY


def kinds_of(jobs: list[Job]) -> list[str]:
    return [job.kind for job in jobs]


def test_the_first_worker_ever_begins_the_schedule_and_queues_nothing_of_the_past():
    assert enqueue_due(MONDAY) == []
    assert sorted(DueTime.objects.values_list("line", flat=True)) == sorted(line.name for line in SCHEDULE)
    assert not DueTime.objects.filter(job__isnull=False).exists()


def test_each_due_time_is_queued_once_whoever_looks_how_often():
    enqueue_due(MONDAY)
    found = [kinds_of(enqueue_due(MONDAY + n * timedelta(hours=1))) for n in range(48)]
    night = {18: ["sync"], 20: ["mature_labels"], 21: ["forecast", "judge", "watch"]}
    nights = {n + hours: kinds for n in (0, 24) for hours, kinds in night.items()}
    assert {n: kinds for n, kinds in enumerate(found) if kinds} == nights
    job = Job.objects.filter(kind="forecast").latest("pk")
    assert (job.asked_by, job.arguments) == ("schedule: nightly forecasts", {})


def test_what_was_missed_while_no_worker_ran_is_caught_up_once():
    enqueue_due(MONDAY)
    assert sorted(kinds_of(enqueue_due(MONDAY + 30 * DAY))) == EVERY_KIND
    assert enqueue_due(MONDAY + 30 * DAY) == []


def test_a_worker_whose_clock_is_behind_queues_nothing_again():
    enqueue_due(MONDAY)
    enqueue_due(MONDAY + 3 * DAY)
    assert enqueue_due(MONDAY + 1 * DAY) == []


def test_a_clock_that_was_ahead_once_silences_nothing_and_is_told_of(caplog):
    enqueue_due(MONDAY)
    enqueue_due(MONDAY + 3650 * DAY)
    Job.objects.update(state="succeeded")
    assert [plan.last for plan in planned(MONDAY)] == [None] * len(SCHEDULE)
    assert enqueue_due(MONDAY) == []
    assert caplog.text == ""
    assert kinds_of(enqueue_due(MONDAY + DAY)) == ["sync", "mature_labels", "forecast", "judge", "watch"]
    assert enqueue_due(MONDAY + DAY) == []
    lines = ("nightly sync", "nightly labels", "nightly forecasts", "nightly standings", "nightly watch")
    times = ("10:00", "11:10", "12:10", "12:25", "12:40")
    assert [record.getMessage() for record in caplog.records] == [
        f"{line} at 2036-05-01 {at} is not believed: a clock that was ahead saw it. {line} is due"
        for line, at in zip(lines, times, strict=True)
    ]


def test_a_training_that_still_runs_is_not_asked_for_again_but_its_due_time_is_seen():
    enqueue_due(MONDAY)
    first = enqueue_due(MONDAY + 7 * DAY)
    second = enqueue_due(MONDAY + 14 * DAY)
    assert [job.pk for job in first if job.kind == "train"] == [job.pk for job in second if job.kind == "train"]
    assert DueTime.objects.filter(line="weekly training", job__isnull=False).count() == 2


def test_the_schedule_shows_its_last_and_its_next_run():
    enqueue_due(MONDAY)
    assert [plan.last for plan in planned(MONDAY)] == [None] * len(SCHEDULE)
    queued = enqueue_due(MONDAY + DAY)
    nightly = next(plan for plan in planned(MONDAY + DAY) if plan.line.kind == "forecast")
    assert nightly.last is not None
    assert nightly.last.job == next(job for job in queued if job.kind == "forecast")
    assert nightly.last.due_at == datetime(2026, 5, 5, 5, 10, tzinfo=LOS_ANGELES)
    assert nightly.next_at == datetime(2026, 5, 6, 5, 10, tzinfo=LOS_ANGELES)


@committed
def test_a_worker_keeps_the_schedule():
    enqueue_due(timezone.now() - 8 * DAY)
    work_once()
    states = {kind: "failed" if kind == "train" else "succeeded" for kind in EVERY_KIND}
    assert dict(Job.objects.values_list("kind", "state")) == states


@pytest.mark.parametrize("line", SCHEDULE, ids=lambda line: line.name)
def test_every_line_asks_for_a_kind_with_arguments_it_takes_in_an_hour_that_every_night_has(line):
    assert line.kind in KINDS
    check_arguments(line.kind, line.arguments)
    assert next_due(line, MONDAY) > MONDAY
    assert int(line.cron.split()[1]) not in {0, 1, 2}
