"""Habits of spreadsheets: `sep=;`, carriage returns, other delimiters, other encodings, numbered records."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.read import read_records, read_table
from curate.read.dialect import delimiter_sign, likely_delimiter


def write(tmp_path: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("text|label\na, b; c|1\nd|2\n", "d.csv"),
        ("text\tlabel\na, b; c\t1\nd\t2\n", "d.csv"),
        ("text;label\na, b; c;1\nd;2\n", "d.csv"),
        ("text,label\na b; c,1\nd,2\n", "d.tsv"),
        ("sep=;\ntext;label\na b c;1\nd;2\n", "d.csv"),
        ("SEP=|\r\ntext|label\r\na b c|1\r\nd|2\r\n", "d.csv"),
    ],
)
def test_another_delimiter_than_the_suffix_promises_is_seen_and_said(
    tmp_path: Path, content: str, name: str
) -> None:
    records = read_records(write(tmp_path, content, name))
    assert records.frame.columns == ["text", "label"]
    assert records.frame["label"].to_list()[-1:] == ["2"]
    assert "delimiter" in " ".join(records.notes)


def test_a_quoted_comma_in_a_semicolon_header_does_not_make_it_a_comma_file(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, '"name, first";text\nTessa;"a, b; c"\nOmar;d\n'))
    assert table.columns == ["name, first", "text"]
    assert table.rows() == [("Tessa", "a, b; c"), ("Omar", "d")]


def test_an_unquoted_comma_in_a_semicolon_header_is_outvoted_by_the_rows(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "name, first;text\nTessa;hello\nOmar;well, well\n"))
    assert table.columns == ["name, first", "text"]


@pytest.mark.parametrize("header", ["text", "text,label", '"a;b",c'])
def test_the_suffixs_delimiter_stands_where_nothing_does_better(tmp_path: Path, header: str) -> None:
    width = len(next(csv.reader([header])))
    body = "\n".join(",".join(["x; y | z"] * width) for _ in range(3))
    records = read_records(write(tmp_path, f"{header}\n{body}\n"))
    assert (records.frame.width, records.notes) == (width, ())


FIELD = st.text(alphabet='ab ,;|\t"\n', max_size=5)


@given(
    rows=st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=2, max_size=8),
    sign=st.sampled_from([",", ";", "\t", "|"]),
)
def test_quoted_fields_never_mislead_about_the_delimiter(rows: list[list[str]], sign: str) -> None:
    made = io.StringIO()
    csv.writer(made, delimiter=sign, quoting=csv.QUOTE_ALL).writerows([["x", "y", "z"], *rows])
    assert likely_delimiter(made.getvalue().encode(), ",") == sign


def test_a_declared_delimiter_is_taken_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c;d\n1;2,3;4\n")
    assert read_table(path, delimiter=";").columns == ["a", "b,c", "d"]
    assert read_table(path, delimiter=",").columns == ["a;b", "c;d"]
    assert delimiter_sign("Tab") == "\t"
    for wrong in ("", "ab", '"', "x", "é"):
        with pytest.raises(AssayError, match="delimiter"):
            delimiter_sign(wrong)


def test_carriage_returns_end_lines_though_quoted_fields_hold_line_feeds(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, 'id,text\r1,"one\ntwo"\r2,three four\r3,a,b\r'))
    assert records.frame.rows() == [("1", "one\ntwo"), ("2", "three four")]
    assert records.rejects["reason"].to_list() == ["too_many_fields"]
    assert "carriage return" in records.notes[0]


def test_records_are_numbered_as_the_file_has_them_unreadable_ones_counted(tmp_path: Path) -> None:
    ragged = read_records(write(tmp_path, "id,text\n1,a\n2,b,b\n\n3,c\n4\n5,e\n"))
    assert ragged.numbers.to_list() == [0, 2, 4]
    assert ragged.unreadable() == (
        "2 rows could not be read: line 3 (too many fields), line 6 (too few fields)"
    )
    lines = read_records(write(tmp_path, '{"a": 1}\nnot json\n{"a": 2}\n', "d.jsonl"))
    assert lines.numbers.to_list() == [0, 2]
    array = read_records(write(tmp_path, '[1, {"a": 1}, {"a": 2}]', "d.json"))
    assert array.numbers.to_list() == [1, 2]
    assert read_records(write(tmp_path, "a\nx\n")).unreadable() == ""


def test_an_array_under_the_name_of_json_lines_is_read_and_said(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, '\n[\n {"a": "x"},\n {"a": "y"}\n]\n', "d.jsonl"))
    assert records.frame["a"].to_list() == ["x", "y"]
    assert "array" in records.notes[0]
    lists = read_records(write(tmp_path, '[1, 2]\n{"a": "x"}\n', "d.jsonl"))
    assert lists.rejects["reason"].to_list() == ["not_an_object"]


@pytest.mark.parametrize("name", ["d.jsonl", "d.json"])
def test_an_object_that_names_a_property_twice_is_not_a_row(tmp_path: Path, name: str) -> None:
    rows = [
        '{"a": "x: y", "b": {"c": [1]}}',
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": [[{"b": 1, "b": 1}]]}',
    ]
    content = "\n".join(rows) if name == "d.jsonl" else f"[{','.join(rows)}]"
    records = read_records(write(tmp_path, content, name))
    assert records.frame.height == 1
    assert records.rejects["reason"].to_list() == ["duplicate_key"] * 3


def test_a_list_among_texts_is_told_with_its_line(tmp_path: Path) -> None:
    rows = ['{"a": "x"}', '{"a": "y"}', '{"a": ["z"]}', '{"a": "w"}']
    assert read_records(write(tmp_path, "\n".join(rows), "d.jsonl")).mixed == {"a": 3}
    assert read_records(write(tmp_path, '{"a": [1]}\n{"a": [2]}\n{"a": "x"}', "d.jsonl")).mixed == {}


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_fix_for_another_encoding_names_it_and_works(tmp_path: Path, encoding: str, named: str) -> None:
    path = write(tmp_path, "text,label\ncafé “x”,1\nnaïve,2\n".encode(encoding), "my data.csv")
    with pytest.raises(AssayError) as caught:
        read_records(path)
    assert f"--encoding {named} " in caught.value.fix
    assert read_table(path, encoding=named)["text"].to_list() == ["café “x”", "naïve"]
    command = caught.value.fix.rpartition("or: ")[2]
    subprocess.run(command, shell=True, check=True)
    assert read_table(tmp_path / "my data-utf8.csv")["text"].to_list() == ["café “x”", "naïve"]


def test_a_declared_utf16_that_utf8_only_resembles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="not utf-16"):
        read_records(write(tmp_path, "text,labels\na,b\n"), encoding="utf-16")


def test_a_named_delimiter_reaches_a_packed_file(tmp_path: Path) -> None:
    import gzip

    path = write(tmp_path, gzip.compress(b"a;b,c\n1;2,3\n"), "d.csv.gz")
    assert read_table(path, delimiter=";").equals(pl.DataFrame({"a": ["1"], "b,c": ["2,3"]}))
