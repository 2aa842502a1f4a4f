"""Which files and objects hold a person: of DVC's cache, and of what the tool wrote into the work tree.

A file is looked into by what it is, not by its name: tables by their cells and by the ids of their rows,
other texts by lines. Beside the values, the ids of the rows that go and their texts are sought, so that
predictions, prompts and reports that show a row without naming anybody are found too. Weights are numbers,
and hold nobody by name.
Cost: every file is read once; the texts of a table are searched in polars.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from governance.erasure.person import Person, Rows, cell_text, rows_of
from governance.erasure.person import holds as holds_values
from governance.subjects.pages import is_page, lines_of_page
from governance.subjects.rows import ID
from governance.subjects.wanted import hits, line_hits

# A shorter id or text is found by chance where nobody's row stands.
SHORTEST_ID, SHORTEST_TEXT = 6, 16
_SAFETENSORS = b'{"'


@dataclass(frozen=True)
class Traces:
    """What tells of a person: values, ids of the rows that go, and texts that stand in no other row."""

    person: Person
    rows: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> list[str]:
        """What is sought in texts that are not tables: long ids, and texts as they are and as JSON has
        them.
        """
        ids = {row for row in self.rows if len(row) >= SHORTEST_ID}
        escaped = {
            json.dumps(text, ensure_ascii=ascii_)[1:-1] for text in self.texts for ascii_ in (True, False)
        }
        lines = {
            line
            for text in (*self.texts, *escaped)
            for line in text.split("\n")
            if len(line) >= SHORTEST_TEXT
        }
        return sorted(ids | lines)


def table_of(path: Path) -> pl.LazyFrame | None:
    """A Parquet or Arrow file as a table, None if it is neither."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"PAR1":
        return pl.scan_parquet(path, glob=False)
    if head[:6] == b"ARROW1":
        return pl.scan_ipc(path, glob=False)
    if head[:4] == b"\xff\xff\xff\xff":  # a stream of Arrow batches, as `datasets` keeps its caches
        return pl.read_ipc_stream(path).lazy()
    return None


def rows_in(path: Path, person: Person) -> Rows:
    """The rows of a file that are a person's; none of a file that is not a table of rows."""
    table = table_of(path)
    return rows_of(table, person) if table is not None else Rows()


def holds(path: Path, traces: Traces, rows: Rows | None = None) -> bool:
    """Whether a file holds any trace.

    Parameters
    ----------
    rows
        The person's rows in it, where they were looked for: its texts are then not searched again.
    """
    table = table_of(path)
    if table is None:
        return _text_holds(path, traces)
    if rows is not None and (rows.own or rows.mentions):
        return True
    return _table_holds(table, traces, searched=rows is not None and ID in table.collect_schema())


def _table_holds(table: pl.LazyFrame, traces: Traces, *, searched: bool) -> bool:
    schema = table.collect_schema()
    person = traces.person
    asked = []
    for name, dtype in schema.items():
        column = pl.col(name)
        if dtype.is_nested():
            column = column.map_elements(cell_text, return_dtype=pl.String)
        elif dtype != pl.String:
            continue
        if name == ID or name.endswith("_id"):
            asked.append(column.is_in(sorted(traces.rows | person.own | person.value_ids)))
            continue
        if name in ("subject", "group") and person.values:
            asked.append(column.is_in(sorted(person.own)))
        if person.sought and not searched:
            asked.append(hits(column, person.sought))
        if traces.texts:
            asked.append(column.is_in(sorted(traces.texts)))
        if dtype.is_nested() or name == "evidence":
            asked.append(column.str.contains_any(traces.words) if traces.words else pl.lit(False))
    if not asked:
        return False
    found = table.select(pl.any_horizontal(asked).fill_null(False).any()).collect().item()
    if found or not person.erased or ID not in schema:
        return bool(found)
    return bool(person.gone(table.select(ID).collect()[ID]))


