"""CSV and TSV: equal to Python's csv on clean files, one bad row costs one row, faults name the line and the
fix.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.read import Records, delimited, read_records, read_table
from curate.read.formats import detect_format

CELL = st.text(st.sampled_from(list("ab,\"\n;\té ' 0")), max_size=8)


def write(tmp_path: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults(records: Records) -> list[tuple[int, str]]:
    return [(line, reason) for line, reason, _ in records.rejects.iter_rows()]


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12),
    ends=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_clean_files_read_as_pythons_csv_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], ends: str, quoting: int
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=ends, quoting=quoting).writerows([("x", "y", "z"), *rows])  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(buffer.getvalue().encode())
    records = read_records(path)
    assert [tuple(cell or "" for cell in row) for row in records.frame.rows()] == [
        tuple(row) for row in csv.reader(io.StringIO(buffer.getvalue(), newline=""))
    ][1:]
    assert records.rejects.height == 0


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12))
def test_fast_and_row_by_row_paths_agree_on_clean_files(rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    data = buffer.getvalue().encode()
    fast = delimited._read_clean(data, 0, ["x", "y"], ",")
    slow = delimited._read_astray(data, 0, ["x", "y"], ",")
    assert fast is not None
    assert fast.frame.equals(slow.frame)
    assert fast.lines.to_list() == slow.lines.to_list()


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=60), at=st.integers(0, 3))
def test_any_junk_line_costs_at_most_itself(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int
) -> None:
    junk = (
        junk.replace(b"\n", b"")
        .replace(b"\r", b"")
        .replace(b"\x00", b"")
        .replace(b'"', b"")
        .removeprefix(codecs.BOM_UTF8)
    )
    good = [f"row {number},label {number}".encode() for number in range(30)]
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(b"\n".join([b"text,label", *good[:at], junk, *good[at:]]) + b"\n")
    records = read_records(path)
    texts = records.frame["text"].to_list()
    assert [text for text in texts if text and text.startswith("row ")] == [
        f"row {number}" for number in range(30)
    ]
    assert records.frame.height + records.rejects.height == 30 + bool(junk)


def test_rows_with_too_many_and_too_few_fields_are_rejected_by_line(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, 'text,label\na,1\nb,2,3\nc\n"d\nd",4\n\ne,5\n'))
    assert records.frame.rows() == [("a", "1"), ("d\nd", "4"), ("e", "5")]
    assert records.lines.to_list() == [2, 5, 8]
    assert faults(records) == [(3, "too_many_fields"), (4, "too_few_fields")]
    assert records.rejects["raw"].to_list() == [b"b,2,3", b"c"]


def test_an_unclosed_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, 'text,label\na,1\n"never closed,2\n"c, ""quoted""",3\nd,4\n'))
    assert records.frame.rows() == [("a", "1"), ('c, "quoted"', "3"), ("d", "4")]
    assert faults(records) == [(3, "bad_quoting")]


def test_a_quote_inside_an_unquoted_field_is_text(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, 'text,label\n5" pipe,1\nb,2\n')).rows() == [
        ('5" pipe', "1"),
        ("b", "2"),
    ]


def test_tsv_line_with_a_stray_quote_is_split_at_its_tabs(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, 'text\tlabel\n"oh\t1\n"a\nb"\t2\n', "data.tsv")).rows() == [
        ('"oh', "1"),
        ("a\nb", "2"),
    ]


def test_a_few_undecodable_lines_are_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [b"text,label"] + [f"caf\u00e9 {n},x".encode() for n in range(40)]
    lines[7] = b"caf\xe9,x"
    lines[20] = b'"caf\xe9\nb",x'
    records = read_records(write(tmp_path, b"\n".join(lines)))
    assert records.frame.height == 38
    assert faults(records) == [(8, "invalid_utf8"), (21, "invalid_utf8")]


