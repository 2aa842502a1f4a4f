"""`ingest` of files that are read some rows at a time, on an engine: the same tables as if they were read
whole.

Two passes. The first reads the files, makes fields of their columns and keeps them by partition; in memory
stay an id for each row (some 30 bytes), the distinct labels, languages and sources, and the rows that cannot
be examples. Then ids are settled: of those that stand twice the rows are fetched and told apart. The second
pass judges each row and brings the examples into the order of their ids, by partition.

How a file is read is decided by what all its rows have in common (which columns hold conversations, what type
a column has). So each part decides for itself, and where two parts differ the file is read whole after all:
that, conversations and the exports of annotation tools are `NotInParts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.engine import Engine, Part, current
from curate.engine.local import InMemory
from curate.engine.stream import ROWS
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.ingest.columns import Mapped, map_columns, shown_path
from curate.ingest.identify import ids_of_parts
from curate.ingest.params import IngestParams
from curate.ingest.personal import check_names, private_ids
from curate.ingest.rows import (
    STAGE,
    Raw,
    judged,
    ledger_of,
    names_of,
    of_no_source,
    raw_fields,
    refuse_nothing_left,
    refuse_sources,
    rejects_of,
    sourced,
    with_unreadable_ids,
)
from curate.ingest.told import Tally, added, file_facts, places_of, report_of, tally_of
from curate.keys import Key
from curate.read import bounded
from curate.read.dialect import delimiter_sign
from curate.read.formats import WRONG_ENCODING_SHARE
from curate.read.hub import is_hub_name
from curate.read.stream import parts as parts_of
from curate.stage import Progress, StageResult
from curate.suppress import Suppressed
from curate.task import TaskCard


class NotInParts(Exception):
    """Why the files must be read whole, in words."""


@dataclass(frozen=True)
class Wanted:
    """A raw file: its path as configured, the source of its rows, its format, which side it is on, and where
    it lies.
    """

    path: str
    source: str | None
    format: str
    held_out: bool
    place: Path | str = ""


@dataclass(frozen=True)
class Ingested:
    """The stage's result, the ids of all rows that came in, and where each dropped row stood."""

    result: StageResult
    input_ids: pl.Series
    places: pl.DataFrame


@dataclass
class _Facts:
    """What stays in memory of the rows of all files."""

    files: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, int]] = field(default_factory=list)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    names: dict[str, tuple[str, pl.Series]] = field(default_factory=dict)
    no_source: list[pl.DataFrame] = field(default_factory=list)
    ids: list[pl.DataFrame] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    shapes: list[tuple[list[str], list[pl.Series]]] = field(default_factory=list)

    def note(self, rows: pl.DataFrame, card: TaskCard, params: IngestParams) -> None:
        """Take the fields of some rows into account."""
        for what, (label, values) in names_of(rows, card, params).items():
            before = [self.names[what][1]] if what in self.names else []
            self.names[what] = label, pl.concat([*before, values.unique()]).unique()
        self.no_source.append(of_no_source(rows, card).select("source", "file", "unit", "line"))
        self.ids.append(rows.select("id", "suppressed_id"))


