from __future__ import annotations

import io
import json
import os
import pickle  # to make what must never be loaded
import zipfile

import pytest

from foreview.errors import ReleaseCorrupt, ReleaseError, ReleaseFeaturesDiffer, ReleaseFormatUnknown
from foreview.releases.container import pack, unpack
from foreview.releases.loading import MANIFEST, read_manifest, read_release, seal_of
from foreview.releases.manifest import FeatureColumn, computed_features, file_seal
from foreview.releases.store import publish_release
from tests.core.releases.examples import MODELS, release


@pytest.fixture
def folder(tmp_path):
    publish_release(release(), tmp_path / "r")
    return tmp_path / "r"


def rewrite(folder, change, *, sealed=True):
    """Change the manifest, and seal it again as somebody would who knows how."""
    said = json.loads((folder / MANIFEST).read_text())
    change(said)
    if sealed:
        said["seal"] = seal_of({key: value for key, value in said.items() if key != "seal"})
    (folder / MANIFEST).write_text(json.dumps(said))


def replace_file(folder, name, content):
    """Put another content in place of a file, hashes and all."""
    (folder / name).write_bytes(content)
    expected = file_seal(content)
    rewrite(folder, lambda said: said["files"].update({name: {"sha256": expected.sha256, "bytes": expected.bytes}}))


def zip_of(*entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_published_release_reads_as_exactly_the_one_in_memory(folder):
    assert read_release(folder) == release()
    assert read_manifest(folder) == release().manifest


def test_equal_parts_make_equal_files():
    parts = MODELS["views"]
    assert pack(parts) == pack(dict(reversed(list(parts.items()))))
    assert unpack(pack(parts)) == parts


@pytest.mark.parametrize("name", ["views.zip", "engagement.zip", "revenue.zip"])
def test_any_flipped_byte_is_found_and_the_file_named(folder, name):
    content = (folder / name).read_bytes()
    for at in {0, len(content) // 2, len(content) - 1}:
        (folder / name).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(ReleaseCorrupt, match=name) as caught:
            read_release(folder)
        assert file_seal(content).sha256 in caught.value.fact
        assert file_seal((folder / name).read_bytes()).sha256 in caught.value.fact


def test_a_truncated_file_is_refused_with_both_sizes(folder):
    content = (folder / "views.zip").read_bytes()
    (folder / "views.zip").write_bytes(content[:-10])
    with pytest.raises(
        ReleaseCorrupt, match=rf"views\.zip: expected {len(content)} bytes.*found {len(content) - 10} bytes"
    ):
        read_release(folder)


@pytest.mark.parametrize("version", [2, 0, "1", True, None])
def test_another_format_version_is_refused_whatever_else_is_wrong(folder, version):
    rewrite(folder, lambda said: said.update(format_version=version, notes=3), sealed=False)
    with pytest.raises(ReleaseFormatUnknown, match=f"has {version!r}"):
        read_release(folder)


def test_a_feature_that_this_version_lacks_and_one_that_the_release_lacks_are_named(tmp_path):
    first, *rest = computed_features()
    old = release(features=(*rest, FeatureColumn("moon_phase", "rad", "number")))
    publish_release(old, tmp_path / "r")
    with pytest.raises(ReleaseFeaturesDiffer, match=f"does not know {first.name}; it has besides moon_phase"):
        read_release(tmp_path / "r")
    assert read_manifest(tmp_path / "r") == old.manifest


def test_a_feature_in_another_unit_or_another_order_is_refused(tmp_path):
    first, *rest = computed_features()
    publish_release(release(features=(FeatureColumn(first.name, "furlong", first.kind), *rest)), tmp_path / "unit")
    with pytest.raises(ReleaseFeaturesDiffer, match=f"it has otherwise {first.name}"):
        read_release(tmp_path / "unit")
    publish_release(release(features=(*rest, first)), tmp_path / "order")
    with pytest.raises(ReleaseFeaturesDiffer, match="another order"):
        read_release(tmp_path / "order")


def test_a_manifest_edited_by_hand_is_refused(folder):
    rewrite(folder, lambda said: said["notes"].append("better than it is"), sealed=False)
    with pytest.raises(ReleaseCorrupt, match="as it was published"):
        read_release(folder)


def test_a_manifest_laid_out_otherwise_says_the_same(folder):
    rewrite(folder, lambda said: None)
    assert read_release(folder) == release()


def test_a_version_that_is_not_the_hash_of_the_content_is_refused_even_when_sealed_again(folder):
    rewrite(folder, lambda said: said["options"].update(seed=8))
    with pytest.raises(ReleaseCorrupt, match="hash of the content"):
        read_release(folder)


@pytest.mark.parametrize("change", [{"as_of": 5}, {"unheard": 1}, {"kinds": {"clicks": {}}}, {"files": []}])
def test_a_manifest_with_other_fields_is_refused(folder, change):
    rewrite(folder, lambda said: said.update(change))
    with pytest.raises(ReleaseCorrupt, match="documented fields"):
        read_release(folder)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"format_version": 1, "notes": 1e999}', b'{"format_version": 1, "a": "\\ud800"}']
)
def test_a_manifest_that_says_nothing_is_refused(folder, text):
    (folder / MANIFEST).write_bytes(text)
    with pytest.raises(ReleaseError, match=MANIFEST.replace(".", r"\.")):
        read_release(folder)


