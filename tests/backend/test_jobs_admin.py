"""Jobs in the admin and on the command line, as a user sees them."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from downloader.models import Job
from downloader.services.jobs.queueing import enqueue
from downloader.services.jobs.schedule import SCHEDULE, enqueue_due
from tests.backend.jobs import OWN, again, claimed, committed, work_once

pytestmark = pytest.mark.django_db
LIST = "/admin/downloader/job/"


@pytest.fixture(autouse=True)
def _own_kinds(settings, releases):
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}


def said_by(*command: object) -> str:
    out = StringIO()
    call_command(*map(str, command), stdout=out)
    return " ".join(out.getvalue().split())


@committed
def test_a_job_is_asked_for_in_the_admin_and_says_who_asked(admin_client):
    admin_client.post(f"{LIST}add/", {"kind": "echo", "arguments": '{"x": 1}'})
    job = Job.objects.get()
    assert (job.kind, job.arguments, job.asked_by, job.state) == ("echo", {"x": 1}, "admin: admin", "queued")
    work_once()
    assert again(job).state == "succeeded"


def test_arguments_that_the_kind_does_not_take_are_said_beside_the_field(admin_client):
    page = admin_client.post(f"{LIST}add/", {"kind": "train", "arguments": '{"colour": "red"}'})
    assert "it takes: as_of, tuned" in page.content.decode()
    assert not Job.objects.exists()


@committed
def test_a_failed_job_shows_why_with_its_log(admin_client):
    job = enqueue("mistake")
    work_once()
    page = admin_client.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "cats have tails. this one has none. Draw one" in page
    assert "attempt 1 of 3" in page
    assert admin_client.post(f"{LIST}{job.pk}/change/", {"kind": "train"}).status_code == 403
    assert admin_client.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403


def test_selected_jobs_are_cancelled(admin_client):
    waiting, running = enqueue("echo"), claimed(enqueue("echo"))
    asked = {"action": "cancel_selected", "_selected_action": [waiting.pk, running.pk]}
    page = admin_client.post(LIST, asked, follow=True).content.decode()
    assert "1 no longer wait; 1 that runs end at the next step." in page
    assert (again(waiting).state, again(running).state) == ("cancelled", "running")
    assert "(to be cancelled)" in page


def test_the_schedule_stands_above_the_list_with_last_and_next_run(admin_client):
    now = timezone.now()
    page = admin_client.get(LIST).content.decode()
    assert page.count("not yet") == len(SCHEDULE)
    enqueue_due(now - timedelta(days=8))
    enqueue_due(now)
    page = admin_client.get(LIST).content.decode()
    assert "not yet" not in page
    for job in Job.objects.all():
        assert f'<a href="{LIST}{job.pk}/change/">{job}</a>' in page


def test_the_list_of_jobs_asks_as_often_for_three_as_for_one(admin_client, django_assert_num_queries):
    for _ in range(2):
        enqueue("echo")
        with django_assert_num_queries(7):
            admin_client.get(LIST)


def test_jobs_are_asked_for_listed_and_cancelled_on_the_command_line():
    asked = said_by("enqueue_job", "echo", "x=1", "word=yes", "list=[1, 2]")
    job = Job.objects.get()
    assert asked == f"Job {job.pk} (echo) is queued, asked for by manage.py enqueue_job."
    assert job.arguments == {"x": 1, "word": "yes", "list": [1, 2]}
    assert f"{job.pk} echo queued (0)" in said_by("list_jobs")
    assert said_by("cancel_job", job.pk) == f"Job {job.pk} (echo) is cancelled."
    assert "weekly training 10 3 * * 0" in said_by("list_jobs")
    for limit in ("-1", "0", "9" * 20):
        with pytest.raises(CommandError, match=f"--limit: a whole number from 1 to 10000, not '{limit}'"):
            said_by("list_jobs", "--limit", limit)


def test_what_runs_is_said_to_end_at_its_next_step():
    job = claimed(enqueue("echo"))
    assert said_by("cancel_job", job.pk) == f"Job {job.pk} (echo) runs, and ends at its next step."


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("enqueue_job", "dance"), "found 'dance'"),
        (("enqueue_job", "echo", "x"), "written NAME=VALUE. found 'x'"),
        (("cancel_job", 404), "there is none with the number 404"),
        (("run_worker", "--interval", "0"), "--interval is above 0 seconds"),
    ],
)
def test_a_users_mistake_is_a_sentence_and_an_exit_code(command, says):
    with pytest.raises(CommandError, match=r".") as caught:
        said_by(*command)
    assert says in str(caught.value)
    assert caught.value.returncode == 2


def test_a_worker_without_the_queue_says_what_to_set(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    with pytest.raises(CommandError, match=r"TASKS has 'django_tasks.backends.dummy.DummyBackend'. Set TASKS = "):
        said_by("run_worker", "--once")
