"""A release looked at on videos it has never seen: only those, kept whole beside the releases, and drawn."""

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import pytest

from downloader.dashboard.figures_releases import since_then
from downloader.gateways.importing import import_catalogue
from downloader.services.examining import examination_of, examinations_folder, examine
from downloader.services.jobs.stopped import LeaseLost
from foreview.errors import NotEnoughHistory
from foreview.releases.strict import to_json
from foreview.simulation.world import DEFAULT_END
from tests.backend.published import published

pytestmark = pytest.mark.django_db
CUTOFF = DEFAULT_END - timedelta(days=60)


def refuse() -> None:
    raise LeaseLost(7)


def test_a_release_is_examined_on_the_videos_published_since_and_what_was_found_is_kept(world):
    import_catalogue(world.catalogue)
    release = published(1, as_of=CUTOFF)
    found = examine(release.version, as_of=DEFAULT_END)
    since = (CUTOFF + timedelta(days=1)).date()
    later = world.catalogue.videos.filter(pl.col("published_at").dt.date() >= since)
    week_old = later.filter(pl.col("published_at") < DEFAULT_END - timedelta(days=9))
    assert found.since == since.isoformat()
    assert week_old.height <= found.videos <= later.height
    assert {score.target for score in found.scores} == {"views_7d", "views_30d", "engagement_rate", "revenue_30d"}
    assert set(found.worth) == {"views_7d", "views_30d"}
    kept = examination_of(release.version)
    assert kept is not None
    # As text, for a score that does not exist is nan, which equals nothing.
    assert json.dumps(to_json(kept), sort_keys=True) == json.dumps(to_json(found), sort_keys=True)
    drawn = [name for name, _ in since_then(kept, "views_7d")]
    assert drawn[:3] == ["since-error", "since-coverage", "since-quantiles"]
    assert drawn[-1] == "worth"
    assert [name for name, _ in since_then(kept, "revenue_30d")][-1] != "worth"
    with pytest.raises(LeaseLost, match=r"."):
        examine(release.version, as_of=DEFAULT_END, confirm=refuse)
    again = examination_of(release.version)
    assert again is not None
    assert again.examined_at == found.examined_at


def test_before_anything_was_published_since_there_is_nothing_to_examine(world):
    import_catalogue(world.catalogue)
    release = published(1, as_of=DEFAULT_END)
    with pytest.raises(NotEnoughHistory, match="there is a video to test on"):
        examine(release.version, as_of=DEFAULT_END)
    assert examination_of(release.version) is None
    assert not examinations_folder().exists()


def test_an_examination_of_another_version_of_the_program_is_not_shown():
    release = published(1)
    examinations_folder().mkdir(parents=True)
    for text in ("{", "{}", '{"model_version": 1}'):
        (examinations_folder() / f"{release.version}.json").write_text(text)
        assert examination_of(release.version) is None
