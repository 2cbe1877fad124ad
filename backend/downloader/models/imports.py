"""What was imported, by whom, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone


class ImportRun(models.Model):
    """A source that was looked at, and perhaps applied and undone again.

    Its rows, those that were refused, and what undoing needs lie in a folder beside the releases, see ``docs/explanation/imports.md``.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", "previewed: nothing is written yet"
        APPLIED = "applied", "applied"
        UNDONE = "undone", "undone"
        REFUSED = "refused", "refused: the source cannot be read"

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    who = models.CharField(db_index=True, help_text="who asked, such as api: mary")
    file = models.CharField(help_text="name of the source")
    kind = models.CharField(help_text="studio, ytdlp, …")
    sha256 = models.CharField(max_length=64, help_text="of the source")
    heading = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256 of the columns of a table")
    options = models.JSONField(default=dict, help_text="mapping and what else was said about the source")

    state = models.CharField(choices=State.choices, default=State.PREVIEWED)
    counts = models.JSONField(default=dict, help_text="table → rows added, changed, unchanged")
    refused = models.PositiveBigIntegerField(default=0, help_text="rows")
    refused_first = models.JSONField(default=list, help_text="first of them, with line, field and reason")
    examples = models.JSONField(default=list, help_text="some of the values that are replaced")
    notes = models.JSONField(default=list, help_text="what was assumed")
    error = models.JSONField(null=True, blank=True, help_text="rule, fact and next step where the source is refused")
    folder = models.CharField(blank=True, default="", help_text="where its rows lie; empty: tidied away")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    stays = models.JSONField(default=list, help_text="ids of videos that undoing left, because they were forecast")

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["who", "kind", "heading"], name="import_mapping")]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.file}: {self.state}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row. What was read may hold NUL characters, which PostgreSQL keeps in no text and no JSON."""
        for name in ("file", "options", "refused_first", "examples", "notes", "error"):
            setattr(self, name, _without_nul(getattr(self, name)))
        super().save(*args, **kwargs)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(part) for name, part in value.items()}
    return value


class StoredAnswer(models.Model):
    """The answer to a request that carried an ``Idempotency-Key``, to be given again; without a status it is not answered yet."""

    who = models.CharField(help_text="name of the account")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(blank=True, default="", help_text="header Location")
    body = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "stored answer"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="answer_one_a_key")]

    def __str__(self) -> str:
        return f"{self.who}: {self.key}"
