"""Which arm of an experiment serves a video: the same for ever, in every process."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal, TypeAlias

from foreview.errors import UsageError

Arm: TypeAlias = Literal["champion", "challenger"]

_BITS: Final = 53
"""As many as a float holds exactly."""


def arm_of(video_id: str, *, salt: str, share: float = 0.5) -> Arm:
    """Return the arm of a video in the experiment with this ``salt``, of which the challenger serves ``share`` (0..1) of all videos.

    The arm is read off the SHA-256 of salt and video id alone, so it needs no table, does not depend on who asks when, and a larger
    share moves videos to the challenger only. Experiments with different salts split the videos independently.

    Raises
    ------
    UsageError
        Unless ``share`` lies between 0 and 1 and there is a salt.

    Examples
    --------
    >>> [arm_of(f"v{n}", salt="titles 2026") for n in range(4)]
    ['champion', 'challenger', 'champion', 'challenger']

    """
    if not 0 <= share <= 1 or not salt:
        raise UsageError(
            "an experiment has a salt, and a share of the videos between 0 and 1", f"found {salt!r} and {share}"
        )
    return "challenger" if _position(video_id, salt) < share else "champion"


def _position(video_id: str, salt: str) -> float:
    """Return where a video lies in 0 .. 1 (1 excluded)."""
    # The length keeps salt "a" with video "bc" apart from salt "ab" with video "c".
    digest = sha256(f"{len(salt)}:{salt}:{video_id}".encode()).digest()
    return float((int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / 2**_BITS)
