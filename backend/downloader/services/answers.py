"""A request that is sent twice is done once: the answers to requests with an ``Idempotency-Key``, kept for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from downloader.models import StoredAnswer
from downloader.services.access import Account
from downloader.services.videos import Conflict
from foreview.errors import InputError, UsageError

KEPT: Final = timedelta(hours=24)
"""How long an answer is given again."""
GIVEN_UP: Final = timedelta(minutes=10)
"""How long a request may be worked at until its process counts as killed, and the next one with its key is done."""
LONGEST_KEY: Final = 200


class KeyUsedOtherwise(InputError):  # noqa: N818  (the state is the name)
    """An ``Idempotency-Key`` came with another request before."""


class Replayed(Exception):  # noqa: N818  (no error: the answer is there already)
    """The request was answered before: ``answer`` is what is said again."""

    def __init__(self, answer: StoredAnswer) -> None:
        self.answer = answer
        super().__init__(str(answer))


def claim_key(account: Account, key: str, fingerprint: str) -> int:
    """Note that a request with this key is being worked at, and return the number of the note, for :func:`store_answer`.

    Raises
    ------
    Replayed
        If it was answered before.
    Conflict
        If it is being worked at.
    KeyUsedOtherwise
        If the key came with a request of another fingerprint.
    UsageError
        If the key is none.

    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise UsageError(f"an Idempotency-Key has 1 to {LONGEST_KEY} printable characters", f"found {len(key)}")
    now = timezone.now()
    mine = StoredAnswer.objects.filter(who=account.name, key=key)
    mine.filter(created_at__lt=now - KEPT).delete()
    mine.filter(status=None, created_at__lt=now - GIVEN_UP).delete()
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(who=account.name, key=key, fingerprint=fingerprint, created_at=now).pk
    except IntegrityError:
        found = mine.first()
    if found is not None and found.fingerprint != fingerprint:
        raise KeyUsedOtherwise(
            "an Idempotency-Key comes with one request", "it came with another one before", "Choose a new key"
        )
    if found is None or found.status is None:
        raise Conflict("a request is worked at once at a time", "the one with this key is not answered yet", "Wait")
    raise Replayed(found)


def store_answer(number: int, status: int, location: str, body: str) -> None:
    """Keep the answer where something was done. What was refused or failed did nothing, so its key is free again."""
    note = StoredAnswer.objects.filter(pk=number)
    if 200 <= status < 300:
        note.update(status=status, location=location, body=body)
    else:
        note.delete()


def forget_answers() -> int:
    """Remove the answers that are no longer given again, and return how many."""
    return StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
