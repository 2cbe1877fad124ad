"""The site's settings with short leases and kinds of jobs that leave evidence."""

from __future__ import annotations

from config.settings import *  # noqa: F403  (a settings file that adds to another)
from config.settings import FOREVIEW as _SITE

FOREVIEW = _SITE | {
    "JOB_LEASE_SECONDS": 4.0,
    "JOBS": {
        "evidence": "benchmarks.jobs_evidence.leave_evidence",
        "late": "benchmarks.jobs_evidence.write_late",
    },
}