def _text_holds(path: Path, traces: Traces) -> bool:
    lines = list(_lines(path))
    if not lines:
        return False
    text = "\n".join(lines)
    if traces.person.sought and is_page(text):  # ids and texts of rows are sought in all of it
        return holds_values(lines_of_page(text), traces.person) or (
            bool(traces.words) and any(word in text for word in traces.words)
        )
    asked = []
    column = pl.col("line")
    if traces.person.sought:
        asked.append(line_hits(column, traces.person.sought))
    if traces.words:
        asked.append(column.str.contains_any(traces.words))
    if not asked:
        return False
    frame = pl.LazyFrame({"line": pl.Series(lines, dtype=pl.String)})
    return bool(frame.select(pl.any_horizontal(asked).fill_null(False).any()).collect().item())


def _lines(path: Path) -> Iterator[str]:
    """Lines of a text, unpacked if it is compressed; none of weights."""
    data = path.read_bytes()
    if data[8:10] == _SAFETENSORS and len(data) > 10:
        data = data[8 : 8 + int.from_bytes(data[:8], "little")]  # what is said of the numbers
    elif data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        import zstandard

        data = zstandard.ZstdDecompressor().stream_reader(data).read()
    elif data[:4] == b"PK\x03\x04":  # npz: numbers
        return
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    yield from data.decode(encoding, "replace").split("\n")


def readable(path: Path, traces: Traces, rows: Rows | None = None) -> bool | None:
    """`holds`; None where the file cannot be read."""
    try:
        return holds(path, traces, rows)
    except (AssayError, OSError, pl.exceptions.PolarsError, ValueError, EOFError):
        return None


@dataclass
class Answers:
    """Whether files hold the person, each asked once."""

    traces: Traces
    looked: Mapping[Path, Rows]
    known: dict[Path, bool | None] = field(default_factory=dict)

    def of(self, path: Path) -> bool | None:
        """True, False, or None where the file cannot be read."""
        if path not in self.known:
            self.known[path] = readable(path, self.traces, self.looked.get(path))
        return self.known[path]


def objects(cache: Path) -> Iterator[tuple[str, Path]]:
    """Every object of DVC's cache: its digest and path, in order; both layouts."""
    for store in (cache / "files" / "md5", cache):
        if not store.is_dir():
            continue
        for folder in sorted(store.iterdir()):
            if len(folder.name) != 2 or not folder.is_dir():
                continue
            for path in sorted(folder.iterdir()):
                digest = folder.name + path.name
                if path.is_file() and len(digest.removesuffix(".dir")) == 32:
                    yield digest, path


def listed(path: Path) -> dict[str, str]:
    """The files that a `.dir` object lists: name -> digest; none if it is damaged."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {str(one["relpath"]): str(one["md5"]) for one in entries}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def chosen_texts(rows: Collection[str], tables: Iterator[pl.LazyFrame]) -> frozenset[str]:
    """Texts of the rows that go which stand in no row that stays."""
    theirs: set[str] = set()
    others: list[pl.LazyFrame] = []
    for table in tables:
        schema = table.collect_schema()
        columns = [name for name in ("input", "output", "rejected") if schema.get(name) == pl.String]
        if ID not in schema or not columns:
            continue
        long = [table.select(ID, pl.col(name).alias("text")) for name in columns]
        both = pl.concat(long).filter(pl.col("text").str.len_chars() >= SHORTEST_TEXT)
        mine = pl.col(ID).is_in(sorted(rows))
        theirs.update(both.filter(mine).select("text").unique().collect()["text"].to_list())
        others.append(both.filter(~mine).select("text"))
    if not theirs:
        return frozenset()
    wanted = pl.LazyFrame({"text": sorted(theirs)})
    for other in others:
        stay = other.join(wanted, on="text", how="semi").unique().collect()["text"].to_list()
        theirs.difference_update(stay)
    return frozenset(theirs)
