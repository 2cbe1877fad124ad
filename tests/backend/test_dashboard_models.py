"""The pages of models and jobs: who sees and changes what, what is refused, and how many queries that takes."""

from __future__ import annotations

import shutil

import pytest
from django.test import Client
from django.urls import reverse

from downloader.models import AuditEntry, Job, Promotion
from downloader.services.comparing import compared
from downloader.services.headlines import headline, slices
from downloader.services.jobs.queueing import enqueue
from downloader.templatetags.foreview_markdown import markdown
from foreview.uncertainty.promise import promised_coverage
from tests.backend.api_calls import account
from tests.backend.jobs import OWN, run_now
from tests.backend.published import promoted, published
from tests.backend.records import found

pytestmark = pytest.mark.django_db


def score(n: int, videos: int, mae_ln: float, baseline: float, skill: float = 1.0) -> dict[str, float]:
    ratio = mae_ln / baseline
    ends = {"mae_ln_ratio": ratio, "mae_ln_ratio_low": ratio - 0.1, "mae_ln_ratio_high": ratio + 0.1}
    return {"n": n, "videos": videos, "mae_ln": mae_ln, "mae_ln_baseline": baseline, "skill": skill, **ends}


SCORES = {
    "views_30d": {
        "views_30d/long/0": score(100, 50, 0.6, 0.9),
        "views_30d/short/0": score(300, 99, 1.0, 1.3),
        "views_30d/long/14": score(10, 5, 0.2, 0.2, skill=0.0),
    }
}


def member(name: str = "him", role: str = "operator") -> Client:
    """Somebody who is a member of one channel, signed in."""
    client = Client()
    client.force_login(account(name, "his", role=role))
    return client


def said(client: Client, name: str, *arguments: object, query: str = "") -> str:
    answer = client.get(reverse(f"foreview:{name}", args=arguments) + query)
    assert answer.status_code == 200, answer.content.decode()
    return " ".join(answer.content.decode().split())


# What a release says.


def test_the_headline_is_the_error_at_publication_of_both_formats_and_what_both_promise():
    found = headline(published(1, scores=SCORES))
    assert found is not None
    assert (found.rows, found.skill) == (400, True)
    assert found.mae_ln == pytest.approx((100 * 0.6 + 300 * 1.0) / 400)
    assert found.typical == pytest.approx((100 * 0.9 + 300 * 1.3) / 400)
    assert found.low == promised_coverage(50, 0.8)[0] < promised_coverage(99, 0.8)[0]
    assert found.high == promised_coverage(50, 0.8)[1] > promised_coverage(99, 0.8)[1]


def test_a_slice_without_skill_has_no_ratio():
    ages = {(one.format, one.days_seen): one.ratio for one in slices(published(1, scores=SCORES), "views_30d")}
    assert ages[("long", 14)] is None
    assert ages[("long", 0)] == pytest.approx((0.6 / 0.9, 0.6 / 0.9 - 0.1, 0.6 / 0.9 + 0.1))


def test_a_release_that_was_not_judged_has_no_headline_and_its_page_says_so():
    release = promoted(1)
    assert headline(release) is None
    assert "It was not judged" in said(member(), "models-release", release.version)


def test_releases_of_one_window_may_be_compared_and_others_may_not():
    first, second = promoted(1, scores=SCORES), published(2, scores=SCORES)
    assert compared(first, second).same_videos
    other = published(3, as_of=first.as_of.replace(day=2), scores=SCORES)
    assert not compared(first, other).same_videos
    client = member()
    page = said(client, "models-compare", query=f"?a={first.version}&b={other.version}")
    assert "not comparable" in page
    assert page.count("no skill</td>") == 2
    page = said(client, "models-compare", query=f"?a={first.version}&b={second.version}")
    assert "were judged on the same videos" in page


def test_a_page_names_what_serves_since_when_and_why():
    release = promoted(1, scores=SCORES)
    page = said(member(), "models")
    at = Promotion.objects.get().at
    assert f"since {at:%-d %B %Y, %H:%M} UTC, by a test" in page
    assert "a test wants it" in page
    assert page.count(release.version) >= 3
    assert said(member("her"), "models-release", "serving").count(f"<h1>Release {release.version}</h1>") == 1


