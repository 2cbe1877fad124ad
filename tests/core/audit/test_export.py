from __future__ import annotations

import pytest

from foreview.audit.auditor import Finding, audit
from foreview.simulation.leaks import Planted, with_clean_columns, with_planted_leak
from foreview.simulation.world import World, simulate


@pytest.fixture(scope="module")
def world() -> World:
    return with_clean_columns(simulate(channels=6, videos=600, seed=8), seed=8)


def finding(planted: Planted) -> Finding:
    return {one.column: one for one in audit(planted.world.catalogue)}[planted.column]


def test_followers_that_never_change_were_read_once(world: World):
    found = finding(with_planted_leak(world, "followers at export", seed=8))
    assert (found.verdict, found.method) == ("leak", "was read once")
    assert found.numbers["still"] == found.numbers["channel_formats"] == 12


def test_followers_that_grow_are_honest(world: World):
    assert finding(Planted(world, "channel_followers")).verdict == "clean"


def test_the_day_of_the_last_comment_ages_with_the_export(world: World):
    found = finding(with_planted_leak(world, "day of the last comment", seed=8))
    assert (found.verdict, found.method) == ("leak", "ages with the export")
    assert float(found.numbers["f"]) > 1.5 * max(float(found.numbers["largest_f_at_other_days"]), 1.0)


@pytest.mark.parametrize("column", ["equipment", "thumbnail_score", "history"])
def test_what_changes_with_the_calendar_is_honest(world: World, column: str):
    assert finding(Planted(world, column)).verdict == "clean"
