"""However rows are parted into files, they are read as if one file held them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.read import read_records, read_table
from curate.read.shards import base_of, find_shards
from curate.read.stream import parts

VALUE = st.one_of(
    st.none(), st.integers(-5, 2**70), st.floats(-1, 1), st.text("aé ,\"'\n", max_size=4), st.just([1])
)
ROW = st.fixed_dictionaries({}, optional={"a": VALUE, "b": st.text("xy", max_size=2), "c": VALUE})


def parted(rows: list[Any], cuts: list[int]) -> list[list[Any]]:
    """`rows` in runs that end at `cuts`; a run may be empty."""
    at = sorted(min(cut, len(rows)) for cut in cuts)
    return [rows[start:end] for start, end in zip([0, *at], [*at, len(rows)], strict=True)]


def same(one: Path, many: Path) -> None:
    try:
        whole = read_records(one)
    except AssayError as error:
        with pytest.raises(AssayError) as caught:
            read_records(many)
        assert type(caught.value) is type(error)
        return
    records = read_records(many)
    assert records.frame.equals(whole.frame, null_equal=True)
    assert records.frame.schema == whole.frame.schema
    assert records.numbers.to_list() == whole.numbers.to_list()
    assert records.rejects.select("reason", "raw").equals(whole.rejects.select("reason", "raw"))
    assert records.nested == whole.nested


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.one_of(ROW.map(json.dumps), st.sampled_from(["", "{", "[]", '{"a":1,"a":2}', "\udcff"])),
        max_size=12,
    ),
    st.lists(st.integers(0, 12), max_size=3),
)
def test_json_lines(tmp_path: Path, lines: list[str], cuts: list[int]) -> None:
    folder = tmp_path / "many"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (tmp_path / "one.jsonl").write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    for number, some in enumerate(parted(lines, cuts)):
        (folder / f"part-{number}.jsonl").write_bytes("\n".join(some).encode("utf-8", "surrogateescape"))
    same(tmp_path / "one.jsonl", folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.sampled_from(['1,"x, ""y"""', "2,", '3,"two\nlines"', "short", "4,é", "5,b,c", "", "6,\udcff"]),
        max_size=12,
    ),
    st.lists(st.integers(0, 12), max_size=3),
)
def test_csv(tmp_path: Path, lines: list[str], cuts: list[int]) -> None:
    folder = tmp_path / "many"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()

    def write(path: Path, some: list[str]) -> None:
        path.write_bytes("\n".join(["n,text", *some]).encode("utf-8", "surrogateescape"))

    write(tmp_path / "one.csv", lines)
    for number, some in enumerate(parted(lines, cuts)):
        write(folder / f"part-{number}.csv", some)
    same(tmp_path / "one.csv", folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.integers(1, 12), st.lists(st.integers(0, 12), max_size=3))
def test_parquet_and_arrow(tmp_path: Path, height: int, cuts: list[int]) -> None:
    frame = pl.DataFrame({"n": range(height), "t": [f"row {n}" if n % 3 else None for n in range(height)]})
    frame = frame.with_columns(kind=pl.Series(["a", "b"] * height)[:height].cast(pl.Categorical))
    for end in ("parquet", "arrow"):
        folder = tmp_path / end
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        write = pl.DataFrame.write_parquet if end == "parquet" else pl.DataFrame.write_ipc
        write(frame, tmp_path / f"one.{end}")
        for number, rows in enumerate(parted(list(range(height)), cuts)):
            write(frame[rows] if rows else frame.clear(), folder / f"part-{number:05d}.{end}")
        same(tmp_path / f"one.{end}", folder)


def test_shards_in_the_order_of_their_numbers_with_lines_of_their_own(tmp_path: Path) -> None:
    for number, lines in ((9, ['{"a":1}', "{"]), (10, ["", '{"a":2}', "[]"]), (11, [])):
        (tmp_path / f"part-{number}.jsonl").write_text("\n".join(lines))
    records = read_records(tmp_path)
    assert records.frame["a"].to_list() == [1, 2]
    assert records.numbers.to_list() == [0, 2]
    assert records.where(records.lines, "raw").rows() == [("raw/part-9.jsonl", 1), ("raw/part-10.jsonl", 2)]
    assert "part-9.jsonl line 2 (invalid json), part-10.jsonl line 3 (not an object)" in records.unreadable()
    assert read_records(tmp_path / "part-1*.jsonl").frame["a"].to_list() == [2]


