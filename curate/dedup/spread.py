"""Twins among rows that lie in partitions: the search of `curate.dedup.twins`, with texts and keys on disk.

One table of small columns is held in memory (id, length, hashes of the text: some 60 bytes a row), and each
document's size and bitmap (72 bytes). The texts are read three times: to fold and hash them, to sign them in
the order of their priority, and to lay out those that stand in a candidate pair by the group in which it is
verified. The band keys are exchanged by band, 8 bytes each, and read one band at a time. All that decides
(bands, filters, verification, the cover) is the code of `cover` and `join`, so keepers and pairs are the
same, pair for pair. Texts are told apart by two 64-bit hashes under seeds that each run draws anew: nobody
can write two texts that pass for one, and by chance two of ten million do with a probability below 10^-20.

Where few texts are compared, or a template that many of them share has to be set apart (see
`curate.dedup.parts`), all of them are read into memory after all; `Spread.in_memory` says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import polars as pl

from curate.dedup import cover as covering
from curate.dedup.normalise import folded
from curate.dedup.params import Similarity
from curate.dedup.parts import LEAST, compared, least_support, system_turns
from curate.dedup.shingles import I64, U64, Documents, Unit, mix
from curate.dedup.signatures import BITMAP_BITS, Signatures, band_columns, packed
from curate.dedup.twins import Twins, Weigh, assembled, find_twins, hashes_of
from curate.dedup.weight import weighed
from curate.engine import Beside, Engine, Part, together

# Documents whose texts lie together: with texts of 300 characters 40 MB.
BLOCK = 1 << 17
_SMALL = ("id", "held_out", "length", "hash", "hash2", "guard_hash", "characters")


@dataclass(frozen=True)
class Spread:
    """Twins, and why the texts were read into memory after all (empty if they were not)."""

    twins: Twins
    in_memory: str = ""


@dataclass(frozen=True)
class _Fold:
    """A partition of rows as they are compared: `text` is what is compared."""

    similarity: Similarity
    weigh: Weigh
    seeds: tuple[int, int]

    def __call__(self, part: Part) -> pl.DataFrame:
        rows = part.read()
        text = rows["text"].fill_null("")
        whole = rows["folded"] if "folded" in rows.columns else folded(text)
        shape = self.similarity
        if shape.parts == "last_turn":
            rest = folded(compared(text, shape.parts, shape.unit, shape.n, shape.threshold).rest)
        else:
            rest = whole
        first, second = (whole.hash(seed) for seed in self.seeds)
        columns = {
            "id": rows["id"],
            "held_out": rows["held_out"],
            "length": rows["text"].str.len_chars().fill_null(0),
            "hash": first,
            "hash2": second,
            "guard_hash": pl.Series(hashes_of(folded(rows["guard"])), dtype=pl.UInt64),
            "characters": rest.str.len_chars(),
            "text": rest,
        }
        if shape.parts == "auto":
            # Where a template may stand: see `curate.dedup.parts`.
            for name, edge in (("begins", text.str.head(LEAST)), ("ends", text.str.tail(LEAST))):
                enough = edge.str.len_chars() == LEAST
                columns[name] = pl.select(pl.when(enough).then(edge.hash(self.seeds[0]))).to_series()
            columns["raw"] = text.hash(self.seeds[0])
            columns["system"] = system_turns(text)
        if self.weigh != "nothing":
            columns["weights"] = weighed(rest, negations_only=self.weigh == "negations")
            columns["output"] = (
                rows["output"].fill_null("") if "output" in rows.columns else rest.str.slice(0, 0)
            )
        return pl.DataFrame(columns)


@dataclass(frozen=True)
class _ByBlock:
    """A partition's heads of documents, sorted under the blocks that they belong to."""

    columns: tuple[str, ...]

    def __call__(self, part: Part) -> Mapping[int, pl.DataFrame]:
        rows = part.read(("document", *self.columns)).filter(pl.col("document") >= 0)
        blocks = rows.with_columns((pl.col("document") // BLOCK).alias("block")).partition_by(
            "block", as_dict=True, include_key=False
        )
        return {int(block): frame for (block,), frame in blocks.items()}


@dataclass(frozen=True)
class _InOrder:
    """A block's documents in their order. Sorted as they are read: strings are views, so that this takes less
    than to write the texts once more and read them.
    """

    part: Part

    @property
    def rows(self) -> int:
        """How many."""
        return self.part.rows

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows."""
        wanted = None if columns is None else dict.fromkeys(("document", *columns))
        rows = self.part.read(None if wanted is None else list(wanted)).sort("document")
        return rows if columns is None else rows.select(columns)


def _sorted_postings(part: Part) -> pl.DataFrame:
    return part.read().sort("posting")


# The number under which sizes and bitmaps are exchanged, beside those of the bands.
_FACTS = -1


@dataclass(frozen=True)
class _Sign:
    """Sizes, bitmaps and band keys of a block of documents, each band under its number."""

    corpus: OnParts
    threshold: float

    def __call__(self, part: Part) -> Mapping[int, pl.DataFrame]:
        block = part.read()
        first = int(block["document"].item(0))
        documents = self.corpus.block(block["text"], first)
        sizes, bitmaps, keys = band_columns(documents, self.threshold)
        there = np.flatnonzero(sizes > 0)
        facts = {"size": sizes} | {f"bits{at}": bitmaps[:, at] for at in range(bitmaps.shape[1])}
        found = {_FACTS: pl.DataFrame(facts)}
        for band, column in enumerate(keys):
            postings = packed(column[there], there + first, self.corpus.bits)
            found[band] = pl.DataFrame({"posting": postings})
        return found


def _by_group(part: Part) -> Mapping[int, pl.DataFrame]:
    """A block's texts, sorted under the groups that their documents belong to."""
    asked = part.read(("text", "group")).drop_nulls("group").explode("group")
    groups = asked.partition_by("group", as_dict=True, include_key=False)
    return {int(group): texts for (group,), texts in groups.items()}


class _Tables(Sequence[U64]):
    """Tables of postings that are read as they are asked for."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return len(self._parts)

    @overload
    def __getitem__(self, at: int) -> U64: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[U64]: ...
    def __getitem__(self, at: int | slice) -> U64 | Sequence[U64]:
        if isinstance(at, slice):
            return _Tables(self._parts[at])
        return self._parts[at].read()["posting"].to_numpy()

    def __iter__(self) -> Iterator[U64]:
        return (self[at] for at in range(len(self)))


@dataclass(frozen=True)
class OnParts:
    """Distinct folded texts in order of priority, in blocks on an engine; to `cover` what `Documents` are."""

    engine: Engine
    blocks: Sequence[Part]
    count: int
    unit: Unit
    n: int
    salts: U64 | None = None
    marks: U64 | None = None

    def __len__(self) -> int:
        return self.count

    @property
    def bits(self) -> int:
        """How many low bits of a posting hold the number of a document."""
        return max(1, self.count.bit_length())

    def salted(self) -> OnParts:
        """As `Documents.salted`."""
        if self.marks is None:
            return self
        salts = mix(self.marks) if self.salts is None else mix(self.salts ^ mix(self.marks))
        return replace(self, salts=salts, marks=None)

    def block(self, texts: pl.Series, first: int) -> Documents:
        """The documents from number `first` on, of which these are the texts."""
        salts = None if self.salts is None else self.salts[first : first + len(texts)]
        return Documents(texts, self.unit, self.n, salts)

    def signed(self, threshold: float, done: Callable[[int], None] | None = None) -> Signatures:
        """Signatures with band keys: what `curate.dedup.cover.sign` gives for so many texts."""
        work = _Sign(replace(self, engine=_NOWHERE, blocks=(), marks=None), threshold)
        found = self.engine.exchange(work, self._watched(done))
        facts = found.pop(_FACTS).read()
        bitmaps = np.empty((self.count, BITMAP_BITS // 64), np.uint64)
        for at in range(bitmaps.shape[1]):
            bitmaps[:, at] = facts[f"bits{at}"].to_numpy()
        sizes = facts["size"].to_numpy().copy()
        del facts
        tables = self.engine.store(_sorted_postings, list(found.values()))
        self.engine.drop(found.values())
        return Signatures(sizes, bitmaps, _Tables(tables), self.bits, exact=False)

    def _watched(self, done: Callable[[int], None] | None) -> Iterator[Part]:
        seen = 0
        for part in self.blocks:
            yield part
            seen += part.rows
            if done:
                done(seen)

    def sets_of(self, groups: Sequence[I64]) -> Iterator[tuple[U64, I64]]:
        """As `Documents.sets_of`. Each block of texts is read once and its texts are laid out by group, since
        a group takes them from everywhere; on disk lies a text for each group that it belongs to.
        """
        met = self.engine.exchange(_by_group, self._asked(groups))
        for at, part in met.items():
            texts = part.read(("text",))["text"]
            salts = None if self.salts is None else self.salts[groups[at]]
            yield Documents(texts, self.unit, self.n, salts).sets(np.arange(len(texts)))
            self.engine.drop([part])

    def _asked(self, groups: Sequence[I64]) -> Iterator[Part]:
        """The blocks, with the groups that each of their documents belongs to."""
        numbers = np.concatenate([*groups, np.zeros(0, np.int64)])
        places = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups])
        order = np.argsort(numbers, kind="stable")
        numbers, places = numbers[order], places[order]
        for at, block in enumerate(self.blocks):
            begin, end = np.searchsorted(numbers, (at * BLOCK, (at + 1) * BLOCK))
            mine = pl.DataFrame({"at": numbers[begin:end] - at * BLOCK, "group": places[begin:end]})
            lists = mine.group_by("at").agg("group")
            every = pl.DataFrame({"at": np.arange(block.rows)})
            yield Beside(block, every.join(lists, on="at", how="left", maintain_order="left").select("group"))


class _Nowhere:
    """Stands for the engine in what is sent to a worker, which needs none."""

    name = "none"

    def _none(self, *_: object) -> None:
        raise AssertionError("work on a partition runs no plan")

    parts = map = store = exchange = drop = _none


_NOWHERE: Engine = _Nowhere()  # type: ignore[assignment]


def find_twins_spread(
    parts: Iterable[Part],
    engine: Engine,
    similarity: Similarity,
    done: Callable[[int], None] | None = None,
    *,
    weigh: Weigh = "nothing",
) -> Spread:
    """`find_twins` of rows in partitions.

    Parameters
    ----------
    parts
        Together the frame that `find_twins` takes, in any order and cut anyhow. Gone through once, and once
        more where they must be in memory after all.
    engine
        Where the partitions are worked on.
    done
        Called with the number of documents signed so far.
    """
    seeds = (secrets.randbits(63), secrets.randbits(63))
    stored = engine.store(_Fold(similarity, weigh, seeds), parts)
    rows = together(stored, _SMALL).with_row_index("at")
    rows = rows.sort("held_out", "length", "id", descending=[True, True, False])
    same = ["hash", "hash2", "guard_hash"]
    heads = rows.unique(same, keep="first", maintain_order=True).drop("length")
    # Prefix keys are exact and need every shingle at once: `cover.sign` takes them up to so many characters.
    few = rows.is_empty() or int(heads["characters"].sum()) <= covering.MAX_PREFIX_CHARACTERS
    why = "few texts" if few else _templates(stored, similarity)
    if why:
        engine.drop(stored)
        return Spread(find_twins(together(parts), similarity, done, weigh=weigh), why)
    rows = rows.join(
        heads.select(same).with_row_index("document"), on=same, how="left", maintain_order="left"
    ).drop(*same, "length", "characters")
    forced = int(heads["held_out"].sum())
    guards = heads["guard_hash"].to_numpy()
    names = heads["id"]
    head_rows = heads["at"].to_numpy()
    del heads
    numbers = np.full(rows.height, -1, np.int64)
    numbers[head_rows] = np.arange(len(head_rows))
    salts = guards if len(guards) and (guards != guards[0]).any() else None
    marks = _marks(stored, engine, rows, head_rows, numbers) if weigh != "nothing" else None
    rows = rows.drop("at")
    placed, at = [], 0
    for part in stored:
        columns = pl.DataFrame({"document": numbers[at : at + part.rows]})
        placed.append(Beside(part, columns))
        at += part.rows
    met = engine.exchange(_ByBlock(("text",)), placed)
    engine.drop(stored)
    blocks = [_InOrder(part) for part in met.values()]
    documents = OnParts(engine, blocks, len(head_rows), similarity.unit, similarity.n, salts, marks)
    covered = covering.cover(documents, similarity.threshold, forced, done=done)
    engine.drop(met.values())
    return Spread(assembled(rows, names, covered))


def _templates(stored: Sequence[Part], similarity: Similarity) -> str:
    """Whether there may be templates to set apart, in words; empty if there are none."""
    if similarity.parts != "auto":
        return ""
    if together(stored, ("system",))["system"].any():
        return "system turns are set apart"
    least = least_support(together(stored, ("raw",))["raw"].n_unique()).line
    for name in ("begins", "ends"):
        edges = together(stored, (name, "raw")).drop_nulls(name)
        often = edges.group_by(name).len().filter(pl.col("len") >= least)
        shared = edges.join(often, on=name, how="semi").unique().group_by(name).len()
        if (shared["len"] >= least).any():
            return "many texts begin or end alike, and a template is to be set apart"
    return ""


@dataclass(frozen=True)
class _Mark:
    """What tells a document apart whatever its letters, of each head in a partition, by its number."""

    several: pl.DataFrame

    def __call__(self, part: Part) -> pl.DataFrame:
        heads = part.read(("document", "weights", "output")).filter(pl.col("document") >= 0)
        outputs = heads.join(self.several, on="document", how="left", maintain_order="left").select(
            pl.coalesce("outputs", "output").alias("outputs")
        )
        said = pl.select(pl.concat_str(heads["weights"], outputs["outputs"], separator="\x1f")).to_series()
        return heads.select("document", pl.Series("mark", hashes_of(said), dtype=pl.UInt64))


def _marks(stored: Sequence[Part], engine: Engine, rows: pl.DataFrame, head_rows: U64, numbers: I64) -> U64:
    """The mark of each document: see `curate.dedup.twins`."""
    shared = rows.filter(pl.len().over("document") > 1).select("at", "document").sort("at")
    told, at, heads = [], 0, []
    for part in stored:
        mine = shared.filter(pl.col("at").is_between(at, at + part.rows - 1))
        output = part.read(("output",))["output"].gather(mine["at"] - at)
        told.append(mine.select("document", output.alias("output")))
        heads.append(Beside(part, pl.DataFrame({"document": numbers[at : at + part.rows]})))
        at += part.rows
    several = (
        pl.concat(told)
        .group_by("document")
        .agg(pl.col("output").unique().sort().str.join("\x1e").alias("outputs"))
        .with_columns(pl.col("document").cast(pl.Int64))
    )
    marked = pl.concat(list(engine.map(_Mark(several), heads)))
    marks = np.empty(len(head_rows), np.uint64)
    marks[marked["document"].to_numpy()] = marked["mark"].to_numpy()
    return marks
