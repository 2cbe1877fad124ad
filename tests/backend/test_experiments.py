"""Champion and challenger in service: pairs from the ledger, a stop rule that was declared before, and a stable split."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from downloader.gateways.experiments import pairs_of
from downloader.models import Experiment, LedgerRow, MLPrediction, Release, VideoDownload
from downloader.services.experiments import (
    Plan,
    follow_experiment,
    settle_experiment,
    start_experiment,
    stop_experiment,
)
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.promotion import promote_against_the_gate, rollback_release
from downloader.services.registry import set_state
from downloader.services.serving import serving_release
from downloader.services.videos import Conflict
from foreview.errors import UsageError
from foreview.experiments.assignment import arm_of
from tests.backend.ledger_records import Record, forecast_record, outcome_record, written
from tests.backend.published import promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
BEGUN = datetime(2026, 6, 1, tzinfo=UTC)
STOP = {"least_pairs": 10, "most_pairs": 100}


def begin(name: str = "spring", **changes: object) -> Experiment:
    champion, challenger = promoted(1), published(2)
    assert champion != challenger
    plan = Plan(**{"stop": STOP, **changes})  # type: ignore[arg-type]  # a test's own keywords
    return start_experiment(name, challenger.version, plan=plan, reason="to see", as_of=BEGUN)


def forecast(release: Release, video: str, point: float, *, hours: float = 24.0, age: float = 1.0) -> Record:
    at = BEGUN + timedelta(hours=hours)
    return forecast_record(release.version, video, at, age=age, forecast={"views_7d": {"point": point}})


def outcome(video: str, value: float | None) -> Record:
    return outcome_record(video, value, BEGUN + timedelta(days=8))


def matured(experiment: Experiment, videos: range, champion: float, challenger: float) -> None:
    """As many videos of 100 views, of which both releases forecast what is said."""
    sides = ((experiment.champion, champion), (experiment.challenger, challenger))
    made = [forecast(release, f"v{n}", point) for n in videos for release, point in sides]
    written([*made, *(outcome(f"v{n}", 100.0) for n in videos)])


def test_a_video_gives_one_pair_the_first_forecast_that_both_made_from_the_start_on():
    experiment = begin()
    champion, challenger = experiment.champion, experiment.challenger
    written(
        [
            forecast(champion, "a", 1.0, hours=-1.0),  # before the start
            forecast(challenger, "a", 1.0, hours=-1.0),
            forecast(champion, "a", 2.0, hours=1.0),  # the champion alone
            forecast(champion, "a", 90.0, hours=2.0),
            forecast(challenger, "a", 95.0, hours=2.0),
            forecast(champion, "a", 3.0, hours=9.0),  # later
            forecast(challenger, "a", 3.0, hours=9.0),
            forecast(champion, "b", 5.0, age=3.5),  # too old
            forecast(challenger, "b", 5.0, age=3.5),
            forecast(champion, "c", 7.0),
            forecast(challenger, "c", 8.0),
            forecast(champion, "d", 7.0),
            forecast(challenger, "d", 8.0),
            outcome("d", 50.0),  # matured first
            outcome("a", 100.0),
            outcome("b", 100.0),
            outcome("c", None),  # never observed
        ]
    )
    assert pairs_of(experiment).rows() == [("d", 50.0, 7.0, 8.0), ("a", 100.0, 90.0, 95.0)]


@pytest.mark.parametrize("videos", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_number_of_pairs(videos, django_assert_num_queries):
    experiment = begin()
    matured(experiment, range(videos), 90.0, 95.0)
    with django_assert_num_queries(3):
        assert follow_experiment(experiment).pairs == videos


def test_it_ends_when_its_stop_rule_says_so_with_the_evidence_and_not_before():
    experiment = begin()
    matured(experiment, range(9), 50.0, 95.0)
    assert settle_experiment() is None
    matured(experiment, range(9, 60), 50.0, 95.0)
    ended = settle_experiment()
    assert ended is not None
    kept = Experiment.objects.get(name="spring")
    assert (kept.state, kept.outcome) == ("decided", "challenger_better")
    assert (kept.evidence or {})["pairs"] >= STOP["least_pairs"]
    assert (kept.evidence or {})["low"] >= 0
    assert kept.ending == "the challenger errs less"
    assert Release.objects.get(pk=experiment.challenger_id).state == Release.State.CANDIDATE
    assert serving_release().manifest.model_version == experiment.champion.version
    assert settle_experiment() is None


def test_a_challenger_that_is_better_is_promoted_only_through_the_gate():
    experiment = begin(promotes=True)
    matured(experiment, range(60), 50.0, 95.0)
    ended = settle_experiment()
    assert ended is not None
    assert ended.ending.startswith("the challenger errs less; the gate did not let it serve: ")
    assert serving_release().manifest.model_version == experiment.champion.version


def test_a_harmful_challenger_ends_it_before_the_least_pairs():
    experiment = begin(stop={"least_pairs": 90, "most_pairs": 100})
    matured(experiment, range(60), 95.0, 30.0)
    ended = settle_experiment()
    assert ended is not None
    assert ended.outcome == "harmful"
    assert (ended.evidence or {})["pairs"] < 90


def just_before_it_ends(happens: Callable[[], object]) -> AbstractContextManager[None]:
    """What somebody else does after an experiment was read as running, and before its end is written."""
    left = [happens]

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if left and sql.startswith('UPDATE "downloader_experiment"'):
            left.pop()()
        return run(sql, *rest)

    return connection.execute_wrapper(execute)


def test_what_was_stopped_while_it_was_decided_stays_stopped_and_promotes_nothing():
    experiment = begin(promotes=True)
    matured(experiment, range(60), 50.0, 95.0)
    with just_before_it_ends(lambda: stop_experiment("spring", reason="enough")):
        assert settle_experiment() is None
    kept = Experiment.objects.get()
    assert (kept.state, kept.outcome, kept.ending) == ("stopped", "challenger_better", "enough")
    assert serving_release().manifest.model_version == experiment.champion.version


def test_what_was_decided_while_it_was_stopped_stays_decided():
    matured(begin(), range(60), 50.0, 95.0)
    with just_before_it_ends(settle_experiment), pytest.raises(Conflict, match="spring has just ended"):
        stop_experiment("spring", reason="enough")
    kept = Experiment.objects.get()
    assert (kept.state, kept.outcome, kept.ending) == ("decided", "challenger_better", "the challenger errs less")


def test_another_champion_ends_the_comparison():
    experiment = begin()
    promote_against_the_gate(published(3).version, reason="by hand")
    ended = settle_experiment()
    assert ended is not None
    assert (ended.pk, ended.state, ended.outcome) == (experiment.pk, "stopped", "")
    assert ended.ending == "another release serves than when it began"


def test_a_challenger_that_served_meanwhile_and_was_rolled_back_ends_it_and_every_video_is_forecast():
    experiment = begin(mode="split", share=0.5)
    promote_against_the_gate(experiment.challenger.version, reason="by hand")
    rollback_release(reason="too early")
    for n in range(12):
        VideoDownload.objects.create(title=f"{n}", published_at=BEGUN)
    assert MLPredictionService().predict_videos(as_of=BEGUN + timedelta(hours=1)) == 12
    assert set(MLPrediction.objects.values_list("model_version", flat=True)) == {experiment.champion.version}
    ended = settle_experiment()
    assert ended is not None
    assert (ended.state, ended.outcome, ended.ending) == ("stopped", "", "the challenger is retired")


@pytest.mark.parametrize("state", ["candidate", "shadow", "retired"])
def test_the_challenger_of_an_experiment_that_runs_keeps_its_state(state):
    challenger = begin().challenger
    with pytest.raises(UsageError, match=f"{challenger.version} is the one of spring. `stop_experiment` ends it"):
        set_state(challenger.version, state)
    assert Release.objects.get(pk=challenger.pk).state == "challenger"
    stop_experiment("spring", reason="enough")
    assert set_state(challenger.version, state).state == state


def test_what_was_declared_is_frozen():
    experiment = begin()
    experiment.alpha = 0.5
    with pytest.raises(UsageError, match="never changed"):
        experiment.save()
    with pytest.raises(UsageError, match="alpha"):
        Experiment.objects.update(alpha=0.5)
    with pytest.raises(UsageError, match="deleted"):
        experiment.delete()


def test_one_runs_at_a_time_and_names_are_not_used_again():
    begin()
    third = published(3)
    with pytest.raises(UsageError, match="one experiment runs at a time"):
        start_experiment("summer", third.version, reason="impatient")
    assert Release.objects.get(pk=third.pk).state == Release.State.CANDIDATE
    stop_experiment("spring", reason="enough")
    with pytest.raises(UsageError, match="name of its own"):
        start_experiment("spring", third.version, reason="again")
    assert start_experiment("summer", third.version, reason="now").state == "running"


def test_a_stopped_experiment_keeps_where_it_stood_and_decides_nothing():
    experiment = begin()
    matured(experiment, range(3), 50.0, 95.0)
    stopped = stop_experiment("spring", reason="enough")
    assert (stopped.state, stopped.outcome, stopped.ending) == ("stopped", "undecided", "enough")
    assert (stopped.evidence or {})["pairs"] == 3
    with pytest.raises(UsageError, match="spring is stopped"):
        stop_experiment("spring", reason="twice")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mode": "both"}, "both"),
        ({"share": 1.0}, "1.0"),
        ({"target": "likes"}, "likes"),
        ({"most_age_days": 7.0}, "7.0"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(changes, said):
    with pytest.raises(UsageError, match=said):
        Plan(**changes)


def test_what_is_not_declared_follows_from_the_champions_error_at_the_ages_that_count():
    scores = {
        "views_7d/long/0": {"n": 100, "mae_ln": 0.8},
        "views_7d/short/3": {"n": 300, "mae_ln": 0.4},
        "views_7d/short/7": {"n": 900, "mae_ln": 0.1},  # forecasts of that age do not count
    }
    champion, challenger = promoted(1, scores={"views_7d": scores}), published(2)
    plan = Plan(stop={"alpha": 0.01})
    experiment = start_experiment("spring", challenger.version, plan=plan, reason="to see")
    assert champion == experiment.champion
    assert (experiment.alpha, experiment.least_pairs, experiment.most_pairs) == (0.01, 50, 400)
    assert experiment.clip == pytest.approx(1.5 * 0.5)
    assert experiment.allowed_harm == pytest.approx(0.075)


def test_an_experiment_is_begun_followed_and_stopped_on_the_command_line(capsys):
    champion, challenger = promoted(1), published(2)
    call_command("start_experiment", "spring", challenger.version, "--reason", "to see", "--most-pairs", "200")
    assert f"spring runs: {challenger.version} against {champion.version}" in capsys.readouterr().out.replace("\n", " ")
    assert Experiment.objects.get().most_pairs == 200
    call_command("follow_experiments")
    assert "spring (running): no video of which both made a forecast has matured yet." in capsys.readouterr().out
    call_command("stop_experiment", "spring", "--reason", "enough")
    assert "spring was stopped after 0 videos." in capsys.readouterr().out
    with pytest.raises(CommandError, match="spring is stopped"):
        call_command("stop_experiment", "spring", "--reason", "twice")


def test_in_the_shadow_the_champion_serves_and_both_are_recorded():
    experiment = begin()
    video = VideoDownload.objects.create(title="a", published_at=BEGUN)
    MLPredictionService().predict_videos([video.pk], as_of=BEGUN + timedelta(hours=1))
    assert MLPrediction.objects.get().model_version == experiment.champion.version
    assert set(LedgerRow.objects.values_list("release", "role")) == {
        (experiment.champion.version, "served"),
        (experiment.challenger.version, "shadow"),
    }


def test_in_a_split_the_arm_serves_and_the_other_is_recorded_all_the_same():
    experiment = begin(mode="split", share=0.5)
    videos = [VideoDownload.objects.create(title=f"{n}", published_at=BEGUN) for n in range(12)]
    MLPredictionService().predict_videos(as_of=BEGUN + timedelta(hours=1))
    version = {"champion": experiment.champion.version, "challenger": experiment.challenger.version}
    arms = {video.pk: arm_of(str(video.pk), salt="spring", share=0.5) for video in videos}
    assert set(arms.values()) == {"champion", "challenger"}
    assert dict(MLPrediction.objects.values_list("video", "model_version")) == {
        video: version[arm] for video, arm in arms.items()
    }
    served = LedgerRow.objects.filter(role="served").values_list("video", "release")
    assert dict(served) == {str(video): version[arm] for video, arm in arms.items()}
    assert LedgerRow.objects.filter(role="shadow").count() == len(videos)
