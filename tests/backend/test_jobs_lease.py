"""Who holds a job, until when, and what becomes of a job whose worker died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from downloader.models import Job, JobState
from downloader.services.jobs.lease import claim, close, give_back, hold, reap
from downloader.services.jobs.queueing import cancel, enqueue
from downloader.services.jobs.stopped import LeaseLost
from tests.backend.jobs import HOUR, OWN, again, claimed, committed, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
LEASE, GRACE = timedelta(seconds=60), timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _own_kinds(settings, releases):
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}


@pytest.fixture
def now():
    return timezone.now() + SECOND


@pytest.fixture
def job(now) -> Job:
    return claimed(enqueue("echo", {"x": 1}), now)


def test_of_all_who_claim_a_job_one_gets_it(now):
    pk = enqueue("echo").pk
    claims = [claim(pk, now) for _ in range(5)]
    assert [found is not None for found in claims] == [True, False, False, False, False]
    assert claims[0] is not None
    assert claims[0].lease_until == now + LEASE


def test_a_job_before_its_time_is_not_claimed(now):
    assert claim(enqueue("echo", due_at=now + SECOND).pk, now) is None


def test_a_living_worker_keeps_its_job(job, now):
    for minutes in range(1, 10):
        later = now + minutes * LEASE
        hold(job, later)
        assert reap(later + LEASE) == []
    assert again(job).state == "running"


def test_a_lease_that_ran_out_is_a_suspicion_before_it_is_acted_upon(job, now):
    assert reap(now + LEASE) == []
    assert again(job).suspected_at is None
    ran_out = now + LEASE + SECOND
    assert reap(ran_out) == []
    assert again(job).suspected_at == ran_out
    assert reap(ran_out + GRACE - SECOND) == []
    assert reap(ran_out + GRACE) == [job]
    assert (again(job).state, again(job).owner, again(job).attempts) == ("queued", "", 1)


def test_a_sign_of_life_ends_a_suspicion(job, now):
    reap(now + HOUR)
    hold(job, now + HOUR)
    assert again(job).suspected_at is None
    assert reap(now + HOUR + GRACE) == []


def test_a_reaper_whose_clock_is_a_day_ahead_takes_nothing_from_the_living(job, now):
    for seconds in range(0, 600, 15):
        hold(job, now + seconds * SECOND)
        assert reap(now + 24 * HOUR + seconds * SECOND) == []
    assert again(job).state == "running"


def died(job: Job, now) -> Any:
    reap(now + HOUR)
    assert reap(now + 2 * HOUR) == [job]
    return again(job)


def test_after_its_last_attempt_a_job_fails_and_says_why(now):
    job = claimed(enqueue("echo", most_attempts=1), now)
    failed = died(job, now)
    assert failed.state == "failed"
    assert failed.error["rule"] == "a worker lives until its job is done"
    assert failed.error["fact"].startswith("attempt 1 of 1 gave no sign of life after ")
    assert failed.finished_at == now + 2 * HOUR


def test_a_job_that_was_to_be_cancelled_when_its_worker_died_is_not_tried_again(job, now):
    cancel(job.pk)
    assert died(job, now).state == "cancelled"


def test_who_lost_the_lease_writes_nothing_any_more(job, now):
    before = died(job, now)
    writes = (
        lambda: hold(job, now, step="mine"),
        lambda: close(job, now, JobState.SUCCEEDED, result=1),
        lambda: give_back(job, now),
    )
    for write in writes:
        with pytest.raises(LeaseLost, match=f"job {job.pk} was given away"):
            write()
    assert Job.objects.values().get(pk=job.pk) == Job.objects.values().get(pk=before.pk)
    assert (before.state, before.step, before.result) == ("queued", "", None)


def test_who_lost_the_lease_writes_nothing_while_another_worker_does_the_job(job, now):
    died(job, now)
    second = claimed(job, now + 3 * HOUR)
    with pytest.raises(LeaseLost, match=r"."):
        close(job, now, JobState.FAILED)
    close(second, now, JobState.SUCCEEDED)
    assert again(job).state == "succeeded"


def test_the_dead_workers_ticket_is_spent_and_a_new_one_is_issued(job, now):
    ticket = job.ticket
    DBTaskResult.objects.filter(pk=ticket).update(status="RUNNING", started_at=now)
    requeued = died(job, now)
    assert DBTaskResult.objects.get(pk=ticket).status == "FAILED"
    assert DBTaskResult.objects.get(pk=requeued.ticket).status == "READY"


@committed
@pytest.mark.parametrize("lost", ["deleted", "taken by a worker that died before it claimed the job"])
def test_a_lost_ticket_is_issued_again(lost, now):
    job = enqueue("echo", {"x": 1})
    tickets = DBTaskResult.objects.filter(pk=again(job).ticket)
    tickets.delete() if lost == "deleted" else tickets.update(status="RUNNING", started_at=now)
    reap(now)
    assert again(job).ticket == job.ticket  # it may be on its way
    reap(now + GRACE + SECOND)
    assert DBTaskResult.objects.get(pk=again(job).ticket).status == "READY"
    reap(now + GRACE + 2 * SECOND)
    assert DBTaskResult.objects.filter(status="READY").count() == 1
    work_once()
    assert again(job).state == "succeeded"


@committed
def test_two_tickets_for_one_job_do_it_once():
    from downloader.services.jobs.tickets import issue

    job = enqueue("echo", {"x": 1})
    issue(job.pk, timezone.now())
    work_once()
    assert (again(job).state, again(job).attempts) == ("succeeded", 1)
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
