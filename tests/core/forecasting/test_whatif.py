"""What-if: how a forecast would differ, held against the effects that the simulated world really has, and when there is no answer."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.forecasting.planning import Plan, with_plans
from foreview.forecasting.whatif import ASSOCIATION, Change, what_if
from foreview.learners.association import Associations
from foreview.releases.models import decode_model, encode_model, models_of
from foreview.simulation.content import EFFECTS
from tests.core.forecasting.asked import CUTOFF, linear_release, sealed


@pytest.fixture(scope="module")
def later(asked_world):
    """Videos that the release has not seen."""
    return asked_world.catalogue.videos.filter(pl.col("published_at") > CUTOFF)


def asked(catalogue, release, video_id, **change) -> Any:
    return what_if(catalogue, release, video_id, [Change(**change)])[0]


def questions(later: pl.DataFrame, asks: bool, count: int = 25) -> list[dict[str, Any]]:
    ends = pl.col("title").str.ends_with("?")
    return later.filter(ends if asks else ~ends).head(count).to_dicts()


def test_without_a_change_the_ratio_is_exactly_1(asked_world, asked_release, later):
    row = later.row(3, named=True)
    unchanged = {"title": row["title"], "tags": tuple(row["tags"]), "duration_s": row["duration_s"]}
    for change in (Change(), Change(**unchanged)):
        (found,) = what_if(asked_world.catalogue, asked_release, row["video_id"], [change])
        assert (found.answer, found.ratio, found.low, found.high) == ("no change", 1.0, 1.0, 1.0)


def test_the_interval_holds_the_true_effect_of_a_question(asked_world, asked_release, later):
    found = [
        asked(asked_world.catalogue, asked_release, row["video_id"], title=row["title"] + "?")
        for row in questions(later, asks=False)
    ]
    known = [one for one in found if one.ratio is not None]
    assert len(known) >= 20
    true = exp(EFFECTS["question"])
    assert np.mean([one.low <= true <= one.high for one in known]) >= 0.8
    assert {one.answer for one in known} == {"difference"}
    assert abs(log(np.median([one.ratio for one in known])) - EFFECTS["question"]) < 0.1


def test_a_change_and_the_change_back_cancel(asked_world, asked_release, later):
    (row,) = questions(later, asks=False, count=1)
    there = asked(asked_world.catalogue, asked_release, row["video_id"], title=row["title"] + "?")
    videos = asked_world.catalogue.videos.with_columns(
        title=pl.when(video_id=row["video_id"]).then(pl.lit(row["title"] + "?")).otherwise("title")
    )
    back = asked(replace(asked_world.catalogue, videos=videos), asked_release, row["video_id"], title=row["title"])
    assert there.ratio * back.ratio == pytest.approx(1.0, abs=1e-6)
    assert there.low * back.high == pytest.approx(1.0, abs=1e-6)


def test_where_nothing_that_is_said_matters_next_to_nothing_is_answered(asked_world):
    """Titles, descriptions and tags of other videos: any difference that is told is a false one."""
    videos, rng = asked_world.catalogue.videos, np.random.default_rng(1)
    texts = videos.select("title", "description", "tags")[rng.permutation(videos.height)]
    catalogue = replace(asked_world.catalogue, videos=videos.with_columns(texts))
    release = linear_release(catalogue, CUTOFF)
    later = catalogue.videos.filter(pl.col("published_at") > CUTOFF)
    found = [
        one
        for row in questions(later, asks=False, count=15)
        for one in what_if(
            catalogue,
            release,
            row["video_id"],
            [Change(title=row["title"] + "?"), Change(tags=("a", "b", "c", "d")), Change(description="Nothing.")],
        )
    ]
    assert np.mean([one.answer == "difference" for one in found]) <= 0.05


def test_what_was_never_seen_is_not_answered(asked_world, asked_release, later):
    row = later.filter(format="short").row(0, named=True)
    found = asked(asked_world.catalogue, asked_release, row["video_id"], duration_s=5000.0)
    assert (found.answer, found.ratio, found.low, found.high) == ("outside", None, None, None)
    assert "duration_s would be 5e+03; short videos were learnt from between 12 and 59" in found.because
    shouted = asked(asked_world.catalogue, asked_release, row["video_id"], title="WORDS " * 40)
    assert shouted.answer == "outside"


def test_a_lever_that_has_not_held_is_not_answered(asked_world, asked_release, later):
    row = later.filter(format="long").row(0, named=True)
    found = asked(asked_world.catalogue, asked_release, row["video_id"], duration_s=row["duration_s"] + 60)
    model: Any = models_of(asked_release)["views"]
    held = model.associations.held["duration"]
    assert held.slope - 1.96 * held.error < 0
    assert (found.answer, found.ratio) == ("not held", None)
    assert f"a share of {held.slope:.2f} held" in found.because


def test_without_skill_or_without_what_was_kept_there_is_no_answer(asked_world, asked_release, later):
    model = models_of(asked_release)["views"]
    format_ = later["format"][0]
    unskilled = replace(model.location, unskilled=frozenset({f"views_30d/{format_}/0"}))
    for changes, answer in (({"location": unskilled}, "no skill"), ({"associations": None}, "not held")):
        release = sealed(replace(model, **changes), CUTOFF)
        found = asked(asked_world.catalogue, release, later["video_id"][0], title="Space history?")
        assert (found.answer, found.ratio, found.says) == (answer, None, ASSOCIATION)


def test_nothing_that_came_after_publication_is_in_the_answer(asked_world, asked_release, later):
    row = later.row(0, named=True)
    known = asked_world.catalogue.as_of(row["published_at"])
    change = {"title": row["title"] + "?", "hour": 18, "weekday": 5}
    found = [asked(of, asked_release, row["video_id"], **change) for of in (asked_world.catalogue, known)]
    assert found[0] == found[1]


def test_hour_and_weekday_are_those_of_the_sources_clock(asked_world, asked_release, later):
    local = pl.col("published_at").dt.convert_time_zone(asked_world.catalogue.clock.timezone)
    row = later.with_columns(hour=local.dt.hour(), weekday=local.dt.weekday() - 1).row(5, named=True)
    same = asked(asked_world.catalogue, asked_release, row["video_id"], hour=row["hour"], weekday=row["weekday"])
    assert same.answer == "no change"
    other = asked(asked_world.catalogue, asked_release, row["video_id"], hour=(row["hour"] + 3) % 24)
    assert other.answer in ("not held", "outside")


def test_a_video_that_does_not_exist_is_asked_about_like_one_that_does(asked_world, asked_release, later):
    row = later.filter(pl.col("title").str.ends_with("?").not_()).row(2, named=True)
    own = asked_world.catalogue.as_of(row["published_at"])
    others = replace(own, videos=own.videos.filter(pl.col("video_id") != row["video_id"]))
    facts = {name: row[name] for name in Plan.__dataclass_fields__}
    planned, _ = with_plans(others, [Plan(**{**facts, "tags": tuple(row["tags"])})])
    title = row["title"] + "?"
    # Whether there is a transcript a plan does not say.
    there = asked(own, asked_release, row["video_id"], title=title)
    plan = asked(planned, asked_release, "plan 1", title=title)
    assert (plan.answer, plan.ratio) == (there.answer, pytest.approx(there.ratio, rel=1e-9))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hour": 24}, "an hour is 0 to 23"),
        ({"weekday": -1}, "a weekday 0"),
        ({"duration_s": float("nan")}, "a length is a number of seconds"),
    ],
)
def test_what_cannot_be_is_refused(asked_world, asked_release, later, change, message):
    with pytest.raises(UsageError, match=message):
        asked(asked_world.catalogue, asked_release, later["video_id"][0], **change)


def test_associations_are_read_as_they_were_written(asked_release):
    model = models_of(asked_release)["views"]
    kept = model.associations
    assert isinstance(kept, Associations)
    assert decode_model(encode_model(model)).associations == kept
    assert kept.held["title"].videos >= 400