def test_folders_named_key_value_are_columns_of_text(tmp_path: Path) -> None:
    for year, place in (("2024", "caf%C3%A9"), ("__HIVE_DEFAULT_PARTITION__", "x")):
        folder = tmp_path / f"year={year}" / f"place={place}"
        folder.mkdir(parents=True)
        pl.DataFrame({"text": ["t"], "own": ["file"]}).write_parquet(folder / "0.parquet")
    (tmp_path / "_SUCCESS").touch()
    frame = read_table(tmp_path)
    assert sorted(frame.rows(), key=str) == [("t", "file", "2024", "café"), ("t", "file", None, "x")]
    assert frame.columns == ["text", "own", "year", "place"]
    assert read_table(f"{tmp_path}/year=*/**/*.parquet").height == 2
    # a column of the file is not overwritten by a folder's name
    (tmp_path / "own=folder").mkdir()
    pl.DataFrame({"text": ["u"], "own": ["mine"]}).write_parquet(tmp_path / "own=folder" / "1.parquet")
    assert read_table(tmp_path / "own=folder")["own"].to_list() == ["mine"]
    assert read_table(tmp_path).filter(text="u")["own"].to_list() == ["mine"]


def test_columns_of_some_shards_are_null_in_the_others(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "2.csv").write_text("b,a,c\n3,4,5\n")
    (tmp_path / "3.csv").write_text("")
    assert read_table(tmp_path).rows() == [("1", "2", None), ("4", "3", "5")]


def write_table(folder: Path, name: str = "1.parquet") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({"a": [1]}).write_parquet(folder / name)
    return folder


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["1.parquet", "_delta_log/0.json"], "Delta table"),
        (["data/1.parquet", "metadata/v1.metadata.json"], "Iceberg table"),
        (["train-00000-of-00001.parquet", "test-00000-of-00001.parquet"], "the splits test, train"),
        (["train/1.parquet", "validation/1.parquet"], "the splits train, validation"),
        (
            ["x-00000-of-00003.parquet", "x-00002-of-00003.parquet"],
            "of the 3 shards of x number 1 is missing",
        ),
        (["1.parquet", "2.csv"], "several formats: csv, parquet"),
        (["README.md"], "no file of a known format"),
    ],
)
def test_a_folder_that_means_something_else_than_its_files_is_refused(
    tmp_path: Path, names: list[str], problem: str
) -> None:
    for name in names:
        write_table(tmp_path, name)
    with pytest.raises(AssayError, match=problem) as caught:
        read_records(tmp_path)
    assert caught.value.fix


def test_shards_of_datasets_numbered_from_nought_or_one_are_whole(tmp_path: Path) -> None:
    for first in (0, 1):
        folder = tmp_path / str(first)
        for number in range(first, 2 + first):
            write_table(folder, f"train-{number:05d}-of-00002.parquet")
        (folder / "README.md").write_text("about")
        records = read_records(folder)
        assert records.frame.height == 2
        assert records.notes == ("not read beside the 2 shards: README.md",)


