"""Releases in the database: what is known of them, and that it never changes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from downloader.models import Release, VideoDownload
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.registry import adopt_releases, publish, set_state
from downloader.services.serving import release_of, serving_at, serving_release
from foreview.errors import ReleaseError, UsageError
from foreview.releases.loading import read_manifest
from foreview.releases.prior import prior_release
from foreview.releases.store import list_releases, publish_to
from tests.backend.published import cheap, promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
PRIOR = prior_release().manifest.model_version


def serving() -> str:
    return serving_at(timezone.now())


def test_what_was_published_is_a_candidate_with_what_its_manifest_says(releases):
    row = published(1)
    manifest = read_manifest(releases / row.version)
    assert (row.state, row.by, row.reason) == ("candidate", "a test", "to be looked at")
    assert (row.as_of, row.trained_at) == (manifest.as_of, manifest.created_at)
    assert row.files == {name: {"sha256": f.sha256, "bytes": f.bytes} for name, f in manifest.files.items()}
    assert row.kinds["views"]["state"] == "prior"
    assert f'"seal": "{row.seal}"' in (releases / row.version / "manifest.json").read_text()
    assert (serving(), serving_release()) == (PRIOR, prior_release())


def test_the_parent_of_a_release_is_what_served_when_it_was_published():
    first = promoted(1)
    assert (first.parent, published(2).parent) == ("", first.version)


def test_publishing_the_same_again_changes_nothing():
    first, second = published(1), publish(cheap(1), by="somebody else", reason="again")
    assert (second.pk, second.by, second.reason) == (first.pk, "a test", "to be looked at")


def test_a_folder_without_a_row_is_registered_by_the_next_publication(releases):
    orphan = publish_to(releases, cheap(1)).name
    published(2)
    found = Release.objects.get(version=orphan)
    assert (found.state, found.reason) == ("candidate", "found as a folder without a row")


def test_a_damaged_folder_is_left_and_said_and_stops_nobody(releases):
    folder = publish_to(releases, cheap(1))
    (folder / "views.zip").write_bytes(b"")
    sound = publish_to(releases, cheap(2)).name
    found = adopt_releases()
    assert (found.adopted, list(found.refused)) == ((sound,), [folder.name])
    assert "views.zip" in found.refused[folder.name]
    assert adopt_releases().adopted == ()


def test_a_release_never_changes_but_for_its_state():
    row = published(1)
    for change in (
        row.save,
        row.delete,
        lambda: Release.objects.update(reason="another"),
        lambda: Release.objects.all().delete(),
        lambda: Release.objects.bulk_update([row], ["reason"]),
    ):
        with pytest.raises(UsageError, match=r"rows of downloader\.Release are written once"):
            change()
    assert set_state(row.version, "shadow").state == Release.objects.get().state == "shadow"


@pytest.mark.parametrize("state", ["champion", "great"])
def test_there_are_four_states_and_champion_is_none_of_them(state):
    with pytest.raises(UsageError, match="candidate, shadow, challenger and retired"):
        set_state(published(1).version, state)


def test_the_state_of_what_serves_is_not_for_changing():
    with pytest.raises(UsageError, match="the champion has no other state"):
        set_state(promoted(1).version, "retired")


# What a forecast says of its release.


def test_the_version_of_a_forecast_is_the_exact_release(releases):
    serving_release = promoted(1)
    video = VideoDownload.objects.create(title="Test Video")
    forecast = MLPredictionService().predict_video_performance(video.pk)
    assert forecast.model_version == serving_release.version
    assert release_of(forecast.model_version).manifest == read_manifest(releases / serving_release.version)
    assert len(list_releases(releases)) == 1


def test_a_version_that_is_not_in_the_store_is_an_error():
    with pytest.raises(ReleaseError, match="is a folder of the store"):
        release_of("2026-01-01-000000000000")
    assert release_of(PRIOR) is prior_release()
