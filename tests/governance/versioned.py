"""A project with two gold versions in git's history and DVC's cache, made by hand: no DVC is needed."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import polars as pl
import yaml

from tests.curate.versions.test_revisions import git, store

TRAIN = {"v1": ["gone", "stays"], "v2": ["new", "stays"]}


def parquet(ids: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"example_id": ids}, schema={"example_id": pl.String}).write_parquet(buffer)
    return buffer.getvalue()


def digest_of(tag: str) -> str:
    return hashlib.sha256(tag.encode()).hexdigest()


def commit_version(root: Path, tag: str, code: str = "1") -> None:
    """Commit a dvc.lock of a version, models and an evaluation, with gold's objects in the cache."""
    cache = root / ".dvc" / "cache"
    rows = {"train": TRAIN[tag], "validation": ["kept-1"], "test": ["held-1", "held-2"]}
    splits = {split: {"rows": len(ids)} for split, ids in rows.items()}
    contents = {f"{split}.parquet": parquet(ids) for split, ids in rows.items()}
    manifest = {"content_digest": digest_of(tag), "splits": splits, "code": code}
    contents["manifest.json"] = json.dumps(manifest).encode()
    listing = [{"md5": store(cache, content), "relpath": name} for name, content in contents.items()]
    outs = {
        "gold": store(cache, json.dumps(listing).encode(), ".dir"),
        "models": hashlib.md5(f"m{tag}".encode()).hexdigest() + ".dir",
        "reports/evaluation": hashlib.md5(f"r{tag}".encode()).hexdigest() + ".dir",
    }
    stage = {"cmd": "x", "outs": [{"path": path, "hash": "md5", "md5": md5} for path, md5 in outs.items()]}
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"publish": stage}}))
    git(root, "add", "-A", ".")
    git(root, "commit", "-m", f"{tag} {code}")
