"""What the kinds of jobs do: the services, with a place to report to. Each changes everything at its end, or nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downloader.services.clock import day_said, moment_said
from downloader.services.jobs.attempt import Run

if TYPE_CHECKING:
    from foreview.releases.manifest import Manifest


def import_folder(run: Run, folder: str, kind: str = "") -> dict[str, Any]:
    """Import what is in ``folder``, a path on the machine of the worker: a catalogue, or a source of the given kind."""
    from downloader.services.access import account_of_machine
    from downloader.services.importing import apply, preview

    run.report("reading", 0, 1)
    account = account_of_machine(run.job.asked_by or str(run.job.pk), "job")
    done = apply(account, preview(account, Path(folder), kind).pk, run.report, run.confirm)
    return {"import": done.pk, **done.counts}


def apply_import(run: Run, number: int, account: str) -> dict[str, Any]:
    """Apply the import with this number, which a user previewed. One that an earlier attempt applied is told as it was."""
    from downloader import selectors
    from downloader.models import ImportRun
    from downloader.services.access import account_of_user
    from downloader.services.importing import apply

    asker = account_of_user(selectors.user_named(account))
    done = selectors.import_seen(asker.sees_of, number)
    if run.job.attempts < 2 or done.state != ImportRun.State.APPLIED:
        done = apply(asker, number, run.report, run.confirm)
    return {"import": done.pk, **done.counts}


def sync(run: Run, *, connection: int | None = None) -> dict[str, Any]:
    """Read what is connected, or the connection of that number, and delete what may not be kept any longer."""
    from downloader.selectors.connections import connection_numbered, connections
    from downloader.services.syncing import Way, sync_connections

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            run.check()

    wanted = connections() if connection is None else [connection_numbered(connection)]
    return {"connections": [asdict(one) for one in sync_connections(wanted, Way(run.report, run.confirm, pause))]}


def train(run: Run, *, as_of: str = "", tuned: bool = False) -> dict[str, Any]:
    """Train on what was known at ``as_of``; ``tuned``: with the hyperparameters of the latest study."""
    from downloader.services.ml_model_trainer import MLModelTrainer
    from downloader.services.tuning import latest_hyperparameters
    from foreview.options import TrainingOptions

    cutoff = moment_said(as_of)
    options = TrainingOptions(hyperparameters=latest_hyperparameters(cutoff)) if tuned else None
    made = MLModelTrainer().train_all_models(
        as_of=cutoff, options=options, by=run.job.asked_by, progress=run.report, confirm=run.confirm
    )
    return _of_release(made)


def _of_release(manifest: Manifest) -> dict[str, Any]:
    states: dict[str, Any] = {kind: f"{state.state} ({state.reason})" for kind, state in manifest.kinds.items()}
    return {"model_version": manifest.model_version, "videos": manifest.data_window.videos, **states}


def tune(run: Run, *, as_of: str = "", trials: int = 30, videos: int = 5000, seed: int = 0) -> dict[str, Any]:
    """Look for hyperparameters. A further attempt, or a job asked for on the same day, goes on where it stopped."""
    from downloader.services.tuning import tune_models
    from foreview.options import TrainingOptions, TuningOptions

    asked = run.job.created_at.replace(hour=0, minute=0, second=0, microsecond=0)
    folder, search = tune_models(
        TuningOptions(trials=trials, max_videos=videos),
        TrainingOptions(seed=seed),
        as_of=moment_said(as_of) or asked,
        stop=run.should_stop,
        progress=run.report,
    )
    run.check()
    return {"study": folder.name, "trials": len(search.trials), "best": search.tuned.sentence}


def forecast(run: Run, *, as_of: str = "", videos: Sequence[Any] | None = None) -> dict[str, int]:
    """Forecast all usable videos, or those with the keys ``videos``, and save all forecasts or none."""
    from downloader.services.ml_prediction_service import MLPredictionService

    service = MLPredictionService()
    saved = service.predict_videos(videos, as_of=moment_said(as_of), progress=run.report, confirm=run.confirm)
    return {"forecasts": saved}


def judge(run: Run, *, as_of: str = "") -> dict[str, int]:
    """Say of all usable videos how unusual they are beside typical and chance."""
    from downloader.services.judging import judge_videos

    return judge_videos(as_of=moment_said(as_of), progress=run.report, confirm=run.confirm)


def mature_labels(run: Run, *, as_of: str = "") -> dict[str, Any]:
    """Write the outcomes that have matured; end the experiment and promote the candidate that they decide on, where that was declared."""
    from downloader.services.experiments import settle_experiment
    from downloader.services.maturing import mature_labels as mature
    from downloader.services.promotion import promote_when_better

    cutoff = moment_said(as_of)
    written = mature(as_of=cutoff, progress=run.report)
    run.check()
    ended, promotion = settle_experiment(), promote_when_better(as_of=cutoff)
    return {
        **written,
        "experiment": "" if ended is None else f"{ended.name}: {ended.ending}",
        "promoted": "" if promotion is None else promotion.release.version,
    }


def watch(run: Run, *, as_of: str = "") -> dict[str, Any]:
    """Look for drift, lost coverage and lasting shifts, raise alerts, and ask for a training where there is a reason."""
    from downloader.services.retraining import retrain_when_due
    from downloader.services.watching import watch as look

    run.report("watching", 0, 1)
    seen = look(as_of=moment_said(as_of))
    run.report("watching", 1, 1)
    asked = retrain_when_due()
    alerts = [str(alert) for alert in seen.alerts]
    return {"alerts": alerts, "expected_mae_ln": seen.expected, "training": "" if asked is None else asked.asked_by}


def verify_ledger(run: Run) -> dict[str, Any]:
    """Walk the ledger from its beginning to its end."""
    from downloader.services.ledger import verify_ledger as verify

    run.report("verifying", 0, 1)
    end = verify()
    run.report("verifying", 1, 1)
    return {"rows": end.number, "digest": end.digest}


def backtest(run: Run, *, as_of: str = "", train_until: str = "", test_from: str = "") -> dict[str, Any]:
    """Replay the past of the site and write its report. Days are written 2026-03-31; without them the last 60 days with outcomes are the test."""
    from downloader.services.backtesting import backtest as replay

    days = {"train_until": day_said(train_until), "test_from": day_said(test_from)}
    report = replay(as_of=moment_said(as_of), **days, progress=run.report, confirm=run.confirm)
    return {
        "report": report.folder.name,
        "train_until": str(report.train_until),
        "test_from": str(report.test_from),
        **report.errors,
    }


def examine(run: Run, *, release: str) -> dict[str, Any]:
    """Look at a release on the videos published after its cutoff: how right it was, and what its forecasts rest on."""
    from downloader.services.examining import examine as look

    found = look(release, progress=run.report, confirm=run.confirm)
    return {"model_version": found.model_version, "videos": found.videos, "since": found.since}


def tidy(run: Run) -> dict[str, Any]:
    """Remove finished jobs and spent tickets that are old, and what killed writers left."""
    from downloader.services.tidying import tidy as clear

    run.report("tidying", 0, 1)
    done = clear()
    run.report("tidying", 1, 1)
    return asdict(done)


def notify(run: Run, *, alert: int, way: str = "") -> dict[str, Any]:
    """Send e-mail or webhook of an alert; without a way both."""
    from downloader.services.alerts import notify as send

    run.report("sending", 0, 1)
    sent = send(alert, way)
    run.report("sending", 1, 1)
    return {"sent": sent}
