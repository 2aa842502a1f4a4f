"""Stage `dedup` over partitions: twins by `curate.dedup.spread`, and only those rows in memory about which
something is to be decided.

A row that resembles no other and is equal to no other since redaction stays, whatever its text; so only the
others are read into memory, and what judges them is the code of the stage itself. Which words point to which
label is counted over all rows, partition by partition.

Extraction reads its outputs against all others, and texts that are not weighed are searched twice: for these
`needs_memory` says why the stage takes all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from curate.dedup.judge import texts_of, weighs
from curate.dedup.normalise import folded
from curate.dedup.params import DedupParams
from curate.dedup.spread import find_twins_spread
from curate.dedup.twins import Twins, identity
from curate.engine import Engine, Part, together
from curate.stage import Progress
from curate.task import Kind
from curate.verdicts.apply import changed, without
from curate.verdicts.apply import written as as_decided


def needs_memory(kind: Kind, params: DedupParams) -> str:
    """Why the stage must have all rows at once, or nothing."""
    if kind is Kind.EXTRACTION:
        return "an extraction's outputs are read against those of all rows"
    if kind is not Kind.CLASSIFICATION and weighs(kind, params) == "nothing":
        return "without `dedup.weigh` twins are searched for a second time"
    if params.semantic is not None:
        return "texts are compared by meaning with all others"
    if params.against is not None:
        return "all rows are compared with benchmark files at once"
    return ""


@dataclass(frozen=True)
class Sides:
    """A partition of the redacted examples with the same rows as people wrote them, verdicts carried out.

    Both files are sorted by id, so that the rows of one partition lie together in the other file.
    """

    redacted: Part
    ingested: Path
    decided: pl.DataFrame

    @property
    def rows(self) -> int:
        """Rows before verdicts."""
        return self.redacted.rows

    def examples(self) -> pl.DataFrame:
        """The rows after redaction."""
        rows = self.redacted.read()
        if self.decided.is_empty():
            return rows
        return changed(rows.join(without(self.decided), on="example_id", how="anti"), self.decided)

    def both(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows after redaction, and before it."""
        after = self.examples()
        if after.is_empty():
            return after, after
        ids = after["example_id"]
        low, high = ids.min(), ids.max()
        before = (
            pl.scan_parquet(self.ingested)
            .filter(pl.col("example_id").is_between(pl.lit(low), pl.lit(high)))
            .collect()
            .join(after.select("example_id"), on="example_id", how="semi", maintain_order="left")
        )
        return after, as_decided(before, after, self.decided)


@dataclass(frozen=True)
class _Texts:
    """What twins are looked for in, as a partition."""

    sides: Sides
    kind: Kind
    params: DedupParams

    @property
    def rows(self) -> int:
        """Rows before verdicts."""
        return self.sides.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """`id, text, folded, guard, held_out`."""
        texts = texts_of(self.sides.both()[1], self.kind, self.params)
        return texts if columns is None else texts.select(columns)


@dataclass(frozen=True)
class Decidable:
    """The rows about which something is to be decided, after and before redaction, with their twins; the ids
    of all rows by priority; and the labels of all rows, when they are asked for.
    """

    examples: pl.DataFrame
    written: pl.DataFrame
    twins: Twins
    ids: pl.Series
    sides: Sequence[Sides]
    in_memory: str

    def everything(self) -> Iterator[pl.DataFrame]:
        """`example_id, input, output` of all rows as people wrote them, some at a time."""
        return (one.both()[1].select("example_id", "input", "output") for one in self.sides)


def decidable(
    redacted: Iterable[Part],
    ingested: Path,
    kind: Kind,
    params: DedupParams,
    decided: pl.DataFrame,
    engine: Engine,
    progress: Progress | None = None,
) -> Decidable:
    """Find twins, and read the rows that need a decision."""
    sides = [Sides(part, ingested, decided) for part in redacted]
    total = sum(one.rows for one in sides)
    watch = (lambda done: progress(done, total)) if progress else None
    equal = _equal_after(engine.store(_After(kind), sides), engine)
    found = find_twins_spread(
        [_Texts(one, kind, params) for one in sides], engine, params, watch, weigh=weighs(kind, params)
    )
    twins = found.twins
    chosen = pl.concat([equal, *_paired(twins)]).unique()
    ids = twins.rows["id"]
    twins = replace(
        twins, rows=twins.rows.join(chosen.to_frame("id"), on="id", how="semi", maintain_order="left")
    )
    found = replace(found, twins=twins)  # lets go of the rows that have no twin
    # Stored, not kept as they are read: polars' strings are views, and a few rows would hold the whole
    # partition's texts in memory.
    kept = engine.store(_Chosen(chosen), sides)
    both = together(kept)
    engine.drop(kept)
    after = both.select(name for name in both.columns if not name.startswith(_BEFORE))
    before = both.select(
        "example_id", pl.col(f"^{_BEFORE}.*$").name.map(lambda name: name.removeprefix(_BEFORE))
    )
    return Decidable(after, before, twins, ids, sides, found.in_memory)


def _paired(twins: Twins) -> list[pl.Series]:
    """Ids of the rows that have a twin."""
    # A cluster's keeper keeps itself, so a cluster of several rows has one whose keeper is another row; and
    # held-out rows, which keep themselves, stand in pairs.
    others = twins.rows.filter(pl.col("id") != pl.col("keeper"))
    listed = (others["id"], others["keeper"], twins.pairs["left"], twins.pairs["right"])
    return [ids.rename("id") for ids in listed]


_BEFORE = "before "


@dataclass(frozen=True)
class _Chosen:
    """The rows of some ids after redaction, with the same rows before it beside them."""

    ids: pl.Series

    def __call__(self, sides: Sides) -> pl.DataFrame:
        after, before = (
            rows.join(self.ids.to_frame("example_id"), on="example_id", how="semi").sort("example_id")
            for rows in sides.both()
        )
        return after.hstack(before.drop("example_id").rename(lambda name: _BEFORE + name))


@dataclass(frozen=True)
class _After:
    """Hashes of the folded inputs after redaction: equal ones have equal hashes."""

    kind: Kind

    def __call__(self, sides: Sides) -> pl.DataFrame:
        after, before = sides.both()
        texts = after.select("example_id", identity(self.kind).alias("guard"), "input")
        written = before.select("example_id", pl.col("input").alias("written"))
        rows = texts.join(written, on="example_id", how="left", maintain_order="left")
        form = folded(rows["input"])
        return pl.DataFrame(
            {
                "example_id": rows["example_id"],
                "hash": form.hash(0),
                "guard": rows["guard"].hash(0),
                "redacted": rows["input"].ne_missing(rows["written"]),
            }
        )


def _equal_after(parts: Sequence[Part], engine: Engine) -> pl.Series:
    """Ids of the rows whose input may be equal to another's only since redaction, and a few more: that hashes
    collide costs a look, no more.
    """
    family = ["hash", "guard"]
    redacted = pl.concat([part.read((*family, "redacted")).filter("redacted") for part in parts])
    # Of all rows, those alone that have the hash of a redacted one: the others are many.
    rows = pl.concat([part.read().join(redacted, on=family, how="semi") for part in parts])
    engine.drop(parts)
    return rows.filter(pl.len().over(family) > 1)["example_id"].rename("id")
