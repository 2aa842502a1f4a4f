"""Which row of one version is which row of the other.

With a key, rows pair by key. A key that stands on several rows of a side is never joined many-to-many: it is
reported, and its rows pair one to one, equal rows first and the rest in the order of their content. Without a
key, equal rows pair as a multiset; then, if there is a label, rows equal but for the label; what is left was
added or removed.

Cost: a sort of 64-bit marks on each side and one merge, some 100 bytes a row at the highest. Key texts are
read only for rows that differ, where they also settle the rare case that two keys have one mark. Finding
edited rows by likeness is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

# (is_before, marks) -> the same marks in the order of their rows' content
InContentOrder = Callable[[bool, pl.DataFrame], pl.DataFrame]
# (is_before, row numbers) -> `at, key` of these rows
KeysOf = Callable[[bool, pl.Series], pl.DataFrame]

_MARKS = ("at", "digest", "split")
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Alignment:
    """The outcome.

    Parameters
    ----------
    pairs
        Rows that differ: `key`, and for each side `at_before`/`at_after`, `digest_*`, `split_*`; one side is
        null for a row that stands alone. Rows whose keys repeat are all among them.
    unchanged
        `at_before`, `at_after` of the other rows; empty where rows were paired by fingerprints, which are in
        the order of the keys.
    duplicates
        Keys on more than one row of a side: `key`, `before`, `after` (rows), sorted by key.
    """

    pairs: pl.DataFrame
    unchanged: pl.DataFrame
    duplicates: pl.DataFrame


def by_key(
    before: pl.DataFrame, after: pl.DataFrame, keys_of: KeysOf, in_content_order: InContentOrder
) -> Alignment:
    """Pair marks (`at, name, digest, split`) by the key that `name` is the mark of; the digest covers the key
    as well.
    """
    sides = before, after
    names = [side["name"].to_numpy() for side in sides]
    orders = [np.argsort(name) for name in names]
    ordered = [name[order] for name, order in zip(names, orders, strict=True)]
    repeated = np.unique(np.concatenate([name[1:][name[1:] == name[:-1]] for name in ordered]))
    several = [order[_among(name, repeated)] for order, name in zip(orders, ordered, strict=True)]
    if len(repeated):
        orders, ordered = (
            list(found)
            for found in zip(
                *(_without(order, name, repeated) for order, name in zip(orders, ordered, strict=True)),
                strict=True,
            )
        )
    place = np.minimum(np.searchsorted(ordered[1], ordered[0]), max(0, len(ordered[1]) - 1))
    hit = ordered[1][place] == ordered[0] if len(ordered[1]) else np.zeros(len(ordered[0]), np.bool_)
    left, right = orders[0][hit], orders[1][place[hit]]
    alone = orders[0][~hit], np.delete(orders[1], place[hit])
    del names, ordered, orders, place, hit
    same = np.ones(len(left), np.bool_)
    for mark in ("digest", "split"):
        values = [side[mark].to_physical().fill_null(_NONE[mark]).to_numpy() for side in sides]
        same &= values[0][left] == values[1][right]
    unchanged = _places(before["at"].gather(left[same]), after["at"].gather(right[same]))
    lines = [
        np.sort(np.concatenate([met[~same], lone, many]))
        for met, lone, many in zip((left, right), alone, several, strict=True)
    ]
    old, new = (
        chosen.join(keys_of(is_before, chosen["at"]), on="at", how="left").select("key", *_MARKS)
        for chosen, is_before in ((before[lines[0]], True), (after[lines[1]], False))
    )
    found = by_text(old, new, in_content_order)
    return Alignment(found.pairs, unchanged, found.duplicates)


def by_single_key(before: pl.DataFrame, after: pl.DataFrame) -> Alignment:
    """Pair marks (`key, at, digest, split`) by the text of the key, which no two rows of a side share; every
    pair told.
    """
    return Alignment(_shown(_join(before, after, ["key"])), _places(), _no_duplicates())


def by_text(before: pl.DataFrame, after: pl.DataFrame, in_content_order: InContentOrder) -> Alignment:
    """Pair marks (`key, at, digest, split`) by the text of the key, every pair told; a join of texts, for few
    rows.
    """
    repeated = pl.concat([_repeated(before["key"]), _repeated(after["key"])]).unique()
    if not len(repeated):
        return by_single_key(before, after)
    names = repeated.to_frame()
    clean = [side.join(names, on="key", how="anti", nulls_equal=True) for side in (before, after)]
    left, right = (side.join(names, on="key", how="semi", nulls_equal=True) for side in (before, after))
    counts = (
        left.group_by("key")
        .agg(pl.len().alias("before"))
        .join(
            right.group_by("key").agg(pl.len().alias("after")),
            on="key",
            how="full",
            coalesce=True,
            nulls_equal=True,
        )
    )
    duplicates = counts.with_columns(pl.col("before", "after").fill_null(0).cast(pl.Int64)).sort(
        "key", nulls_last=True
    )
    matched, left, right = _settle(left, right, ["key", "digest", "split"])
    again, left, right = _settle(left, right, ["key", "digest"])
    left, right = (
        _numbered(in_content_order(is_before, side), ["key"])
        for is_before, side in ((True, left), (False, right))
    )
    rest = _join(left, right, ["key", "n"]).drop("n")
    pairs = pl.concat([_join(clean[0], clean[1], ["key"]), matched, again, rest])
    return Alignment(_shown(pairs), _places(), duplicates)


def by_content(before: pl.DataFrame, after: pl.DataFrame) -> Alignment:
    """Pair marks (`at, digest, split` and perhaps `rest`) by content, each row at most once; `key` is
    null.
    """
    sides = [side.sort("at") for side in (before, after)]
    left, right = nth_with_nth(*(side["digest"].to_numpy() for side in sides))
    unchanged = _places(sides[0]["at"].gather(left), sides[1]["at"].gather(right))
    old, new = (
        side[np.delete(np.arange(side.height), met)].with_columns(pl.lit(None, dtype=pl.String).alias("key"))
        for side, met in zip(sides, (left, right), strict=True)
    )
    settled = []
    if "rest" in before.columns:
        pairs, old, new = _settle(old, new, ["rest"])
        settled.append(pairs)
    pairs = pl.concat([*settled, _alone(old, "before"), _alone(new, "after")])
    return Alignment(_shown(pairs), unchanged, _no_duplicates())


def nth_with_nth(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> tuple[Places, Places]:
    """Places of equal values: the first of each value on the left with the first on the right, the second
    with the second, and so on.
    """
    orders = [np.argsort(side, kind="stable") for side in (left, right)]
    old, new = left[orders[0]], right[orders[1]]
    if not len(old) or not len(new):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    begins = np.flatnonzero(np.concatenate([[True], old[1:] != old[:-1]]))
    turn = np.arange(len(old)) - np.repeat(begins, np.diff(np.append(begins, len(old))))
    partner = np.searchsorted(new, old) + turn
    hit = (partner < len(new)) & (new[np.minimum(partner, len(new) - 1)] == old)
    return orders[0][hit], orders[1][partner[hit]]


# Stand for null among marks: no split has this number, and no digest is null.
_NONE = {"digest": 0, "split": 255}


def _among(ordered: NDArray[np.uint64], few: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of sorted values are among a few sorted ones."""
    if not len(few):
        return np.zeros(len(ordered), np.bool_)
    place = np.minimum(np.searchsorted(few, ordered), len(few) - 1)
    among: NDArray[np.bool_] = few[place] == ordered
    return among


