"""Alerts stand once, are acknowledged by a person, and are told to who wants to know."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import URLError

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from downloader.checks import check_setting
from downloader.models import Alert, Job
from downloader.services.alerts import SIGNATURE, acknowledge, notify, raise_alert, signature
from downloader.signals import alert_raised
from foreview.errors import UsageError
from tests.backend.jobs import committed, run_now, work_once

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.fixture
def hook(settings) -> Iterator[list[tuple[str, bytes]]]:
    """A server that keeps what is posted to it: signature and body."""
    got: list[tuple[str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.headers[SIGNATURE], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.FOREVIEW = {
        **settings.FOREVIEW,
        "WEBHOOK": {"URL": f"http://127.0.0.1:{server.server_port}/", "SECRET": "s3cret"},
        "ALERT_EMAILS": ["owner@example.org"],
    }
    yield got
    server.shutdown()
    server.server_close()


def test_an_alert_stands_once_until_it_is_acknowledged():
    first = raise_alert("coverage", "views_7d", "too few", {"hits": 1})
    again = raise_alert("coverage", "views_7d", "fewer still", {"hits": 0})
    assert again.pk == first.pk
    assert (again.text, again.evidence, again.raised_at) == ("fewer still", {"hits": 0}, first.raised_at)
    done = acknowledge(first.pk, by="ada", note="trained again")
    assert (done.acknowledged_by, done.note) == ("ada", "trained again")
    assert raise_alert("coverage", "views_7d", "again").pk != first.pk
    with pytest.raises(UsageError, match="acknowledged once"):
        acknowledge(first.pk, by="bob")


def test_who_listens_hears_of_an_alert_once_when_it_is_committed(django_capture_on_commit_callbacks):
    heard = []

    def listen(alert: Alert, **_others: Any) -> None:
        heard.append(alert.pk)

    alert_raised.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            alert = raise_alert("coverage", "views_7d", "too few")
            raise_alert("coverage", "views_7d", "too few")
            assert heard == []
    finally:
        alert_raised.disconnect(listen)
    assert heard == [alert.pk]


def test_without_addresses_nothing_is_queued():
    raise_alert("coverage", "views_7d", "too few")
    assert not Job.objects.exists()


@committed
def test_webhook_and_mail_are_sent_by_a_job_and_the_webhook_is_signed(hook):
    alert = raise_alert("coverage", "views_7d", "too few", {"hits": 1})
    work_once()
    assert [job.result for job in Job.objects.order_by("pk")] == [{"sent": ["e-mail"]}, {"sent": ["webhook"]}]
    ((signed, body),) = hook
    assert signed == signature("s3cret", body)
    assert json.loads(body) == {
        "alert": alert.pk,
        "kind": "coverage",
        "subject": "views_7d",
        "text": "too few",
        "evidence": {"hits": 1},
        "raised_at": alert.raised_at.isoformat(),
    }
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("Foreview: coverage: views_7d", ["owner@example.org"])


def test_a_webhook_that_fails_is_tried_again_and_the_mail_is_sent_once(hook, settings):
    there = settings.FOREVIEW
    settings.FOREVIEW = {**there, "WEBHOOK": {**there["WEBHOOK"], "URL": "http://127.0.0.1:9/"}}
    raise_alert("coverage", "views_7d", "too few")
    by_mail, by_webhook = Job.objects.order_by("pk")
    assert run_now(by_mail).state == "succeeded"
    for _ in range(3):
        with pytest.raises(URLError):
            run_now(by_webhook)
    settings.FOREVIEW = there
    done = run_now(by_webhook)
    assert (done.state, done.attempts) == ("succeeded", 4)
    assert (len(mail.outbox), len(hook)) == (1, 1)


def test_asked_for_without_a_way_an_alert_is_sent_by_all_that_there_are(hook):
    alert = raise_alert("coverage", "views_7d", "too few")
    assert notify(alert.pk) == ["e-mail", "webhook"]
    assert (len(mail.outbox), len(hook)) == (1, 1)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"WEBHOOK": {"URL": "https://a.example"}}, "URL and SECRET"),
        ({"WEBHOOK": {"URL": "ftp://a.example", "SECRET": "s"}}, "begins with https://"),
        ({"ALERT_EMAILS": "owner@example.org"}, "list of addresses"),
    ],
)
def test_addresses_that_cannot_be_meant_are_said_by_the_system_check(settings, setting, said):
    settings.FOREVIEW = {**settings.FOREVIEW, **setting}
    assert [said in str(message.msg) for message in check_setting() if message.id == "downloader.E001"] == [True]


def test_an_alert_is_acknowledged_on_the_command_line(capsys):
    alert = raise_alert("coverage", "views_7d", "too few")
    call_command("acknowledge_alert", str(alert.pk), "--by", "ada")
    assert "coverage: views_7d is acknowledged." in capsys.readouterr().out
    with pytest.raises(CommandError, match="none with the number"):
        call_command("acknowledge_alert", str(alert.pk))
