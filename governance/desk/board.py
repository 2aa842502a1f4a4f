"""The open values of a scan as arrays, so that a million findings fit a desk: what a page needs is looked up
for the few values that it shows.

Built once from the stages' files (a second or two a million findings; where there are many, in a process of
its own, whose memory goes with it). The order is the terminal queue's at that moment and stays, so that the
next value does not move while somebody judges; what is judged meanwhile is passed over.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import ROW_GROUP, read_stage_frame
from curate.project import Project
from governance.triage.context import Rows
from governance.triage.queue import Item, item_frame, open_findings

# More findings than these are worked up in a process of their own: on the way they take some 100 MB.
LARGE = 100_000
# So many rows' texts stay in memory, some 30 MB; of larger files the rows asked for are read.
IN_MEMORY = 100_000
# Rows read at a time of those: a whole row group takes 87 MB on the way, a sixth 35 and half as long again.
AT_ONCE = ROW_GROUP // 6
# Groups counted in a table of all that could be; beyond, of those that there are.
CODES = 100_000
# Values or rows counted at a time, so that the sorts on the way take some megabytes.
PART = 100_000
# Places of a value that a page shows.
PLACES = 3
_TEXTS = ("example_id", "input", "output", "rejected", "source")


@dataclass(frozen=True)
class Group:
    """Open values of one entity, shape and source.

    Parameters
    ----------
    values
        Their places on the board.
    findings, rows
        In this source; `all_findings`, `all_rows`: wherever the values stand, which is what a verdict clears.
    """

    entity: str
    pattern: str
    source: str
    values: int
    findings: int
    rows: int
    away: float


class Board:
    """Values in the order in which they are asked about.

    Parameters
    ----------
    values
        `governance.triage.queue.item_frame`: one row a value.
    places
        Every finding of the scan, by row: `row, field, entity, start, end`, `value` (its place in `values`,
        null where it is not open).
    sources
        The source of each row of the examples.
    """

    def __init__(self, values: pl.DataFrame, places: pl.DataFrame, sources: pl.Series, texts: Path) -> None:
        self.values, self.places = values, places
        # The source of each row, as its place among their names.
        kinds, of_row = np.unique(sources.to_physical().to_numpy(), return_inverse=True)
        self._source = of_row.astype(np.min_scalar_type(max(1, len(kinds))))
        firsts = np.zeros(len(kinds), dtype=np.uint32)
        firsts[of_row[::-1]] = np.arange(len(of_row), dtype=np.uint32)[::-1]
        self._sources = sources.gather(firsts).cast(pl.String).to_list()
        self._by_id = values["value_id"].arg_sort()
        # Places of each value: those of value v are `_of_value[_starts[v] : _starts[v + 1]]`.
        of = places["value"]
        self._of_value = of.arg_sort(nulls_last=True)[: of.len() - of.null_count()].to_numpy()
        ends = np.bincount(of.drop_nulls().to_numpy(), minlength=values.height).cumsum()
        self._starts = np.concatenate([[0], ends]).astype(np.uint32)
        self._rows = places["row"].to_numpy()
        self.texts = Texts(texts)

    def __len__(self) -> int:
        return self.values.height

    def find(self, value_id: str) -> int | None:
        """The place of a value, or None."""
        low, high = 0, len(self._by_id)
        while low < high:
            middle = (low + high) // 2
            if self.values["value_id"][self._by_id[middle]] < value_id:
                low = middle + 1
            else:
                high = middle
        at = int(self._by_id[low]) if low < len(self._by_id) else None
        return at if at is not None and self.values["value_id"][at] == value_id else None

    def item(self, at: int) -> Item:
        """The value at a place."""
        return Item(**self.values.row(at, named=True))

    def ids(self, at: Sequence[int] | np.ndarray) -> list[str]:
        """The keyed ids of values."""
        return self.values["value_id"].gather(np.asarray(at, dtype=np.uint32)).to_list()

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
        findings = (
            self.places[picked]
            .with_columns(pl.col("field", "entity").cast(pl.String))
            .join(texts.select("row", "example_id", "source"), on="row", how="left", maintain_order="left")
        )
        ids = self.values.select("value_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("value"))[
            findings["value"].drop_nulls().unique()
        ]
        return Rows(texts, findings.join(ids, on="value", how="left", maintain_order="left"))

    def _first_rows(self, at: Sequence[int]) -> np.ndarray:
        wanted: set[int] = set()
        for place in at:
            mine = self._of_value[self._starts[place] : self._starts[place + 1]]
            wanted.update(np.unique(self._rows[mine])[:PLACES].tolist())
        return np.array(sorted(wanted), dtype=np.uint32)

    def groups(self, is_open: np.ndarray) -> list[Group]:
        """Open values by entity, shape and source, in the order of the queue."""
        sources = max(1, len(self._sources))
        entity, pattern = (self.values[name].to_physical().to_numpy() for name in ("entity", "pattern"))
        shape = entity.astype(np.uint64) << np.uint64(32) | pattern
        code = np.searchsorted(np.unique(shape), shape) * sources  # and the source: a group
        del entity, pattern, shape
        most = int(code.max() if len(code) else 0) + sources
        names = np.arange(most)
        if most > CODES:
            parts = [np.unique(code[value] + self._source[row]) for value, row in self._by_value(is_open)]
            names = np.unique(np.concatenate([*parts, np.array([], dtype=np.int64)]))

        def place(codes: np.ndarray) -> np.ndarray:
            return codes if most <= CODES else np.searchsorted(names, codes)

        count = len(names)
        findings, values, rows = (np.zeros(count, dtype=np.int64) for _ in range(3))
        nearest, first = np.full(count, np.inf), np.full(count, len(self))
        away = (self.values["score"] - self.values["threshold"]).to_numpy()
        for value, row in self._by_value(is_open):
            group = place(code[value] + self._source[row])
            findings += np.bincount(group, minlength=count)
            pairs = _distinct(value.astype(np.int64) * sources + self._source[row])
            group = place(code[pairs // sources] + pairs % sources)
            values += np.bincount(group, minlength=count)
            np.minimum.at(nearest, group, away[pairs // sources])
            np.minimum.at(first, group, pairs // sources)
        for value, row in self._by_row(is_open):
            group = place(code[value] + self._source[row])
            pairs = _distinct(row.astype(np.int64) * max(1, count) + group)
            rows += np.bincount(pairs % max(1, count), minlength=count)
        there = np.flatnonzero(findings)
        counted = pl.DataFrame(
            {
                "first": first[there],
                "source": pl.Series(self._sources, dtype=pl.String).gather(names[there] % sources),
                "values": values[there],
                "findings": findings[there],
                "rows": rows[there],
                "away": pl.Series(nearest[there], dtype=pl.Float64).round(6),
            }
        ).sort("first", "source")
        shapes = self.values.select("entity", "pattern")[counted["first"]].cast(pl.String)
        return [Group(**each) for each in shapes.hstack(counted.drop("first")).iter_rows(named=True)]

    def _by_value(self, is_open: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Value and row of each finding of an open value, all of a value in one part."""
        for low in range(0, len(self), PART):
            high = min(low + PART, len(self))
            value = np.repeat(np.arange(low, high), np.diff(self._starts[low : high + 1]))
            row = self._rows[self._of_value[self._starts[low] : self._starts[high]]]
            yield value[is_open[value]], row[is_open[value]]

    def _by_row(self, is_open: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The same, all of a row in one part."""
        for low in range(0, len(self._source), PART):
            start, stop = np.searchsorted(self._rows, [low, low + PART])
            placed, row = self.places["value"][start:stop], self._rows[start:stop]
            value, row = placed.drop_nulls().to_numpy(), row[placed.is_not_null().to_numpy()]
            yield value[is_open[value]], row[is_open[value]]

    def members(self, entity: str, pattern: str, source: str | None) -> np.ndarray:
        """Places of the values of a group, open or not, in order."""
        same = (pl.col("entity") == entity) & (pl.col("pattern") == pattern)
        alike = self.values.select(same.alias("alike"))["alike"].to_numpy()
        if source is None:
            return np.flatnonzero(alike).astype(np.uint32)
        if source not in self._sources:
            return np.array([], dtype=np.uint32)
        value, row = self._placed()
        return np.unique(value[alike[value] & (self._source[row] == self._sources.index(source))])

    def reach(self, at: np.ndarray) -> tuple[int, int]:
        """Findings and rows in which some values stand, in all sources."""
        wanted = np.zeros(len(self), dtype=bool)
        wanted[at] = True
        picked = self._of_value[np.repeat(wanted, np.diff(self._starts))]
        return len(picked), len(np.unique(self._rows[picked]))

    def _placed(self) -> tuple[np.ndarray, np.ndarray]:
        """The value and the row of each finding that is open."""
        value = np.repeat(np.arange(len(self), dtype=np.uint32), np.diff(self._starts))
        return value, self._rows[self._of_value]


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Each number once, of some that are nearly in order, which a stable sort passes over once."""
    numbers.sort(kind="stable")
    distinct: np.ndarray = numbers[np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]]
    return distinct


