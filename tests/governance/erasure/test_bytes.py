"""A value is found in whatever the tool wrote, and nowhere else."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.files import canonical_json, dump_json, write_parquet
from curate.text import for_html, for_markdown
from governance.erasure.bytes import Hit, Hits, scan_bytes
from governance.erasure.forms import Needles
from governance.erasure.objects import remove_objects
from governance.erasure.unpack import Unreadable, search
from tests.curate.versions.test_revisions import git
from tests.governance.erasure.conftest import PERSON
from tests.governance.erasure.test_objects import first_version

# What a value may be made of: quotes, backslashes, umlauts in both forms, line ends, signs of each escape.
VALUES = st.text("abcXYZ \"'\\/äöüßéÅﬁ½ñ\n\r\t&<>=+@#[]*_`|,;:%{}", min_size=4, max_size=40).filter(
    lambda value: len(value.strip()) >= 4 and len(set(value)) > 2
)


def found(content: bytes, *values: str) -> set[tuple[int, str]]:
    return search(io.BytesIO(content), Needles(values))


def in_table(value: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    frame = pl.DataFrame({"id": [1, 2, 3], "input": ["first row", f"says {value}.", "third"]})
    frame.write_parquet(buffer, **how)
    return buffer.getvalue()


def as_csv(value: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "input"], [1, f"says {value}."]])
    return buffer.getvalue().encode()


def as_arrow(value: str, compression: Any) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"input": [f"a long enough text says {value}."] * 3}).write_ipc(
        buffer, compression=compression
    )
    return buffer.getvalue()


def as_zip(value: str) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=np.array([f"says {value}."]), objects=np.array([value], dtype=object))
    return buffer.getvalue()


WRITERS: dict[str, Callable[[str], bytes]] = {
    "text": lambda value: f"says {value}.".encode(),
    "utf-16": lambda value: f"says {value}.".encode("utf-16"),
    "json": lambda value: dump_json({"input": f"says {value}."}).encode(),
    "ascii json": lambda value: json.dumps({"input": f"says {value}."}).encode(),
    "canonical json": lambda value: canonical_json({"output": canonical_json({"name": value})}).encode(),
    "csv": as_csv,
    "polars csv": lambda value: pl.DataFrame({"a": [f"says {value}."]}).write_csv().encode(),
    "polars ndjson": lambda value: pl.DataFrame({"a": [f"says {value}."]}).write_ndjson().encode(),
    "html": lambda value: f"<td>{for_html(f'says {value}.')}</td>".encode(),
    "markdown": lambda value: f"| {for_markdown(f'says {value}.')} |".encode(),
    "gzip": lambda value: gzip.compress(dump_json([value]).encode()),
    "zstd": lambda value: zstandard.compress(as_csv(value)),
    "bzip2": lambda value: bz2.compress(value.encode()),
    "xz": lambda value: lzma.compress(value.encode()),
    "npz": as_zip,
    "parquet": in_table,
    "snappy parquet": lambda value: in_table(value, compression="snappy"),
    "gzip parquet": lambda value: in_table(value, compression="gzip"),
    "lz4 parquet": lambda value: in_table(value, compression="lz4"),
    "plain parquet": lambda value: in_table(value, compression="uncompressed"),
    "arrow": lambda value: as_arrow(value, "uncompressed"),
    "zstd arrow": lambda value: as_arrow(value, "zstd"),
    "lz4 arrow": lambda value: as_arrow(value, "lz4"),
    "zstd parquet, gzipped": lambda value: gzip.compress(in_table(value)),
}


@settings(max_examples=25, deadline=None)
@given(value=VALUES)
@example(value='O"Brien \\ Müller\nNord')
@example(value="Ångström")
def test_a_value_is_found_in_what_each_writer_writes(value: str) -> None:
    needles = Needles([value])
    missed = [name for name, write in WRITERS.items() if not search(io.BytesIO(write(value)), needles)]
    assert not missed


OTHERS = Needles(["Ottoline Abernathy-Quill", "07700 900461", "o.quill@example.org"])


@settings(max_examples=25, deadline=None)
@given(value=VALUES)
def test_nothing_is_found_where_nothing_was_planted(value: str) -> None:
    assert not [name for name, write in WRITERS.items() if search(io.BytesIO(write(value)), OTHERS)]


@pytest.mark.parametrize("value", ["it's: Müller", 'O"Brien \\ Müller', "two\nlines of text"])
@pytest.mark.parametrize("unicode", [True, False])
def test_a_value_is_found_in_yaml(value: str, unicode: bool) -> None:
    assert found(yaml.safe_dump({"a": [value]}, allow_unicode=unicode, width=10_000).encode(), value)


def test_what_the_pipeline_writes_is_seen(tmp_path: Path) -> None:
    write_parquet(pl.DataFrame({"input": ["one", f"says {PERSON}"]}), tmp_path / "t.parquet")
    assert found((tmp_path / "t.parquet").read_bytes(), PERSON)


def test_a_value_that_sqlite_parts_is_seen() -> None:
    for before in range(0, 4200, len(PERSON) // 2):  # at one of them a page ends within the value
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE answers (asked TEXT)")
            database.execute(
                "INSERT INTO answers VALUES (?)", ("x" * before + PERSON + "y" * (9000 - before),)
            )
            database.commit()
            content = database.serialize()
        if PERSON.encode() not in content:
            assert found(content, PERSON) == {(0, "sqlite: plain")}
            return
    pytest.fail("SQLite parted no value")


def test_a_dictionary_value_that_no_row_refers_to_is_seen() -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    names = pa.array(["Ann", *[f"Ann {PERSON} {number}" for number in range(50)]])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int32()), names)
    buffer = io.BytesIO()
    pq.write_table(pa.table({"name": column}), buffer, compression="zstd", write_statistics=False)
    assert PERSON not in str(pq.read_table(buffer).to_pylist())
    assert (0, "parquet: plain") in found(buffer.getvalue(), PERSON)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
def test_values_of_every_text_encoding_of_parquet_are_seen(version: str, encoding: str) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    names = pa.table({"name": ["Ottoline Abernathy-Ames", PERSON, "Otto"]})
    buffer = io.BytesIO()
    pq.write_table(
        names, buffer, compression="zstd", use_dictionary=False, column_encoding=encoding,
        data_page_version=version, write_statistics=False, store_schema=False,
    )  # fmt: skip
    assert found(buffer.getvalue(), PERSON)


def test_a_value_across_two_pieces_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.erasure.unpack._PIECE", 64)
    needles = Needles([PERSON])
    for before in range(36, 68):
        content = b"x" * before + PERSON.encode() + b"y" * 90
        assert search(io.BytesIO(content), needles) == {(0, "plain")}
        assert search(io.BytesIO(gzip.compress(content)), needles)


def test_each_of_several_values_is_told_with_its_encodings() -> None:
    text = json.dumps({"a": PERSON + ' "Otto"'}).encode() + b"\n" + PERSON.encode("utf-16-le")
    seen = found(text, PERSON, "Abernathy", '"Otto"', "nobody here")
    # A text in UTF-16 holds the form of the other byte order too, one byte off.
    assert seen - {(1, "UTF-16-BE")} == {
        (0, "plain"), (0, "UTF-16"), (1, "plain"), (1, "UTF-16"), (2, "JSON"),
    }  # fmt: skip


@pytest.mark.parametrize("values", [["ab"], ["  abc "], []])
def test_what_is_too_short_to_tell_anything_is_refused(values: list[str]) -> None:
    with pytest.raises(AssayError):
        Needles(values)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(PERSON.encode(), mtime=0)[:-9],
        in_table(PERSON)[:-20],
        b"PARE" + bytes(40),
        zstandard.compress(PERSON.encode() * 99)[:-4],
    ],
)
def test_a_damaged_file_is_told(content: bytes) -> None:
    with pytest.raises(Unreadable):
        found(content, PERSON)


def test_a_scan_finds_the_person_in_each_place_and_nothing_after_the_removal(
    pushed: Path, tmp_path: Path
) -> None:
    git(pushed, "add", "-f", "raw")
    git(pushed, "commit", "-q", "-m", f"for {PERSON}")
    (pushed / "notes.json.gz").write_bytes(gzip.compress(json.dumps(PERSON).encode()))
    hits = scan_bytes(pushed, [PERSON])
    assert {hit.place for hit in hits} == {
        "work tree", "cache", "remote folder", "git objects", "git files"
    }  # fmt: skip
    assert hits.unread == () and hits.unreachable == () and hits.files > 20
    assert "Abernathy" not in repr(list(hits))
    assert Hit("work tree", "notes.json.gz", "gzip: plain", hits[0].value) in hits
    folder, file = first_version(pushed)
    remove_objects(pushed, [folder, file])
    assert {hit.place for hit in scan_bytes(pushed, [PERSON])} == {"work tree", "git objects", "git files"}


def test_a_person_in_packed_unreachable_and_compressed_objects_of_git_is_seen(pushed: Path) -> None:
    (pushed / "old.csv.zst").write_bytes(zstandard.compress(PERSON.encode()))
    git(pushed, "add", "old.csv.zst")
    git(pushed, "commit", "-q", "-m", "old")
    git(pushed, "repack", "-q", "-a", "-d")
    assert ("git objects", "zstd: plain") in {
        (hit.place, hit.encoding) for hit in scan_bytes(pushed, [PERSON])
    }
    git(pushed, "reset", "-q", "--hard", "HEAD~1")
    hits = scan_bytes(pushed, [PERSON], remotes=[])
    assert any("old.csv.zst" in hit.path for hit in hits if hit.place == "git objects")


def test_a_name_is_seen_and_masked_and_what_cannot_be_read_is_told(pushed: Path, tmp_path: Path) -> None:
    (pushed / "raw" / f"{PERSON}.txt").write_text("hello")
    (pushed / "broken.gz").write_bytes(gzip.compress(b"x" * 999)[:-9])
    (pushed / "away").symlink_to(tmp_path / "elsewhere")
    hits = scan_bytes(pushed, [PERSON], remotes=[])
    named = [hit for hit in hits if hit.encoding.startswith("file name")]
    assert named and "Abernathy" not in named[0].path and named[0].path.startswith("raw/")
    assert {path.split()[0] for _, path in hits.unread} == {"broken.gz", "away"}


def test_no_hits_are_an_empty_list() -> None:
    assert Hits() == []
