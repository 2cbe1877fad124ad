"""How long a thread is kept from running while the process trains: what a lease must outlast. Prints the longest silence [s]."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from foreview.options import TrainingOptions
from foreview.simulation.world import DEFAULT_END, simulate
from foreview.training.trainer import train

TICK_S: Final = 0.02
VIDEOS: Final = 480


def main() -> None:
    """Train on an invented world with a thread beside it that notes when it runs."""
    catalogue = simulate(channels=8, videos=VIDEOS, seed=1).catalogue
    over, seen = threading.Event(), [time.monotonic()]

    def tick() -> None:
        while not over.wait(TICK_S):
            seen.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    train(catalogue, DEFAULT_END, TrainingOptions(), created_at=datetime.now(UTC))
    took = time.monotonic() - started
    over.set()
    thread.join()
    longest = max(after - before for before, after in pairwise(seen))
    print(f"{VIDEOS} {took:.1f} {longest:.2f}")


if __name__ == "__main__":
    main()
