"""The page: one file, well-formed, that fetches nothing."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from foreview.plots.figure import Figure, Table, panels_json
from foreview.plots.page import Section, page
from tests.core.plots.drawn import DOTS, LINES

TABLE = Table(["format", "age d", "<typical>"], [["all", "7", "0.5 & more"]], 2)
PAGE = page(
    "A <title> & more",
    ["mind <this>"],
    [
        Section("first", ["said"], TABLE),
        Section("second", figures=[Figure("Errors", "lower is better", [LINES, DOTS], TABLE)]),
    ],
)


def tree():
    return ET.fromstring(PAGE)


def test_the_page_is_well_formed_and_says_its_language():
    assert PAGE.startswith("<!DOCTYPE html>\n")
    assert tree().tag == "html"
    assert tree().get("lang") == "en"


def test_nothing_is_fetched_and_no_script_runs():
    assert not re.search(r"https?:|//|url\(|@import|<script|javascript", PAGE)
    assert not any(name in {"src", "srcset"} or name.startswith("on") for part in tree().iter() for name in part.attrib)
    assert {part.get("href")[0] for part in tree().iter("a")} == {"#"}
    assert "default-src 'none'" in PAGE


def test_all_texts_come_out_as_they_went_in():
    assert tree().find("head/title").text == "A <title> & more"
    assert tree().find("body/main/div/p").text == "mind <this>"
    assert [part.text for part in tree().iter("td")] == ["0.5 & more", "0.5 & more"]


def test_links_lead_to_the_sections():
    places = {part.get("id") for part in tree().iter("section")}
    assert {part.get("href").removeprefix("#") for part in tree().iter("a")} == places == {"part0", "part1"}


def test_every_id_is_there_once():
    ids = [part.get("id") for part in tree().iter() if part.get("id")]
    assert len(ids) == len(set(ids))


def test_a_figure_has_a_picture_a_panel_a_legend_and_a_table():
    figure = tree().find(".//figure")
    assert len(figure.findall("div/div/svg")) == 2
    names = ["".join(entry.itertext()) for entry in figure.find("ul")]
    assert names == ["forecast", "<typical>", "÷ typical", "÷ Pinto ML"]
    assert [part.text for part in figure.find("details").iter("th")] == ["format", "age d", "<typical>", "all", "7"]


def test_row_names_are_headers_of_their_rows():
    row = tree().find(".//tbody/tr")
    assert [(part.tag, part.get("scope")) for part in row] == [("th", "row"), ("th", "row"), ("td", None)]


def test_dark_pages_and_narrow_screens_are_thought_of():
    assert "prefers-color-scheme: dark" in PAGE
    assert 'content="width=device-width, initial-scale=1"' in PAGE


def test_panels_as_json_hold_every_value_and_close_no_script():
    said = panels_json(Figure("Errors", "lower is better", [LINES, DOTS], TABLE))
    assert "<" not in said
    lines, dots = json.loads(said)
    assert [series["name"] for series in lines["series"]] == ["forecast", "<typical>"]
    assert [point["y"] for point in lines["series"][0]["points"]] == [point.y for point in LINES.series[0].points]
    assert [row["name"] for row in dots["rows"]] == [row.name for row in DOTS.rows]