def test_a_missing_file_and_an_extra_one_are_named(folder):
    (folder / "views.zip").rename(folder / "clicks.zip")
    with pytest.raises(ReleaseCorrupt, match=r"missing views\.zip, unknown clicks\.zip"):
        read_release(folder)


def test_a_file_that_the_manifest_adds_is_refused(folder):
    (folder / "evil.zip").write_bytes(b"")
    replace_file(folder, "evil.zip", b"")
    with pytest.raises(ReleaseCorrupt, match=r"missing none, unknown evil\.zip"):
        read_release(folder)


def test_a_link_to_elsewhere_is_no_file_of_a_release(folder):
    (folder / "views.zip").rename(folder.parent / "elsewhere.zip")
    (folder / "views.zip").symlink_to(folder.parent / "elsewhere.zip")
    with pytest.raises(ReleaseCorrupt, match="not a plain file"):
        read_release(folder)


def test_a_folder_without_a_manifest_is_no_release(tmp_path):
    with pytest.raises(ReleaseError, match="has none"):
        read_release(tmp_path)
    with pytest.raises(ReleaseError, match="has none"):
        read_release(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["../../weights.json", "/etc/weights.json", "a/b.json", "a\\b.json"])
def test_a_part_that_leaves_its_file_is_refused_though_its_hash_is_right(folder, name):
    replace_file(folder, "views.zip", zip_of((name, b"x")))
    with pytest.raises(ReleaseCorrupt, match="a part is named like"):
        read_release(folder)


def test_a_zip_bomb_is_refused_before_it_goes_off(folder):
    replace_file(folder, "views.zip", zip_of(("weights.json", bytes(64 * 1024**2))))
    with pytest.raises(ReleaseCorrupt, match="unpacks to 67108864 bytes"):
        read_release(folder)


def test_a_part_that_is_there_twice_is_refused(folder):
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zip_of(("weights.json", b"1"), ("weights.json", b"2"))
    replace_file(folder, "views.zip", content)
    with pytest.raises(ReleaseCorrupt, match="twice"):
        read_release(folder)


def test_no_byte_is_parsed_before_its_hash_was_checked(folder, monkeypatch):
    def boom(*args: object) -> None:
        raise AssertionError("parsed")

    (folder / "revenue.zip").write_bytes(b"PK")
    monkeypatch.setattr(zipfile.ZipFile, "__init__", boom)
    with pytest.raises(AssertionError, match="parsed"):  # views.zip is whole, so it is opened
        read_release(folder)
    (folder / "views.zip").write_bytes(b"PK")
    with pytest.raises(ReleaseCorrupt, match=r"views\.zip"):
        read_release(folder)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (self.path,))


def test_pickled_bytes_are_never_loaded(folder, tmp_path):
    pickled = pickle.dumps(Bomb(str(tmp_path / "exploded")))
    replace_file(folder, "views.zip", pickled)
    with pytest.raises(ReleaseCorrupt, match="not a zip of parts"):
        read_release(folder)
    replace_file(folder, "views.zip", zip_of(("weights.json", pickled)))
    with pytest.raises(ReleaseCorrupt, match="hash of the content"):
        read_release(folder)
    assert not (tmp_path / "exploded").exists()
