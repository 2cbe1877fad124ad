"""Which HTTP status an error raised on purpose is, for the API and the pages alike."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ObjectDoesNotExist

from downloader.services.access import NotAllowed
from downloader.services.videos import Conflict
from foreview.errors import CannotPromote, ForeviewError, InputError, UsageError

STATUSES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (ObjectDoesNotExist, 404),
    (NotAllowed, 403),
    (CannotPromote, 409),
    (Conflict, 409),
    (UsageError, 400),
    (InputError, 422),
    (ForeviewError, 503),
)
"""The first that an error is one of says its status. A release or ledger that is damaged is the server's fault, not the request's."""


def status_of(error: ForeviewError) -> int:
    """Return the status of the answer to what raised ``error``."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))
