"""What becomes of a job: done, failed, tried again, cancelled, handed back, or given away meanwhile."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from downloader.models import Job, VideoDownload
from downloader.services.jobs.attempt import MOST_LOG, Run, shutting_down
from downloader.services.jobs.queueing import enqueue
from downloader.services.jobs.running import run
from tests.backend.jobs import OWN, again, claimed, run_now, work_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.dialect]


@pytest.fixture(autouse=True)
def _own_kinds(settings, releases):
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}
    yield
    shutting_down.clear()


def lines(job: Job) -> list[str]:
    """The log without its times."""
    return [line[21:] for line in again(job).log.splitlines()]


def test_progress_is_seen_while_the_job_runs_and_kept_in_its_log():
    job = run_now(enqueue("report"))
    assert job.result == {"seen": [["reading", 0, 2], ["writing", 2, 2]]}
    assert job.progress() == "writing, 2 of 2"
    assert lines(job) == ["attempt 1 of 3", "reading", "writing", "warning: 3 left out", "succeeded"]


def test_a_users_mistake_is_written_as_rule_fact_and_next_step_and_not_tried_again():
    job = run_now(enqueue("mistake"))
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error == {"rule": "cats have tails", "fact": "this one has none", "next_step": "Draw one"}
    assert lines(job)[-2:] == ["cats have tails. this one has none. Draw one", "failed"]


def test_a_crash_is_tried_again_after_growing_pauses_and_then_failed_with_its_traceback():
    job, pauses = enqueue("crash"), []
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            run_now(job)
        pauses.append(round((again(job).due_at - timezone.now()).total_seconds()))
    failed = again(job)
    assert pauses[:2] == [30, 120]
    assert (failed.state, failed.attempts) == ("failed", 3)
    assert failed.error["fact"] == "attempt 3 of 3 ended with ZeroDivisionError: a fault of the program"
    assert failed.log.count("Traceback (most recent call last):") == 3
    assert "tried again in 120 s" in failed.log


def test_a_worker_survives_a_job_that_crashes_and_one_whose_result_cannot_be_kept():
    jobs = [enqueue(kind, most_attempts=1) for kind in ("crash", "no_json", "not_finite", "echo")]
    work_once()
    assert [again(job).state for job in jobs] == ["failed", "failed", "failed", "succeeded"]
    assert "Object of type set is not JSON serializable" in again(jobs[1]).error["fact"]
    assert "Out of range float values are not JSON compliant" in again(jobs[2]).error["fact"]


def test_a_cancelled_job_ends_at_its_next_step():
    job = run_now(enqueue("cancelled_at_work"))
    assert (job.state, job.attempts, job.error) == ("cancelled", 1, None)
    assert list(VideoDownload.objects.values_list("title", flat=True)) == ["before"]


@pytest.mark.parametrize("kind", ["worker_shuts_down", "interrupted"])
def test_a_worker_that_ends_hands_its_job_back_and_the_attempt_does_not_count(kind):
    job = enqueue(kind)
    if kind == "interrupted":
        with pytest.raises(KeyboardInterrupt):
            run(job.pk)
    else:
        run(job.pk)
    assert (again(job).state, again(job).attempts, again(job).owner) == ("queued", 0, "")
    assert again(job).ticket != job.ticket
    assert DBTaskResult.objects.get(pk=again(job).ticket).status == "READY"


def test_what_is_confirmed_after_the_job_was_given_away_is_rolled_back():
    job = enqueue("given_away")
    run(job.pk)
    assert not VideoDownload.objects.exists()
    assert (again(job).state, again(job).attempts) == ("queued", 1)


def test_success_after_the_job_was_given_away_is_refused():
    from downloader.services.jobs.stopped import LeaseLost

    job = enqueue("given_away_unconfirmed")
    with pytest.raises(LeaseLost, match=r"."):
        run(job.pk)
    assert (again(job).state, again(job).result) == ("queued", None)


def test_inside_a_transaction_a_report_writes_nothing_that_nobody_could_see(django_assert_num_queries):
    from django.db import transaction

    attempt = Run(claimed(enqueue("echo")))
    attempt.report("before", 0, 1)
    with transaction.atomic(), django_assert_num_queries(0):
        attempt.report("inside", 1, 1)
    assert again(attempt.job).step == "before"


def test_a_step_that_reports_a_thousand_times_is_not_written_a_thousand_times(django_assert_max_num_queries):
    attempt = Run(claimed(enqueue("echo")))
    with django_assert_max_num_queries(12):
        for done in range(1000):
            attempt.report("counting", done, 1000)
    attempt.report("counting", 1000, 1000)
    assert again(attempt.job).progress() == "counting, 1,000 of 1,000"


def test_the_log_keeps_its_last_lines_whole():
    attempt = Run(claimed(enqueue("echo")))
    for number in range(3000):
        attempt.log(f"line {number}")
    kept = attempt.log_so_far.splitlines()
    assert len(attempt.log_so_far) <= MOST_LOG
    assert kept[-1].endswith("line 2999")
    assert all(line[21:].startswith("line ") for line in kept)


def test_a_job_that_another_worker_took_is_left_alone():
    job = enqueue("echo")
    held = claimed(job)
    run(job.pk)
    assert Job.objects.get(pk=job.pk).owner == held.owner
