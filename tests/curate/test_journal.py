"""Journals: what is appended is read back, writers lose nothing, and no bad line is passed over or shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.journal import InvalidRecord, append_records, read_journal

FILE = Path("decisions/notes.jsonl")
ROOT = Path(__file__).parents[2]
CANARY = "zq.canary@example.com"


def parse(record: dict[str, Any]) -> dict[str, Any]:
    if "text" in record and not isinstance(record["text"], str):
        raise InvalidRecord("has a text that is not text")
    return record


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
).map(lambda value: json.loads(json.dumps(value)))
records = st.dictionaries(st.text().filter(lambda name: name != "text"), json_values, max_size=4)


@given(st.lists(st.lists(records, max_size=3), max_size=4))
def test_what_is_appended_in_any_number_of_steps_is_read_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[dict[str, Any]]]
) -> None:
    root = tmp_path_factory.mktemp("project")
    for step in steps:
        append_records(root, FILE, step)
    assert read_journal(root, FILE, parse) == [record for step in steps for record in step]
    if any(steps):
        lines = (root / FILE).read_bytes().decode().split("\n")
        assert lines[-1] == ""
        assert all(list(json.loads(line)) == sorted(json.loads(line)) for line in lines[:-1])


def test_no_file_holds_no_records_and_appending_nothing_makes_none(tmp_path: Path) -> None:
    append_records(tmp_path, FILE, [])
    assert read_journal(tmp_path, FILE, parse) == []
    assert list(tmp_path.iterdir()) == []


def test_what_an_editor_leaves_is_read_and_a_missing_line_end_joins_no_records(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n{"a":2}')
    append_records(tmp_path, FILE, [{"a": 3}])
    assert [record["a"] for record in read_journal(tmp_path, FILE, parse)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("<<<<<<< HEAD", "merge conflict"),
        ("=======", "merge conflict"),
        ("||||||| base", "merge conflict"),
        (">>>>>>> theirs", "merge conflict"),
        (f'{{"text": "{CANARY}"', "not JSON"),
        (f'["{CANARY}"]', "not a JSON object"),
        (f'{{"text": "{CANARY}", "text": "b"}}', "same key twice"),
        (f'{{"{CANARY}": {{"b": 1, "b": 2}}}}', "same key twice"),
        ('{"text": NaN}', "NaN or infinite"),
        ('{"text": -Infinity}', "NaN or infinite"),
        ('{"text": 7}', "not text"),
        ("[" * 100_000, "line 2 is"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong_and_not_shown(tmp_path: Path, line: str, fault: str) -> None:
    append_records(tmp_path, FILE, [{"text": "fine"}])
    with (tmp_path / FILE).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(AssayError, match=fault) as caught:
        read_journal(tmp_path, FILE, parse)
    assert f"{FILE} line 2" in str(caught.value)
    assert CANARY not in str(caught.value) + caught.value.fix


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes('{"a":"é"}'.encode("latin-1"))
    with pytest.raises(AssayError, match="not UTF-8"):
        read_journal(tmp_path, FILE, parse)


def test_writers_at_the_same_time_lose_no_record(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from curate.journal import append_records
for number in range(20):
    append_records(Path(sys.argv[1]), Path("decisions/notes.jsonl"), [{"who": sys.argv[2], "n": number}])
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=ROOT) for name in "abc"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    kept = read_journal(tmp_path, FILE, parse)
    assert len(kept) == 60
    for name in "abc":
        assert [record["n"] for record in kept if record["who"] == name] == list(range(20))
