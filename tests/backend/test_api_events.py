"""How far a job is as server-sent events: told by a real server while a real worker works, resumed, and never for ever."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from typing import Any

import pytest
from django.core.cache import cache

from downloader.models import Job
from downloader.services.access import account_of_key
from downloader.services.following import AT_ONCE, Pace, follow
from downloader.services.jobs.queueing import cancel, enqueue
from tests.backend.api_calls import URL, account, ask, key_of
from tests.backend.jobs import OWN, committed, work_once

QUICK = Pace(every=0.01, silence=0.05, lasts=2.0)


@pytest.fixture(autouse=True)
def _own_jobs(settings):
    cache.clear()
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}


@pytest.fixture
def key():
    return key_of(account("him", "his"))


def his() -> Job:
    return enqueue("echo", asked_by="api: him")


def events_in(text: str) -> list[dict[str, Any]]:
    """The events of a stream, each with its fields; comments are left out."""
    blocks = [[line.split(": ", 1) for line in block.splitlines()] for block in text.split("\n\n")]
    named = [dict(block) for block in blocks if ["event"] in [one[:1] for one in block]]
    return [{**fields, "data": json.loads(fields["data"])} for fields in named]


def streamed(key: str, job: int, last: str = "") -> tuple[int, str]:
    """Status and text of a stream, read to its end in the test's own process."""
    from django.test import Client

    headers = {"Authorization": f"Bearer {key}"} | ({"Last-Event-ID": last} if last else {})
    answer: Any = Client().get(f"{URL}/jobs/{job}/events", headers=headers)
    return answer.status_code, b"".join(answer).decode() if answer.streaming else answer.content.decode()


@committed
def test_a_server_tells_how_far_a_worker_is_until_the_end(key, live_server):
    job = enqueue("in_steps", {"seconds": 1.2}, asked_by="api: him")
    begun = threading.Event()
    told: list[Any] = []

    def read() -> None:
        asked = urllib.request.Request(
            f"{live_server.url}{URL}/jobs/{job.pk}/events", headers={"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            told.append((answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]))
            for line in answer:
                told.append(line.decode())
                if line.startswith(b"data"):
                    begun.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(10)
    work_once()
    reader.join(20)
    assert not reader.is_alive()
    assert told[0] == (200, "text/event-stream", "private, no-cache")
    seen = events_in("".join(told[1:]))
    assert [one["event"] for one in seen] == ["progress"] * (len(seen) - 1) + ["end"]
    states = [one["data"]["state"] for one in seen]
    assert (states[0], states[-1]) == ("queued", "succeeded")
    steps = [one["data"]["step"] for one in seen if one["data"]["state"] == "running"]
    assert [step for step in steps if step] == sorted({step for step in steps if step})
    assert len({step for step in steps if step}) >= 2
    assert seen[-1]["data"]["result"] == {"steps": 3}
    assert len({one["id"] for one in seen}) == len(seen)


@pytest.mark.django_db
def test_a_follower_that_comes_back_is_told_only_what_is_new_and_sent_away_after_the_end(key):
    job = his()
    account_of_him = account_of_key(key)
    assert account_of_him is not None
    first = next(follow(account_of_him, job.pk))
    assert first is not None
    cancel(job.pk)
    status, text = streamed(key, job.pk, first.mark)
    assert (status, text[:13]) == (200, "retry: 2000\n\n")
    [end] = events_in(text)
    assert (end["event"], end["data"]) == ("end", ask(key, "GET", f"/jobs/{job.pk}").json())
    assert streamed(key, job.pk, end["id"]) == (204, "")


@pytest.mark.django_db
def test_where_nothing_happens_there_are_signs_of_life_and_the_line_is_closed(key):
    him, job = account_of_key(key), his()
    assert him is not None
    begun = time.monotonic()
    told = list(follow(him, job.pk, "", QUICK))
    assert 2.0 <= time.monotonic() - begun < 50
    assert told[0] is not None
    assert set(told[1:]) == {None}


@pytest.mark.django_db
def test_who_finds_every_place_taken_is_told_what_there_is_and_asks_again(key):
    him, job = account_of_key(key), his()
    assert him is not None
    followers = [follow(him, job.pk) for _ in range(AT_ONCE)]
    assert len([next(one) for one in followers]) == AT_ONCE
    begun = time.monotonic()
    assert [one["event"] for one in events_in(streamed(key, job.pk)[1])] == ["progress"]
    assert time.monotonic() - begun < 50
    for one in followers:
        one.close()  # type: ignore[attr-defined]  # a generator
    told = follow(him, job.pk, "", QUICK)
    assert len(list(told)) > 1


@pytest.mark.django_db
def test_a_job_that_is_tidied_away_meanwhile_is_followed_no_longer(key):
    him, job = account_of_key(key), his()
    assert him is not None
    told = follow(him, job.pk, "", QUICK)
    next(told)
    Job.objects.all().delete()
    assert list(told) == []
    assert streamed(key, job.pk)[0] == 404
