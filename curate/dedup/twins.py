"""From rows to duplicates: which rows are twins, which one of them is kept, and every verified pair.

Rows with equal folded text (and equal guard, see `identity`) are exact duplicates and one document;
near-duplicates are sought among documents, so a million equal rows cost no more than one. Rows have a
priority: held-out first, then the longer text, then the smaller id; it decides the keeper whatever the row
order.

A cluster is a keeper and the rows verified similar to *it*: never a chain in which the last row resembles
its neighbour and not the keeper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from curate.dedup.cover import Cover, cover, similar_between
from curate.dedup.join import Pairs
from curate.dedup.normalise import folded
from curate.dedup.params import Similarity
from curate.dedup.parts import compared
from curate.dedup.shingles import U64, Documents
from curate.dedup.weight import weighed
from curate.task import Kind

# Row pairs listed at most (300 MB with ids); beyond it each document stands for its rows, and each row is
# paired with its first.
LISTED = 5_000_000


Weigh = Literal["nothing", "negations", "all"]


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
    spared
        Pairs of documents similar enough in their letters, but not in what weighs more; None: too many to
        count.
    by_text
        `id, document, keeper` as if rows had no `output`: what is found beside the other at no search of its
        own; None where it was not asked for or takes one.
    """

    rows: pl.DataFrame
    pairs: pl.DataFrame
    listed: str
    search: str
    spared: int | None
    by_text: pl.DataFrame | None = None


def identity(kind: Kind) -> pl.Expr:
    """What two duplicates must share besides a similar input, as one string.

    The same input in another language is another rewriting; the same prompt with another pair of answers is
    another preference. A pair the other way round is the same pair: which answer is the chosen one is what
    two such rows disagree on.
    """
    match kind:
        case Kind.REWRITING:
            return pl.col("language").fill_null("")
        case Kind.PREFERENCE:
            answers = [pl.col(side).fill_null("") for side in ("output", "rejected")]
            ordered = [pl.min_horizontal(answers), pl.max_horizontal(answers)]
            return pl.concat_str(ordered, separator="\x1f")
        case _:
            return pl.lit("")


def hashes_of(texts: pl.Series) -> U64:
    """A 64-bit hash of each text, equal texts alike, the same in every run and release."""
    distinct = texts.unique()
    # Python's loop: blake2b has no vectorised form, and there are as many calls as distinct texts.
    hashes = [
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        for text in distinct.to_list()
    ]
    table = pl.DataFrame({"text": distinct, "hash": pl.Series(hashes, dtype=pl.UInt64)})
    return texts.to_frame("text").join(table, on="text", how="left", maintain_order="left")["hash"].to_numpy()


def _weights(heads: pl.DataFrame, weigh: Weigh) -> pl.Series | None:
    """What weighs in each text."""
    if weigh == "nothing":
        return None
    return weighed(heads["compared"], negations_only=weigh == "negations")


def _documents(heads: pl.DataFrame, similarity: Similarity, weights: pl.Series | None) -> Documents:
    """Documents of `compared`, `guard` and, if they are weighed, `outputs`."""
    salts = hashes_of(heads["guard"]) if heads["guard"].n_unique() > 1 else None
    marks = None
    if weights is not None:
        marks = hashes_of(pl.select(pl.concat_str(weights, heads["outputs"], separator="\x1f")).to_series())
    return Documents(heads["compared"], similarity.unit, similarity.n, salts, marks)


def _prepared(frame: pl.DataFrame, similarity: Similarity) -> pl.DataFrame:
    """`frame` with `text` (as `folded` has it, if that is there) and `guard` folded, and `compared`: the
    folded part that is compared.
    """
    whole = frame["folded"] if "folded" in frame.columns else folded(frame["text"])
    guard = folded(frame["guard"])
    parts = compared(frame["text"], similarity.parts, similarity.unit, similarity.n, similarity.threshold)
    rest = whole if parts.whole else folded(parts.rest)
    if (parts.frame != "").any():
        guard = pl.select(pl.concat_str(guard, parts.frame, separator="\x1f")).to_series()
    return frame.with_columns(whole.alias("text"), guard.alias("guard"), rest.alias("compared"))


