"""How values are spelt on pages, and how a figure is put there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from foreview.plots.figure import Figure, figure_parts, panels_json
from foreview.plots.svg import element, points

register = template.Library()
UNKNOWN: Final = "–"


@register.filter
def count(value: float | None) -> str:
    """Return a count: three digits that matter from ten thousand on.

    Examples
    --------
    >>> count(999.6), count(12_345), count(1_234_567), count(None)
    ('1,000', '12.3k', '1.23M', '–')

    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) < 9_999.5:
        return f"{value:,.0f}"
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{value / size:.3g}{name}" if abs(value) < 999.5 * size else f"{value / size:,.0f}{name}"
    return f"{value:,.0f}"


@register.filter
def percent(value: float | None) -> str:
    """Return a share that was counted, as whole percent.

    Examples
    --------
    >>> percent(0.256), percent(1.0), percent(None)
    ('26 %', '100 %', '–')

    """
    return UNKNOWN if value is None else f"{value:.0%}".replace("%", " %")


@register.filter
def chance(value: float | None) -> str:
    """Return a probability: nothing that is forecast is certain.

    Examples
    --------
    >>> chance(0.256), chance(1.0), chance(0.004), chance(None)
    ('26 %', '> 99 %', '< 1 %', '–')

    """
    if value is None:
        return UNKNOWN
    if value < 0.01:
        return "< 1 %"
    return "> 99 %" if value > 0.99 else percent(value)


@register.filter
def rate(value: float | None) -> str:
    """Return percent that are percent already.

    Examples
    --------
    >>> rate(4.256), rate(None)
    ('4.3 %', '–')

    """
    return UNKNOWN if value is None else f"{value:.1f} %"


@register.filter
def dollars(value: float | None) -> str:
    """Return US dollars.

    Examples
    --------
    >>> dollars(0), dollars(12.345), dollars(12_345.6), dollars(None)
    ('$0.00', '$12.35', '$12,346', '–')

    """
    if value is None:
        return UNKNOWN
    return f"${value:,.0f}" if abs(value) >= 1_000 else f"${value:,.2f}"


@register.filter
def amount(value: float | None, target: str) -> str:
    """Return a value of a target in its unit.

    Examples
    --------
    >>> amount(12_345, "views_30d"), amount(4.256, "engagement_rate"), amount(12.345, "revenue_30d")
    ('12.3k', '4.3 %', '$12.35')

    """
    named = {"engagement_rate": rate, "revenue_30d": dollars}
    return named.get(target, count)(value)


@register.filter
def smaller(share: float | None) -> str:
    """Return by how much something is smaller; larger where it is.

    Examples
    --------
    >>> smaller(0.123), smaller(-0.04), smaller(0.001), smaller(None)
    ('12 % smaller', '4 % larger', 'the same', '–')

    """
    if share is None:
        return UNKNOWN
    if abs(share) < 0.005:
        return "the same"
    return f"{abs(share):.0%} {'smaller' if share > 0 else 'larger'}".replace("%", " %")


@register.filter
def times(value: float | None) -> str:
    """Return a factor.

    Examples
    --------
    >>> times(1.1234), times(None)
    ('× 1.12', '–')

    """
    return UNKNOWN if value is None else f"× {value:.2f}"


@register.filter
def duration(seconds: float | None) -> str:
    """Return a duration.

    Examples
    --------
    >>> duration(45), duration(3_725.4), duration(None)
    ('0:45', '1:02:05', '–')

    """
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def age(published_at: datetime | None) -> str:
    """Return how long ago something was published; what lies ahead says so."""
    if published_at is None:
        return "not published"
    passed = timezone.now() - published_at
    if passed < timedelta(0):
        return f"in {_span(-passed)}"
    return _span(passed)


@register.filter
def publication(published_at: datetime | None) -> str:
    """Return how old something is and when it was published, or when it will be."""
    if published_at is None:
        return "not published yet"
    said = f"{published_at:%-d %B %Y, %H:%M} UTC"
    passed = timezone.now() - published_at
    return (
        f"{_span(passed)} old, published {said}"
        if passed >= timedelta(0)
        else f"to be published in {_span(-passed)}, {said}"
    )


