"""Which release serves from when on: through the gate, against it, and back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from downloader.gateways.importing import import_catalogue
from downloader.models import Promotion, Release
from downloader.selectors import ReleaseUnknown
from downloader.services.promotion import (
    promote_against_the_gate,
    promote_first,
    promote_release,
    promote_when_better,
    rollback_release,
)
from downloader.services.registry import publish
from downloader.services.serving import release_of, serving_at, serving_release
from foreview.errors import CannotPromote, NotEnoughHistory, ReleaseError, UsageError
from foreview.options import TrainingOptions
from foreview.releases.prior import prior_release
from foreview.simulation.world import DEFAULT_END, World, simulate
from foreview.training.trainer import train
from tests.backend.published import promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("promotion")]
CUTOFF = DEFAULT_END - timedelta(days=60)
PRIOR = prior_release().manifest.model_version


@pytest.fixture(scope="module")
def longer() -> World:
    """A world in which much is published after the cutoff."""
    return simulate(channels=3, videos=200, seed=7, days=150)


@pytest.fixture(scope="module")
def trained(longer):
    """Better than the prior, on videos it has never seen."""
    return train(
        longer.catalogue, CUTOFF, TrainingOptions(threads=1, issue_ages=(0.0, 1.0, 3.0)), created_at=DEFAULT_END
    )


def serving() -> str:
    return serving_at(timezone.now())


def test_the_first_release_serves_without_a_gate_and_only_where_nothing_does():
    first, second = published(1), published(2)
    row = promote_first(first.version, reason="nothing served before")
    assert row is not None
    assert (row.number, row.previous, row.evidence, serving()) == (1, None, None, first.version)
    assert promote_first(second.version, reason="nothing served before") is None
    assert serving() == first.version


def test_each_promotion_is_a_row_and_the_old_champion_retires():
    first, second = promoted(1), promoted(2)
    rows = list(Promotion.objects.order_by("number"))
    assert [(row.number, row.kind, row.release, row.previous) for row in rows] == [
        (1, "promotion", first, None),
        (2, "promotion", second, first),
    ]
    assert (serving(), serving_release().manifest.model_version) == (second.version, second.version)
    assert Release.objects.get(pk=first.pk).state == "retired"


def test_which_version_served_then_is_answered_for_ever():
    began = timezone.now()
    versions = [promoted(seed).version for seed in range(3)]
    times = [row.at for row in Promotion.objects.order_by("number")]
    assert serving_at(began) == PRIOR
    assert [serving_at(at) for at in times] == versions
    assert [serving_at(at - timedelta(microseconds=1)) for at in times] == [PRIOR, *versions[:-1]]
    with pytest.raises(UsageError, match="says its time zone"):
        serving_at(datetime(2026, 5, 1))  # noqa: DTZ001  (the point)


def test_a_clock_that_was_set_back_does_not_reorder_the_log(monkeypatch):
    first = promoted(1)
    at = Promotion.objects.get().at
    monkeypatch.setattr(timezone, "now", lambda: at - timedelta(days=1))
    second = promoted(2)
    assert (serving_at(at), serving_at(at - timedelta(hours=1))) == (second.version, PRIOR)
    assert first.version != second.version


def test_the_log_is_never_changed():
    promoted(1)
    row = Promotion.objects.get()
    row.reason = "another"
    for change in (row.save, row.delete, Promotion.objects.all().delete, lambda: Promotion.objects.update(by="me")):
        with pytest.raises(UsageError, match=r"rows of downloader\.Promotion are written once"):
            change()


def test_a_candidate_that_errs_less_passes_the_gate_and_the_log_keeps_the_evidence(longer, trained):
    import_catalogue(longer.catalogue)
    champion = promoted(1, as_of=CUTOFF - timedelta(days=1))
    row = promote_release(publish(trained).version, reason="better", by="me", as_of=DEFAULT_END)
    assert (serving(), row.previous, row.by) == (trained.manifest.model_version, champion, "me")
    assert row.evidence is not None
    assert row.evidence["refused"] == ""
    assert row.evidence["videos"] > 50
    assert row.evidence["against_champion"]["high"] < 1
    assert row.evidence["against_typical"]["high"] < 1


def test_a_candidate_that_errs_as_much_is_refused_with_the_reason(longer):
    import_catalogue(longer.catalogue)
    champion, other = promoted(1, as_of=CUTOFF), published(2, as_of=CUTOFF)
    with pytest.raises(CannotPromote, match=r"its error is .* × typical's .*, and all of it must be below 1"):
        promote_release(other.version, reason="why not", as_of=DEFAULT_END)
    assert serving() == champion.version


def test_a_person_may_promote_against_the_gate_and_the_log_keeps_what_it_said(longer):
    import_catalogue(longer.catalogue)
    promoted(1, as_of=CUTOFF)
    other = published(2, as_of=CUTOFF)
    row = promote_against_the_gate(other.version, reason="the other one is broken", by="me", as_of=DEFAULT_END)
    assert row.evidence is not None
    assert "× typical's" in row.evidence["refused"]
    assert (serving(), row.reason) == (other.version, "the other one is broken")


def test_without_a_video_to_be_judged_on_nothing_passes():
    champion = promoted(1)
    with pytest.raises(NotEnoughHistory, match="not trained on"):
        promote_release(published(2).version, reason="newer")
    assert serving() == champion.version


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_promotion_has_a_reason(reason):
    version = published(1).version
    for change in (promote_release, promote_against_the_gate):
        with pytest.raises(UsageError, match="has a reason"):
            change(version, reason=reason)
    with pytest.raises(UsageError, match="has a reason"):
        rollback_release(reason=reason)


def test_what_does_not_exist_or_serves_already_is_not_promoted():
    champion = promoted(1)
    with pytest.raises(ReleaseUnknown, match="there is no '2026-01-01-000000000000'"):
        promote_release("2026-01-01-000000000000", reason="why not")
    with pytest.raises(UsageError, match="serves already"):
        promote_release(champion.version, reason="again")
    assert Promotion.objects.count() == 1


def test_a_damaged_release_is_not_promoted_even_if_this_process_has_read_it_before(releases):
    champion, other = promoted(1), published(2)
    release_of(other.version)
    file = releases / other.version / "views.zip"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ReleaseError, match=r"views\.zip"):
        promote_against_the_gate(other.version, reason="why not")
    assert serving() == champion.version


@pytest.mark.dialect
def test_of_two_promotions_at_once_one_is_told_that_the_other_came_first():
    promoted(1)
    second, third = published(2), published(3)
    quicker: list[str] = []

    def when_it_has_seen_what_serves(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql.startswith("SELECT") and "downloader_promotion" in sql and not quicker:
            quicker.append(sql)
            promote_against_the_gate(third.version, reason="quicker")
        return found

    with (
        connection.execute_wrapper(when_it_has_seen_what_serves),
        pytest.raises(UsageError, match="another one came first"),
    ):
        promote_against_the_gate(second.version, reason="slower")
    assert serving() == third.version
    assert Promotion.objects.count() == 2


@pytest.mark.dialect
def test_a_promotion_interrupted_before_its_end_leaves_the_old_champion():
    champion, other = promoted(1), published(2)

    def interrupt(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt), transaction.atomic():
        promote_against_the_gate(other.version, reason="why not")
    assert (serving(), Promotion.objects.count()) == (champion.version, 1)


# Back.


def test_a_rollback_is_one_step_to_what_served_before_and_can_be_repeated():
    first, second, third = (promoted(seed) for seed in range(3))
    row = rollback_release(reason="too high", by="me")
    assert (row.kind, row.release, row.previous, row.by) == ("rollback", second, third, "me")
    assert rollback_release(reason="still").release == first
    assert serving() == first.version
    with pytest.raises(UsageError, match="none did"):
        rollback_release(reason="still")
    promote_against_the_gate(third.version, reason="it was the data")
    assert rollback_release(reason="it was not").release == first
    assert Promotion.objects.count() == 7


def test_before_anything_served_there_is_nothing_to_return_to():
    with pytest.raises(UsageError, match="nothing serves yet"):
        rollback_release(reason="why not")


def test_a_rollback_to_a_release_that_is_gone_is_refused(releases):
    first, second = promoted(1), promoted(2)
    (releases / first.version).rename(releases / "elsewhere")
    with pytest.raises(ReleaseError, match="is a folder of the store"):
        rollback_release(reason="why not")
    assert serving() == second.version


# By itself.


def test_nothing_is_promoted_by_itself_unless_the_setting_says_so(longer, trained, settings):
    import_catalogue(longer.catalogue)
    champion = promoted(1, as_of=CUTOFF - timedelta(days=1))
    candidate = publish(trained)
    assert promote_when_better(as_of=DEFAULT_END) is None
    assert serving() == champion.version
    settings.FOREVIEW = settings.FOREVIEW | {"PROMOTE_WHEN_BETTER": True}
    row = promote_when_better(as_of=DEFAULT_END)
    assert row is not None
    assert (serving(), row.reason, row.by) == (candidate.version, "it passed the gate", "")
    assert promote_when_better(as_of=DEFAULT_END) is None


def test_by_itself_neither_a_retired_nor_an_older_release_is_promoted(settings, longer, trained):
    settings.FOREVIEW = settings.FOREVIEW | {"PROMOTE_WHEN_BETTER": True}
    import_catalogue(longer.catalogue)
    better = publish(trained)
    champion = promoted(1, as_of=CUTOFF + timedelta(days=1))
    assert promote_when_better(as_of=DEFAULT_END) is None
    promote_against_the_gate(better.version, reason="better")
    rollback_release(reason="a test wants it")
    assert (serving(), Release.objects.get(pk=better.pk).state) == (champion.version, "retired")
