"""One video: what was counted, what is forecast, and how right the forecasts were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from downloader.dashboard.access import page, wants_part
from downloader.dashboard.figures import fan, narrowing
from downloader.dashboard.levers import LeverForm, change_of
from downloader.dashboard.why import why_figure
from downloader.dashboard.words import clock
from downloader.models import VideoDownload
from downloader.services.access import Account
from downloader.services.story import Issued, Story, story_of
from downloader.templatetags.foreview import duration, is_known


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
        "form": LeverForm(initial=_levers(story.video)),
        "answer": None,
        "clock": clock(),
        "outcomes": story.outcomes,
        "issued": [_told(one, story) for one in reversed(story.issued)],
    }
    if "whole" in request.GET:
        shown["why"] = _why(account, key)
    return render(request, "foreview/video.html", shown)


@page()
def why(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return what leads to the forecast: its factors."""
    return render(request, "foreview/video_why.html", {"why": _why(account, key)})


@page()
def what_if(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Return how the forecast at publication would differ; what is asked stands in the address."""
    from downloader import selectors
    from downloader.services.planning import what_if_stored

    video = selectors.video_seen(account.channels, key)
    form = LeverForm(request.GET if "title" in request.GET else None, initial=_levers(video))
    shown: dict[str, Any] = {"video": video, "form": form, "answer": None, "clock": clock()}
    if form.is_bound and form.is_valid():
        change = change_of(form.cleaned_data, {"title": video.title, "duration": video.duration, "tags": video.tags})
        (shown["answer"],) = what_if_stored(account, key, [change])
    part = wants_part(request)
    return render(request, "foreview/what_if_answer.html" if part else "foreview/what_if.html", shown)


@page()
def forecast_again(request: HttpRequest, account: Account, key: int) -> HttpResponse:
    """Forecast the video now. Who had to sign in for it comes back without the form, and is led to the page that has it."""
    from downloader.services.asking import forecast_now

    if request.method != "POST":
        return redirect("foreview:video", key)
    forecast_now(account, [key])
    messages.success(request, "The video was forecast from what is known now.")
    return redirect("foreview:video", key)


def _why(account: Account, key: int) -> Any:
    from downloader.services.questions import explanation_of

    return why_figure(explanation_of(account, key))


def _levers(video: VideoDownload) -> dict[str, Any]:
    return {
        "title": video.title,
        "length": duration(video.duration) if video.duration is not None else "",
        "tags": ", ".join(video.tags or ()),
    }


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
