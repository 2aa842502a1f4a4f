"""From rows to duplicates: which rows are twins, which one of them is kept, and every verified pair.

Rows with equal folded text (and equal guard, see `identity`) are exact duplicates and one document;
near-duplicates are sought among documents, so a million equal rows cost no more than one. Rows have a
priority: held-out first, then the longer text, then the smaller id; it decides the keeper whatever the row
order.

A cluster is a keeper and the rows verified similar to *it*: never a chain in which the last resembles the
first by hearsay only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.dedup.cover import cover, similar_between
from curate.dedup.join import Pairs
from curate.dedup.normalise import folded
from curate.dedup.params import Similarity
from curate.dedup.shingles import Documents
from curate.task import Kind

# Row pairs listed at most (300 MB with ids); beyond it each document stands for its rows, and each row is
# paired with its first.
LISTED = 5_000_000


@dataclass(frozen=True)
class Twins:
    """Duplicates among rows.

    Parameters
    ----------
    rows
        `id, held_out, document, keeper, kept, kind, similarity`, by priority. `keeper` is the id of the
        cluster's kept row; kind and similarity say how the row resembles it.
    pairs
        `left, right, kind, similarity`: verified, `left < right`, sorted.
    listed
        `all` pairs, or for families too large to list, pairs with `representatives`.
    search
        `exact` (recall 1) or `minhash` (recall over 0.999 at the threshold).
    """

    rows: pl.DataFrame
    pairs: pl.DataFrame
    listed: str
    search: str


def identity(kind: Kind) -> pl.Expr:
    """What two duplicates must share besides a similar input, as one string.

    The same input in another language is another rewriting; the same prompt with another pair of answers is
    another preference.
    """
    match kind:
        case Kind.REWRITING:
            parts = ["language"]
        case Kind.PREFERENCE:
            parts = ["output", "rejected"]
        case _:
            return pl.lit("")
    return pl.concat_str([pl.col(part).fill_null("") for part in parts], separator="\x1f")


def _documents(rows: pl.DataFrame, similarity: Similarity) -> Documents:
    guards = rows["guard"]
    salts = None
    if guards.n_unique() > 1:
        distinct = guards.unique(maintain_order=True)
        # Python's loop: blake2b has no vectorised form, and there are as many calls as distinct guards.
        hashes = [
            int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
            for text in distinct.to_list()
        ]
        table = pl.DataFrame({"guard": distinct, "salt": pl.Series(hashes, dtype=pl.UInt64)})
        salts = (
            rows.select("guard")
            .with_row_index()
            .join(table, on="guard", how="left")
            .sort("index")["salt"]
            .to_numpy()
        )
    return Documents(rows["text"], similarity.unit, similarity.n, salts)


def _prepared(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(folded(frame["text"]).alias("text"), folded(frame["guard"]).alias("guard"))


def find_twins(
    frame: pl.DataFrame, similarity: Similarity, done: Callable[[int], None] | None = None
) -> Twins:
    """Duplicates among the rows of one table.

    Parameters
    ----------
    frame
        `id` (unique, any ordered dtype), `text`, `guard` (String), `held_out` (Boolean).
    similarity
        Shingles and threshold.
    done
        Called with the number of documents read so far.
    """
    order = ["held_out", "length", "id"]
    rows = (
        _prepared(
            frame.select(
                "id", "text", "guard", "held_out", pl.col("text").str.len_chars().fill_null(0).alias("length")
            )
        )
        .sort(order, descending=[True, True, False])
        .with_row_index("row")
    )
    firsts = rows.group_by("text", "guard").agg(pl.col("row").min()).sort("row").with_row_index("document")
    rows = rows.join(firsts.select("text", "guard", "document"), on=["text", "guard"], how="left").sort("row")
    heads = rows.join(firsts.select("row"), on="row", how="semi").sort("row")
    found = cover(
        _documents(heads, similarity), similarity.threshold, int(heads["held_out"].sum()), done=done
    )

    near = _near_frame(found.pairs)
    keepers = pl.DataFrame(
        {"document": firsts["document"], "keeper_document": pl.Series(found.keeper, dtype=pl.UInt32)}
    )
    keepers = keepers.join(
        near.select(pl.col("i").alias("keeper_document"), pl.col("j").alias("document"), "similarity"),
        on=["keeper_document", "document"],
        how="left",
    )
    names = heads.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("keeper_document"), pl.col("id").alias("keeper")
    )
    keepers = keepers.join(names, on="keeper_document", how="left")
    own = pl.col("document") == pl.col("keeper_document")
    result = (
        rows.select("row", "id", "held_out", "document")
        .join(keepers, on="document", how="left")
        .sort("row")
        .select(
            "id",
            "held_out",
            "document",
            "keeper",
            ((pl.col("id") == pl.col("keeper")) | pl.col("held_out")).alias("kept"),
            pl.when(own).then(pl.lit("exact")).otherwise(pl.lit("near")).alias("kind"),
            pl.when(own).then(1.0).otherwise(pl.col("similarity")).alias("similarity"),
        )
    )
    pairs, all_listed = _within(result.select("id", "document"), near)
    return Twins(
        result,
        pairs,
        "all" if all_listed and found.complete else "representatives",
        "exact" if found.exact else "minhash",
    )


def _near_frame(pairs: Pairs) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "i": pl.Series(pairs.left, dtype=pl.UInt32),
            "j": pl.Series(pairs.right, dtype=pl.UInt32),
            "similarity": pairs.similarity,
        }
    )


def _within(rows: pl.DataFrame, near: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Row pairs of one table from document pairs, and whether all are listed."""
    sizes = rows.group_by("document").len("size").sort("document")["size"].to_numpy().astype(np.int64)
    cross = int((sizes[near["i"].to_numpy()] * sizes[near["j"].to_numpy()]).sum())
    everything = int((sizes * (sizes - 1) // 2).sum()) + cross <= LISTED
    place = rows.with_row_index("place")
    heads = place.unique("document", keep="first", maintain_order=True)
    several = place.filter(pl.col("document").is_duplicated())
    left = several if everything else heads
    exact = left.join(several, on="document", suffix="_2").filter(pl.col("place") < pl.col("place_2"))
    ends = place if everything else heads
    close = near.join(ends.select("document", "id"), left_on="i", right_on="document").join(
        ends.select("document", pl.col("id").alias("id_2")), left_on="j", right_on="document"
    )
    pairs = pl.concat(
        [
            exact.select("id", "id_2", pl.lit("exact").alias("kind"), pl.lit(1.0).alias("similarity")),
            close.select("id", "id_2", pl.lit("near").alias("kind"), "similarity"),
        ]
    )
    lower = pl.col("id") < pl.col("id_2")
    return (
        pairs.select(
            pl.when(lower).then("id").otherwise("id_2").alias("left"),
            pl.when(lower).then("id_2").otherwise("id").alias("right"),
            "kind",
            "similarity",
        ).sort("left", "right"),
        everything,
    )


def find_shared(seen: pl.DataFrame, held: pl.DataFrame, similarity: Similarity) -> tuple[pl.DataFrame, bool]:
    """Every verified pair of a row of `seen` with a row of `held`.

    Parameters
    ----------
    seen, held
        `id`, `text`, `guard`.
    similarity
        Shingles and threshold.

    Returns
    -------
    tuple
        `left` (id in `seen`), `right` (id in `held`), `kind`, `similarity`, sorted by `right`, nearest first;
        and whether all are listed (else the first held row of each text stands for its equals).
    """
    sides = [_prepared(side.select("id", "text", "guard")).sort("id") for side in (seen, held)]
    heads = [
        side.unique(["text", "guard"], keep="first", maintain_order=True).with_row_index("document")
        for side in sides
    ]
    documents = _documents(pl.concat([head.select("text", "guard") for head in heads]), similarity)
    second = np.arange(len(documents)) >= heads[0].height
    pairs, _exact = similar_between(documents, similarity.threshold, second)
    near = _near_frame(pairs).with_columns(pl.col("j") - heads[0].height)
    # Equal texts are exact twins; shingles would find them too, but for empty texts.
    same = (
        heads[0]
        .join(heads[1], on=["text", "guard"], suffix="_2")
        .select(pl.col("document").alias("i"), pl.col("document_2").alias("j"))
    )
    both = pl.concat(
        [
            same.with_columns(pl.lit("exact").alias("kind"), pl.lit(1.0).alias("similarity")),
            near.join(same, on=["i", "j"], how="anti").select(
                "i", "j", pl.lit("near").alias("kind"), "similarity"
            ),
        ]
    )
    rows = [
        side.join(head.select("text", "guard", "document"), on=["text", "guard"]).select("document", "id")
        for side, head in zip(sides, heads, strict=True)
    ]
    sizes = [
        side.group_by("document").len("size").sort("document")["size"].to_numpy().astype(np.int64)
        for side in rows
    ]
    everything = int((sizes[0][both["i"].to_numpy()] * sizes[1][both["j"].to_numpy()]).sum()) <= LISTED
    right = rows[1] if everything else heads[1].select("document", "id")
    listed = both.join(rows[0].rename({"id": "left"}), left_on="i", right_on="document").join(
        right.rename({"id": "right"}), left_on="j", right_on="document"
    )
    return listed.select("left", "right", "kind", "similarity").sort(
        "right", "similarity", "kind", "left", descending=[False, True, False, False]
    ), everything
