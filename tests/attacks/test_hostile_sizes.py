"""Files that grow when they are read: linear time, or a refusal by a limit that who runs it can raise."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.read import read_records
from curate.task import read_task


def zeros(path: Path, megabytes: int, kind: str) -> Path:
    """A packed CSV file of equal signs."""
    import zstandard

    block = b"a" * (1 << 20)
    with gzip.open(path, "wb") if kind == "gz" else zstandard.open(path, "wb") as file:
        file.write(b"t\n")
        for _ in range(megabytes):
            file.write(block)
    return path


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_packed_bomb_is_given_up_early(kind: str, tmp_path: Path) -> None:
    bomb = zeros(tmp_path / f"x.csv.{kind}", 300, kind)
    assert bomb.stat().st_size < 400_000
    begun = time.perf_counter()
    with pytest.raises(AssayError, match="over the limit of 500") as error:
        read_records(bomb)
    assert time.perf_counter() - begun < 10
    assert "ASSAY_MAX_RATIO=" in error.value.fix


def test_a_packed_file_may_be_as_large_as_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = zeros(tmp_path / "x.csv.gz", 70, "gz")
    monkeypatch.setenv("ASSAY_MAX_RATIO", "100000")
    with pytest.raises(AssayError, match="bytes in one cell"):
        read_records(bomb)
    monkeypatch.setenv("ASSAY_MAX_CELL", "100000000")
    assert read_records(bomb).frame.height == 1
    monkeypatch.setenv("ASSAY_MAX_UNPACKED", "1000000")
    with pytest.raises(AssayError, match="bytes when unpacked"):
        read_records(bomb)
    monkeypatch.setenv("ASSAY_MAX_UNPACKED", "many")
    with pytest.raises(AssayError, match="not a whole number"):
        read_records(bomb)


def test_a_cell_of_a_book_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("t\n" + "a" * 10_000_001 + "\n")
    with pytest.raises(AssayError, match=r"10,000,001 bytes in one cell") as error:
        read_records(path)
    assert "export ASSAY_MAX_CELL=10000001" in error.value.fix


def test_ten_thousand_columns_are_read_and_more_refused(tmp_path: Path) -> None:
    def table(width: int) -> list[Path]:
        names = [f"c{number}" for number in range(width)]
        (tmp_path / "x.csv").write_text(",".join(names) + "\n" + ",".join("x" * width) + "\n")
        (tmp_path / "x.jsonl").write_text(json.dumps(dict.fromkeys(names, "x")) + "\n")
        pl.DataFrame({name: ["x"] for name in names}).write_parquet(tmp_path / "x.parquet")
        return [tmp_path / "x.csv", tmp_path / "x.jsonl", tmp_path / "x.parquet"]

    for path in table(10_000):
        begun = time.perf_counter()
        assert read_records(path).frame.width == 10_000
        assert time.perf_counter() - begun < 20
    for path in table(10_001):
        with pytest.raises(AssayError, match="10,001 columns"):
            read_records(path)


def test_rows_of_other_names_each_do_not_multiply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f'{{"k{number}": 1}}\n' for number in range(5_000)))
    monkeypatch.setenv("ASSAY_MAX_CELLS", "1000000")
    with pytest.raises(AssayError, match="25,000,000 cells"):
        read_records(path)


def test_a_parquet_file_of_equal_rows_is_counted_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.parquet"
    pl.select(pl.repeat("x", 2_000_000).alias("t")).write_parquet(path)
    assert path.stat().st_size < 200_000
    monkeypatch.setenv("ASSAY_MAX_CELLS", "1000000")
    with pytest.raises(AssayError, match="2,000,000 cells"):
        read_records(path)


def test_a_card_of_forty_thousand_labels_is_refused_at_once(tmp_path: Path) -> None:
    labels = "".join(f"  l{number}: x\n" for number in range(40_000))
    (tmp_path / "task.yaml").write_text(
        "name: x\nkind: classification\nbehaviour: b\nmetric: {name: accuracy, target: 1}\n"
        f"labels:\n{labels}"
    )
    begun = time.perf_counter()
    with pytest.raises(AssayError, match="40,000 labels"):
        read_task(tmp_path)
    assert time.perf_counter() - begun < 20
