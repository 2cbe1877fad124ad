"""Panels as SVG: everything in its place."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from foreview.plots.dots import GAP, LANE, draw_dots
from foreview.plots.lines import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw_lines
from foreview.plots.svg import LOOKS, element, marker, words
from tests.core.plots.drawn import DOTS, LINES


def drawn(svg: str, name: str, look: str):
    """The elements of a name and class."""
    found = ET.fromstring(svg).iter(name)
    return [part for part in found if look in part.get("class", "").split()]


def test_a_line_runs_through_its_points():
    forecast, typical = drawn(draw_lines(LINES, "p"), "polyline", "line")
    assert forecast.get("points") == f"{LEFT},{TOP} {WIDTH - RIGHT},{HEIGHT - BOTTOM}"
    assert typical.get("points") == f"{WIDTH - RIGHT},{(TOP + HEIGHT - BOTTOM) / 2:g}"


def test_a_band_goes_along_its_upper_ends_and_back_along_its_lower_ones():
    [band] = drawn(draw_lines(LINES, "p"), "polygon", "band")
    half, right, bottom = (TOP + HEIGHT - BOTTOM) / 2, WIDTH - RIGHT, HEIGHT - BOTTOM
    assert band.get("points") == f"{LEFT},{half:g} {right},{TOP} {right},{half:g} {LEFT},{bottom}"


def test_only_points_with_ends_have_a_whisker():
    [whisker] = drawn(draw_lines(LINES, "p"), "line", "whisker")
    assert (float(whisker.get("y1")), float(whisker.get("y2"))) == (HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2)


def test_names_of_ticks_that_would_overlap_are_left_out():
    said = [part.text for part in ET.fromstring(draw_lines(LINES, "p")).iter("text")]
    assert said == ["0", "2", "0", "10", "age <d>", "error"]


def test_a_picture_says_what_it_is_to_those_who_do_not_see_it():
    picture = ET.fromstring(draw_lines(LINES, "p"))
    assert picture.get("role") == "img"
    labels = {part.get("id"): part.text for part in picture if part.tag in {"title", "desc"}}
    assert labels == {picture.get("aria-labelledby"): "all", picture.get("aria-describedby"): "Errors & more"}


def test_each_mark_says_its_series_and_value():
    picture = ET.fromstring(draw_lines(LINES, "p"))
    said = [mark.findtext("title") for mark in picture.iter() if "mark" in mark.get("class", "")]
    assert said == ["forecast: two", "forecast: none", "<typical>: one"]


def test_dots_of_a_row_lie_below_each_other_and_rows_do_not_touch():
    whiskers = drawn(draw_dots(DOTS, "p"), "line", "whisker")
    lanes = [float(whisker.get("y1")) for whisker in whiskers]
    assert [second - first for first, second in pairwise(lanes)] == [LANE + GAP, LANE]


def test_an_interval_beyond_the_axis_is_cut_at_its_end():
    first, *_ = drawn(draw_dots(DOTS, "p"), "line", "whisker")
    assert float(first.get("x2")) == WIDTH - RIGHT


def test_a_reference_stands_at_its_value():
    [reference] = drawn(draw_dots(DOTS, "p"), "line", "reference")
    [dot, _] = drawn(draw_dots(DOTS, "p"), "polygon", "look1")
    corners = [float(corner.split(",")[0]) for corner in dot.get("points").split()]
    assert float(reference.get("x1")) == pytest.approx(sum(corners) / 4)


def test_series_differ_in_shape_and_not_in_colour_alone():
    shapes = {marker(0, 0, look).replace(f"look{look}", "") for look in range(LOOKS)}
    assert len(shapes) == LOOKS


def test_six_colours_make_36_marks():
    assert len({marker(0, 0, look) for look in range(LOOKS**2)}) == LOOKS**2


def test_markup_in_texts_and_attributes_is_escaped():
    assert element("text", words("<b> & co"), name_='"quoted" <') == (
        "<text name='\"quoted\" &lt;'>&lt;b&gt; &amp; co</text>"
    )
