"""The scan cache is believed only where the key sealed it: emptied findings are looked for again."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from curate.pii.scan.stage import run as scan
from curate.project import Project


def caches(root: Path) -> list[Path]:
    return sorted((root / ".assay" / "cache" / "scan").glob("*/texts.parquet"))


def empty(path: Path) -> None:
    """Take every finding out of the cache."""
    frame = pl.read_parquet(path)
    frame.with_columns(pl.lit([], dtype=frame.schema["hits"]).alias("hits")).write_parquet(path)


def findings(root: Path) -> int:
    scan(Project(root))
    return pl.read_parquet(root / "data" / "scan" / "findings.parquet").height


def test_emptied_findings_are_not_believed(victim: Path) -> None:
    assert caches(victim)
    for path in caches(victim):
        empty(path)
    assert findings(victim) == 40


def test_a_cache_whose_seal_is_gone_or_anothers_is_not_believed(victim: Path) -> None:
    (path,) = caches(victim)
    empty(path)
    path.with_name("texts.seal").write_text("0" * 32)
    assert findings(victim) == 40
    (path,) = caches(victim)
    empty(path)
    path.with_name("texts.seal").unlink()
    assert findings(victim) == 40


def test_the_true_cache_of_another_detector_is_not_believed(victim: Path) -> None:
    (path,) = caches(victim)
    params = victim / "params.yaml"
    text = params.read_text()
    params.write_text(text + "scan: {entities: [PHONE_NUMBER], ner: null}\n")
    assert findings(victim) == 0
    (other,) = [found for found in caches(victim) if found != path]
    shutil.rmtree(path.parent)
    shutil.copytree(other.parent, path.parent)
    params.write_text(text)
    assert findings(victim) == 40


def test_a_true_cache_is_used(victim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.pii.detect.detector import Detector

    def refuse(*_: object) -> None:
        raise AssertionError("a text was read again")

    monkeypatch.setattr(Detector, "read", refuse)
    assert findings(victim) == 40