def _span(passed: timedelta) -> str:
    days = passed / timedelta(days=1)
    if days < 1:
        return f"{passed.total_seconds() / 3600:.0f} h"
    if days < 10:
        return f"{days:.1f} d"
    return f"{days:.0f} d" if days < 100 else f"{days / 365.25:.1f} y"


@register.simple_tag
def between(forecast: Mapping[str, Any], spelt: str) -> str:
    """Return the 80 % interval of a forecast of one target, spelt by one of the filters above.

    Examples
    --------
    >>> between({"p2_5": 1.0, "p10": 97.2, "p90": 2_662.0, "p97_5": 9_000.0}, "count")
    '80 %: 97 to 2,662'
    >>> between({"p2_5": 20.0, "p10": 20.0, "p90": 20.0, "p97_5": 20.0}, "count")
    'known'

    """
    low, high, spell = forecast["p10"], forecast["p90"], register.filters[spelt]
    if low is None:
        return "not known"
    return "known" if is_known(forecast) else f"80 %: {spell(low)} to {spell(high)}"


@register.simple_tag
def beats(forecast: Mapping[str, Any]) -> str:
    """Return the probability that a video beats typical, or, where its outcome is known, whether it did.

    Examples
    --------
    >>> beats({"p2_5": 1.0, "p97_5": 9_000.0, "p_beats_typical": 0.25})
    '25 %'
    >>> beats({"p2_5": 20.0, "p97_5": 20.0, "p_beats_typical": 1.0})
    'it did'

    """
    probability = forecast["p_beats_typical"]
    if probability is None:
        return UNKNOWN
    if is_known(forecast):
        return "it did" if probability > 0.5 else "it did not"
    return chance(probability)


def is_known(forecast: Mapping[str, Any]) -> bool:
    """Return whether nothing is left to forecast: all quantiles are one value."""
    return forecast["p2_5"] is not None and forecast["p2_5"] == forecast["p97_5"]


@register.simple_tag
def figure(name: str, drawn: Figure[Any]) -> SafeString:
    """Return a figure; ``name`` is unlike that of any other figure on the page."""
    data = element("script", panels_json(drawn), type="application/json")
    return mark_safe(element("figure", *figure_parts(name, drawn), data, data_figure=""))  # noqa: S308  (its texts are escaped in foreview.plots)


@register.simple_tag
def spark(values: list[float]) -> SafeString:
    """Return a line of the last values, without words: the table beside it says them."""
    if len(values) < 2:
        return SafeString("")
    top = max(*values, 1)
    places = [(100 * at / (len(values) - 1), 22 - 20 * value / top) for at, value in enumerate(values)]
    line = element("polyline", points=points(places))
    drawn = element("svg", line, class_="spark", viewBox="0 0 100 24", preserveAspectRatio="none", aria_hidden="true")
    return mark_safe(drawn)  # noqa: S308  (numbers alone)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], scope: str) -> bool:
    """Return whether who looks at the page has this scope."""
    account = getattr(context["request"], "foreview_account", None)
    return account is not None and scope in account.scopes


@register.simple_tag(takes_context=True)
def sees_all(context: dict[str, Any]) -> bool:
    """Return whether who looks at the page sees every channel, as a superuser does."""
    account = getattr(context["request"], "foreview_account", None)
    return account is not None and account.channels is None


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], area: str) -> SafeString:
    """Return what marks the area in the navigation that the page belongs to."""
    match = context["request"].resolver_match
    inside = match is not None and match.view_name.split(":")[-1].split("-")[0] in area.split()
    return mark_safe('aria-current="page"') if inside else SafeString("")


@register.simple_tag(takes_context=True)
def page_is(context: dict[str, Any], names: str) -> SafeString:
    """Return what marks a link of an area's own navigation that leads to this very page."""
    match = context["request"].resolver_match
    inside = match is not None and match.view_name.split(":")[-1] in names.split()
    return mark_safe('aria-current="page"') if inside else SafeString("")
