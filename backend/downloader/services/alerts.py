"""Alerts: raised once while they stand, told to who wants to know, acknowledged by a person."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from downloader.configuration import alert_emails, webhook
from downloader.models import Alert
from downloader.services.access import Account
from downloader.services.jobs.queueing import enqueue
from downloader.services.videos import Conflict
from downloader.signals import alert_raised

SIGNATURE: Final = "X-Foreview-Signature"
"""Header of a webhook: ``sha256=`` and the HMAC of the body with the secret, in hexadecimal digits."""
_TIMEOUT_S: Final = 10


def raise_alert(kind: str, subject: str, text: str, evidence: Mapping[str, Any] | None = None) -> Alert:
    """Return the alert of this kind and subject that stands: a new one, or the old one seen again.

    Of a new one the signal ``alert_raised`` is sent, and e-mail and webhook are queued where ``FOREVIEW`` has them, in the same transaction.
    """
    now = timezone.now()
    with transaction.atomic():
        alert, new = Alert.objects.get_or_create(
            kind=kind,
            subject=subject,
            acknowledged_at=None,
            defaults={"text": text, "evidence": dict(evidence or {}), "raised_at": now, "last_seen_at": now},
        )
        if not new:
            Alert.objects.filter(pk=alert.pk).update(text=text, evidence=dict(evidence or {}), last_seen_at=now)
            alert.refresh_from_db()
            return alert
        for way in _ways():  # a job each, so that what fails is tried again alone
            enqueue("notify", {"alert": alert.pk, "way": way}, asked_by="an alert")
        transaction.on_commit(partial(alert_raised.send_robust, sender=Alert, alert=alert))
    return alert


def acknowledge(alert_id: int, *, by: str, note: str = "") -> Alert:
    """Say that somebody has seen to it; noticed again, it is a new alert.

    Raises
    ------
    Conflict
        If there is no such alert, or it was acknowledged before.

    """
    done = Alert.objects.filter(pk=alert_id, acknowledged_at=None)
    if not done.update(acknowledged_at=timezone.now(), acknowledged_by=by, note=note):
        raise Conflict("an alert that stands is acknowledged once", f"none with the number {alert_id} stands")
    return Alert.objects.get(pk=alert_id)


def told_to(account: Account, alert: Alert) -> tuple[str, str, dict[str, Any]]:
    """Return subject, text and evidence of an alert, as far as the account may know them.

    Why a job failed may name anybody's video; a connection is known to who sees its channel.
    """
    if alert.kind == Alert.Kind.JOB and account.channels is not None:
        return alert.subject, "A job of the schedule failed. Those who see every channel can read why.", alert.evidence
    if alert.kind == Alert.Kind.CONNECTION and not account.sees(alert.evidence.get("account", "")):
        return "a connection", "It needs to be connected again. Those who see its channel can read which it is.", {}
    return alert.subject, alert.text, alert.evidence


def notify(alert_id: int, way: str = "") -> list[str]:
    """Send e-mail or webhook of an alert, for an empty ``way`` both, and return which ``FOREVIEW`` has and were sent.

    What cannot be sent raises, and is tried again by its job.
    """
    alert, ways = Alert.objects.get(pk=alert_id), _ways()
    wanted = [one for one in ways if way in ("", one)]
    for one in wanted:
        ways[one](alert)
    return wanted


def _ways() -> dict[str, Callable[[Alert], None]]:
    """Return the ways that the settings have to who wants to know."""
    ways: dict[str, Callable[[Alert], None]] = {}
    if addresses := alert_emails():
        ways["e-mail"] = lambda alert: _mail(addresses, alert)
    if target := webhook():
        ways["webhook"] = lambda alert: _post(target["URL"], target["SECRET"], _told(alert))
    return ways


def _mail(addresses: list[str], alert: Alert) -> None:
    send_mail(f"Foreview: {alert}", alert.text, None, addresses)


def _told(alert: Alert) -> bytes:
    said = {
        "alert": alert.pk,
        "kind": alert.kind,
        "subject": alert.subject,
        "text": alert.text,
        "evidence": alert.evidence,
        "raised_at": alert.raised_at.isoformat(),
    }
    return json.dumps(said, sort_keys=True).encode()


def signature(secret: str, body: bytes) -> str:
    """Return what the header :data:`SIGNATURE` says of a body.

    Examples
    --------
    >>> signature("secret", b"{}")[:15]
    'sha256=77325902'

    """
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _post(url: str, secret: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", SIGNATURE: signature(secret, body)}
    asked = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  (http or https: see the system check)
    with urllib.request.urlopen(asked, timeout=_TIMEOUT_S):  # noqa: S310
        pass
