from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest

from foreview.releases.loading import read_release
from foreview.releases.manifest import KindState, seal
from foreview.releases.store import publish_to
from foreview.tables.schema import DeclaredColumn
from tests.core.releases.examples import MODELS, draft, release


def test_the_version_is_the_day_of_the_cutoff_and_a_hash():
    assert release().manifest.model_version.startswith("2026-05-01-")
    assert len(release().manifest.model_version) == len("2026-05-01-") + 12


def test_the_same_content_has_the_same_version_whenever_it_was_made_and_however_it_scored():
    later = release(created_at=datetime(2027, 1, 1, tzinfo=UTC), notes=(), scores={}, parent="2026-04-01-0123456789ab")
    assert later.manifest.model_version == release().manifest.model_version
    assert later.manifest.files == release().manifest.files


def test_other_models_options_states_or_cutoff_make_another_version():
    typical = {**draft().kinds, "views": KindState("typical", "")}
    versions = {
        release().manifest.model_version,
        seal(draft(), {**MODELS, "revenue": {"weights.json": b"[]"}}).manifest.model_version,
        release(options={"seed": 8, "embargo": "full"}).manifest.model_version,
        release(kinds=typical).manifest.model_version,
        release(as_of=draft().as_of + timedelta(seconds=1)).manifest.model_version,
        release(declared=()).manifest.model_version,
    }
    assert len(versions) == 6


def test_the_time_zone_a_cutoff_is_written_in_does_not_matter():
    elsewhere = draft().as_of.astimezone(timezone(timedelta(hours=-7)))
    assert release(as_of=elsewhere) == release()


def test_seed_and_embargo_are_read_off_the_options():
    assert (release().manifest.seed, release().manifest.embargo) == (7, "full")


@pytest.mark.parametrize(
    "options", [{}, {"seed": 1}, {"seed": True, "embargo": "full"}, {"seed": 1, "embargo": "half"}]
)
def test_options_without_a_seed_or_embargo_are_refused(options):
    with pytest.raises(ValueError, match="seed and embargo"):
        release(options=options)


def test_what_json_cannot_say_is_refused_before_it_is_published():
    with pytest.raises(ValueError, match="not JSON compliant"):
        release(scores={"views_7d": float("nan")})


def test_a_kind_without_models_is_refused():
    with pytest.raises(ValueError, match="views, engagement, revenue"):
        seal(draft(), {"views": {}, "engagement": {}})


@pytest.mark.parametrize("name", ["../weights.json", "/weights.json", "a/b", "", ".hidden", "UPPER", "a..b", "a\n"])
def test_a_part_with_the_name_of_a_path_is_refused(name):
    with pytest.raises(ValueError, match="named like"):
        seal(draft(), {**MODELS, "revenue": {name: b""}})


def test_a_manifest_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        release().manifest.parent = "x"  # type: ignore[misc]  # that it cannot is the point


def test_a_number_spelt_whole_reads_as_the_version_it_was_sealed_with(tmp_path):
    whole = release(declared=(DeclaredColumn("mood", "", "category", 0),))
    assert (
        whole.manifest.model_version
        == release(declared=(DeclaredColumn("mood", "", "category", 0.0),)).manifest.model_version
    )
    assert read_release(publish_to(tmp_path, whole)) == whole
