"""A gold set of six topics written by hand, and live files drawn from the same topics or others.

Masking and the telling of languages are stood in for: what stands around them is tested here.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.project import Project
from curate.publish.digest import PUBLISHED
from curate.publish.manifest import SCHEMA

TOPICS = {
    "late": ("parcel", "late", "courier", "tracking", "driver", "delivery"),
    "refund": ("refund", "card", "charged", "twice", "money", "bank"),
    "login": ("password", "login", "code", "account", "locked", "email"),
    "sizes": ("size", "width", "height", "fits", "metres", "table"),
    "returns": ("return", "label", "damaged", "collect", "exchange", "box"),
    "stock": ("stock", "order", "preorder", "cancel", "change", "basket"),
}
SOLAR = ("solar", "panel", "roof", "inverter", "battery", "grid")
COMMON = ("the", "my", "please", "is", "when", "help", "with", "today", "can", "you")
CARD = {
    "assay": 1,
    "name": "desk",
    "kind": "classification",
    "behaviour": "route",
    "metric": {"name": "accuracy", "target": 0.8},
    "owner": "Ann",
    "labels": sorted(TOPICS),
    "languages": ["en"],
    "sources": {"desk": {}},
    "demo_key": "a key for tests only, of some length",
}
PERSONAL = "+44 7911 123456"


def text(draw: random.Random, words: tuple[str, ...]) -> str:
    said = draw.sample(words, 3) + draw.sample(COMMON, 4)
    draw.shuffle(said)
    return " ".join(said)


def tickets(seed: int, rows: int, solar: int = 0) -> pl.DataFrame:
    """`id, input, output, collected_at`: rows of the known topics, and `solar` of another."""
    draw = random.Random(seed)
    made = []
    for number in range(rows):
        label = draw.choice(sorted(TOPICS))
        made.append((f"T{seed}-{number:05d}", text(draw, TOPICS[label]), label))
    for number in range(solar):
        said = text(draw, SOLAR) + (f" ring {PERSONAL}" if number % 5 == 0 else "")
        made.append((f"S{seed}-{number:05d}", said, "stock"))
    frame = pl.DataFrame(made, schema=["id", "input", "output"], orient="row")
    return frame.with_columns(pl.lit("2026-03-01").alias("collected_at"))


def write_gold(root: Path, rows: pl.DataFrame) -> None:
    (root / "gold").mkdir(exist_ok=True)
    whole = rows.rename({"id": "example_id"}).sort("example_id")
    for name, dtype in PUBLISHED.items():
        if name not in whole.columns:
            whole = whole.with_columns(pl.lit(None, dtype).alias(name))
    whole = whole.select(*PUBLISHED).with_columns(
        pl.lit("en").alias("language"), pl.lit("desk").alias("source")
    )
    ends = {"train": (0, 0.6), "validation": (0.6, 0.2), "test": (0.8, 0.2)}
    for split, (start, share) in ends.items():
        part = whole.slice(int(whole.height * start), int(whole.height * share))
        part.write_parquet(root / "gold" / f"{split}.parquet")
    manifest = {"schema": SCHEMA, "content_digest": "ab" * 32, "version": "g1"}
    (root / "gold" / "manifest.json").write_text(json.dumps(manifest))
    none_dropped = pl.DataFrame(schema=dict.fromkeys(("example_id", "stage", "kept_id"), pl.String))
    none_dropped.write_parquet(root / "gold" / "ledger.parquet")


class StandInMask:
    """Masks the planted number alone."""

    def __init__(self, project: Project) -> None:
        self.key = project.key

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(pl.col("input").str.replace_all(PERSONAL, "<PHONE_NUMBER_1>", literal=True))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    (root / "task.yaml").write_text(yaml.safe_dump(CARD))
    # One look a year: a generous level takes few exchanges.
    (root / "params.yaml").write_text("monitor: {encoder: null, looks: 1}\n")
    write_gold(root, tickets(1, 400))
    monkeypatch.chdir(root)
    monkeypatch.setattr("governance.monitor.run.Masker", StandInMask)
    monkeypatch.setattr(
        "governance.monitor.run.identify",
        lambda texts: pl.Series(texts).str.contains("bonjour").replace_strict({True: "fr", False: "en"}),
    )
    return Project(root)
