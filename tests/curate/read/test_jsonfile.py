"""JSON and JSON Lines: values come back as Python's json reads them, one bad line costs one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.files import canonical_json
from curate.read import read_records, read_table


def write(tmp_path: Path, content: str | bytes, name: str = "data.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


VALUE = st.none() | st.text(max_size=5) | st.integers() | st.booleans() | st.lists(st.integers(), max_size=2)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from("abc"), VALUE, min_size=1), min_size=1, max_size=6),
    array=st.booleans(),
)
def test_rows_equal_pythons_json_with_mixed_and_nested_values_as_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], array: bool
) -> None:
    path = tmp_path_factory.mktemp("j") / ("d.json" if array else "d.jsonl")
    path.write_text(json.dumps(rows) if array else "\n".join(map(json.dumps, rows)))
    frame = read_table(path)

    def same(read: Any, given: Any) -> bool:
        if given is None:
            return read is None
        return (read == given and type(read) is type(given)) or read == (
            given.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            if isinstance(given, str)
            else canonical_json(given)
        )

    for read, given_row in zip(frame.iter_rows(named=True), rows, strict=True):
        assert all(same(read[name], given_row.get(name)) for name in frame.columns)


def test_bad_lines_are_rejected_by_line_with_their_reason(tmp_path: Path) -> None:
    lines = [
        b'{"a": 1}',
        b'{"a": ',
        b"[1]",
        b"",
        b'{"a": "caf\xe9"}',
        b'{"a": NaN}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        *[b'{"a": 2}'] * 30,
    ]
    records = read_records(write(tmp_path, b"\n".join(lines)))
    assert [(line, reason) for line, reason, _ in records.rejects.iter_rows()] == [
        (2, "invalid_json"), (3, "not_an_object"), (5, "invalid_utf8"), (6, "invalid_json"), (7, "too_deep"),
    ]  # fmt: skip
    assert records.lines.to_list() == [1, *range(8, 38)]


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"a": 2}]',
        '{"data": [{"a": 1}, {"a": 2}]}',
        '{"version": 2, "rows": [{"a": 1}, {"a": 2}]}',
        '{"a": 1}\n{"a": 2}\n',
    ],
)
def test_a_json_file_may_hold_an_array_an_object_around_one_or_json_lines(
    tmp_path: Path, content: str
) -> None:
    assert read_table(write(tmp_path, content, "d.json"))["a"].to_list() == [1, 2]


def test_elements_of_an_array_that_are_no_objects_are_rejected_by_record(tmp_path: Path) -> None:
    records = read_records(write(tmp_path, '[{"a": 1}, 7]', "d.json"))
    assert (records.unit, records.rejects.select("line", "reason").rows()) == (
        "record",
        [(1, "not_an_object")],
    )


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("d.json", "", "is empty"),
        ("d.json", "[]", "is empty"),
        ("d.json", '[{"a": 1}', "not valid JSON.*line 1"),
        ("d.json", '"text"', "neither an array of objects"),
        ("d.json", '{"a": [{}], "b": [{}]}', "neither an array of objects"),
        ("d.json", '[{"a": NaN}]', "not valid JSON"),
        ("d.json", "[" * 100_000, "not valid JSON"),
        ("d.jsonl", "\n\n", "is empty"),
        ("d.jsonl", "1\n2\n", "none of its 2 rows is a JSON object"),
        ("d.jsonl", '{"a": "é"}\n'.encode("latin-1") * 3, "not UTF-8: line 1"),
    ],
)
def test_files_that_are_no_rows_say_so_and_how_to_mend_it(
    tmp_path: Path, name: str, content: str | bytes, problem: str
) -> None:
    with pytest.raises(AssayError, match=problem) as caught:
        read_records(write(tmp_path, content, name))
    assert caught.value.fix


def test_lone_surrogates_and_huge_numbers_do_not_cost_the_row(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, '{"a": "x\\ud800y", "n": 123456789012345678901234567890}\n'))
    assert frame["a"][0].startswith("x") and frame["a"][0].endswith("y")
    assert frame["n"].to_list() == ["123456789012345678901234567890"]


def test_nested_columns_are_named(tmp_path: Path) -> None:
    assert read_records(write(tmp_path, '{"a": {"b": 1}, "c": "{}"}\n')).nested == {"a"}


def test_one_type_a_column_keeps_it(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, '{"i": 1, "f": 0.5, "b": true, "s": "x"}\n{"i": null}\n'))
    assert frame.dtypes == [pl.Int64, pl.Float64, pl.Boolean, pl.String]
