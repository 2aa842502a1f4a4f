"""Content digests of a gold version: equal for equal rows in any order, different for any change of cell,
column or split.

A row's digest covers every published column but the id; a split's digest covers the sorted pairs of id and
row digest; the version's covers column names and split digests. They are not keyed: they are taken over
redacted text that is published beside them, and whoever receives the folder must be able to check it without
the project's secret. (Digests of the raw source are keyed: see `curate.keys`.) About 0.6 million rows a
second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from curate.engine import Engine, Numbered, Part
from curate.examples import EXAMPLES
from curate.files import canonical_json
from curate.splits import SPLITS

# Names the recipe; it is part of every digest, so versions made by different recipes never look alike.
RECIPE = "assay.rows/1"

# What gold rows carry; which rows are held out is said by the split.
PUBLISHED = pl.Schema({name: dtype for name, dtype in EXAMPLES.items() if name != "held_out"})
CONTENT = tuple(name for name in PUBLISHED if name != "example_id")
# Published texts whose lengths (characters, 0 for null) stand in the fingerprints -> the column there.
LENGTHS = {"input": "input_length", "output": "output_length"}

# Rows turned into Python strings at a time, to bound memory.
_SLICE = 100_000


def netstring(columns: Sequence[str]) -> pl.Expr:
    """The values of `columns` in one String from which they can be separated again: `LENGTH:VALUE` each, `-`
    for null.

    Netstrings (D. J. Bernstein 1997): lengths in bytes make the encoding injective whatever the values hold.
    """
    return pl.concat_str(
        [
            pl.when(pl.col(name).is_null())
            .then(pl.lit("-"))
            .otherwise(pl.concat_str(pl.col(name).str.len_bytes().cast(pl.String), pl.lit(":"), pl.col(name)))
            for name in columns
        ]
    )


# What stands for a row in the digest of its split.
_LINE = netstring(("example_id", "row_digest")).alias("line")


def row_digests(frame: pl.DataFrame, columns: Sequence[str] = CONTENT) -> pl.Series:
    """Digest (16 bytes, hex) of each row's `columns`, in row order; String columns only."""
    start = hashlib.blake2b(digest_size=16, person=b"assay-row/1")
    digests: list[str] = []
    for rows in frame.select(netstring(columns).alias("line")).iter_slices(_SLICE):
        for line in rows[
            "line"
        ].to_list():  # blake2b has no vectorised form; polars' own hash changes between releases
            state = start.copy()
            state.update(line.encode())
            digests.append(state.hexdigest())
    return pl.Series("row_digest", digests, dtype=pl.String)


def split_digest(ids: pl.Series, digests: pl.Series) -> str:
    """Digest (32 bytes, hex) of a set of rows, whatever their order.

    Parameters
    ----------
    ids, digests
        `example_id` and `row_digest`, of equal length.
    """
    rows = pl.DataFrame({"example_id": ids, "row_digest": digests})
    return lines_digest([rows.select(_LINE)["line"].sort()])


def lines_digest(ascending: Iterable[pl.Series]) -> str:
    """Digest of a split from the lines of its rows, in ascending order, cut anywhere."""
    state = hashlib.blake2b(RECIPE.encode(), digest_size=32)
    for lines in ascending:
        for rows in lines.to_frame("line").iter_slices(_SLICE):
            state.update("\n".join(rows["line"].to_list()).encode() + b"\n")
    return state.hexdigest()


def marks(splits: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """`example_id, split, row_digest` of every row of a version (frames of schema `PUBLISHED` by split)."""
    return pl.concat(
        [
            splits[name].select("example_id", pl.lit(name).alias("split"), row_digests(splits[name]))
            for name in SPLITS
        ]
    )


def content_of(marked: pl.DataFrame) -> dict[str, Any]:
    """Rows and digest of each split, and the digest and short version of the whole, from `marks`."""
    parts = {}
    for name in SPLITS:
        rows = marked.filter(pl.col("split") == name)
        parts[name] = {"rows": rows.height, "digest": split_digest(rows["example_id"], rows["row_digest"])}
    return _content(parts)


def _content(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    whole = content_digest({name: str(part["digest"]) for name, part in parts.items()})
    return {"splits": dict(parts), "content_digest": whole, "version": whole[:12]}


def content_of_parts(prints: Sequence[Part], engine: Engine) -> dict[str, Any]:
    """`content_of`, of a table that lies in partitions, sorted by id from the first row to the last.

    Lines begin with the length of the id: those of one length come in the order of the ids, and lengths
    follow each other as text does. So no rows are sorted, and one partition at a time is in memory.
    """
    found = engine.exchange(_lines, [Numbered(number, part) for number, part in enumerate(prints)])
    groups: dict[int, list[tuple[str, int, Part]]] = {number: [] for number in range(len(SPLITS))}
    for number, lines in found.items():
        split, length, part = number >> 56, number >> 32 & 0xFFFFFF, number & 0xFFFFFFFF
        groups[split].append((f"{length}:", part, lines))
    parts = {}
    for split, name in enumerate(SPLITS):
        ordered = [lines for _, _, lines in sorted(groups[split], key=lambda one: one[:2])]
        digest = lines_digest(lines.read()["line"] for lines in ordered)
        parts[name] = {"rows": sum(lines.rows for lines in ordered), "digest": digest}
    engine.drop(found.values())
    return _content(parts)


def _lines(part: Part) -> dict[int, pl.DataFrame]:
    """Lines of fingerprints under the number of split, length of the id, and partition."""
    assert isinstance(part, Numbered)
    rows = part.read(("example_id", "split", "row_digest")).with_columns(
        pl.col("example_id").str.len_bytes().alias("length")
    )
    return {
        SPLITS.index(split) << 56 | length << 32 | part.number: group.select(_LINE)
        for (split, length), group in rows.partition_by(
            "split", "length", as_dict=True, maintain_order=True
        ).items()
    }


def content_digest(digests: Mapping[str, str]) -> str:
    """Digest (32 bytes, hex) of a whole version from the digests of its splits."""
    return document_digest({"recipe": RECIPE, "columns": list(PUBLISHED), "splits": dict(digests)})


def document_digest(value: object) -> str:
    """Digest (32 bytes, hex) of a JSON-safe value in canonical form."""
    return hashlib.blake2b(canonical_json(value).encode(), digest_size=32).hexdigest()
