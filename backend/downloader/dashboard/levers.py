"""What can be changed of a video in a what-if, as it is typed."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from foreview.vocabulary import WEEKDAY_NAMES

WEEKDAYS: Final = (("", "as it is"), *((str(number), name) for number, name in enumerate(WEEKDAY_NAMES)))
HOURS: Final = (("", "as it is"), *((str(hour), f"{hour:02}:00") for hour in range(24)))


def minutes_and_seconds(said: str) -> float:
    """Return a length in seconds of ``minutes:seconds`` or ``hours:minutes:seconds``.

    Examples
    --------
    >>> minutes_and_seconds("4:05"), minutes_and_seconds("1:00:00"), minutes_and_seconds("45")
    (245.0, 3600.0, 45.0)

    Raises
    ------
    ValidationError
        If it is written otherwise.

    """
    parts = said.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts):
        raise ValidationError("A length is written as minutes:seconds, such as 4:05.")
    seconds = 0
    for part in parts:
        seconds = 60 * seconds + int(part)
    return float(seconds)


def check_length(said: str) -> None:
    """Raise ValidationError where a length is not written so."""
    minutes_and_seconds(said)


def length_of(said: dict[str, Any]) -> float | None:
    """Return the length that a form holds [s]; None where none was typed."""
    return minutes_and_seconds(said["length"]) if said["length"] else None


def tags_of(said: dict[str, Any]) -> tuple[str, ...]:
    """Return the tags that a form holds, typed with commas between them."""
    return tuple(tag.strip() for tag in said["tags"].split(",") if tag.strip())


class LeverForm(forms.Form):
    """Changes to a video; what is left as it is changes nothing."""

    title = forms.CharField(label="Title", required=False, max_length=500)
    length = forms.CharField(label="Length", required=False, validators=[check_length])
    tags = forms.CharField(label="Tags, with commas between", required=False, max_length=2_000)
    weekday = forms.ChoiceField(label="Weekday", choices=WEEKDAYS, required=False)
    hour = forms.ChoiceField(label="Hour", choices=HOURS, required=False)


def change_of(said: dict[str, Any], now: dict[str, Any]) -> Any:
    """Return the change that was typed; ``now`` are the video's own values, which are none."""
    from foreview.forecasting.whatif import Change

    tags, seconds = tags_of(said), length_of(said)
    return Change(
        title=said["title"] if said["title"] and said["title"] != now["title"] else None,
        duration_s=seconds if seconds is not None and seconds != now["duration"] else None,
        tags=tags if tags != tuple(now["tags"] or ()) else None,
        weekday=int(said["weekday"]) if said["weekday"] else None,
        hour=int(said["hour"]) if said["hour"] else None,
    )
