"""Two gold versions of a project: one that a tag names, in DVC's cache, and that of the work tree."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import polars as pl

from curate.project import Project
from tests.curate.versions.test_revisions import git, store

Rows = Sequence[tuple[str, str, str, str]]
OLD = [
    ("a1", "where is my parcel, it was due on monday", "orders", "train"),
    ("a2", "where is my parcel?", "orders", "train"),
    ("b1", "write to kim@example.com about the lamp", "billing", "test"),
    ("c1", "two invoices came", "billing", "train"),
    ("d1", "gone in the next version", "billing", "validation"),
]
NEW = [
    ("a1", "where is my parcel, it was due on friday", "orders", "train"),
    ("a2", "where is my parcel?", "billing", "train"),
    ("b1", "write to kim@example.com about the rug", "billing", "test"),
    ("c1", "two invoices came", "billing", "test"),
    ("e1", "new in this version <script>window.assayHurt=1</script>", "orders", "train"),
]
SPLITS = ("train", "validation", "test")


def write_versions(project: Project, old: Rows = OLD, new: Rows = NEW) -> None:
    """`old` under the tag v1, `new` in `gold/`."""
    root = project.root
    git(root, "init", "-q", "-b", "main")
    (root / ".dvc").mkdir(exist_ok=True)
    (root / ".gitignore").write_text(".dvc/cache\n.assay\n/data\n/gold\n")
    listing = [
        {"md5": store(root / ".dvc" / "cache", content), "relpath": name}
        for name, content in files(old).items()
    ]
    digest = store(root / ".dvc" / "cache", json.dumps(listing).encode(), ".dir")
    (root / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  publish:\n    cmd: assay publish\n    outs:\n"
        f"    - path: gold\n      hash: md5\n      md5: {digest}\n"
    )
    git(root, "add", "-A", ".")
    git(root, "commit", "-q", "-m", "v1")
    git(root, "tag", "v1")
    project.gold.mkdir(exist_ok=True)
    for name, content in files(new).items():
        (project.gold / name).write_bytes(content)


def files(rows: Rows) -> dict[str, bytes]:
    """A gold folder."""
    made = {}
    for split in SPLITS:
        mine = [row[:3] for row in rows if row[3] == split]
        buffer = io.BytesIO()
        frame = pl.DataFrame(
            mine, schema=dict.fromkeys(("example_id", "input", "output"), pl.String), orient="row"
        )
        frame.write_parquet(buffer)
        made[f"{split}.parquet"] = buffer.getvalue()
    made["manifest.json"] = json.dumps({"task": {"kind": "classification"}, "rows": rows}).encode()
    return made
