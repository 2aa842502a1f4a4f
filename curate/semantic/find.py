"""Pairs and clusters of rows near in meaning, from frames.

Texts are compared as they are written, equal ones (folded) once. A cluster is a keeper and the rows near *to
it*, as for near-duplicates: never a chain whose ends have nothing to do with each other. Rows are taken held
out first, then the longer text, then the smaller id; nothing is dropped, the keeper is whom to compare with.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from curate.dedup.normalise import folded
from curate.errors import AssayError
from curate.semantic.apart import signs
from curate.semantic.door import Encoding
from curate.semantic.params import SemanticParams
from curate.semantic.vectors import Near, between, neighbours, whole, within

# Pairs at most: at a low threshold all rows of an intent are near each other.
MOST = 2_000_000


@dataclass(frozen=True)
class Meaning:
    """What was found.

    Parameters
    ----------
    pairs
        `left, right, similarity, cluster`, `left < right`, sorted; `cluster` is the keeper of the pair's
        later row. Between two tables `left` is of the first, `right` of the second, the nearest first, and
        there is no `cluster`.
    parted
        Pairs near enough that a sign tells apart (`curate.semantic.apart`), by sign.
    search
        `exact` or `index`.
    """

    pairs: pl.DataFrame
    parted: dict[str, int]
    search: str


def near_in_meaning(rows: pl.DataFrame, params: SemanticParams, encoder: Encoding) -> Meaning:
    """Pairs among the rows of one table.

    Parameters
    ----------
    rows
        `id` (unique), `text`, maybe `held_out`, and maybe `guard`: only rows of one guard are compared.
    """
    heads = _heads(rows)
    vectors = whole(encoder.embed(heads["text"].to_list()))
    if len(vectors) <= params.exact_up_to:
        near, search = within(vectors, params.threshold), "exact"
    else:
        near, search = neighbours(vectors, params.threshold), "index"
    pairs, parted = _parted(near, heads, heads, params)
    keepers = _cover(len(heads), pairs.select("i", "j").rows())
    named = pairs.with_columns(
        heads["id"].gather(pairs["i"]).alias("first"),
        heads["id"].gather(pairs["j"]).alias("second"),
        heads["id"].gather([keepers[j] for j in pairs["j"].to_list()]).alias("cluster"),
    )
    return Meaning(
        named.select(
            pl.min_horizontal("first", "second").alias("left"),
            pl.max_horizontal("first", "second").alias("right"),
            pl.col("cosine").alias("similarity"),
            "cluster",
        ).sort("left", "right"),
        parted,
        search,
    )


def near_between(
    seen: pl.DataFrame, held: pl.DataFrame, params: SemanticParams, encoder: Encoding
) -> Meaning:
    """Pairs of a row of `seen` with a row of `held`, sorted by the held row, the nearest first.

    Of equal texts in `seen` the first stands for all; of those in `held` each row is listed.
    """
    left, right = _heads(seen), _heads(held)
    known, asked = (whole(encoder.embed(side["text"].to_list())) for side in (left, right))
    pairs, parted = _parted(between(known, asked, params.threshold), left, right, params)
    every = _prepared(held).join(
        right.select("folded", "guard").with_row_index("j"), on=["folded", "guard"], how="inner"
    )
    named = pairs.with_columns(left["id"].gather(pairs["i"]).alias("left")).join(
        every.select(pl.col("j").cast(pl.Int64), pl.col("id").alias("right")), on="j", how="inner"
    )
    named = named.select("left", "right", pl.col("cosine").alias("similarity"))
    order = ["right", "similarity", "left"]
    return Meaning(named.sort(order, descending=[False, True, False]), parted, "exact")


def _heads(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each text, by priority."""
    order = ["held", pl.col("text").str.len_chars(), "id"]
    ordered = _prepared(rows).sort(order, descending=[True, True, False])
    return ordered.unique(["folded", "guard"], keep="first", maintain_order=True)


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their folded text; those without a letter or digit are near nothing."""
    held = pl.col("held_out") if "held_out" in rows.columns else pl.lit(False)
    guard = pl.col("guard") if "guard" in rows.columns else pl.lit("")
    text = rows["text"].fill_null("")
    return rows.select(
        "id", text.alias("text"), folded(text).alias("folded"), guard.alias("guard"), held.alias("held")
    ).filter(pl.col("folded").str.contains(r"[\p{L}\p{N}]"))


def _parted(
    near: Near, left: pl.DataFrame, right: pl.DataFrame, params: SemanticParams
) -> tuple[pl.DataFrame, dict[str, int]]:
    """`i, j, cosine` of the pairs that nothing tells apart, and how many something does, by sign."""
    if len(near.left) > MOST:
        raise AssayError(
            f"{len(near.left):,} pairs are near in meaning at {params.threshold}: more than anyone will read",
            fix=f"a higher threshold, for example {min(0.99, round(params.threshold + 0.05, 2))}",
        )
    pairs = pl.DataFrame({"i": near.left, "j": near.right, "cosine": near.cosine})
    same_guard = left["guard"].gather(pairs["i"]) == right["guard"].gather(pairs["j"])
    # Equal texts stand in both tables as exact twins.
    other_text = left["folded"].gather(pairs["i"]) != right["folded"].gather(pairs["j"])
    pairs = pairs.filter(same_guard & other_text)
    if not params.tell_apart or not pairs.height:
        return pairs, {}
    texts = pl.concat([left["folded"], right["folded"]])
    shifted = pairs.select("i", pl.col("j") + left.height).rows()
    pairs = pairs.with_columns(pl.Series("sign", signs(texts, shifted), dtype=pl.String))
    counted = pairs.filter(pl.col("sign") != "").group_by("sign").len().sort("sign")
    return pairs.filter(pl.col("sign") == "").drop("sign"), dict(counted.iter_rows())


def _cover(rows: int, pairs: list[tuple[int, int]]) -> list[int]:
    """The keeper of each row, in order of priority: the first kept row that it is near to, or itself."""
    later: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        later[first].append(second)
    keeper = list(range(rows))
    for row in range(rows):
        if keeper[row] == row:
            for other in later.get(row, ()):
                if keeper[other] == other:
                    keeper[other] = row
    return keeper
