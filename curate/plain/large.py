"""Plain files larger than memory: read a part at a time, with the results of `dedup` and `scan`.

Held in memory are the names of the rows, what was found, and what `curate.dedup.spread` says; texts are not.
A file that is read in parts differs from one that is read whole in what needs all rows at once (see
`curate.read.stream`): a JSON column whose type changes on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from curate.dedup.params import Similarity
from curate.dedup.spread import find_twins_spread
from curate.dedup.twins import Twins
from curate.engine import Engine, Part
from curate.engine.local import InMemory
from curate.errors import AssayError, option
from curate.pii.detect.params import ScanParams
from curate.plain.dedup import contract, documents, facts_of, similarity_of
from curate.plain.frames import row_names, text_column
from curate.plain.scan import ScanResult, scan
from curate.read import stream
from curate.stage import Progress
from curate.text import plain, plural

# Records read at a time.
ROWS = 100_000


@dataclass
class LargeFile:
    """A file, read in parts as often as it is asked for.

    Parameters
    ----------
    id
        The column that names a row; None: its record number.
    rows, unreadable
        How many rows could be read, and `row, reason` of the others; known after the first reading.
    """

    path: Path
    format: str = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    id: str | None = None
    size: int = ROWS
    rows: int = 0
    unreadable: pl.DataFrame = field(default_factory=pl.DataFrame)

    def parts(self, progress: Progress | None = None) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        """The rows of each part and their names.

        Raises
        ------
        AssayError
            As of `read_records`; or if a row has no name of its own, once all are read.
        """
        names, lost, rows = [], [], 0
        for part in stream.parts(
            self.path, self.size, format=self.format, encoding=self.encoding, delimiter=self.delimiter
        ):
            frame = part.records.frame
            if self.id is None:
                called = part.numbers
            else:
                called = row_names(frame, self.id, str(self.path), numbers=part.numbers)
                names.append(called)
            lost.append(part.unreadable)
            rows += frame.height
            if progress:
                progress(part.read, part.size)
            yield frame, called
        if names and pl.concat(names).is_duplicated().any():
            raise AssayError(
                f"column {plain(self.id or '', 40)!r} of {self.path} does not name each row once",
                fix=f"name another column with {option('id')}, or leave it out for record numbers",
            )
        self.rows, self.unreadable = rows, pl.concat(lost)

    def lost(self, most: int = 5) -> str:
        """The rows that could not be read in words; empty if there are none."""
        if self.unreadable.is_empty():
            return ""
        told = self.unreadable.head(most).iter_rows()
        places = ", ".join(f"record {row} ({reason.replace('_', ' ')})" for row, reason in told)
        more = self.unreadable.height - most
        return (
            f"{plural(self.unreadable.height, 'row')} could not be read: {places}"
            f"{f' and {more:,} more' if more > 0 else ''}"
        )


@dataclass
class _Texts:
    """The rows with text of a file, as `find_twins_spread` takes them."""

    file: LargeFile
    column: str
    progress: Progress | None = None
    empty: int = 0

    def __iter__(self) -> Iterator[Part]:
        self.empty = 0
        for frame, names in self.file.parts(self.progress):
            rows = documents(frame, self.column, names, str(self.file.path))
            self.empty += int((~rows["says"]).sum())
            rows = rows.filter("says").drop("says")
            yield InMemory(rows.with_columns(pl.lit(False).alias("held_out")))


@dataclass(frozen=True)
class LargeDedup:
    """Duplicates in a file: `pairs` and `twins` as of `curate.plain.dedup.DedupResult`."""

    file: LargeFile
    field: str
    pairs: pl.DataFrame
    similarity: Similarity
    twins: Twins
    empty_rows: int
    in_memory: str

    def facts(self) -> dict[str, int]:
        """Counts of rows, pairs and clusters."""
        return facts_of(self.file.rows, self.empty_rows, self.pairs, self.twins)

    def texts(self, pairs: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """The names and texts of the rows of a few pairs: the file is read again."""
        ids = pl.concat([pairs["left"], pairs["right"]]).unique()
        found = [
            pl.DataFrame({"id": names, "text": text_column(frame, self.field, "field")}).filter(
                pl.col("id").is_in(ids.implode())
            )
            for frame, names in self.file.parts()
        ]
        rows = pl.concat(found)
        return rows["id"], rows["text"]


def dedup_file(
    file: LargeFile,
    column: str,
    engine: Engine,
    *,
    threshold: float | None = None,
    unit: Any = None,
    n: int | None = None,
    progress: Progress | None = None,
) -> LargeDedup:
    """`curate.plain.dedup.dedup` of a file, in parts."""
    similarity = similarity_of(threshold, unit, n)
    texts = _Texts(file, column, progress)
    found = find_twins_spread(texts, engine, similarity)
    return LargeDedup(
        file, column, contract(found.twins), similarity, found.twins, texts.empty, found.in_memory
    )


def scan_file(
    file: LargeFile,
    fields: Iterable[str] | None,
    params: ScanParams,
    root: Path | None,
    done: Callable[[int, int], None] | None = None,
) -> ScanResult:
    """`curate.plain.scan.scan` of a file, in parts; its `frame` is empty, and `LargeFile.rows` says how many
    rows there were.
    """
    wanted = None if fields is None else list(fields)
    whole: ScanResult | None = None
    findings, hits = [], []
    others: dict[str, int] = {}
    columns: dict[str, None] = {}
    for frame, names in file.parts(done):
        id = file.id if file.id is not None else names
        one = scan(frame, wanted, id=id, params=params, root=root, name=str(file.path))
        findings.append(one.findings)
        hits.append(one.hits)
        columns |= dict.fromkeys(one.fields)
        for language, rows in one.other_languages.items():
            others[language] = others.get(language, 0) + rows
        whole = whole or replace(one, frame=one.frame.clear(), rows=one.rows.clear())
    assert whole is not None, "a file without rows is an error of its reader"
    return replace(
        whole,
        fields=tuple(columns),
        findings=pl.concat(findings),
        hits=pl.concat(hits),
        other_languages=dict(sorted(others.items())),
    )
