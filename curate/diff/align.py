"""Which row of one version is which row of the other.

With a key, rows pair by key. A key that stands on several rows of a side is never joined many-to-many: it is reported,
and its rows pair one to one, equal rows first and the rest in the order of their content. Without a key, equal rows pair
as a multiset; then, if there is a label, rows equal but for the label; what is left was added or removed.

Cost: a hash join over the marks of both sides. Finding edited rows by likeness is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

# (is_before, marks) -> the same marks in the order of their rows' content
InContentOrder = Callable[[bool, pl.DataFrame], pl.DataFrame]

_MARKS = ("at", "digest", "split")


@dataclass(frozen=True)
class Alignment:
    """The outcome.

    Parameters
    ----------
    pairs
        `key`, and for each side `at_before`/`at_after`, `digest_*`, `split_*`; one side is null for a row that stands alone.
    duplicates
        Keys on more than one row of a side: `key`, `before`, `after` (rows), sorted by key.
    """

    pairs: pl.DataFrame
    duplicates: pl.DataFrame


def by_key(before: pl.DataFrame, after: pl.DataFrame, in_content_order: InContentOrder) -> Alignment:
    """Pair marks (`key, at, digest, split`) by key."""
    repeated = pl.concat([_repeated(before["key"]), _repeated(after["key"])]).unique()
    if not len(repeated):
        return Alignment(_join(before, after, ["key"]), _no_duplicates())
    names = repeated.to_frame()
    clean = [side.join(names, on="key", how="anti", nulls_equal=True) for side in (before, after)]
    left, right = (side.join(names, on="key", how="semi", nulls_equal=True) for side in (before, after))
    counts = (
        left.group_by("key")
        .agg(pl.len().alias("before"))
        .join(right.group_by("key").agg(pl.len().alias("after")), on="key", how="full", coalesce=True, nulls_equal=True)
    )
    duplicates = counts.with_columns(pl.col("before", "after").fill_null(0).cast(pl.Int64)).sort("key", nulls_last=True)
    matched, left, right = _settle(left, right, ["key", "digest", "split"])
    again, left, right = _settle(left, right, ["key", "digest"])
    left, right = (_numbered(in_content_order(is_before, side), ["key"]) for is_before, side in ((True, left), (False, right)))
    rest = _join(left, right, ["key", "n"]).drop("n")
    return Alignment(pl.concat([_join(clean[0], clean[1], ["key"]), matched, again, rest]), duplicates)


def by_content(before: pl.DataFrame, after: pl.DataFrame) -> Alignment:
    """Pair marks (`at, digest, split` and perhaps `rest`) by content, each row at most once; `key` stays null."""
    pairs, left, right = _settle(before, after, ["digest"])
    settled = [pairs]
    if "rest" in before.columns:
        pairs, left, right = _settle(left, right, ["rest"])
        settled.append(pairs)
    alone = [_alone(left, "before"), _alone(right, "after")]
    return Alignment(pl.concat([*settled, *alone]), _no_duplicates())


def _settle(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pair the n-th row of a side with the n-th of the other among rows equal in `on`; returns pairs and what is left."""
    left, right = _numbered(left.sort("at"), on), _numbered(right.sort("at"), on)
    pairs = left.join(right, on=[*on, "n"], how="inner", suffix="_after", nulls_equal=True, coalesce=False)
    shown = pairs.select("key", *(pl.col(name).alias(f"{name}_before") for name in _MARKS), *(f"{name}_after" for name in _MARKS))
    remains = [
        side.join(shown.select(pl.col(f"at_{name}").alias("at")), on="at", how="anti").drop("n")
        for side, name in ((left, "before"), (right, "after"))
    ]
    return shown, remains[0], remains[1]


def _numbered(side: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    return side.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).over(list(on)).alias("n"))


def _join(before: pl.DataFrame, after: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    left, right = (
        side.select(*on, *(pl.col(name).alias(f"{name}_{suffix}") for name in _MARKS))
        for side, suffix in ((before, "before"), (after, "after"))
    )
    return left.join(right, on=on, how="full", coalesce=True, nulls_equal=True)


def _alone(side: pl.DataFrame, suffix: str) -> pl.DataFrame:
    other = "after" if suffix == "before" else "before"
    columns = {f"{name}_{suffix}": pl.col(name) for name in _MARKS}
    columns |= {f"{name}_{other}": pl.lit(None, dtype=side.schema[name]) for name in _MARKS}
    return side.select("key", *(columns[f"{name}_{at}"].alias(f"{name}_{at}") for at in ("before", "after") for name in _MARKS))


def _repeated(keys: pl.Series) -> pl.Series:
    return keys.filter(keys.is_duplicated()).unique()


def _no_duplicates() -> pl.DataFrame:
    return pl.DataFrame(schema={"key": pl.String, "before": pl.Int64, "after": pl.Int64})
