"""Raw files lose a person's records and no other byte, in every form that is read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pyarrow.parquet as parquet
import pytest

from curate.errors import AssayError
from curate.ingest.params import Columns, RawFile
from curate.keys import Key
from curate.read import read_records
from governance.erasure.params import ErasureParams
from governance.erasure.person import person_of
from governance.erasure.raw import Edited, Theirs, without_person
from governance.erasure.raw_plan import plan_raw
from tests.curate.ingest.conftest import project

KEY = Key(b"k" * 32, "environment")
COLUMNS = Columns(id="id", input="text", subject="who")
CSV = (
    "id,text,who\r\n"
    "1,hello,C-1\r\n"
    '2,"two\r\nlines, ""quoted""",C-9001\r\n'
    "\r\n"
    '3,"Jo Miller asked\r\n\r\nme",C-2\r\n'
    "4,caf\u00e9,C-3\r\n"
    "5,mail jo.miller@example.org,C-4"
)


def edit(
    path: Path, *, redact: bool = False, encoding: str = "utf-8", ids: tuple[str, ...] = ()
) -> Edited | None:
    person = person_of(["jo.miller@example.org", "Jo Miller", "C-9001"], KEY)
    theirs = Theirs(person, ids, COLUMNS, redact)
    return without_person(path, RawFile(path=path.name), theirs, path.parent, None, encoding)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("cp1252", b""),
        ("utf-16", b"\xff\xfe"),
        ("utf-16", b"\xfe\xff"),
    ],
)
def test_records_of_a_csv_are_cut_at_their_lines(tmp_path: Path, encoding: str, mark: bytes) -> None:
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, encoding)
    path = tmp_path / "raw.csv"
    path.write_bytes(mark + CSV.encode(codec))
    done = edit(path, encoding=encoding)
    assert done is not None and (done.dropped, done.redacted) == (3, 0)
    left = "id,text,who\r\n1,hello,C-1\r\n\r\n4,caf\u00e9,C-3"
    assert done.content.removeprefix(mark).decode(codec).rstrip("\r\n") == left
    assert done.content.startswith(mark)


def test_mentions_are_redacted_within_their_record(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(CSV, newline="")
    done = edit(path, redact=True)
    assert done is not None and (done.dropped, done.redacted) == (1, 2)
    text = done.content.decode()
    assert '3,"<PERSON> asked\r\n\r\nme",C-2\r\n' in text and text.endswith("5,mail <EMAIL_ADDRESS>,C-4")


def test_rows_named_by_id_and_rows_that_cannot_be_read_go_too(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("id,text,who\n1,a,b\n2,jo.miller@example.org,x,too,many\n3,c,d\n")
    done = edit(path, ids=("3",))
    assert done is not None and done.content.decode() == "id,text,who\n1,a,b\n"
    path.write_text("id,text,who\n1,a,b\n")
    assert edit(path) is None


def test_lines_of_jsonl_are_cut_or_redacted_even_where_they_are_escaped(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "caf\u00e9", "who": "C-1"},
        {"id": 2, "text": "x", "who": "C-9001"},
        {"id": 3, "text": "Jo\u00a0Miller caf\u00e9", "who": "C-2"},
    ]
    path = tmp_path / "raw.jsonl"
    lines = [json.dumps(row, ensure_ascii=True) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    done = edit(path)
    assert done is not None and done.content.decode() == lines[0] + "\n"
    done = edit(path, redact=True)
    assert done is not None and (done.dropped, done.redacted) == (1, 1)
    first, second = done.content.decode().strip().split("\n")
    assert first == lines[0] and json.loads(second) == {"id": 3, "text": "<PERSON> caf\u00e9", "who": "C-2"}


@pytest.mark.parametrize("gone", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
def test_elements_of_a_json_array_are_cut_with_their_comma(tmp_path: Path, gone: tuple[int, ...]) -> None:
    rows = [{"id": str(at), "text": "t", "who": "C-9001" if at in gone else "C-1"} for at in range(3)]
    path = tmp_path / "raw.json"
    path.write_text(json.dumps(rows, indent=2) + "\n")
    done = edit(path)
    assert done is not None and done.dropped == len(gone)
    assert json.loads(done.content) == [row for at, row in enumerate(rows) if at not in gone]
    assert done.content.startswith(b"[\n  {") and done.content.endswith(b"}\n]\n")


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("redact", [False, True])
def test_columnar_files_keep_their_schema(tmp_path: Path, form: str, redact: bool) -> None:
    frame = pl.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "text": ["a", "b", "Jo Miller", None],
            "who": ["C-1", "C-9001", "C-2", "C-3"],
            "turns": [["x"], ["y"], ["z"], ["Jo Miller"]],
        }
    )
    path = tmp_path / f"raw.{form}"
    frame.write_parquet(path, compression="gzip") if form == "parquet" else frame.write_ipc(path)
    done = edit(path, redact=redact)
    assert done is not None and (done.dropped, done.redacted) == ((2, 1) if redact else (3, 0))
    path.write_bytes(done.content)
    after = read_records(path).frame
    assert after["id"].to_list() == (["1", "3"] if redact else ["1"])
    if redact:
        assert after["text"].to_list() == ["a", "<PERSON>"]
    if form == "parquet":
        assert parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "GZIP"


def test_packed_files_are_packed_again(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode()))
    done = edit(path)
    assert done is not None and b"C-9001" not in gzip.decompress(done.content)
    assert gzip.decompress(done.content).startswith(b"id,text,who\r\n1,hello")


def test_a_file_of_the_person_alone_keeps_its_header(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("id,text,who\n1,x,C-9001\n")
    done = edit(path)
    assert done is not None and done.content == b"id,text,who\n"


def test_what_is_not_edited_says_why(tmp_path: Path) -> None:
    path = tmp_path / "raw.json"
    path.write_text('{"data": [{"id": "1", "text": "Jo Miller", "who": "x"}]}')
    with pytest.raises(AssayError) as caught:
        edit(path)
    assert caught.value.fix


def test_each_shard_of_a_folder_is_edited_for_itself(tmp_path: Path) -> None:
    made = project(tmp_path, {"path": "data/raw", "columns": {"id": "id", "input": "text", "output": "who"}})
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for number, text in enumerate(("nobody", "Jo Miller", "nobody", "ask Jo Miller")):
        (raw / f"part-{number}.jsonl").write_text(json.dumps({"id": number, "text": text, "who": "x"}) + "\n")
    person = person_of(["Jo Miller"], KEY)
    work = tmp_path / "work"
    plans = plan_raw(made, person, frozenset(), ErasureParams(), None, [], Nowhere(), work)
    assert [(one.path, one.edited.dropped, one.edited.content) for one in plans] == [
        ("data/raw/part-1.jsonl", 1, b""),
        ("data/raw/part-3.jsonl", 1, b""),
    ]


class Nowhere:
    """Asked of no file: all of them are read by ingest."""

    def of(self, path: Path) -> bool:
        raise AssertionError(path)
