from __future__ import annotations

import pytest

from foreview.audit.auditor import Finding, audit
from foreview.simulation.leaks import Planted, with_clean_columns, with_planted_leak
from foreview.simulation.world import World, simulate

pytestmark = pytest.mark.xdist_group("export")  # what its tests share takes long to make


@pytest.fixture(scope="module")
def world() -> World:
    return with_clean_columns(simulate(channels=6, videos=600, seed=8), seed=8)


@pytest.fixture(scope="module")
def verdicts(world: World) -> dict[str, str]:
    """What is said of each honest column."""
    return {one.column: one.verdict for one in audit(world.catalogue)}


def finding(planted: Planted) -> Finding:
    return {one.column: one for one in audit(planted.world.catalogue)}[planted.column]


def test_followers_that_never_change_were_read_once(world: World):
    found = finding(with_planted_leak(world, "followers at export", seed=8))
    assert (found.verdict, found.method) == ("leak", "was read once")
    assert found.numbers["still"] == found.numbers["channel_formats"] == 12


def test_followers_that_grow_are_honest(verdicts: dict[str, str]):
    assert verdicts["channel_followers"] == "clean"


def test_the_day_of_the_last_comment_ages_with_the_export(world: World):
    found = finding(with_planted_leak(world, "day of the last comment", seed=8))
    assert (found.verdict, found.method) == ("leak", "ages with the export")
    assert float(found.numbers["f"]) > 1.5 * max(float(found.numbers["largest_f_at_other_days"]), 1.0)


@pytest.mark.parametrize("column", ["equipment", "thumbnail_score", "history"])
def test_what_changes_with_the_calendar_is_honest(verdicts: dict[str, str], column: str):
    assert verdicts[column] == "clean"
