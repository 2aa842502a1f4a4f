"""Reading a gold version back, and checking that it is still what its manifest says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json, load_parquet
from curate.errors import AssayError, GateFailed
from curate.provenance import names_output
from curate.publish.digest import PUBLISHED, content_of, marks
from curate.publish.manifest import SCHEMA
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


def verify_gold(folder: Path) -> Gold:
    """Recompute every digest of the gold version in `folder`; return it if all agree.

    Raises
    ------
    GateFailed
        Naming the first split whose rows are not those the manifest was written for.
    AssayError
        As `load_gold`.
    """
    gold = load_gold(folder)
    found = content_of(marks(gold.splits))
    stated = gold.manifest.get("splits", {})
    for split in SPLITS:
        if found["splits"][split] != stated.get(split):
            raise GateFailed(
                f"{folder / split}.parquet is not what the manifest says: rows were changed after publishing",
                fix=f"dvc checkout {folder.name}   (the published rows), or: {_FIX}",
            )
    if found["content_digest"] != gold.manifest.get("content_digest"):
        raise GateFailed(
            f"{folder / 'manifest.json'} states another content digest than its own splits give",
            fix=f"dvc checkout {folder.name}, or: {_FIX}",
        )
    return gold