class Texts:
    """The texts of a scan's rows by number: small files in memory; of large ones the rows asked for and those
    that will be asked for next, are read in one pass and kept until other ones are.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._height = path, _height(path)
        self._all = self._part(0, self._height).collect() if self._height <= IN_MEMORY else None
        self._kept = self._part(0, 0).collect()

    def of(self, rows: np.ndarray, then: np.ndarray) -> pl.DataFrame:
        """`row` and the texts of some rows, in their order; `then` are asked for next."""
        if self._all is not None:
            return self._all[rows]
        kept = self._kept
        if not np.isin(rows, kept["row"].to_numpy()).all():
            wanted = pl.Series(np.union1d(rows, then)).implode()
            # A part of a row group at a time, so that no more is ever unpacked; by way of Python, since the
            # few strings that a filter leaves would hold on to the memory of all.
            found: list[tuple[object, ...]] = []
            for start in range(0, self._height, AT_ONCE):
                found += self._part(start, AT_ONCE).filter(pl.col("row").is_in(wanted)).collect().rows()
            self._kept = kept = pl.DataFrame(found, schema=kept.schema, orient="row")
        return kept.filter(pl.col("row").is_in(rows.tolist()))

    def _part(self, start: int, height: int) -> pl.LazyFrame:
        part = pl.scan_parquet(self.path).select(_TEXTS).slice(start, height)
        return part.with_row_index("row", offset=start)


def _height(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def tables(
    findings: pl.DataFrame, examples: pl.DataFrame, waiting: pl.DataFrame, values: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The three tables of a board: `values`, `places` and `sources`.

    Parameters
    ----------
    findings, examples
        Of one scan.
    waiting
        From `open_findings`.
    values
        From `item_frame`, of `waiting`.
    """
    numbered = examples.select("example_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    placed = values.select("value_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("value"))
    still_open = waiting.join(placed, on="value_id").select("finding_id", "value")
    places = (
        findings.join(numbered, on="example_id")
        .join(still_open, on="finding_id", how="left")
        .select(
            "row",
            pl.col("field", "entity").cast(pl.Categorical),
            pl.col("start", "end").cast(pl.UInt32),
            "value",
        )
        .sort("row", "start", "end", "value")
    )
    sources = examples.select(pl.col("source").fill_null("").cast(pl.Categorical))
    small = values.with_columns(pl.col("entity", "pattern", "unsure").cast(pl.Categorical))
    return {"values": small, "places": places, "sources": sources}


