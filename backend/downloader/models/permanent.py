"""Rows that are written once: what happened is not changed afterwards, and not deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models

from foreview.errors import UsageError

M = TypeVar("M", bound=models.Model)


class PermanentQuerySet(models.QuerySet[M]):
    """Rows that are added and read; only the fields that their model calls ``changeable`` may be updated."""

    def update(self, **values: Any) -> int:
        _check_may_change(self.model, set(values))
        return super().update(**values)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        names = list(fields)
        _check_may_change(self.model, names)
        return super().bulk_update(objs, names, batch_size)

    def delete(self) -> tuple[int, dict[str, int]]:
        return _refuse(self.model, "they were to be deleted")

    def remove_for_retention(self) -> int:
        """Delete these rows, and return how many: for a rule that keeps what must be kept of them, and for nothing else."""
        return super().delete()[0]


class Permanent(models.Model):
    """Base of the rows that are written once."""

    changeable: ClassVar[frozenset[str]] = frozenset()
    """Fields that may be updated all the same."""

    objects = PermanentQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _check_may_change(type(self), kwargs.get("update_fields"))
        super().save(*args, **{"force_insert": self._state.adding, **kwargs})

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        return _refuse(type(self), f"{self} was to be deleted")


def _check_may_change(model: type[models.Model], names: Collection[str] | None) -> None:
    allowed: frozenset[str] = getattr(model, "changeable", frozenset())
    if names is None or not set(names) <= allowed:
        _refuse(model, f"{', '.join(sorted(names)) if names else 'all fields'} were to be written again")


def _refuse(model: type[models.Model], fact: str) -> NoReturn:
    raise UsageError(f"rows of {model._meta.label} are written once and never changed nor deleted", fact)
