"""The pages of experiments: begun with what was declared, the evidence as it gathers, stopped with a reason."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from downloader.dashboard.figures_experiments import MOST_POINTS, evidence_figure
from downloader.models import Experiment
from downloader.services.experiments import course_of, follow_experiment, settle_experiment
from tests.backend.published import promoted, published
from tests.backend.test_dashboard_models import member, said
from tests.backend.test_experiments import begin, matured

pytestmark = pytest.mark.django_db


def start(client: Client, **form: str) -> int:
    asked = {"name": "spring", "reason": "to see", "mode": "shadow", "target": "views_7d", **form}
    return client.post(reverse("foreview:experiments"), asked).status_code


def test_the_course_ends_where_the_decision_stands():
    experiment = begin()
    matured(experiment, range(9), 50.0, 95.0)
    course = course_of(experiment)
    assert course.decision == follow_experiment(experiment)
    assert course.running.mean.size == course.decision.pairs == 9
    assert (course.running.mean[-1], course.running.low[-1]) == (course.decision.mean, course.decision.low)


def test_the_course_of_what_was_decided_ends_at_its_decision_whatever_matured_later():
    experiment = begin()
    matured(experiment, range(60), 50.0, 95.0)
    ended = settle_experiment()
    assert ended is not None
    assert ended.evidence is not None
    course = course_of(ended)
    assert course.running.mean.size == ended.evidence["pairs"] < 60
    assert (course.decision.outcome, course.decision.low) == (ended.outcome, ended.evidence["low"])


def test_the_figure_shows_no_difference_and_the_allowed_harm_and_lists_first_and_last():
    experiment = begin(stop={"least_pairs": 90, "most_pairs": 100})
    matured(experiment, range(80), 50.0, 52.0)
    figure = evidence_figure(experiment, course_of(experiment))
    assert figure is not None
    (panel,) = figure.panels
    assert [one.name for one in panel.series] == ["mean difference, with its 95 % bounds", "allowed harm"]
    assert panel.reference == ((0.0, 0.0), (100.0, 0.0))
    assert {point.y for point in panel.series[1].points} == {-experiment.allowed_harm}
    assert len(figure.table.rows) == MOST_POINTS
    assert (figure.table.rows[0][0], figure.table.rows[-1][0]) == ("1", "80")


def test_while_one_runs_no_page_of_the_list_offers_to_begin_another():
    running = begin()
    for query in ("", f"?after={running.pk}"):
        assert "One runs at a time." in said(member(f"her{len(query)}"), "experiments", query=query)


@pytest.mark.parametrize("videos", [1, 3])
def test_the_page_takes_the_same_queries_however_many_pairs_there_are(django_assert_num_queries, videos):
    experiment = begin()
    matured(experiment, range(videos), 90.0, 95.0)
    client = member()
    with django_assert_num_queries(8):
        page = said(client, "experiments-one", experiment.pk)
    assert f"After {videos} of at most 100 videos" in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(django_assert_num_queries, item_count):
    promoted(1)
    client = member()
    for seed in range(item_count):
        other = published(10 + seed)
        assert start(client, name=f"e{seed}", challenger=other.version) == 302
        row = Experiment.objects.get(name=f"e{seed}")
        client.post(reverse("foreview:experiments-one", args=[row.pk]), {"reason": "enough"})
    with django_assert_num_queries(8):
        said(client, "experiments")


def test_an_experiment_is_begun_with_what_was_declared_and_the_usual_for_the_rest():
    champion, challenger = promoted(1), published(2)
    form = {"challenger": challenger.version, "mode": "split", "share": "20", "least_pairs": "30", "allowed_harm": ""}
    assert start(member(), **form) == 302
    row = Experiment.objects.get()
    assert (row.champion, row.challenger, row.by) == (champion, challenger, "him")
    assert (row.mode, row.share, row.least_pairs, row.most_pairs, row.promotes) == ("split", 0.2, 30, 400, False)
    assert row.allowed_harm == pytest.approx(row.clip / 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"least_pairs": "0"},
        {"least_pairs": "5e9", "most_pairs": "5e9"},
        {"most_pairs": "1000001"},
        {"most_pairs": "1e30"},
        {"allowed_harm": "nan"},
        {"target": "likes"},
        {"name": " "},
        {"most_age_days": "7"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong):
    promoted(1)
    assert start(member(), challenger=published(2).version, **wrong) == 400
    assert not Experiment.objects.exists()


def test_one_that_runs_is_stopped_with_a_reason_and_another_is_not_offered_meanwhile():
    experiment, client = begin(), member()
    address = reverse("foreview:experiments-one", args=[experiment.pk])
    assert "One runs at a time." in said(client, "experiments")
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "enough"}).status_code == 302
    assert Experiment.objects.get().ending == "enough"
    assert "stopped, nothing decided" in said(client, "experiments-one", experiment.pk)


def test_who_only_looks_may_neither_begin_nor_stop():
    experiment, client = begin(), member(role="viewer")
    assert "Stop the experiment" not in said(client, "experiments-one", experiment.pk)
    assert "Begin one" not in said(client, "experiments")
    assert start(client, name="other", challenger=experiment.challenger.version) == 403
    assert client.post(reverse("foreview:experiments-one", args=[experiment.pk]), {"reason": "no"}).status_code == 403
    assert client.get(reverse("foreview:experiments-one", args=[999])).status_code == 404
