"""One side of a comparison as rows that are read as late as possible.

A `Table` is one or more lazy parts (a gold version has a part for each split). The comparison first asks it
for *marks*: 64-bit hashes of key and content, row number and split of each row, streamed, so that two
versions of ten million rows never stand in memory as text; afterwards it has the rows that differ held
(`holding`), and everything else asks for values of those.

The hashes are polars' own. They never leave the process and decide nothing that is kept: rows whose digests
differ are compared again by key and value. Their seeds are drawn afresh in each process, so nobody can
prepare two rows that collide; by chance it happens once in about 1.8e19 pairs of rows (of keyed rows, in as
many squared).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from curate.ids import key_text

SEED, KEY_SEED, NAME_SEED = (secrets.randbits(62) for _ in range(3))
# Of rows in splits; in the order of their names, so that marks sort as the names do.
SPLIT = pl.Enum(["test", "train", "validation"])
# Stands between the parts of a composite key; ASCII's own "unit separator".
SEPARATOR = "\x1f"
NESTED = (pl.List, pl.Array, pl.Struct, pl.Object)


@dataclass(frozen=True)
class Part:
    """Rows of one file: `split` names the split they belong to, or is None for a file of its own."""

    split: str | None
    rows: pl.LazyFrame


@dataclass(frozen=True)
class Table:
    """Parts with the same columns, numbered through from 0 in the order given."""

    parts: tuple[Part, ...]
    held: pl.DataFrame | None = field(default=None, repr=False, compare=False)
    held_as: Mapping[str, pl.DataType] = field(default_factory=dict, repr=False, compare=False)
    lengths: Mapping[str, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and dtypes over all parts; the first part that has a column says its dtype."""
        columns: dict[str, pl.DataType] = {}
        for part in self.parts:
            for name, dtype in part.rows.collect_schema().items():
                columns.setdefault(name, dtype)
        return columns

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """Rows of each part."""
        return tuple(int(part.rows.select(pl.len()).collect().item()) for part in self.parts)

    @property
    def height(self) -> int:
        """Rows of all parts."""
        return sum(self.heights)

    def marks(
        self,
        keys: Sequence[str],
        columns: Mapping[str, pl.DataType],
        *,
        apart: str | None = None,
        lengths: Sequence[str] = (),
    ) -> pl.DataFrame:
        """Marks of every row.

        Parameters
        ----------
        keys
            Columns that together name a row; none for rows without a name.
        columns
            What the digest covers, and as which dtype.
        apart
            A column (the label) that `rest` leaves out.
        lengths
            Columns whose texts' lengths are wanted as well, for `length_of`.

        Returns
        -------
        pl.DataFrame
            `at` (UInt32, the row's number), `digest` (UInt64, of key and columns), `split` (`SPLIT`), with
            keys `name` (UInt64, of the key), with `apart` `rest` (UInt64), and for each of `lengths` a column
            (UInt32).
        """
        key = key_of(keys, self.schema) if keys else None
        marks = [digest_of(key, row_digest(columns)).alias("digest")]
        if key is not None:
            marks.append(name_of(key).alias("name"))
        if apart is not None:
            marks.append(
                row_digest({name: dtype for name, dtype in columns.items() if name != apart}).alias("rest")
            )
        marks += [_length(as_text(name, self.schema[name])).alias(length_of(name)) for name in lengths]
        return self._read(
            lambda part: [*marks, pl.lit(part.split, dtype=SPLIT).alias("split")], [*keys, *columns, *lengths]
        )

    def keys(self, keys: Sequence[str], at: pl.Series) -> pl.DataFrame:
        """`at` and the `key` (String, null where every key column is null) of the rows numbered `at`, each
        once, sorted by it.
        """
        return self._read(
            lambda part: [key_of(keys, self.schema).alias("key")], list(keys), _wanted(at)
        ).sort("at")

    def holding(self, at: pl.Series, columns: Mapping[str, pl.DataType]) -> Table:
        """The same table with these rows' values in memory, for `take` to find without reading the file
        again.
        """
        return replace(self, held=self.take(at, columns), held_as=dict(columns))

    def holding_named(
        self, name: str, wanted: pl.DataFrame, columns: Mapping[str, pl.DataType]
    ) -> Table | None:
        """As `holding`, of the rows `at` whose `key` (String, each once) stands in column `name`; None if one
        is not where it should be.

        Quicker than by number: Parquet's readers leave out what a condition on a column leaves out.
        """
        frames, start = [], 0
        for part, height in zip(self.parts, self.heights, strict=True):
            mine = wanted.filter(pl.col("at").is_between(start, start + height - 1))
            values = [
                _copied(comparable(column, dtype), dtype).alias(column) for column, dtype in columns.items()
            ]
            matching = part.rows.filter(pl.col(name).is_in(mine["key"].implode())).select(
                pl.col(name).alias("__key"), *values
            )
            frames.append(
                mine.lazy()
                .join(matching, left_on="key", right_on="__key", how="inner")
                .select("at", *columns)
            )
            start += height
        rows = pl.concat(pl.collect_all(frames, engine="streaming")).sort("at")
        return (
            replace(self, held=rows, held_as=dict(columns))
            if rows["at"].equals(wanted["at"].sort())
            else None
        )

    def histogram(self, name: str, *, lengths: bool = False) -> pl.DataFrame:
        """Rows by `value` (String; null as "") of a column as text, or by its length in characters (UInt32):
        `value, len`; no order.
        """
        if lengths and name in self.lengths:
            return self.lengths[name]
        text = as_text(name, self.schema[name])
        value = (_length(text) if lengths else text.fill_null("")).alias("value")
        parts = [
            part.rows.select(value).group_by("value").len().collect(engine="streaming")
            if name in part.rows.collect_schema()
            else pl.DataFrame(
                {"value": [0 if lengths else ""], "len": [height]},
                schema={"value": pl.UInt32 if lengths else pl.String, "len": pl.UInt32},
            )
            for part, height in zip(self.parts, self.heights, strict=True)
        ]
        return pl.concat(parts).group_by("value").agg(pl.col("len").sum())

    def few_values(self, name: str, most: int, rows: int) -> bool:
        """Whether the first `rows` rows of each part have at most `most` different values together, and fewer
        than half as many as rows.
        """
        heads = [
            part.rows.select(as_text(name, self.schema[name])).head(rows).collect()
            for part in self.parts
            if name in part.rows.collect_schema()
        ]
        values = pl.concat(heads)[name]
        return values.n_unique() <= most and 2 * values.n_unique() <= max(4, len(values))

    def take(self, at: pl.Series, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Columns, as the dtypes given, of the rows numbered `at` (each once), with `at` first, sorted by
        it.
        """
        wanted = _wanted(at)
        if self.held is not None and all(self.held_as.get(name) == dtype for name, dtype in columns.items()):
            rows = self.held.join(wanted, on="at", how="semi", maintain_order="left").select("at", *columns)
            if rows.height == wanted.height:
                return rows
        return self._read(
            lambda part: [
                _copied(comparable(name, dtype), dtype).alias(name) for name, dtype in columns.items()
            ],
            list(columns),
            wanted,
        ).sort("at")

    def places(self, at: pl.Series) -> pl.DataFrame:
        """`at` (UInt32, each once) and the `split` that each of these rows stands in."""
        starts = [sum(self.heights[:number]) for number in range(len(self.parts))]
        parts = pl.DataFrame(
            {"start": starts, "split": [part.split for part in self.parts], "rows": self.heights},
            schema={"start": pl.UInt32, "split": pl.String, "rows": pl.Int64},
        )
        wanted = at.unique().sort().cast(pl.UInt32).rename("at").to_frame()
        return wanted.join_asof(
            parts.filter(pl.col("rows") > 0).select("start", "split"), left_on="at", right_on="start"
        ).select("at", "split")

    def _read(
        self,
        expressions: Callable[[Part], list[pl.Expr]],
        needs: Sequence[str],
        wanted: pl.DataFrame | None = None,
    ) -> pl.DataFrame:
        frames, start = [], 0
        for part, height in zip(self.parts, self.heights, strict=True):
            schema = part.rows.collect_schema()
            absent = [
                pl.lit(None, dtype=self.schema[name]).alias(name)
                for name in dict.fromkeys(needs)
                if name not in schema
            ]
            rows = part.rows.with_row_index("__at", start).with_columns(
                pl.col("__at").cast(pl.UInt32), *absent
            )
            if wanted is not None:
                mine = wanted.filter(pl.col("at").is_between(start, start + height - 1))
                rows = rows.join(mine.lazy(), left_on="__at", right_on="at", how="semi")
            frames.append(
                rows.select(pl.col("__at").alias("at"), *expressions(part)).collect(engine="streaming")
            )
            start += height
        return pl.concat(frames)


def _wanted(at: pl.Series) -> pl.DataFrame:
    return at.unique().cast(pl.UInt32).rename("at").to_frame()


def _length(text: pl.Expr) -> pl.Expr:
    return text.fill_null("").str.len_chars()


def length_of(name: str) -> str:
    """The column of `marks` that holds the lengths of column `name`."""
    return f"length of {name}"


def name_of(key: pl.Expr) -> pl.Expr:
    """64-bit mark of a key."""
    return key.hash(NAME_SEED)


def digest_of(key: pl.Expr | None, content: pl.Expr) -> pl.Expr:
    """64-bit mark of a row's content with its key, where rows have one."""
    return content if key is None else content + key.hash(KEY_SEED)


def key_of(keys: Sequence[str], schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The key columns as one String; null when there are none or all are null."""
    if not keys:
        return pl.lit(None, dtype=pl.String)
    texts = [key_text(pl.col(name), schema[name]) for name in keys]
    if len(texts) == 1:
        return texts[0]
    return pl.when(pl.any_horizontal(text.is_not_null() for text in texts)).then(
        pl.concat_str([text.fill_null("") for text in texts], separator=SEPARATOR)
    )


def _copied(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Text copied out of the buffers that it was read into: polars' strings are views, and a few rows would
    hold the whole file in memory.
    """
    return pl.concat_str(value, pl.lit("")) if dtype == pl.String() else value


def comparable(name: str, dtype: pl.DataType) -> pl.Expr:
    """Column `name` as `dtype`; nested values as JSON and categories as text."""
    if isinstance(dtype, NESTED):
        return pl.struct(pl.col(name).alias("v")).struct.json_encode().str.slice(5).str.head(-1)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return pl.col(name).cast(pl.String)
    return pl.col(name).cast(dtype)


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Column `name` of `dtype` as people read it: Binary as hex digits."""
    if isinstance(dtype, pl.Binary):
        return pl.col(name).bin.encode("hex")
    return comparable(name, dtype).cast(pl.String)


def row_digest(columns: Mapping[str, pl.DataType]) -> pl.Expr:
    """64-bit digest of a row's `columns`: each is hashed with its own seed, so that swapped values differ;
    the sum wraps.
    """
    if not columns:
        return pl.lit(0, dtype=pl.UInt64)
    return pl.sum_horizontal(
        comparable(name, dtype).hash(SEED + position)
        for position, (name, dtype) in enumerate(sorted(columns.items()))
    )


def common_type(before: pl.DataType, after: pl.DataType) -> pl.DataType:
    """The dtype in which two columns of one name are compared; text where nothing closer fits both."""
    if before == after:
        return before
    if before == pl.Null():
        return after
    if after == pl.Null():
        return before
    if before.is_integer() and after.is_integer():
        return pl.Int64()
    if before.is_numeric() and after.is_numeric():
        return pl.Float64()
    return pl.String()
