"""One video: what was counted, what is forecast, and how right the forecasts were."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from downloader.dashboard.access import page
from downloader.dashboard.figures import fan, narrowing
from downloader.services.access import Account
from downloader.services.story import Issued, Story, story_of
from downloader.templatetags.foreview import is_known


@page()
def show(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return the page of a video."""
    story = story_of(account, key)
    shown: dict[str, Any] = {
        "video": story.video,
        "forecast": story.forecast,
        "headline": _headline(story),
        "known": story.forecast is not None and is_known(story.forecast.by_target["views_30d"]),
        "fan": fan(story),
        "narrowing": narrowing(story),
        "similar": story.similar,
        "outcomes": story.outcomes,
        "issued": [_told(one, story) for one in reversed(story.issued)],
    }
    return render(request, "foreview/video.html", shown)


def _headline(story: Story) -> dict[str, Any] | None:
    """Return the forecast that stands, by target, and what it says in words."""
    forecast = story.forecast
    if forecast is None:
        return None
    why = {"why": forecast.why("views_30d"), "class": forecast.likely_class()}
    return {**forecast.by_target, **why}


def _told(issued: Issued, story: Story) -> dict[str, Any]:
    """Return a forecast of the ledger beside what happened."""
    day, came_to = issued.by_target["views_30d"], story.outcomes.get("views_30d")
    inside = None if came_to is None else day["p10"] <= came_to <= day["p90"]
    return {"issued": issued, "views": day, "came_to": came_to, "inside": inside}
