"""Read in parts, a file gives the records that it gives as a whole, in constant memory."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.read import read_records
from curate.read.stream import parts

FIELD = st.text(st.sampled_from('ab ,"\n\té;'), max_size=6)


def whole(path: Path, rows: int) -> tuple[pl.DataFrame, list[int], list[tuple[int, str]]]:
    """The parts of a file put together."""
    frames, numbers, lost = [], [], []
    for part in parts(path, rows):
        assert part.height <= rows
        frames.append(part.records.frame.cast(pl.String))
        numbers += part.numbers.to_list()
        lost += part.unreadable.rows()
    return pl.concat(frames, how="diagonal"), numbers, lost


def same_as_whole(path: Path, rows: int) -> None:
    try:
        records = read_records(path)
    except AssayError:
        return  # nothing in it can be read, or it is not UTF-8: asked elsewhere
    frame, numbers, lost = whole(path, rows)
    assert numbers == records.numbers.to_list()
    assert frame.select(records.frame.columns).equals(records.frame.cast(pl.String), null_equal=True)
    assert [reason for _, reason in lost] == records.rejects["reason"].to_list()
    each = [part.records for part in parts(path, rows)]
    assert pl.concat([one.lines for one in each]).equals(records.lines)
    assert pl.concat([one.rejects for one in each]).equals(records.rejects)
    assert sorted([*numbers, *(number for number, _ in lost)]) == list(range(len(numbers) + len(lost)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.tuples(FIELD, FIELD).map(
                lambda pair: ",".join('"' + one.replace('"', '""') + '"' for one in pair)
            ),
            st.sampled_from(["a,b", "", "a,b,c", '"astray,x', 'a"b,c', "one"]),
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_csv(tmp_path: Path, lines: list[str], rows: int, end: str, ended: bool) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes((end.join(["id,text", *lines]) + end * ended).encode())
    same_as_whole(path, rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"text": FIELD}, optional={"n": st.integers(0, 9)}).map(json.dumps),
            st.sampled_from(["", "nonsense", "[1]", '{"text": 1, "text": 2}', '{"text": NaN}']),
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 6),
)
def test_json_lines(tmp_path: Path, lines: list[str], rows: int) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text("\n".join(lines))
    same_as_whole(path, rows)


def test_other_forms_and_packed_files_are_handed_out_in_parts_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [f"row {number}" for number in range(23)]})
    frame.write_parquet(tmp_path / "f.parquet")
    frame.write_ipc(tmp_path / "f.arrow")
    (tmp_path / "f.json").write_text(json.dumps(frame.to_dicts()))
    (tmp_path / "array.jsonl").write_text(json.dumps(frame.to_dicts()))
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(frame.write_csv().encode()))
    (tmp_path / "mac.csv").write_bytes(frame.write_csv().replace("\n", "\r").encode())
    for name in ("f.parquet", "f.arrow", "f.json", "array.jsonl", "f.csv.gz", "mac.csv"):
        got, numbers, lost = whole(tmp_path / name, 5)
        assert got["text"].to_list() == frame["text"].to_list() and numbers == list(range(23)) and not lost, (
            name
        )


def test_a_stray_quote_or_an_endless_cell_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    big = "x" * 1_500_000
    path.write_text(f'id,text\n1,"{big}"\n2,b\n3,"never closed\n' + "4,d\n" * 30)
    frame, _, lost = whole(path, 4)
    assert frame["text"][0] == big and frame["id"].to_list() == ["1", "2", *["4"] * 30]
    assert [reason for _, reason in lost] == ["bad_quoting"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("f.csv", b"", "empty"),
        ("f.jsonl", b"\n\n", "empty"),
        ("f.csv", b"id,text\n", "rows"),
        ("f.csv", "id,text\n1,é\n".encode("utf-16"), "UTF-16"),
        ("f.csv", "id,text\n1,é\n2,ü\n".encode("latin-1"), "UTF-8"),
        ("f.csv", b"PK\x03\x04 and more", "zip"),
        ("f.csv", b"id,id\n1,2\n", "more than one column"),
        ("f.parquet", b"PAR1 nonsense", "Parquet"),
        ("f.csv.gz", gzip.compress(b"id,text\n1,a\n" * 99, mtime=0)[:40], "damaged"),
        ("f.txt", b"x", "suffix"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(AssayError, match=words):
        list(parts(path, 5))
