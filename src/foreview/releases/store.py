"""Releases on disk, published whole or not at all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Final

from foreview.drafts import whole_folder
from foreview.errors import ReleaseError
from foreview.releases.container import pack
from foreview.releases.loading import MANIFEST, read_release, seal_of
from foreview.releases.manifest import Release, file_of
from foreview.releases.strict import to_json
from foreview.vocabulary import MODEL_KINDS

_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")


def publish_release(release: Release, folder: Path) -> None:
    """Write ``release`` as the new ``folder``.

    It is written to a hidden folder beside it and renamed when it is safely on the disk: interrupted at any moment there is
    a whole release under that name, or none.

    Raises
    ------
    ReleaseError
        If ``folder`` exists: releases are never changed.

    """
    check_can_publish(folder)
    with whole_folder(folder) as draft:
        for kind in MODEL_KINDS:
            (draft / file_of(kind)).write_bytes(pack(release.models[kind]))
        manifest = to_json(release.manifest)
        sealed = json.dumps({**manifest, "seal": seal_of(manifest)}, indent=2, ensure_ascii=False, allow_nan=False)
        (draft / MANIFEST).write_bytes(sealed.encode() + b"\n")
        check_can_publish(folder)  # again, for it may have taken long


def check_can_publish(folder: Path) -> None:
    """Raise ReleaseError unless ``folder`` is free; worth asking before hours of training."""
    if os.path.lexists(folder):
        raise ReleaseError(
            "a release is published to a new folder", f"{folder} exists", "Choose another folder; releases never change"
        )


def publish_to(root: Path, release: Release) -> Path:
    """Publish ``release`` under ``root`` in a folder named by its version, and return the folder.

    A release with the same version has the same content: then nothing is written.
    """
    folder = root / _checked(release.manifest.model_version)
    if not folder.exists():
        try:
            publish_release(release, folder)
        except (ReleaseError, OSError):
            if not folder.exists():
                raise  # else another writer was quicker, with the same content
    read_release(folder)
    return folder


def list_releases(root: Path) -> tuple[Path, ...]:
    """Return the folders of the releases under ``root`` by version, oldest cutoff first; drafts are none."""
    if not root.is_dir():
        return ()
    return tuple(sorted(path for path in root.iterdir() if _VERSION.fullmatch(path.name) and path.is_dir()))


def folder_of(root: Path, model_version: str) -> Path:
    """Return the folder of a release under ``root``.

    Raises
    ------
    ReleaseError
        If there is none.

    """
    folder = root / _checked(model_version)
    if not folder.is_dir():
        raise ReleaseError(
            "a release is a folder of the store",
            f"{root} has no {model_version}",
            "Choose another one, or bring it back",
        )
    return folder


def _checked(version: str) -> str:
    """Return ``version``, which becomes part of a path, if it is one."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError("a model_version is a day and twelve digits of a hash", f"found {version!r:.120}")
    return version