def _heads(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each text and guard, with the distinct `outputs` of them all where rows have an
    `output`.
    """
    heads = rows.unique(["text", "guard"], keep="first", maintain_order=True)
    if "output" not in rows.columns:
        return heads.with_columns(pl.lit("").alias("outputs"))
    several = rows.group_by("text", "guard").agg(
        pl.col("output").fill_null("").unique().sort().str.join("\x1e").alias("outputs")
    )
    return heads.join(several, on=["text", "guard"], how="left", maintain_order="left")


def find_twins(
    frame: pl.DataFrame,
    similarity: Similarity,
    done: Callable[[int], None] | None = None,
    *,
    weigh: Weigh = "nothing",
    by_text: bool = False,
) -> Twins:
    """Duplicates among the rows of one table.

    Parameters
    ----------
    frame
        `id` (unique, any ordered dtype), `text`, `guard` (String), `held_out` (Boolean); where they are
        weighed, maybe `output` (String): near-duplicates must agree on it, too; maybe `folded`, the text so.
    similarity
        Shingles, threshold and the parts compared.
    done
        Called with the number of documents read so far.
    weigh
        What tells two texts apart whatever their letters: `nothing`, how many `negations` they hold, or `all`
        that weighs (numbers and dates, too; see `curate.dedup.weight`).
    by_text
        Whether clusters are wanted as if rows had no `output`, too.
    """
    order = ["held_out", "length", "id"]
    known = ("id", "text", "guard", "held_out", "output", "folded")
    columns = [name for name in known if name in frame.columns]
    rows = (
        _prepared(
            frame.select(*columns, pl.col("text").str.len_chars().fill_null(0).alias("length")), similarity
        )
        .sort(order, descending=[True, True, False])
        .with_row_index("row")
    )
    heads = _heads(rows).with_row_index("document")
    rows = rows.join(heads.select("text", "guard", "document"), on=["text", "guard"], how="left").sort("row")
    weights = _weights(heads, weigh)
    covered = cover(
        _documents(heads, similarity, weights),
        similarity.threshold,
        int(heads["held_out"].sum()),
        done=done,
        coarse=hashes_of(weights) if by_text and weights is not None else None,
    )

    return assembled(rows.select("id", "held_out", "document"), heads["id"], covered)


def assembled(rows: pl.DataFrame, heads: pl.Series, covered: Cover) -> Twins:
    """Twins of rows from the cover of their documents.

    Parameters
    ----------
    rows
        `id, held_out, document`, by priority.
    heads
        The id of the first row of each document.
    covered
        The cover of the documents.
    """
    near = _near_frame(covered.pairs)
    similarity = np.ones(len(heads))
    of_keeper = covered.keeper[covered.pairs.right] == covered.pairs.left
    similarity[covered.pairs.right[of_keeper]] = covered.pairs.similarity[of_keeper]
    exact = covered.keeper == np.arange(len(heads))
    document = rows["document"]
    result = rows.with_columns(
        heads.gather(covered.keeper).gather(document).alias("keeper"),
        pl.Series("exact", exact).gather(document),
        pl.Series("similarity", similarity).gather(document),
    ).select(
        "id",
        "held_out",
        "document",
        "keeper",
        ((pl.col("id") == pl.col("keeper")) | pl.col("held_out")).alias("kept"),
        pl.when("exact").then(pl.lit("exact")).otherwise(pl.lit("near")).alias("kind"),
        "similarity",
    )
    by_text = None
    if covered.coarse is not None:
        keeper = heads.gather(covered.coarse).gather(document).alias("keeper")
        by_text = rows.select("id", "document").with_columns(keeper)
    pairs, all_listed = _within(result.select("id", "document"), near)
    return Twins(
        result,
        pairs,
        "all" if all_listed and covered.complete else "representatives",
        "exact" if covered.exact else "minhash",
        covered.spared,
        by_text,
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
    documents = rows["document"].to_numpy()
    sizes = np.bincount(documents).astype(np.int64)
    cross = int((sizes[near["i"].to_numpy()] * sizes[near["j"].to_numpy()]).sum())
    everything = int((sizes * (sizes - 1) // 2).sum()) + cross <= LISTED
    paired = sizes > 1
    for side in ("i", "j"):
        paired[near[side].to_numpy()] = True
    numbered = rows.with_row_index("place").filter(paired[documents])
    heads = numbered.unique("document", keep="first", maintain_order=True)
    several = numbered.filter(pl.col("document").is_duplicated())
    left = several if everything else heads
    exact = left.join(several, on="document", suffix="_2").filter(pl.col("place") < pl.col("place_2"))
    ends = numbered if everything else heads
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


def find_shared(
    seen: pl.DataFrame, held: pl.DataFrame, similarity: Similarity, *, weigh: Weigh = "nothing"
) -> tuple[pl.DataFrame, bool]:
    """Every verified pair of a row of `seen` with a row of `held`.

    Parameters
    ----------
    seen, held
        `id`, `text`, `guard`, and maybe `output`, as for `find_twins`.
    similarity
        Shingles, threshold and the parts compared.
    weigh
        As for `find_twins`.

    Returns
    -------
    tuple
        `left` (id in `seen`), `right` (id in `held`), `kind`, `similarity`, sorted by `right`, nearest first;
        and whether all are listed (else the first held row of each text stands for its equals).
    """
    # Both at once: what is a template of one is a template of the other.
    columns = [name for name in ("text", "guard", "output", "folded") if name in seen.columns]
    ids = [side["id"] for side in (seen, held)]
    both = _prepared(pl.concat([seen.select(columns), held.select(columns)]), similarity)
    sides = [
        part.with_columns(own.alias("id")).sort("id")
        for part, own in zip((both[: seen.height], both[seen.height :]), ids, strict=True)
    ]
    heads = [_heads(side).with_row_index("document") for side in sides]
    shared = ["compared", "guard", "outputs"]
    every = pl.concat([head.select(shared) for head in heads])
    documents = _documents(every, similarity, _weights(every, weigh))
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
