"""Why a job ends before it is done."""

from __future__ import annotations

from foreview.errors import ForeviewError


class JobStopped(ForeviewError, RuntimeError):  # noqa: N818  (the state is the name)
    """A job that ends at a step, nobody's fault."""


class Cancelled(JobStopped):
    """Somebody cancelled it."""

    def __init__(self) -> None:
        super().__init__("a job that is cancelled ends at its next step")


class HandedBack(JobStopped):
    """Its worker is shutting down: another takes it over, and the attempt does not count."""

    def __init__(self) -> None:
        super().__init__("a worker that shuts down hands its job back")


class LeaseLost(JobStopped):
    """It was given to another worker, as its own showed no sign of life: nothing it writes may count."""

    def __init__(self, job: int) -> None:
        super().__init__(
            "a job is written to by the worker that holds it",
            f"job {job} was given away or ended meanwhile",
            "Nothing is to be done: what this worker did of it was dropped. If it happens often, raise JOB_LEASE_SECONDS",
        )