def test_before_anything_serves_the_page_says_so():
    assert "No release serves yet" in said(member(), "models")


# Queries.


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("models", 7), ("jobs", 6)])
def test_a_page_takes_the_same_queries_however_much_it_lists(django_assert_num_queries, item_count, name, queries):
    client = member()
    for seed in range(item_count):
        promoted(seed, scores=SCORES)
        enqueue("forecast", asked_by="api: him")
    with django_assert_num_queries(queries):
        said(client, name)


# Jobs.


def test_a_training_is_asked_for_and_its_progress_is_a_part_of_its_own():
    client = member()
    answer = client.post(reverse("foreview:models"), {"kind": "train"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("foreview:models"))
    job = Job.objects.get()
    assert (job.kind, job.asked_by, job.arguments) == ("train", "api: him", {})
    Job.objects.update(state="running", step="fit members", done=3, total=5)
    assert '<progress max="5" value="3"' in said(client, "models")
    part = client.get(reverse("foreview:jobs-job", args=[job.pk]), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part.headers
    assert "fit members, 3 of 5" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_when_a_job_has_ended_the_page_that_waits_for_it_is_loaded_anew(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"JOBS": OWN}
    job = run_now(enqueue("echo", {"word": "hello"}, asked_by="api: him"))
    part = member().get(reverse("foreview:jobs-job", args=[job.pk]), headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "hx-get" not in part.content.decode()


def test_somebody_elses_job_is_neither_seen_nor_cancelled():
    job = enqueue("forecast", asked_by="api: her")
    client, address = member(), reverse("foreview:jobs-job", args=[job.pk])
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    assert "There is none." in said(client, "jobs")
    assert Job.objects.get().state == "queued"


def test_ones_own_job_is_cancelled():
    job, client = enqueue("forecast", asked_by="api: him"), member()
    assert client.post(reverse("foreview:jobs-job", args=[job.pk])).status_code == 302
    assert Job.objects.get().state == "cancelled"
    assert "The job was cancelled." in said(client, "jobs-job", job.pk)


@pytest.mark.parametrize(("kind", "trials"), [("notify", ""), ("tune", "many"), ("tune", "1.5")])
def test_what_cannot_be_meant_is_refused_and_not_asked_for(kind, trials):
    answer = member().post(reverse("foreview:models"), {"kind": kind, "trials": trials})
    assert answer.status_code == 400
    assert "That was not done" in answer.content.decode()
    assert not Job.objects.exists()


# Who may change what.


def test_who_only_looks_is_offered_nothing_and_refused_everything():
    release, client = promoted(1), member(role="viewer")
    other = published(2)
    assert '<form method="post" class' not in said(client, "models")
    assert "Promote" not in said(client, "models-release", other.version)
    for name, arguments in (("models", ()), ("models-release", (other.version,)), ("models-promote", (other.version,))):
        answer = client.post(reverse(f"foreview:{name}", args=arguments), {"kind": "train", "reason": "why not"})
        assert answer.status_code == 403
    assert client.get(reverse("foreview:models-rollback")).status_code == 403
    assert (Promotion.objects.count(), Promotion.objects.get().release, Job.objects.count()) == (1, release, 0)


def test_while_one_release_is_examined_another_is_not_said_to_be():
    first, second, client = promoted(1), published(2), member()
    addresses = [reverse("foreview:models-release", args=[release.version]) for release in (first, second)]
    assert [client.post(address).status_code for address in addresses] == [302, 409]
    assert client.post(addresses[0]).status_code == 302
    assert Job.objects.get().arguments == {"release": first.version}


def test_jobs_of_a_state_that_is_none_are_not_all_jobs():
    answer = member().get(reverse("foreview:jobs"), {"state": "asleep"})
    assert (answer.status_code, "Found &#x27;asleep&#x27;" in answer.content.decode()) == (400, True)


def test_of_ten_thousand_videos_that_a_job_was_given_the_first_are_named():
    job = Job.objects.create(kind="forecast", asked_by="api: him", arguments={"videos": list(range(10_000, 20_000))})
    shown = said(member(), "jobs-job", job.pk)
    assert "<dt>videos</dt><dd>10000, 10001, " in shown
    assert "…</dd>" in shown
    assert len(shown) < 20_000


def test_nothing_that_a_job_counted_is_no_missing_value():
    job = Job.objects.create(kind="forecast", state="succeeded", asked_by="api: him")
    Job.objects.filter(pk=job.pk).update(result={"forecasts": 0, "why": "", "daily": {"added": 3, "changed": 0}})
    shown = said(member(), "jobs-job", job.pk)
    for name, value in (("forecasts", "0"), ("why", "–"), ("daily", "added: 3, changed: 0")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in shown


# Promotion.


def newest() -> Promotion:
    return Promotion.objects.latest("number")


def promote(client: Client, version: str, **form: str) -> int:
    return client.post(reverse("foreview:models-promote", args=[version]), form).status_code


def test_what_the_gate_refuses_needs_a_tick_and_a_reason_of_its_own():
    before = promoted(1)
    other, client = published(2), member()
    assert "It is not let through." in said(client, "models-promote", other.version)
    assert promote(client, other.version, reason="newer") == 422
    assert promote(client, other.version, reason="newer", why_against="the tick is missing") == 422
    assert promote(client, other.version, reason="newer", against="on") == 400
    assert promote(client, other.version, reason=" ", against="on", why_against="it is wrong") == 400
    assert Promotion.objects.get().release == before
    assert promote(client, other.version, reason="newer", against="on", why_against="it is wrong") == 302
    row = newest()
    assert (row.release, row.by, row.reason) == (other, "him", "newer; against the gate: it is wrong")
    assert "not trained on" in (row.evidence or {})["refused"]
    assert AuditEntry.objects.filter(path=reverse("foreview:models-promote", args=[other.version])).count() == 5


def test_where_nothing_serves_there_is_no_gate():
    first, client = published(1), member()
    assert "Nothing serves yet, so there is no gate" in said(client, "models-promote", first.version)
    assert promote(client, first.version, reason="the first") == 302
    assert Promotion.objects.get().release == first


def test_a_rollback_is_confirmed_with_a_reason():
    first, second = promoted(1), promoted(2)
    client, address = member(), reverse("foreview:models-rollback")
    assert f"{first.version}</a> would serve again" in said(client, "models-rollback")
    assert client.post(address, {"reason": " "}).status_code == 400
    assert newest().release == second
    assert client.post(address, {"reason": "too high"}).status_code == 302
    assert (newest().release, newest().kind) == (first, "rollback")
    assert "There is nothing to roll back to" in said(client, "models-rollback")


def test_a_rollback_that_is_sent_twice_takes_one_step():
    first, second, _third = promoted(1), promoted(2), promoted(3)
    client, address = member(), reverse("foreview:models-rollback")
    form = {"reason": "too high", "after": found(r'name="after" value="(\d+)"', said(client, "models-rollback"))}
    assert client.post(address, form).status_code == 302
    again = client.post(address, form)
    assert (again.status_code, "Another one came first" in again.content.decode()) == (400, True)
    assert newest().release == second
    assert first.promotions.count() == 1


def test_a_damaged_release_is_said_and_not_thrown(releases):
    promoted(1)
    other = published(2)
    shutil.rmtree(releases / other.version)
    for name in ("models-release", "models-promote"):
        answer = member(name).get(reverse(f"foreview:{name}", args=[other.version]))
        assert answer.status_code == 503
        assert "A release is a folder of the store" in answer.content.decode()


# The card.


def test_a_card_is_shown_without_markup_of_its_own_or_what_the_policy_forbids():
    shown = markdown(
        "# Card\n\n<script>x</script> [here](javascript:x)\n\n| what | n |\n| :--- | ---: |\n| a\\|b | *1* |\n"
    )
    assert shown == (
        "<h2>Card</h2>\n<p>&lt;script&gt;x&lt;/script&gt; [here](javascript:x)</p>\n"
        '<div class="wide" tabindex="0" role="region" aria-label="table"><table>\n'
        '<thead>\n<tr>\n<th scope="col">what</th>\n<th scope="col">n</th>\n</tr>\n</thead>\n'
        "<tbody>\n<tr>\n<td>a|b</td>\n<td><em>1</em></td>\n</tr>\n</tbody>\n</table></div>\n"
    )


def test_the_page_of_a_release_holds_its_whole_card():
    release = promoted(1)
    assert "<h2>Model card: release" in said(member(), "models-release", release.version)
