"""How unusual the videos are, judged for all of them together and kept for the pages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from downloader import selectors
from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.standings import save_standings
from downloader.services.clock import issue_time
from downloader.services.confirming import Confirm, unasked
from foreview.forecasting.outlier import standings
from foreview.options import Progress, silent


def judge_videos(
    *, as_of: datetime | None = None, progress: Progress = silent, confirm: Confirm = unasked
) -> dict[str, int]:
    """Say of the usable videos how unusual they are beside typical and chance, and return how many were judged and are outside.

    Those of the last weeks are judged again each time, older ones where they were counted at another day since. What was known at
    ``as_of`` (default: now) is all that is used. The same queries, however many videos; ``confirm`` is called last in the
    transaction, and where it raises, the old standings stand.
    """
    t = issue_time(as_of)
    progress("judging", 0, 2)
    found = standings(training_catalogue(t), t, selectors.ages_judged())
    progress("judging", 1, 2)
    with transaction.atomic():
        save_standings(found, t)
        confirm()
    progress("judging", 2, 2)
    return {"judged": len(found), "outside": sum(one.is_outside for one in found)}