def ingest_parts(
    wanted: Sequence[Wanted],
    params: IngestParams,
    card: TaskCard,
    key: Key,
    suppressed: Suppressed | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """`curate.ingest.stage.ingest` on the engine in use; the examples are partitions, sorted by id.

    Raises
    ------
    NotInParts
        If a file can be read only as a whole.
    AssayError
        As of `ingest`.
    """
    engine, facts = current(), _Facts()
    if any(is_hub_name(one.place) for one in wanted):
        raise NotInParts("a data set of a hub")
    stored = engine.store(_itself, _fields(wanted, params, card, key, suppressed, facts, engine, progress))
    rows = [Slim(part, *shape) for part, shape in zip(stored, facts.shapes, strict=True)]
    headers = pl.Series(facts.headers, dtype=pl.String)
    found = check_names({"column": ("", headers)}, params.personal_names)
    found += check_names(facts.names, params.personal_names)
    refuse_sources(pl.concat(facts.no_source), card)
    declared, ids = params.columns.id is not None, pl.concat(facts.ids)
    facts.ids.clear()
    mapping = pl.DataFrame()
    if declared:
        ids, mapping, of_ids = private_ids(ids, key, params.columns.id or "", params.personal_ids)
        found += [of_ids] if of_ids else []
    names = ids.select(pl.coalesce("suppressed_id", "id").alias("id"))["id"]
    del ids
    example_ids = ids_of_parts(rows, names if declared else None, key, on_duplicate=params.on_duplicate_id)
    unreadable = with_unreadable_ids(facts.rejects, key)
    kept, faulty, tally = _judged_parts(rows, names, example_ids, card, declared, engine)
    dropped = ledger_of(unreadable, faulty)
    if tally.rows == tally.held_out:
        raise refuse_nothing_left(dropped)
    report = report_of(facts.files, tally, facts.changed, params)
    if found:
        report["personal"] = [asdict(one) for one in found]
    tables = {"ids": mapping} if mapping.height else {}
    return Ingested(
        StageResult(STAGE, EXAMPLES.to_frame(), dropped, report, tables, kept),
        pl.concat([example_ids, unreadable["example_id"]]),
        places_of(unreadable, faulty),
    )


def _itself(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _fields(
    wanted: Sequence[Wanted],
    params: IngestParams,
    card: TaskCard,
    key: Key,
    suppressed: Suppressed | None,
    facts: _Facts,
    engine: Engine,
    progress: Progress | None,
) -> Iterator[pl.DataFrame]:
    """The fields of all rows, part by part, as `Slim` takes them; what is known of them goes to `facts`."""
    size = getattr(engine, "rows", ROWS)
    for number, one in enumerate(wanted):
        if progress:
            progress(number, len(wanted) + 1)
        file = _File(one, params, card)
        for raw, mapped in file.parts(size):
            facts.rejects.append(rejects_of(raw))
            if mapped is None:
                continue
            rows, changed = raw_fields(raw, mapped, number, params, card, suppressed)
            facts.changed.append(changed)
            facts.note(rows, card, params)
            facts.shapes.append((rows.columns, constants(rows)))
            yield rows.drop([one.name for one in facts.shapes[-1][1]])
        facts.headers += file.names
        facts.files.append(file.facts())


@dataclass
class _File:
    """One raw file, whose parts must be read alike."""

    wanted: Wanted
    params: IngestParams
    card: TaskCard
    names: list[str] = field(default_factory=list)
    _told: list[dict[str, Any]] = field(default_factory=list)
    _alike: list[Any] = field(default_factory=list)
    _constants: dict[str, Any] = field(default_factory=dict)
    _unreadable: int = 0

    def parts(self, rows: int) -> Iterator[tuple[Raw, Mapped | None]]:
        """The file's parts, and what their columns are for; nothing where no row of a part can be read."""
        one, bad, total = self.wanted, 0, 0
        sign = None if self.params.delimiter is None else delimiter_sign(self.params.delimiter)
        for part in parts_of(
            one.place, rows, format=one.format, encoding=self.params.encoding, delimiter=sign
        ):
            records = part.records
            bad += int((records.rejects["reason"] == "invalid_utf8").sum())
            total += part.height
            raw = Raw(one.path, one.source, one.held_out, bounded(records, one.path))
            if not records.frame.height:
                self._unreadable += records.rejects.height
                yield raw, None
                continue
            yield raw, self._mapped(raw)
        if bad and bad >= WRONG_ENCODING_SHARE * total:
            raise NotInParts("it may be in another encoding")
        if not self._told:
            raise NotInParts("no row of a file can be read")

    def _mapped(self, raw: Raw) -> Mapped:
        """What the columns of a part are for, which must be what those of the others are for."""
        records = raw.records
        if records.nested or records.mixed:
            raise NotInParts("a column holds objects or lists")
        try:
            mapped = map_columns(records, self.params, self.card.kind, shown_path(raw.path))
        except AssayError:
            raise NotInParts("what its columns are for is not clear from a part of it") from None
        if not mapped.by_column:
            raise NotInParts("it holds conversations, or is the export of an annotation tool")
        alike = [records.frame.schema, records.unit, mapped.reading, mapped.used, mapped.unused]
        if self._alike and alike != self._alike:
            raise NotInParts("its columns are of other types, or for something else, in other parts of it")
        self._same_constants(records.frame)
        self._alike, self.names = alike, records.frame.columns
        self._told.append(file_facts(raw, mapped))
        return mapped

    def _same_constants(self, frame: pl.DataFrame) -> None:
        """Refuse a context that is the same within each part and differs between them: a format asks whether
        it varies.
        """
        for name in _CONTEXTS:
            if name not in frame.columns or frame[name].n_unique() > 1:
                continue
            if self._constants.setdefault(name, frame[name][0]) != frame[name][0]:
                raise NotInParts("a column varies between its parts and not within them")

    def facts(self) -> dict[str, Any]:
        """How the file was read: see `file_facts`."""
        counts = {name: sum(one[name] for one in self._told) for name in ("rows", "unreadable", "examples")}
        counts["unreadable"] += self._unreadable
        return {**self._told[0], **counts}


# Columns of which a format asks whether they vary (`curate.ingest.layouts.table`).
_CONTEXTS = ("input", "context")


@dataclass(frozen=True)
class Slim:
    """A partition without the columns that hold one value throughout, which are kept beside it."""

    part: Part
    names: Sequence[str]
    constant: Sequence[pl.Series]

    @property
    def rows(self) -> int:
        """How many."""
        return self.part.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """All columns, or some."""
        wanted = self.names if columns is None else columns
        added = [
            one.new_from_index(0, self.rows).alias(one.name) for one in self.constant if one.name in wanted
        ]
        own = [name for name in wanted if name not in {one.name for one in added}]
        both = self.part.read(own).with_columns(added) if own else pl.DataFrame(added)
        return both.select(wanted)


def constants(rows: pl.DataFrame) -> list[pl.Series]:
    """One row of each column that holds one value throughout, but for one column at least."""
    found = [
        column.head(1)
        for column in rows.iter_columns()
        if column.null_count() == len(column) or (not column.null_count() and (column == column[0]).all())
    ]
    return found if len(found) < rows.width else found[1:]


def _judged_parts(
    rows: Sequence[Slim],
    names: pl.Series,
    example_ids: pl.Series,
    card: TaskCard,
    declared: bool,
    engine: Engine,
) -> tuple[list[Part], pl.DataFrame, Tally]:
    """The examples in the order of their ids, the rows that are none with their reasons, and counts.

    Parameters
    ----------
    names
        The declared key of each row, as it stands in outputs; null where there is none.
    """
    faulty: list[pl.DataFrame] = []
    tallies: list[Tally] = []
    size = max((part.rows for part in rows), default=1)
    in_order = example_ids.is_sorted()
    place = None if in_order else _places(example_ids)

    def judge() -> Iterator[pl.DataFrame]:
        """The examples of each part, with the partition that each belongs to."""
        first = 0
        for part in rows:
            here = slice(first, first + part.rows)
            first += part.rows
            found = part.read().with_columns(names[here].alias("id"), example_ids[here].alias("example_id"))
            found = judged(sourced(found, card), card.kind, declared)
            faulty.append(
                found.filter(pl.col("reason").is_not_null()).select(
                    "file", "unit", "line", "reason", "evidence", "example_id"
                )
            )
            good = pl.col("reason").is_null()
            kept = conform(found.filter(good), EXAMPLES)
            tallies.append(tally_of(kept))
            if place is not None:
                numbers = pl.Series("partition", place[here] // size)
                kept = kept.with_columns(numbers.filter(found.select(good.alias("good"))["good"]))
            engine.drop([part.part])
            yield kept

    if in_order:
        kept = engine.store(_itself, judge())
    else:
        met = engine.exchange(_by_partition, (InMemory(one) for one in judge()))
        kept = engine.store(_in_order, met.values())
        engine.drop(met.values())
    return kept, pl.concat(faulty), added(tallies)


def _places(ids: pl.Series) -> npt.NDArray[np.uint32]:
    """Where each id stands among all of them."""
    places = np.empty(len(ids), np.uint32)
    places[ids.arg_sort().to_numpy()] = np.arange(len(ids), dtype=np.uint32)
    return places


def _by_partition(part: Part) -> dict[int, pl.DataFrame]:
    return {
        int(number): frame
        for (number,), frame in part.read()
        .partition_by("partition", as_dict=True, include_key=False, maintain_order=True)
        .items()
    }


def _in_order(part: Part) -> pl.DataFrame:
    return part.read().sort("example_id")
