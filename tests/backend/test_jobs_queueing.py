"""Asking for jobs and taking it back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from downloader.models import Job
from downloader.services.jobs import queueing
from downloader.services.jobs.queueing import cancel, enqueue
from foreview.errors import UsageError
from tests.backend.jobs import HOUR, OWN, again, committed, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.fixture(autouse=True)
def _own_kinds(settings, releases):
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}


@committed
def test_a_job_waits_with_its_ticket_until_a_worker_does_it():
    job = enqueue("echo", {"x": 1}, asked_by="a test")
    assert (job.state, job.attempts, job.key, job.asked_by) == ("queued", 0, "", "a test")
    assert DBTaskResult.objects.get().args_kwargs == {"args": [job.pk], "kwargs": {}}
    assert DBTaskResult.objects.get().pk == job.ticket
    work_once()
    done = again(job)
    assert (done.state, done.result, done.attempts, done.owner) == ("succeeded", {"x": 1}, 1, "")
    assert done.created_at <= done.started_at <= done.finished_at


def test_a_job_is_asked_for_with_the_transaction_or_not_at_all():
    with transaction.atomic():
        enqueue("echo")
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_of_a_single_kind_the_one_that_is_there_is_returned():
    first = enqueue("train")
    assert enqueue("train", {"tuned": True}) == first
    Job.objects.filter(pk=first.pk).update(state="running")
    assert enqueue("train") == first
    assert enqueue("tune") != first
    Job.objects.filter(pk=first.pk).update(state="failed")
    assert enqueue("train") != first


def test_the_database_itself_refuses_a_second_active_job_of_a_key():
    enqueue("train")
    with pytest.raises(IntegrityError, match=r"."), transaction.atomic():
        Job.objects.create(kind="train", key="train")
    Job.objects.create(kind="train", key="train", state="succeeded")


@committed
def test_a_job_before_its_time_is_left_alone():
    job = enqueue("echo", due_at=timezone.now() + HOUR)
    work_once()
    assert again(job).state == "queued"


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        ("dance", {}, "a job is of a kind that is known. found 'dance'. Choose one of echo, "),
        ("train", {"colour": "red"}, "it takes: as_of, tuned. got an unexpected keyword argument 'colour'"),
        ("tune", {"trials": float("nan")}, "no NaN, no infinity. found {'trials': nan}. Leave"),
        ("echo", {"deep": [{"x": float("-inf")}]}, "no NaN, no infinity. found {'deep': [{'x': -inf}]}"),
        ("echo", {"x": {1, 2}}, "values that JSON can hold: no NaN, no infinity. found {'x': {1, 2}}"),
        ("import", {}, "it takes: folder, kind. missing a required argument: 'folder'"),
    ],
)
def test_what_cannot_be_done_is_not_queued(kind, arguments, says):
    with pytest.raises(UsageError, match=r".") as caught:
        enqueue(kind, arguments)
    assert says in str(caught.value)
    assert not Job.objects.exists()


def test_what_the_database_refuses_for_another_reason_is_not_asked_for_again_and_again(monkeypatch):
    asked = []

    def refuse(number, due_at):
        asked.append(due_at)
        raise IntegrityError("a rule of its own")

    monkeypatch.setattr(queueing, "issue", refuse)
    with pytest.raises(IntegrityError, match="a rule of its own"):
        enqueue("train")
    assert len(asked) == 11
    assert not Job.objects.exists()


@pytest.mark.parametrize("backend", ["immediate.ImmediateBackend", "dummy.DummyBackend"])
def test_without_the_queue_of_the_database_nothing_is_promised(settings, backend):
    settings.TASKS = {"default": {"BACKEND": f"django_tasks.backends.{backend}"}}
    with pytest.raises(UsageError, match="jobs are carried by the queue of the database"):
        enqueue("echo")
    assert not Job.objects.exists()


@committed
def test_what_waits_is_cancelled_at_once_and_its_ticket_does_nothing():
    job = enqueue("echo")
    assert cancel(job.pk).state == "cancelled"
    work_once()
    assert (again(job).state, again(job).attempts) == ("cancelled", 0)


@committed
def test_what_has_ended_cannot_be_cancelled():
    job = enqueue("echo")
    work_once()
    assert cancel(job.pk).state == "succeeded"
    with pytest.raises(UsageError, match="there is none with the number 404"):
        cancel(404)