def _without(
    order: Places, ordered: NDArray[np.uint64], few: NDArray[np.uint64]
) -> tuple[Places, NDArray[np.uint64]]:
    keep = ~_among(ordered, few)
    return order[keep], ordered[keep]


def _places(before: pl.Series | None = None, after: pl.Series | None = None) -> pl.DataFrame:
    empty = pl.Series(dtype=pl.UInt32)
    return pl.DataFrame(
        {"at_before": empty if before is None else before, "at_after": empty if after is None else after}
    )


def _shown(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.with_columns(pl.col("split_before", "split_after").cast(pl.String))


def _settle(
    left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pair the n-th row of a side with the n-th of the other among rows equal in `on`; returns pairs and what
    is left.
    """
    left, right = _numbered(left.sort("at"), on), _numbered(right.sort("at"), on)
    pairs = left.join(right, on=[*on, "n"], how="inner", suffix="_after", nulls_equal=True, coalesce=False)
    shown = pairs.select(
        "key",
        *(pl.col(name).alias(f"{name}_before") for name in _MARKS),
        *(f"{name}_after" for name in _MARKS),
    )
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
    return side.select(
        "key",
        *(columns[f"{name}_{at}"].alias(f"{name}_{at}") for at in ("before", "after") for name in _MARKS),
    )


def _repeated(keys: pl.Series) -> pl.Series:
    return keys.filter(keys.is_duplicated()).unique()


def _no_duplicates() -> pl.DataFrame:
    return pl.DataFrame(schema={"key": pl.String, "before": pl.Int64, "after": pl.Int64})