def test_a_shard_without_its_header_line_costs_no_row_in_silence(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("id,text\n1,one\n")
    (tmp_path / "2.csv").write_text("2,two\n3,three\n")
    with pytest.raises(AssayError, match="is its header line missing"):
        read_records(tmp_path)


def test_types_that_differ_between_shards_are_said(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({"a": [1.5]}).write_parquet(tmp_path / "2.parquet")
    records = read_records(tmp_path)
    assert records.frame["a"].to_list() == [1.0, 1.5]
    assert records.notes == ("column 'a' is Float64 in some shards, Int64 in others; it is read as Float64",)


def test_nothing_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="matches no file"):
        read_records(tmp_path / "*.csv")
    for end, content in (("jsonl", "\n"), ("csv", "a,b\n")):
        folder = tmp_path / end
        folder.mkdir()
        for number in range(2):
            (folder / f"{number}.{end}").write_text(content)
        with pytest.raises(AssayError, match="holds no rows in 2 files"):
            read_records(folder)


@pytest.mark.parametrize(
    ("pattern", "base"),
    [
        ("data/*.csv", "data"),
        ("*.csv", "."),
        ("/x/y=*/z", "/x"),
        ("data/a[0-9]/b*", "data"),
        ("data/a.csv", "data/a.csv"),
    ],
)
def test_what_stands_before_the_wildcard(pattern: str, base: str) -> None:
    assert base_of(pattern) == base


def test_a_file_whose_name_has_a_bracket_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].csv").write_text("a\n1\n")
    assert find_shards(tmp_path / "a[1].csv") is None
    assert read_table(tmp_path / "a[1].csv").height == 1


def test_in_parts_the_records_of_all_shards_are_counted_on(tmp_path: Path) -> None:
    for number, lines in enumerate((['{"a":1}', "{", '{"a":2}'], [], ['{"a":3}'] * 4)):
        (tmp_path / f"part-{number}.jsonl").write_text("\n".join(lines))
    whole = read_records(tmp_path)
    found = list(parts(tmp_path, 2))
    assert [number for part in found for number in part.numbers] == whole.numbers.to_list()
    assert pl.concat([part.records.frame for part in found]).equals(whole.frame)
    assert [part.unreadable.rows() for part in found if part.unreadable.height] == [[(1, "invalid_json")]]
    assert found[-1].read == found[-1].size


@pytest.fixture
def memory() -> Iterator[Any]:
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/", recursive=True)


def test_an_address_is_read_as_its_files_are(memory: Any, tmp_path: Path) -> None:
    memory.pipe("/box/deep/year=2024/part-1.jsonl", b'{"a":1}\n{')
    memory.pipe("/box/deep/year=2025/part-2.jsonl", b'{"a":2}')
    memory.pipe("/box/one.csv", b"a,b\n1,2\n")
    records = read_records("memory://box/deep")
    assert records.frame.rows() == [(1, "2024"), (2, "2025")]
    assert "year=2024/part-1.jsonl line 2" in records.unreadable()
    assert read_records(Path("memory://box/deep/*/part-2.jsonl")).frame.rows() == [(2, "2025")]
    assert read_records("memory://box/one.csv").frame.rows() == [("1", "2")]
    assert [part.start for part in parts(Path("memory://box/deep"), 1)] == [0, 1, 2]


def test_a_folder_of_datasets_at_an_address(memory: Any, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_dict({"text": ["a", "b", "c"]}).save_to_disk(tmp_path / "saved", num_shards=2)
    for path in (tmp_path / "saved").iterdir():
        memory.pipe(f"/box/saved/{path.name}", path.read_bytes())
    assert read_table("memory://box/saved")["text"].to_list() == ["a", "b", "c"]
    assert read_table(tmp_path / "saved")["text"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("memory://box/absent.csv", "does not exist"),
        ("file:///etc/passwd", "an address within this machine"),
        ("zip://a.csv::/tmp/x.zip", "an address within this machine"),
        ("simplecache::memory://box/a.csv", "does not exist"),
        ("nowhere://box/a.csv", "fsspec knows no nowhere://"),
    ],
)
def test_an_address_that_leads_nowhere(memory: Any, address: str, problem: str) -> None:
    with pytest.raises(AssayError, match=problem):
        read_records(address)


def test_errors_name_the_address_and_not_the_copy(memory: Any) -> None:
    memory.pipe("/box/bad.parquet", b"PAR1 no")
    with pytest.raises(
        AssayError, match=r"memory://box/bad\.parquet is not a readable Parquet file"
    ) as caught:
        read_records("memory://box/bad.parquet")
    assert "/tmp" not in str(caught.value)
