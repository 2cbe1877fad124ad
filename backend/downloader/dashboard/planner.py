"""The planner: a video that does not exist yet, and when to publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from downloader.dashboard.access import page, wants_part
from downloader.dashboard.levers import check_length, length_of, tags_of
from downloader.dashboard.words import clock
from downloader.services.access import Account
from foreview.vocabulary import WEEKDAY_NAMES, YEARS

FORMATS: Final = (("", "as its length says"), ("short", "short"), ("long", "long"))
SHOWN_TIMES: Final = 8


def check_year(moment: datetime) -> None:
    """Raise ValidationError where a time is of a year that is none."""
    if moment.year not in YEARS:
        raise ValidationError(f"A video is published between {YEARS[0]} and {YEARS[-1]}.")


class PlanForm(forms.Form):
    """What is known of a video before it is there."""

    channel = forms.ChoiceField(label="Channel")
    title = forms.CharField(label="Title", max_length=500)
    length = forms.CharField(label="Length, as minutes:seconds", required=False, validators=[check_length])
    format = forms.ChoiceField(label="Format", choices=FORMATS, required=False)
    tags = forms.CharField(label="Tags, with commas between", required=False, max_length=2_000)
    published_at = forms.DateTimeField(
        label="Publication",
        required=False,
        validators=[check_year],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    description = forms.CharField(label="Description", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, channels: list[str], *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101  (see above)
        channel.choices = [(name, name) for name in channels]


@page()
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Return the planner: what is asked stands in the address, so that a plan can be kept as a link."""
    from downloader import selectors

    channels = selectors.channels_listed(account.channels)
    form = PlanForm(channels, request.GET if "title" in request.GET else None)
    shown: dict[str, Any] = {"form": form, "channels": channels, "forecast": None, "clock": clock()}
    if form.is_bound and form.is_valid():
        shown["forecast"] = _forecast(account, form.cleaned_data)
    part = wants_part(request)
    return render(request, "foreview/planner_part.html" if part else "foreview/planner.html", shown)


@page()
def best_time(request: HttpRequest, account: Account, channel: str) -> HttpResponse:
    """Return when to publish, or that it makes no difference."""
    from downloader.services.questions import best_time_of

    found = best_time_of(account, channel)
    times = [(WEEKDAY_NAMES[one.weekday], one) for one in found.times[:SHOWN_TIMES]]
    told = {"channel": channel, "found": found, "times": times, "clock": clock()}
    return render(request, "foreview/best_time.html", told)


def _forecast(account: Account, said: dict[str, Any]) -> dict[str, Any]:
    from downloader.services.planning import forecast_planned
    from foreview.forecasting.planning import Plan

    plan = Plan(
        title=said["title"],
        channel_id=said["channel"],
        published_at=_moment(said["published_at"]),
        duration_s=length_of(said),
        format=said["format"] or None,
        tags=tags_of(said) or None,
        description=said["description"] or None,
    )
    (told,) = forecast_planned(account, [plan])
    return told


def _moment(given: datetime | None) -> datetime:
    """Return the time of publication: what was typed is on the clock of the source."""
    from downloader.gateways.catalogue import source_clock

    if given is None:
        return timezone.now()
    return given.replace(tzinfo=ZoneInfo(source_clock().timezone))
