"""A thousand stored forecasts made again from their records, after their videos were edited and deleted.

Are they the same bit for bit? Each is made twice: in a batch, and alone as ``manage.py recompute_forecast`` does it. Beside it what the ledger costs.

``python -m benchmarks.recomputed``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

WANTED = 1000
DAYS = (39, 33, 27, 21, 15, 9, 6, 3, 1, 0)


def main() -> int:
    """Print what was found as Markdown; 1 where a digit differs."""
    with tempfile.TemporaryDirectory(prefix="foreview-recomputed-") as folder:
        os.environ["FOREVIEW_DATA"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))
        import django

        django.setup()
        return _measure()


def _measure() -> int:
    from downloader.models import LedgerRow
    from downloader.services.ledger import recompute_forecast, recomputed, verify_ledger

    took = _fill()
    _let_time_pass()
    rows = list(LedgerRow.objects.filter(kind="forecast").order_by("number")[:WANTED])
    started = time.perf_counter()
    batch = list(recomputed(rows))
    in_batch, started = time.perf_counter() - started, time.perf_counter()
    alone = [recompute_forecast(row.number) for row in rows]
    one_by_one, started = time.perf_counter() - started, time.perf_counter()
    tail = verify_ledger()
    verified = time.perf_counter() - started
    same = {name: sum(found.is_same for found in results) for name, results in (("batch", batch), ("alone", alone))}
    print(
        f"{len(rows):,} forecasts of {len({row.video for row in rows}):,} videos, at {len(DAYS)} issue times, by "
        f"{len({row.release for row in rows})} releases (one served, one in its shadow), were stored. Then every title, channel, length and count was"
    )
    print("changed and every third video deleted. Made again from their records:\n")
    print("| made again | the same bit for bit | seconds |\n|---|---|---|")
    print(f"| in a batch | **{same['batch']:,} of {len(rows):,}** | {in_batch:.1f} |")
    print(f"| one by one | **{same['alone']:,} of {len(rows):,}** | {one_by_one:.1f} |")
    size = sum(len(row.record) for row in rows) / len(rows)
    print(
        f"\nA record has {size:,.0f} bytes. Forecasting and writing {tail.number:,} rows took {took:.1f} s; verifying them all took {verified:.2f} s."
    )
    for found in (*batch, *alone):
        for difference in found.differences[:3]:
            print(f"\nrow {found.row}: {difference}")
    return int(min(same.values()) < len(rows) or len(rows) < WANTED)


def _fill() -> float:
    """Train one release on an invented world, put the prior in its shadow, and forecast until there are enough rows; return how long [s]."""
    from django.core.management import call_command

    from downloader.gateways.importing import import_catalogue
    from downloader.services.ml_prediction_service import MLPredictionService
    from downloader.services.promotion import promote_first
    from downloader.services.registry import publish, set_state
    from foreview.options import TrainingOptions
    from foreview.releases.prior import prior_release
    from foreview.simulation.world import DEFAULT_END, simulate
    from foreview.training.trainer import train

    call_command("migrate", verbosity=0)
    world = simulate(channels=6, videos=600, seed=3)
    import_catalogue(world.catalogue)
    cutoff = DEFAULT_END - timedelta(days=40)
    options = TrainingOptions(issue_ages=(0.0, 1.0, 3.0, 7.0, 14.0))
    release = train(world.catalogue, cutoff, options, created_at=DEFAULT_END)
    promote_first(publish(release).version, reason="nothing served before")
    set_state(publish(prior_release()).version, "shadow")
    started = time.perf_counter()
    for days in DAYS:
        MLPredictionService().predict_videos(as_of=DEFAULT_END - timedelta(days=days))
    return time.perf_counter() - started


def _let_time_pass() -> None:
    from downloader.models import VideoAnalytics, VideoDownload

    VideoDownload.objects.update(title="another title", channel_id="another", duration=1.0, description="")
    VideoAnalytics.objects.update(views=1, likes=0)
    keys = list(VideoDownload.objects.order_by("pk").values_list("pk", flat=True))
    VideoDownload.objects.filter(pk__in=keys[::3]).delete()


if __name__ == "__main__":
    sys.exit(main())
