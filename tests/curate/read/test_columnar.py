"""Parquet, Arrow and datasets folders read as they are; damaged ones and remote names fail with words."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.read import need_columns, read_records, read_table
from curate.read.hub import HubName, parse_hub_name

FRAME = pl.DataFrame({"text": ["a", "b"], "n": [1, 2], "turns": [[{"role": "user"}], []]})


def test_parquet_and_both_arrow_forms_read_alike(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "d.parquet")
    FRAME.write_ipc(tmp_path / "d.arrow")
    FRAME.write_ipc_stream(tmp_path / "s.feather")
    for name in ("d.parquet", "d.arrow", "s.feather"):
        assert read_table(tmp_path / name).equals(FRAME)
    assert read_records(tmp_path / "d.parquet").lines.to_list() == [0, 1]


def test_categories_become_strings(tmp_path: Path) -> None:
    pl.DataFrame({"c": ["x", "y"]}, schema={"c": pl.Categorical}).write_parquet(tmp_path / "d.parquet")
    assert read_table(tmp_path / "d.parquet").schema == {"c": pl.String}


@pytest.mark.parametrize("name", ["d.parquet", "d.arrow"])
def test_damaged_and_empty_files_say_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"ARROW1 or PAR1, cut short")
    with pytest.raises(AssayError, match="damaged, cut short, or another format"):
        read_table(tmp_path / name)
    FRAME.clear().write_parquet(tmp_path / "e.parquet")
    with pytest.raises(AssayError, match="holds no rows"):
        read_table(tmp_path / "e.parquet")


def test_a_folder_of_save_to_disk_reads_with_labels_by_name(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_dict(
        {"text": ["a", "b", "c"], "label": [1, 0, -1]},
        features=datasets.Features(
            {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
        ),
    )
    made.save_to_disk(str(tmp_path / "one"))
    assert read_table(tmp_path / "one").rows() == [("a", "yes"), ("b", "no"), ("c", None)]
    datasets.DatasetDict({"train": made, "test": made}).save_to_disk(str(tmp_path / "both"))
    with pytest.raises(AssayError, match="holds the splits test, train") as caught:
        read_table(tmp_path / "both")
    assert str(tmp_path / "both/test") in caught.value.fix
    assert read_table(tmp_path / "both/train").height == 3


def test_hub_names_are_taken_apart() -> None:
    assert parse_hub_name("hf://owner/name@v1.0?split=test&config=en") == HubName(
        "owner/name", "v1.0", "en", "test"
    )
    assert parse_hub_name(str(Path("hf://owner/name"))) == HubName("owner/name", None, None, "train")
    for wrong in ("hf://", "hf://a/b/c", "hf://a/b?sheet=1"):
        with pytest.raises(AssayError, match="not a dataset name"):
            parse_hub_name(wrong)


def test_a_hub_name_that_cannot_be_loaded_says_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")

    def offline(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    with pytest.raises(
        AssayError, match=r"dataset owner/name \(split train, revision v1\) cannot be loaded: ConnectionError"
    ):
        read_table("hf://owner/name@v1")


def test_missing_columns_name_the_nearest() -> None:
    need_columns(FRAME, ["text"], "d.csv")
    with pytest.raises(AssayError, match="no column 'Txt'; its columns are: text, n, turns") as caught:
        need_columns(FRAME, ["Txt"], "d.csv", option="--input")
    assert "did you mean 'text'" in caught.value.fix and "--input" in caught.value.fix
    with pytest.raises(AssayError) as caught:
        need_columns(FRAME.select(pl.first().alias("source")), ["nosuch"], "d.csv")
    assert "did you mean" not in caught.value.fix and "its columns are: source" in caught.value.problem
