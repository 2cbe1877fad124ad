"""From a folder to a release: everything is checked before anything is parsed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from foreview.errors import ReleaseCorrupt, ReleaseError, ReleaseFeaturesDiffer, ReleaseFormatUnknown
from foreview.releases.container import unpack
from foreview.releases.manifest import (
    RELEASE_FORMAT_VERSION,
    FileSeal,
    Manifest,
    Release,
    computed_features,
    file_of,
    file_seal,
    version_of,
)
from foreview.releases.strict import Json, canonical, dataclass_of, read_json
from foreview.vocabulary import MODEL_KINDS

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 16 * 1024**2
MAX_FILE_BYTES: Final = 1024**3
_AGAIN: Final = "Publish the release again from its source, or train it again"


def read_release(folder: Path) -> Release:
    """Return the release in ``folder``.

    In this order: format version, the manifest's own seal, the feature list, the set of files, their sizes and SHA-256, the names
    and sizes of their parts, the version. Only then are the parts handed on, still as bytes: nothing is unpickled, ever.

    Raises
    ------
    ReleaseFormatUnknown
        Written by another format version.
    ReleaseFeaturesDiffer
        Trained on other features than this version computes; says which.
    ReleaseCorrupt
        Naming the file, what was expected and what was found.
    ReleaseError
        If there is no release in ``folder``.

    """
    manifest = read_manifest(folder)
    _check_features(manifest)
    _check_files(folder, manifest)
    models = {}
    for kind in MODEL_KINDS:
        path = folder / file_of(kind)
        content = _checked_content(path, manifest.files[path.name])
        try:
            models[kind] = unpack(content)
        except ValueError as error:
            raise ReleaseCorrupt("a release holds zips of named parts", f"{path}: {error}", _AGAIN) from None
    if (version := version_of(manifest, models)) != manifest.model_version:
        raise ReleaseCorrupt(
            "model_version is the hash of the content",
            f"{folder} says {manifest.model_version}, its content is {version}",
            _AGAIN,
        )
    return Release(manifest, models)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest alone, its seal checked but not the files nor the feature list: enough to show it.

    Raises
    ------
    ReleaseError
        As :func:`read_release`.

    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ReleaseError(
            f"a release is a folder with {MANIFEST}", f"{folder} has none", "Make one with `foreview train`"
        )
    try:
        found = read_json(_bounded(path, MAX_MANIFEST_BYTES))
        _check_format_version(path, found)
        said, is_now = found.pop("seal", None), seal_of(found)
    except (ValueError, RecursionError) as error:
        raise ReleaseCorrupt(f"{MANIFEST} is JSON", f"{path}: {error}", _AGAIN) from None
    if said != is_now:
        raise ReleaseCorrupt(
            f"{MANIFEST} is as it was published", f"{path} is sealed as {said} and now has {is_now}", _AGAIN
        )
    try:
        return dataclass_of(Manifest, found)
    except (TypeError, ValueError) as error:
        raise ReleaseCorrupt(f"{MANIFEST} has the documented fields", f"{path}: {error}", _AGAIN) from None


def seal_of(manifest: Json) -> str:
    """Return the SHA-256 [hex] of the manifest as JSON, which has no field ``seal`` yet."""
    return hashlib.sha256(canonical(manifest)).hexdigest()


def _check_format_version(path: Path, found: Json) -> None:
    version = found.get("format_version") if isinstance(found, dict) else None
    if version != RELEASE_FORMAT_VERSION or type(version) is not int:
        raise ReleaseFormatUnknown(
            f"this version of Foreview reads releases of format version {RELEASE_FORMAT_VERSION}",
            f"{path} has {version!r}",
            "Train again with this version, or use the version of Foreview that wrote it",
        )


def _check_features(manifest: Manifest) -> None:
    expected, found = computed_features(), manifest.features
    if expected == found:
        return
    here, there = {feature.name for feature in expected}, {feature.name for feature in found}
    changed = sorted({item.name for item in set(expected) ^ set(found)} & here & there)
    facts = {"does not know": sorted(here - there), "has besides": sorted(there - here), "has otherwise": changed}
    said = "; ".join(f"it {verb} {', '.join(names)}" for verb, names in facts.items() if names)
    raise ReleaseFeaturesDiffer(
        "a release was trained on the features that this version computes",
        f"release {manifest.model_version}: {said or 'it has them in another order'}",
        "Train again with this version, or use the version of Foreview that wrote it",
    )


def _check_files(folder: Path, manifest: Manifest) -> None:
    documented = {file_of(kind) for kind in MODEL_KINDS}
    listed, there = set(manifest.files), {path.name for path in folder.iterdir()} - {MANIFEST}
    if listed != documented or there != documented:
        raise ReleaseCorrupt(
            f"a release holds {MANIFEST}, {', '.join(sorted(documented))} and nothing else",
            f"{folder}: missing {', '.join(sorted(documented - (there & listed))) or 'none'}, "
            f"unknown {', '.join(sorted((there | listed) - documented)) or 'none'}",
            _AGAIN,
        )


def _checked_content(path: Path, expected: FileSeal) -> bytes:
    try:
        content = _bounded(path, MAX_FILE_BYTES)
    except ValueError as error:
        raise ReleaseCorrupt("files of a release are of bounded size", f"{path}: {error}", _AGAIN) from None
    found = file_seal(content)
    if found != expected:
        raise ReleaseCorrupt(
            "each file has the size and the SHA-256 that the manifest says",
            f"{path}: expected {expected.bytes} bytes, {expected.sha256}; found {found.bytes} bytes, {found.sha256}",
            _AGAIN,
        )
    return content


def _bounded(path: Path, limit: int) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise ValueError("not a plain file")
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"larger than {limit} bytes")
    return content