def test_a_latin1_file_is_an_error_that_names_line_and_parameter(tmp_path: Path) -> None:
    path = write(tmp_path, "text,label\nplain,a\ncafé,b\nnaïve,c\n".encode("latin-1"))
    with pytest.raises(AssayError, match="line 3") as caught:
        read_records(path)
    assert "ingest.encoding" in caught.value.fix
    assert read_table(path, encoding="latin-1")["text"].to_list() == ["plain", "café", "naïve"]


def test_utf16_is_an_error_that_names_line_and_parameter(tmp_path: Path) -> None:
    path = write(tmp_path, "text,label\ncafé,b\n".encode("utf-16"))
    with pytest.raises(AssayError, match=r"UTF-16 \(line 1") as caught:
        read_records(path)
    assert "ingest.encoding" in caught.value.fix
    assert read_table(path, encoding="utf-16").rows() == [("café", "b")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"text,label\n", "header and no rows"),
        (b"text,label", "header and no rows"),
        (b"text,text\na,b\n", "more than one column text"),
        (b",\na,b\n", "names no column"),
        (b"text,label\na\nb\n", "none of its 2 rows"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"a,b\n\x00\x01\x02", "is binary"),
        (b"\x1f\x8b broken", "damaged"),
        (b"\x28\xb5\x2f\xfd broken", "damaged"),
    ],
)
def test_files_that_are_no_table_say_so_and_how_to_mend_it(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    with pytest.raises(AssayError, match=problem) as caught:
        read_records(write(tmp_path, content))
    assert caught.value.fix
    assert "data.csv" in caught.value.problem


def test_missing_path_folder_and_unknown_suffix_say_so(tmp_path: Path) -> None:
    write(tmp_path, "a,b\n1,2\n")
    with pytest.raises(AssayError, match="does not exist") as caught:
        read_records(tmp_path / "absent.csv")
    assert "data.csv" in caught.value.fix
    with pytest.raises(AssayError, match="is a folder"):
        detect_format(tmp_path, "csv")
    with pytest.raises(AssayError, match="suffix"):
        read_records(write(tmp_path, "a,b\n1,2\n", "data.txt"))
    assert read_table(write(tmp_path, "a,b\n1,2\n", "data.txt"), format="csv").rows() == [("1", "2")]
    with pytest.raises(AssayError, match="unknown format"):
        read_records(tmp_path / "data.txt", format="xml")
    with pytest.raises(AssayError, match="unknown encoding"):
        read_records(tmp_path / "data.csv", encoding="utf-9")


def test_bom_old_mac_line_ends_semicolons_and_index_column_are_understood(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, codecs.BOM_UTF8 + b"text,label\na,1\n")).columns == ["text", "label"]
    assert read_table(write(tmp_path, "text,label\ra,1\rb,2\r")).rows() == [("a", "1"), ("b", "2")]
    assert read_table(write(tmp_path, "text;label\na,b;1\n")).rows() == [("a,b", "1")]
    assert read_table(write(tmp_path, ",text\n0,a\n")).columns == ["column_1", "text"]


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_packed_files_read_the_same(tmp_path: Path, suffix: str) -> None:
    content = b"text,label\na,1\n" * 1 + b"b,2\n" * 5000
    packed = (
        gzip.compress(content)
        if suffix == "gz"
        else zstandard.compress(content[:100]) + zstandard.compress(content[100:])
    )
    assert read_table(write(tmp_path, packed, f"data.csv.{suffix}")).equals(
        read_table(write(tmp_path, content))
    )


def test_cells_of_a_megabyte_and_files_beyond_one_block_read(tmp_path: Path) -> None:
    big = 'x, "y"\n' * 150_000
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("text", "label"), *[(big, str(n)) for n in range(20)]])
    frame = read_table(write(tmp_path, buffer.getvalue()))
    assert frame["label"].to_list() == [str(n) for n in range(20)]
    assert (frame["text"] == big).all()
