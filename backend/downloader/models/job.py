"""What is to be done, is being done and was done in the background, and which due times of the schedule were seen."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone


class JobState(models.TextChoices):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE: Final = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """One thing to do: this row says what becomes of it, the queue only carries its number to a worker.

    A worker holds a job by a *lease*: it is the ``owner`` until ``lease_until``, which it moves on while it works. Everything it
    writes here is written on condition that it still is the owner.
    """

    kind = models.CharField(db_index=True, help_text="what is done, such as train")
    arguments = models.JSONField(default=dict, blank=True, help_text="of that kind; {} for the usual")
    key = models.CharField(blank=True, default="", help_text="of jobs with one key only one is queued or running")
    asked_by = models.CharField(blank=True, default="", help_text="who asked, such as the schedule")

    state = models.CharField(choices=JobState.choices, default=JobState.QUEUED, db_index=True)
    due_at = models.DateTimeField(default=timezone.now, help_text="not before")
    ticket = models.UUIDField(null=True, blank=True, help_text="its place in the queue")
    attempts = models.PositiveIntegerField(default=0)
    most_attempts = models.PositiveIntegerField(default=3)
    cancel_requested = models.BooleanField(default=False, help_text="it ends at its next step")

    owner = models.CharField(blank=True, default="", help_text="the attempt that holds it")
    lease_until = models.DateTimeField(null=True, blank=True)
    suspected_at = models.DateTimeField(null=True, blank=True, help_text="when its worker was first taken for dead")

    step = models.CharField(blank=True, default="", help_text="what is being done")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0, help_text="0: not known")
    log = models.TextField(blank=True, default="", help_text="its last lines")
    result = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True, help_text="rule, fact and next step")

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, help_text="of the last attempt")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "due_at"], name="job_state_and_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=ACTIVE) & ~models.Q(key=""), name="job_one_active_a_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

    @property
    def is_active(self) -> bool:
        """Whether it is still to be done."""
        return self.state in ACTIVE

    def progress(self) -> str:
        """Return how far it is, in words: ``fit members, 3 of 5``."""
        return f"{self.step}, {self.done:,} of {self.total:,}" if self.total else self.step

    def why_failed(self) -> str:
        """Return rule, fact and next step of its error as sentences; empty where it has none."""
        said = self.error or {}
        return ". ".join(said[part] for part in ("rule", "fact", "next_step") if said.get(part))


class DueTime(models.Model):
    """A due time of a line of the schedule, seen by the worker that looked first: a row that can be there only once."""

    line = models.CharField(help_text="name of the line in the schedule")
    due_at = models.DateTimeField()
    job = models.ForeignKey(
        Job,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="due_times",
        help_text="what was queued; empty: due before a worker first looked",
    )

    class Meta:
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(fields=["line", "due_at"], name="due_time_seen_once")]

    def __str__(self) -> str:
        return f"{self.line} at {self.due_at:%Y-%m-%d %H:%M}"
