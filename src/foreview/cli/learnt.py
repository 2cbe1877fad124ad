"""What a release may know that a question as of an earlier time must not: said, for such an answer flatters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from foreview.releases.manifest import Release


def notes_of_learnt(release: Release, asked: Sequence[datetime]) -> tuple[str, ...]:
    """Return a sentence where ``release`` was trained on what was known later than some of the times ``asked``; else none."""
    cutoff = release.manifest.as_of
    early = [time for time in asked if time < cutoff]
    if not early or not release.manifest.data_window.videos:  # the documented prior learnt nothing
        return ()
    which = f"{len(early)} of {len(asked)} videos are asked for as of a time"
    if len(set(asked)) == 1:
        which = f"asked as of {early[0].isoformat()},"
    may_know = "it may have learnt what was still to come, so this says nothing of how right it is"
    return (f"{which} before the release's cutoff {cutoff.isoformat()}: {may_know}",)
