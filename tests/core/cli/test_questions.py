"""Questions asked from the command line: the same answers as the functions give, as texts and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from foreview.cli.main import BAD_INPUT, BAD_USAGE, DONE, main, parser
from foreview.forecasting import outlier, warning
from foreview.forecasting.best_time import best_time
from foreview.forecasting.forecaster import forecast, issues_as_of
from foreview.forecasting.outlier import outliers
from foreview.forecasting.planning import Plan, with_plans
from foreview.forecasting.portfolio import portfolio
from foreview.forecasting.warning import warnings
from foreview.forecasting.whatif import Change, what_if
from foreview.releases.loading import read_release
from foreview.releases.prior import prior_release
from foreview.releases.store import publish_release
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue, write_catalogue

AS_OF = datetime(2026, 5, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world and the release that everybody has: what is asked here is the way of the answers, not their worth."""
    folder: Path = tmp_path_factory.mktemp("asked")
    write_catalogue(simulate(channels=3, videos=150, seed=4).catalogue, folder / "world")
    publish_release(prior_release(), folder / "release")
    return folder


@pytest.fixture(scope="module")
def known(folder: Path) -> Catalogue:
    return read_catalogue(folder / "world").as_of(AS_OF)


@pytest.mark.parametrize(("command", "rate"), [("outliers", outlier.RATE), ("warnings", warning.RATE)])
def test_the_rate_is_that_of_the_functions_where_none_is_said(command, rate):
    assert parser().parse_args(asked(Path(), command)).rate == rate


def asked(folder: Path, command: str, *arguments: str) -> list[str]:
    release = [] if command == "outliers" else ["--release", str(folder / "release")]
    return [command, str(folder / "world"), *release, "--as-of", "2026-05-10", *arguments]


def facts_of(capsys: Any, arguments: list[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == DONE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def as_json(values: Any) -> Any:
    return json.loads(json.dumps(values))


def issues_of(known: Catalogue, since: datetime) -> pl.DataFrame:
    young = known.videos.filter(pl.col("published_at") >= since)["video_id"]
    return issues_as_of(known, AS_OF).filter(pl.col("video_id").is_in(young.implode()))


def test_a_what_if_is_the_answer_of_the_function_to_all_changes_together(folder, known, capsys):
    video = known.videos["video_id"][100]
    facts = facts_of(
        capsys, asked(folder, "what-if", "--video", video, "--hour", "18", "--tags", "a, b", "--target", "views_7d")
    )
    change = Change(hour=18, tags=("a", "b"))
    (expected,) = what_if(known, read_release(folder / "release"), video, [change], target="views_7d")
    assert facts == {"video_id": video, "target": "views_7d", "changes": as_json(asdict(change)), **asdict(expected)}
    assert main(asked(folder, "what-if", "--video", video, "--hour", "18")) == DONE
    said = capsys.readouterr().out
    assert said.startswith(f"{video}, views_30d: ")
    assert said.rstrip().endswith("association only, not a cause")


def test_a_plan_is_forecast_at_its_publication_from_what_is_known_at_the_cutoff(folder, known, capsys):
    arguments = ("--title", "Ten", "--channel", "channel-001", "--duration", "45", "--publish", "2026-05-12T17:00:00Z")
    facts = facts_of(capsys, asked(folder, "plan", *arguments))
    at = datetime(2026, 5, 12, 17, tzinfo=UTC)
    plan = Plan(title="Ten", published_at=at, channel_id="channel-001", duration_s=45)
    expected = forecast(*_with(known, plan, folder))
    assert [one["point"] for one in facts["forecasts"]] == expected["point"].to_list()
    assert facts["published_at"] == at.isoformat()
    assert main(asked(folder, "plan", *arguments)) == DONE
    assert "Ten, published 2026-05-12 17:00 UTC" in capsys.readouterr().out


def _with(known: Catalogue, plan: Plan, folder: Path) -> tuple[Catalogue, Any, pl.DataFrame]:
    catalogue, issues = with_plans(known, [plan])
    return catalogue, read_release(folder / "release"), issues


def test_a_portfolio_is_of_the_month_of_the_cutoff_or_of_another_and_of_one_channel_or_all(folder, known, capsys):
    release = read_release(folder / "release")
    expected = portfolio(known, release, issues_of(known, datetime(2026, 5, 1, 7, tzinfo=UTC)))  # Pacific days
    assert facts_of(capsys, asked(folder, "portfolio"))["totals"] == as_json([asdict(one) for one in expected])
    april = facts_of(capsys, asked(folder, "portfolio", "--month", "2026-04"))
    one = facts_of(capsys, asked(folder, "portfolio", "--month", "2026-04", "--channel", "channel-001"))
    assert april["month"] == "2026-04"
    assert 0 < one["totals"][0]["videos"] < april["totals"][0]["videos"]


def test_outliers_come_with_the_least_likely_first(folder, known, capsys):
    facts = facts_of(capsys, asked(folder, "outliers", "--rate", "0.3"))
    expected = {one.video_id: as_json(asdict(one)) for one in outliers(known, AS_OF, rate=0.3)}
    assert {one["video_id"]: one for one in facts["videos"]} == expected
    luck = [one["luck"] for one in facts["videos"] if one["luck"] is not None]
    assert luck == sorted(luck)


def test_warnings_are_of_the_videos_of_the_first_days(folder, known, capsys):
    facts = facts_of(capsys, asked(folder, "warnings"))
    judged = warnings(known, read_release(folder / "release"), issues_of(known, AS_OF - timedelta(days=8)))
    expected = [as_json(asdict(one)) for one in judged if one.state != "not early"]
    assert expected
    assert sorted(map(str, facts["warnings"])) == sorted(map(str, expected))


def test_the_best_time_of_a_channel(folder, known, capsys):
    facts = facts_of(capsys, asked(folder, "best-time", "--channel", "channel-001"))
    found = best_time(known, read_release(folder / "release"), "channel-001", AS_OF)
    assert facts == {"as_of": AS_OF.isoformat(), **as_json(asdict(found))}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("what-if", "--video", "v000001"), BAD_USAGE, "a what-if changes something"),
        (("what-if", "--video", "nobody", "--hour", "3"), BAD_USAGE, "'nobody' is not in it"),
        (("what-if", "--video", "v000001", "--hour", "24"), BAD_USAGE, "an hour is 0 to 23"),
        (("plan", "--title", "Ten", "--publish", "2026-05-09"), BAD_USAGE, "a plan is published at --as-of or later"),
        (
            ("plan", "--title", "Ten", "--channel", "channel-00l"),
            BAD_USAGE,
            "--channel names a channel of the catalogue",
        ),
        (("portfolio", "--month", "May"), BAD_USAGE, "a month is written as 2026-05"),
        (("portfolio", "--month", "2020-01"), BAD_INPUT, "has none of 2020-01"),
        (("best-time", "--channel", "hers"), BAD_USAGE, "has no 'hers'"),
        (("portfolio", "--month", "2026-04", "--channel", "hers"), BAD_USAGE, "has no 'hers'"),
    ],
)
def test_what_cannot_be_asked_says_rule_and_fact(folder, capsys, arguments, code, says):
    assert main(asked(folder, *arguments)) == code
    assert says in capsys.readouterr().err