def read_tables(project: Project, today: date, entities: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """The tables of a project's board, with the verdicts in force on a day."""
    from curate.pii.decisions import in_force, project_verdicts
    from curate.pii.redact.params import RedactParams
    from curate.pii.scan.stage import ScanParams

    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    examples = read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")
    ours = [one for one in project_verdicts(project) if one.key_id == project.key.key_id]
    scan = project.params("scan", ScanParams)
    policy = project.params("redact", RedactParams)
    waiting = open_findings(findings, examples, in_force(ours, today), policy, entities)
    return tables(findings, examples, waiting, item_frame(waiting, examples, scan))


def load_board(project: Project, today: date, entities: Sequence[str] = ()) -> Board:
    """The board of a project as its files stand.

    Raises
    ------
    AssayError
        If the scan has not run, or does not belong to the examples.
    """
    findings = project.stage("scan") / "findings.parquet"
    texts = project.stage("ingest") / "examples.parquet"
    if findings.exists() and texts.exists() and _height(findings) > LARGE:
        made = _apart(project, today, entities)
    else:
        made = read_tables(project, today, entities)
    return Board(made["values"], made["places"], made["sources"]["source"], texts)


def _apart(project: Project, today: date, entities: Sequence[str]) -> dict[str, pl.DataFrame]:
    """`read_tables` in a process of its own; its tables come by files that are gone once they are read."""
    with tempfile.TemporaryDirectory(prefix="assay-desk-") as folder:
        words = [sys.executable, "-m", "governance.desk.board", str(project.root), today.isoformat(), folder]
        done = subprocess.run([*words, *entities], capture_output=True, text=True, check=False)
        if done.returncode:
            problem, _, fix = done.stderr.strip().rpartition("\n")[2].partition("\x1f")
            raise AssayError(problem or "the queue could not be built", fix=fix or "assay triage")
        return {name: pl.read_ipc(Path(folder) / f"{name}.arrow") for name in ("values", "places", "sources")}


def _main(root: str, day: str, folder: str, *entities: str) -> None:
    try:
        made = read_tables(Project(Path(root)), date.fromisoformat(day), entities)
    except AssayError as error:
        sys.exit(f"{error.problem}\x1f{error.fix}")
    for name, frame in made.items():
        frame.write_ipc(Path(folder) / f"{name}.arrow")


if __name__ == "__main__":
    _main(*sys.argv[1:])
