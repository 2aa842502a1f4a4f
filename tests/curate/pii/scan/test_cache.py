"""The cache changes nothing but the time, and holds no text."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.keys import Key
from curate.pii.detect import detector as detector_module
from curate.pii.detect.detector import code_digest
from curate.pii.detect.params import ScanParams
from curate.pii.scan import cache as module
from curate.pii.scan.cache import ScanCache
from curate.pii.scan.search import search

_TEXTS = [
    "mail jo@example.com",
    "nothing",
    "é 07911 123456 ü jo@corp.local",
    "card 4111 1111 1111 1111",
    "",
    "dob 12/03/1980",
    "NHS 9434765919",
]


def _frame(texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": list(range(len(texts))), "t": texts}, schema={"row": pl.Int64, "t": pl.String}
    )


@settings(max_examples=30, deadline=None)
@given(first=st.lists(st.sampled_from(_TEXTS)), second=st.lists(st.sampled_from(_TEXTS)))
def test_a_warm_scan_equals_a_cold_one(
    detector: Any, key: Key, tmp_path_factory: Any, first: list[str], second: list[str]
) -> None:
    cache = ScanCache.of(tmp_path_factory.mktemp("project"), key, detector)
    for texts in (first, second, first):
        assert search(_frame(texts), ["t"], detector, cache=cache).equals(
            search(_frame(texts), ["t"], detector)
        )


def test_only_changed_texts_are_read_again(
    detector: Any, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ScanCache.of(tmp_path, key, detector)
    search(_frame(_TEXTS), ["t"], detector, cache=cache)
    read: list[str] = []
    real = detector.read
    monkeypatch.setattr(
        detector, "read", lambda batch: (read.extend(text for text, _ in batch), real(batch))[1]
    )
    search(_frame([*_TEXTS, "mail new@example.com"]), ["t"], detector, cache=cache)
    assert read == ["mail new@example.com"]


def test_it_holds_no_text_and_no_value(detector: Any, key: Key, tmp_path: Path) -> None:
    search(_frame(_TEXTS), ["t"], detector, cache=ScanCache.of(tmp_path, key, detector))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"texts.parquet", "texts.seal"}
    strings = (
        pl.read_parquet(files[0])
        .explode("hits")
        .unnest("hits")
        .select(pl.col(pl.String))
        .unpivot()["value"]
        .drop_nulls()
    )
    assert not [
        text
        for text in strings
        if any(part in text for part in ("jo@", "07911", "4111", "1980", "943", "nothing"))
    ]


def test_another_configuration_or_key_knows_nothing_of_it(detector: Any, key: Key, tmp_path: Path) -> None:
    from curate.pii.detect.detector import Detector

    one = ScanCache.of(tmp_path, key, detector)
    assert one is not None
    assert ScanCache.of(tmp_path, Key(b"x" * 32, "demo"), detector) != one
    other = ScanCache.of(tmp_path, key, Detector(ScanParams(threshold=0.7, ner=None)))
    assert other is not None
    assert other.folder != one.folder
    assert ScanCache.of(tmp_path, key, Detector(ScanParams(processes=2, ner=None))) == one


def test_a_broken_cache_is_as_good_as_none(detector: Any, key: Key, tmp_path: Path) -> None:
    cache = ScanCache.of(tmp_path, key, detector)
    assert cache is not None
    search(_frame(_TEXTS), ["t"], detector, cache=cache)
    (cache.folder / "texts.parquet").write_bytes(b"PAR1 nonsense")
    assert search(_frame(_TEXTS), ["t"], detector, cache=cache).equals(
        search(_frame(_TEXTS), ["t"], detector)
    )
    assert cache.read().height == len(_TEXTS)


def test_it_is_bounded(detector: Any, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TEXTS", 4)
    monkeypatch.setattr(module, "MAX_DETECTORS", 3)
    cache = ScanCache.of(tmp_path, key, detector)
    assert cache is not None
    search(_frame(["a@b.com", "c@d.com"]), ["t"], detector, cache=cache)
    search(_frame(["e@f.com", "g@h.com", "i@j.com"]), ["t"], detector, cache=cache)
    assert cache.read().height == 4
    for at in range(5):
        ScanCache(cache.folder.with_name(f"old{at}"), key).write(cache.read(), cache.read().clear())
    assert len(list(cache.folder.parent.iterdir())) == module.MAX_DETECTORS


def test_a_change_of_any_file_below_detect_is_another_detector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code_digest.cache_clear()
    before = code_digest()
    copy = tmp_path / "detect"
    shutil.copytree(Path(detector_module.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(detector_module, "__file__", str(copy / "detector.py"))
    code_digest.cache_clear()
    assert code_digest() == before
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        code_digest.cache_clear()
        assert code_digest() != before, path.name
        path.write_bytes(content)
    code_digest.cache_clear()
