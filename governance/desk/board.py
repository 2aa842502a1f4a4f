"""The open values of a scan, so that a million findings fit a desk: what a page needs is looked up for the
few values that it shows.

The order is the terminal queue's at the moment of the start and stays, so that the next value does not move
while somebody judges; what is judged meanwhile is passed over. Whatever is counted over all values is counted
a part at a time, for the desk's memory is what its arrays take and little more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from curate.project import Project
from governance.desk.tables import CLOSED, Tables, load_tables
from governance.desk.texts import Texts
from governance.triage.context import Rows
from governance.triage.queue import Item

# Groups counted in a table of all that could be; beyond, of those that there are.
CODES = 100_000
# Values or rows counted at a time, so that the sorts on the way take some megabytes.
PART = 100_000
# Places of a value that a page shows.
PLACES = 3
_FINDINGS = {
    **dict.fromkeys(("row", "start", "end"), pl.UInt32),
    **dict.fromkeys(("field", "entity", "value_id"), pl.String),
}


@dataclass(frozen=True)
class Group:
    """Open values of one entity, shape and source.

    Parameters
    ----------
    values
        How many they are.
    findings, rows
        In this source; a verdict clears them in every other one too (`Board.reach`).
    """

    entity: str
    pattern: str
    source: str
    values: int
    findings: int
    rows: int
    away: float


class Board:
    """Values in the order in which they are asked about."""

    def __init__(self, made: Tables, texts: Path) -> None:
        self.made, self.texts = made, Texts(texts)
        self._ids, self._by_id = made.arrays["value_id"], made.arrays["by_id"]
        # The findings of value v are `_of_value[_starts[v] : _starts[v + 1]]`.
        self._of_value, self._starts = made.arrays["by_value"], made.arrays["starts"]
        self._rows, self._value = made.arrays["row"], made.arrays["value"]
        self._shape, self._source = made.arrays["shape"], made.arrays["source"]

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, value_id: str) -> int | None:
        """The place of a value, or None."""
        try:
            wanted = bytes.fromhex(value_id)
        except ValueError:
            return None
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._ids[self._by_id[middle]].tobytes() < wanted:
                low = middle + 1
            else:
                high = middle
        at = int(self._by_id[low]) if low < len(self) else None
        return at if at is not None and self._ids[at].tobytes() == wanted else None

    def item(self, at: int) -> Item:
        """The value at a place."""
        arrays = self.made.arrays
        return Item(
            value_id=self._ids[at].tobytes().hex(),
            **self.made.shapes.row(int(self._shape[at]), named=True),
            score=float(arrays["score"][at]),
            verified=bool(arrays["verified"][at]),
            findings=int(arrays["findings"][at]),
            rows=int(arrays["rows"][at]),
            unsure=self.made.names["unsure"][arrays["unsure"][at]],
        )

    def digest(self, at: np.ndarray) -> bytes:
        """Digest of the keyed ids of values."""
        made = hashlib.blake2b(digest_size=16)
        for low in range(0, len(at), PART):
            made.update(self._ids[at[low : low + PART]].tobytes())
        return made.digest()

    def window(self, at: Sequence[int], then: Sequence[int] = ()) -> Rows:
        """The first rows of some values, with every finding of those rows, for `Rows` to mask and cut.

        Parameters
        ----------
        then
            Values that are asked for next: where texts are read from a file, theirs are read along.
        """
        rows = self._first_rows(at)
        first, last = np.searchsorted(self._rows, rows), np.searchsorted(self._rows, rows, side="right")
        spans = [np.arange(start, stop) for start, stop in zip(first, last, strict=True)]
        picked = np.concatenate(spans) if spans else np.array([], dtype=np.int64)
        texts = self.texts.of(rows, self._first_rows(then))
        arrays, names = self.made.arrays, self.made.names
        columns: dict[str, object] = {name: arrays[name][picked] for name in ("row", "start", "end")}
        for name in ("field", "entity"):
            columns[name] = [names[name][code] for code in arrays[name][picked].tolist()]
        columns["value_id"] = [
            None if value == CLOSED else self._ids[value].tobytes().hex()
            for value in self._value[picked].tolist()
        ]
        placed = pl.DataFrame(columns, schema=_FINDINGS).join(
            texts.select("row", "example_id", "source"), on="row", how="left", maintain_order="left"
        )
        return Rows(texts, placed)

    def _first_rows(self, at: Sequence[int]) -> np.ndarray:
        wanted: set[int] = set()
        for place in at:
            mine = self._of_value[self._starts[place] : self._starts[place + 1]]
            wanted.update(np.unique(self._rows[mine])[:PLACES].tolist())
        return np.array(sorted(wanted), dtype=np.uint32)

    def groups(self, is_open: np.ndarray) -> list[Group]:
        """Open values by entity, shape and source, in the order of the queue."""
        sources = max(1, len(self.made.names["source"]))
        score, threshold = self.made.arrays["score"], self.made.shapes["threshold"].to_numpy()
        # A group's number: that of its shape times the sources, and the source.
        most = self.made.shapes.height * sources
        names = np.arange(most)
        if most > CODES:
            parts = [
                np.unique(self._shape[value] * np.int64(sources) + self._source[row])
                for value, row in self._by_value(is_open)
            ]
            names = np.unique(np.concatenate([*parts, np.array([], dtype=np.int64)]))

        def place(value: np.ndarray, source: np.ndarray) -> np.ndarray:
            numbers: np.ndarray = self._shape[value] * np.int64(sources) + source
            return numbers if most <= CODES else np.searchsorted(names, numbers)

        count = len(names)
        findings, values, rows = (np.zeros(count, dtype=np.int64) for _ in range(3))
        nearest, first = np.full(count, np.inf), np.full(count, len(self))
        for value, row in self._by_value(is_open):
            findings += np.bincount(place(value, self._source[row]), minlength=count)
            pairs = _distinct(value.astype(np.int64) * sources + self._source[row])
            each = pairs // sources
            group = place(each, pairs % sources)
            values += np.bincount(group, minlength=count)
            np.minimum.at(nearest, group, score[each] - threshold[self._shape[each]])
            np.minimum.at(first, group, each)
        for value, row in self._by_row(is_open):
            group = place(value, self._source[row])
            pairs = _distinct(row.astype(np.int64) * max(1, count) + group)
            rows += np.bincount(pairs % max(1, count), minlength=count)
        there = np.flatnonzero(findings)
        counted = pl.DataFrame(
            {
                "first": first[there],
                "source": pl.Series(self.made.names["source"], dtype=pl.String).gather(
                    names[there] % sources
                ),
                "values": values[there],
                "findings": findings[there],
                "rows": rows[there],
                "away": pl.Series(nearest[there], dtype=pl.Float64).round(6),
            },
            schema_overrides={"source": pl.String},
        ).sort("first", "source")
        shapes = self.made.shapes.select("entity", "pattern")[self._shape[counted["first"].to_numpy()]]
        return [Group(**each) for each in shapes.hstack(counted.drop("first")).iter_rows(named=True)]

    def _by_value(self, is_open: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Value and row of each finding of an open value, all of a value in one part."""
        for low in range(0, len(self), PART):
            high = min(low + PART, len(self))
            value = np.repeat(np.arange(low, high, dtype=np.uint32), np.diff(self._starts[low : high + 1]))
            row = self._rows[self._of_value[self._starts[low] : self._starts[high]]]
            yield value[is_open[value]], row[is_open[value]]

    def _by_row(self, is_open: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The same, all of a row in one part."""
        for low in range(0, len(self._source), PART):
            start, stop = np.searchsorted(self._rows, np.array([low, low + PART], dtype=np.uint32))
            value, row = self._value[start:stop], self._rows[start:stop]
            value, row = value[value != CLOSED], row[value != CLOSED]
            yield value[is_open[value]], row[is_open[value]]

    def members(self, entity: str, pattern: str, source: str | None) -> np.ndarray:
        """Places of the values of a group, open or not, in order."""
        same = (pl.col("entity") == entity) & (pl.col("pattern") == pattern)
        wanted = np.isin(self._shape, self.made.shapes.select(same.arg_true()).to_series().to_numpy())
        if source is None:
            return np.flatnonzero(wanted).astype(np.uint32)
        if source not in self.made.names["source"]:
            return np.array([], dtype=np.uint32)
        code = self.made.names["source"].index(source)
        parts = [_distinct(value[self._source[row] == code]) for value, row in self._by_value(wanted)]
        return np.concatenate([*parts, np.array([], dtype=np.uint32)])

    def reach(self, at: np.ndarray) -> tuple[int, int]:
        """Findings and rows in which some values stand, in all sources."""
        wanted, seen = np.zeros(len(self), dtype=bool), np.zeros(len(self._source), dtype=bool)
        wanted[at] = True
        findings = 0
        for _, row in self._by_value(wanted):
            seen[row] = True
            findings += len(row)
        return findings, int(np.count_nonzero(seen))


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Each number once, of some that are nearly in order, which a stable sort passes over once."""
    numbers.sort(kind="stable")
    distinct: np.ndarray = numbers[np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]]
    return distinct


def load_board(project: Project, today: date, entities: Sequence[str] = ()) -> Board:
    """The board of a project as its files stand.

    Raises
    ------
    AssayError
        If the scan has not run, or does not belong to the examples.
    """
    made = load_tables(project, today, entities)
    return Board(made, project.stage("ingest") / "examples.parquet")
