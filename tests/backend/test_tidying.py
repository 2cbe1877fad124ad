"""What the site does not keep for ever: old jobs, spent tickets, drafts of killed writers."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from downloader.configuration import releases_folder
from downloader.models import DueTime, Job, JobState
from downloader.services.jobs.schedule import SCHEDULE, planned
from downloader.services.tidying import tidy

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
NOW = timezone.now()
DAY = timedelta(days=1)


def ended(state: JobState, days_ago: float) -> Job:
    return Job.objects.create(kind="train", state=state, finished_at=NOW - days_ago * DAY)


def test_a_job_is_kept_as_long_as_its_end_may_be_asked_about():
    kept = [ended(JobState.SUCCEEDED, 89), ended(JobState.CANCELLED, 89), ended(JobState.FAILED, 364)]
    kept.append(Job.objects.create(kind="train", state=JobState.RUNNING))
    gone = [ended(JobState.SUCCEEDED, 91), ended(JobState.CANCELLED, 91), ended(JobState.FAILED, 366)]
    seen = DueTime.objects.create(line="nightly watch", due_at=NOW - 91 * DAY, job=gone[0])
    assert tidy().jobs == 3
    assert set(Job.objects.all()) == set(kept)
    seen.refresh_from_db()
    assert seen.job is None  # the due time stays seen, so nothing is queued again


def test_a_draft_goes_when_nothing_in_it_changed_for_a_day_and_what_is_whole_stays(settings, tmp_path):
    settings.FOREVIEW = {**settings.FOREVIEW, "RELEASES": tmp_path}
    trial = "studies/s1/.trial-0001.json-abc.partial"
    for name in (".r1-abc.partial", ".r2-abc.partial", "r3", trial):
        (releases_folder() / name).mkdir(parents=True)
        (releases_folder() / name / "file").write_text("half")
    long_ago = (NOW - 2 * DAY).timestamp()
    for path in (".r1-abc.partial", ".r1-abc.partial/file", ".r2-abc.partial", "r3", "r3/file", trial, f"{trial}/file"):
        os.utime(tmp_path / path, (long_ago, long_ago))
    assert tidy().drafts == [".r1-abc.partial", ".trial-0001.json-abc.partial"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".r2-abc.partial", "r3", "studies"]


@pytest.mark.parametrize("runs", [1, 3])
def test_the_schedule_is_shown_by_one_query(runs, django_assert_num_queries):
    for n in range(runs):
        for line in SCHEDULE:
            job = Job.objects.create(kind=line.kind)
            DueTime.objects.create(line=line.name, due_at=NOW - n * DAY, job=job)
    with django_assert_num_queries(1):
        shown = planned(NOW)
    assert [plan.last.due_at for plan in shown if plan.last] == [NOW] * len(SCHEDULE)
