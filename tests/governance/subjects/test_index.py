"""The index answers as a search of the texts does, says what it cannot answer, and holds no value."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.keys import Key
from curate.pii.known import folded, known_as, pattern_of, spaced
from governance.subjects import tokens
from governance.subjects.index import FOLDER, Index, forget
from governance.subjects.places import rows_in
from governance.subjects.tokens import Secret
from governance.subjects.wanted import wanted
from tests.curate.pii.test_known import PIECES, SAID, SAID_NOT

KEY = Key(b"k" * 32, "demo")
ASKED = (
    "Jo Miller",
    "M\u00fcller Jo",
    "jo@x.org",
    "07700 900123",
    "C-10425",
    "1234567",
    "12 C 34",
    "10425 12",
)


def read(texts: list[str | None], value: str) -> list[int]:
    """The oracle: each text is looked through."""
    text = folded(pl.Series("t", texts, dtype=pl.String))
    found = [
        (text if known.form == "email" else spaced(text)).str.contains(pattern_of(known)).fill_null(False)
        for known in known_as(value)
    ]
    return [at for at in range(len(texts)) if any(flags[at] for flags in found)]


def write(folder: Path, name: str, texts: list[str | None], prefix: str = "row-") -> Path:
    ids = [prefix + "abcdefghijklmnopqrstuvwxyz"[at % 26] * (1 + at // 26) for at in range(len(texts))]
    path = folder / f"{name}.parquet"
    schema = {"example_id": pl.String, "t": pl.String}
    pl.DataFrame({"example_id": ids, "t": texts}, schema=schema).write_parquet(path)
    return path


def asked(index: Index, value: str, *tables: str) -> dict[str, list[int]]:
    answer = index.ask(known_as(value), tables)
    assert answer.unanswered == ()
    return {name: rows.tolist() for name, rows in answer.rows.items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=9).map("".join), min_size=1, max_size=6))
def test_the_index_answers_as_reading_does(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        index = Index(Path(scratch), KEY)
        index.add({"one": write(Path(scratch), "one", list(texts))})
        for value in ASKED:
            rows = read(list(texts), value)
            assert asked(index, value, "one") == ({"one": rows} if rows else {}), value


@pytest.mark.parametrize(
    "text", ["Jo@jo@x.org", "a@jo@x.org", "jo@x.org@b.de", "a@jo@x.org@b.de", "a@b@.jo@x.org"]
)
def test_an_address_that_another_runs_into_is_found(tmp_path: Path, text: str) -> None:
    index = Index(tmp_path, KEY)
    index.add({"one": write(tmp_path, "one", [text])})
    assert read([text], "jo@x.org") == [0]
    assert asked(index, "jo@x.org", "one") == {"one": [0]}


@pytest.mark.parametrize("value", [value for value in SAID if value != "jmiller"])
def test_a_person_is_found_however_they_are_written(tmp_path: Path, value: str) -> None:
    texts: list[str | None] = [*SAID[value], *SAID_NOT.get(value, [])]
    index = Index(tmp_path, KEY)
    index.add({"one": write(tmp_path, "one", texts)})
    assert asked(index, value, "one") == {"one": list(range(len(SAID[value])))}


def test_versions_that_share_rows_are_each_answered_and_read_once(tmp_path: Path) -> None:
    first: list[str | None] = [f"row {at} says nothing" for at in range(300)]
    first[7] = first[123] = "Jo Miller wrote"
    second = [*first[100:], "new: Miller, Jo"]
    index = Index(tmp_path, KEY)
    index.add({"a": write(tmp_path, "a", first)})
    index = Index(tmp_path, KEY)
    paths = {"b": write(tmp_path, "b", second), "c": tmp_path / "a.parquet"}
    index.add(paths)
    # The same texts under other ids are other rows; the same table again is no new row.
    assert index.meta["rows"] == 300 + len(second) and index.meta["parts"] == 2
    assert asked(index, "Jo Miller", "a", "b", "c") == {"a": [7, 123], "b": [23, 200], "c": [7, 123]}
    names: dict[int, str] = {}
    answer = index.ask(known_as("Jo Miller"), ["a", "c"])
    assert index.names("a", tmp_path / "a.parquet", answer.rows["a"], names) == rows_in(
        tmp_path / "a.parquet", wanted(["Jo Miller"], None)
    )
    assert index.names("c", tmp_path / "is-not-opened", answer.rows["c"], names)


def test_what_tokens_cannot_tell_is_said(tmp_path: Path) -> None:
    texts: list[str | None] = [f"will you call {word}" for word in ("ann", "bob", "jmiller", "cat") * 40]
    index = Index(tmp_path, KEY)
    index.add({"one": write(tmp_path, "one", texts)})
    for value in ("Will Young", "jmiller", "\u5c71\u7530\u592a\u90ce"):
        assert index.ask(known_as(value), ["one"]).unanswered == tuple(known_as(value)), value
    assert index.ask(known_as("Zoe Quill"), ["one"]).unanswered == ()


def test_the_index_holds_no_value_and_answers_to_no_other_key(tmp_path: Path) -> None:
    index = Index(tmp_path, KEY)
    path = write(tmp_path, "one", ["Jo Miller", "jo.miller@example.org 07700 900123 C-10425"])
    index.add({"one": path})
    held = b"".join(file.read_bytes() for file in sorted((tmp_path / FOLDER).iterdir())).lower()
    assert all(one not in held for one in (b"jo", b"mill", b"900123", b"10425", b"row-"))
    other = Index(tmp_path, Key(b"x" * 32, "demo"))
    assert other.meta["tables"] == {} and not (tmp_path / FOLDER).exists()


def test_an_erased_table_is_forgotten_and_others_are_not(tmp_path: Path) -> None:
    index = Index(tmp_path, KEY)
    index.add({"one": write(tmp_path, "one", ["Jo Miller"])})
    assert not forget(tmp_path, ["other"]) and (tmp_path / FOLDER).exists()
    assert forget(tmp_path, ["one"]) and not (tmp_path / FOLDER).exists()
    assert not forget(tmp_path, ["one"])
    again = Index(tmp_path, KEY)
    again.add({"one": tmp_path / "one.parquet"})
    assert asked(again, "Jo Miller", "one") == {"one": [0]}


def test_a_damaged_index_is_built_again(tmp_path: Path) -> None:
    path = write(tmp_path, "one", ["Jo Miller"])
    Index(tmp_path, KEY).add({"one": path})
    for damage in ("", "[]", '{"schema": "assay.subject-index/1"}'):
        (tmp_path / FOLDER / "index.json").write_text(damage)
        index = Index(tmp_path, KEY)
        index.add({"one": path})
        assert asked(index, "Jo Miller", "one") == {"one": [0]}


def test_tokens_are_siphash() -> None:
    """The vector of the reference implementation for a message of sixteen bytes, with its rounds."""
    key, message = bytes(range(16)), bytes(range(16))
    halves = [int.from_bytes(part, "little") for part in (key[:8], key[8:], message[:8], message[8:])]
    state = Secret(*halves[:2])
    first, second = (np.array([half], np.uint64) for half in halves[2:])
    rounds = tokens._rounds

    def doubled(words: list[tokens.U64], count: int) -> None:
        rounds(words, 2 if count == 1 else 4)

    tokens._rounds = doubled  # type: ignore[assignment]
    try:
        assert state.tokens(first, second)[0] == 0x3F2ACC7F57C29BDB
    finally:
        tokens._rounds = rounds  # type: ignore[assignment]
