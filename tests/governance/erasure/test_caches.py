"""Caches removed whole."""

from __future__ import annotations

from pathlib import Path

from governance.erasure.caches import remove_caches
from governance.erasure.where import Where
from tests.governance.erasure.conftest import files_under

GONE = (
    ".assay/cache/scan/ab12/texts.parquet",
    ".assay/subjects/tokens-0.npy",
    ".assay/endpoint.sqlite",
    ".assay/endpoint.sqlite-wal",
    ".models.work/k1/lora.checkpoint.safetensors",
    "data/.scan.4711-0.new/examples.parquet",
    "gold/.train.parquet.4711.old",
    "data/raw/export/cache-0a1b.arrow",
    "data/raw/export/tmpx7",
)
STAYS = (
    ".assay/key",
    ".assay/lock",
    ".assay/raw.json",
    "data/raw/export/data-00000-of-00001.arrow",
    "data/raw/export/state.json",
    "data/raw/cache-of-somebody.arrow",
    "data/.hidden.new",
    ".git/.index.12.new",
    ".dvc/cache/files/md5/ab/c",
)


def test_caches_go_and_all_else_stays(tmp_path: Path) -> None:
    for name in (*GONE, *STAYS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "elsewhere").mkdir()
    removed = remove_caches(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in files_under(tmp_path)} == set(STAYS)
    assert Where("caches", "", ".models.work") in removed and len(removed) == 9
    assert remove_caches(tmp_path) == ()


def test_a_cache_that_is_a_link_is_removed_and_what_it_names_is_not(tmp_path: Path) -> None:
    target = tmp_path / "far" / "texts"
    target.parent.mkdir()
    target.write_text("x")
    (tmp_path / "project" / ".assay").mkdir(parents=True)
    (tmp_path / "project" / ".assay" / "cache").symlink_to(target.parent)
    assert len(remove_caches(tmp_path / "project")) == 1
    assert target.exists() and not (tmp_path / "project" / ".assay" / "cache").exists()
