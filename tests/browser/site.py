"""A site as people run it: a database of its own, gunicorn, and a worker process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.error import URLError

CHECKOUT: Final = Path(__file__).resolve().parents[2]
MANAGE: Final = str(CHECKOUT / "backend" / "manage.py")
SMALL: Final = ("--channels", "3", "--videos", "150", "--days", "150")


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a site whose data lie in ``data``: the demo's, whatever the tests' own is."""
    own = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DEBUG", "ALLOWED_HOSTS", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in own and not name.startswith("FOREVIEW")}
    return kept | {"FOREVIEW_DATA": str(data), "PYTHONPATH": str(CHECKOUT / "backend")}


def seed(data: Path, *size: str) -> None:
    """Make a demo in ``data``."""
    for command in (("migrate", "--verbosity", "0"), ("seed_demo", *size)):
        subprocess.run([sys.executable, MANAGE, *command], check=True, env=environment(data), capture_output=True)


@contextmanager
def serving(data: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Serve the site, with a worker, and yield its address; ``settings`` are added to its environment."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    log = (data / "server.log").open("wb")
    server = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    worker = [sys.executable, MANAGE, "run_worker"]
    processes = [
        subprocess.Popen(
            command, env=environment(data) | dict(settings), stdout=log, stderr=log, cwd=CHECKOUT / "backend"
        )
        for command in (server, worker)
    ]
    try:
        _wait_for(f"{address}/api/v1/health/live", data / "server.log")
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)
        log.close()


@contextmanager
def copied(seeded: Path, to: Path) -> Iterator[str]:
    """Serve a copy of a seeded site, which may be changed."""
    shutil.copytree(seeded, to)
    with serving(to) as address:
        yield address


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5)
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(log.read_text(encoding="utf-8", errors="replace")[-2_000:])
