"""Reading a gold version back, and checking that it is still what its manifest says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.digests import algorithm_of, digest_by
from curate.documents import load_json, load_parquet
from curate.errors import AssayError, GateFailed
from curate.keys import Key
from curate.provenance import names_output
from curate.publish.digest import PUBLISHED, content_of, marks
from curate.publish.manifest import MANIFEST, SCHEMA, SEALED
from curate.seal import require
from curate.splits import SPLITS

_FIX = "assay publish   (or: dvc repro publish)"


@dataclass(frozen=True)
class Gold:
    """A gold version: three frames (schema `PUBLISHED`, sorted by id) and the manifest."""

    train: pl.DataFrame
    validation: pl.DataFrame
    test: pl.DataFrame
    manifest: dict[str, Any]

    @property
    def splits(self) -> dict[str, pl.DataFrame]:
        """The frames by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def load_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the gold version in `folder`.

    Raises
    ------
    AssayError
        If there is no such folder or manifest, or it was written by another generation of assay.
    """
    path = folder / "manifest.json"
    if not folder.is_dir() and names_output(folder.parent, folder.name):
        raise AssayError(
            f"{folder} is not in this working copy, though dvc.lock names it: it has not been fetched",
            fix="dvc pull   (from the remote; or make it again from the raw files: dvc repro)",
        )
    if not folder.is_dir():
        raise AssayError(f"{folder} does not exist: no gold version has been published", fix=_FIX)
    if not path.exists():
        raise AssayError(f"{folder} holds no manifest.json: it is not a gold version", fix=_FIX)
    manifest = load_json(path, fix=_FIX)
    if manifest.get("schema") != SCHEMA:
        raise AssayError(f"{path} is not of schema {SCHEMA}; another release of assay wrote it", fix=_FIX)
    return manifest


def _load_split(folder: Path, split: str) -> pl.DataFrame:
    path = folder / f"{split}.parquet"
    frame = load_parquet(path, fix=_FIX)
    if frame.schema != PUBLISHED:
        raise AssayError(
            f"{path} has other columns than a gold version: {', '.join(frame.columns)}", fix=_FIX
        )
    return frame


def load_gold(folder: Path) -> Gold:
    """The gold version in `folder`.

    Raises
    ------
    AssayError
        If the folder, the manifest or a split is missing, unreadable or of another shape.
    """
    manifest = load_manifest(folder)
    return Gold(**{split: _load_split(folder, split) for split in SPLITS}, manifest=manifest)


def verify_gold(folder: Path, key: Key | None = None) -> Gold:
    """Check every file of the gold version in `folder` against its manifest, and with `key` the manifest's
    seal; return the version if all agree.

    Without the key the digests show accidents only: whoever edits a file can edit the manifest too.

    Raises
    ------
    GateFailed
        Naming the first file that is not the one the manifest was written for, or the manifest itself.
    AssayError
        As `load_gold`.
    """
    gold = load_gold(folder)
    restore = f"dvc checkout --force {folder.name}   (the published one), or: {_FIX}"
    if key is not None:
        require(gold.manifest, key, SEALED, str(folder / MANIFEST), restore)
    for problem in changed_files(folder, gold.manifest):
        raise GateFailed(problem, fix=restore)
    if lacking := [name for name, kind in _SHAPE.items() if not isinstance(gold.manifest.get(name), kind)]:
        raise GateFailed(f"{folder / MANIFEST} lacks its {', '.join(lacking)}", fix=restore)
    if not gold.manifest["funnel"]:
        raise GateFailed(f"{folder / MANIFEST} has an empty funnel: no stage is named", fix=restore)
    content = content_of(marks(gold.splits))
    stated = gold.manifest["splits"]
    for split in SPLITS:
        if content["splits"][split] != stated.get(split):
            raise GateFailed(
                f"{folder / split}.parquet is not what the manifest says: rows were changed after publishing",
                fix=restore,
            )
    if content["content_digest"] != gold.manifest["content_digest"]:
        raise GateFailed(
            f"{folder / MANIFEST} states another content digest than its own splits give", fix=restore
        )
    return gold


# What every reader of a manifest counts on.
_SHAPE: dict[str, type] = {
    "splits": dict,
    "funnel": list,
    "files": dict,
    "params": dict,
    "task": dict,
    "made_from": dict,
    "content_digest": str,
    "version": str,
    "rows": int,
}


def changed_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the files of a gold folder beside the digests of its manifest, in words."""
    stated = manifest.get("files")
    if not isinstance(stated, Mapping):
        yield f"{folder / MANIFEST} does not state the digests of its files"
        return
    here = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    here.pop(MANIFEST, None)
    for name in sorted(stated.keys() | here.keys()):
        if name not in here:
            yield f"{folder / str(name)} is gone, though the manifest names it"
        elif name not in stated:
            yield f"{folder / name} is not named by the manifest: it was added after publishing"
        elif digest_by(algorithm_of(manifest), here[name]) != stated[name]:
            yield f"{folder / name} is not what the manifest says: it was changed after publishing"
