"""Edits of rows without a key: a removed row and an added row that are nearly the same text are one row,
edited.

The near-duplicate search of `curate.dedup` finds every pair of a removed and an added row whose shingle sets
have a Jaccard index of at least `THRESHOLD`, verified exactly; then pairs are taken one to one, the most
similar first, ties in the order of the texts. So the outcome depends on the rows' content alone, not on their
order, and is the same seen from either side.

Costs what near-duplicate search over the changed rows costs (some 20,000 rows a second); unchanged rows take
no part.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.dedup.cover import sign
from curate.dedup.join import Pairs, candidates, no_pairs, raw_count, verify
from curate.dedup.normalise import folded
from curate.dedup.shingles import Documents
from curate.diff.match.fingerprints import same_key
from curate.ids import CONTENT_PREFIX
from curate.versions.table import as_text
from curate.versions.version import Version

# Half of what two texts say together they must both say. An edit of a few words stays above it even in a
# short question ("pay by card", "pay with card" in 20 characters: 0.5); two different questions of one kind
# seldom reach it.
THRESHOLD = 0.5
# A shorter row has too few shingles to tell an edit from another row.
SHORTEST = 12
# Texts of so many words are compared by pairs of words (quick, and one changed word costs two pairs); shorter
# ones by 4 characters.
WORDY = 20
# Families of near-identical rows make pairs by the square: beyond so many the threshold rises, and at the
# last nothing is paired.
MOST_PAIRS = 2_000_000
MOST_RAW = 100_000_000
RISING = (THRESHOLD, 0.7, 0.85, 0.95)
MOST_ROWS = 400_000

PAIRED = pl.Schema({"removed": pl.UInt32(), "added": pl.UInt32(), "similarity": pl.Float64()})


def with_likeness(
    pairs: pl.DataFrame, before: Version, after: Version, columns: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """An alignment's pairs with rows that stand alone and have no key of their own paired by likeness.

    In a plain file without keys that is every row; in gold versions those with an id made from content, which
    an edit changes, unless the other side's ledger knows the id: such a row was dropped, not edited.

    Returns
    -------
    pl.DataFrame
        `pairs` with `was` (the key before) and `similarity` (null where rows did not pair by likeness).
    """
    pairs = pairs.with_columns(pl.col("key").alias("was"), pl.lit(None, dtype=pl.Float64).alias("similarity"))
    if (after.keys and not after.gold) or not same_key(before, after):
        return pairs
    gone, come = pairs.filter(pl.col("at_after").is_null()), pairs.filter(pl.col("at_before").is_null())
    gone, come = _nameless(gone, after), _nameless(come, before)
    if not gone.height or not come.height:
        return pairs
    texts = ("input",) if after.gold else tuple(columns)
    sides = []
    for lone, side, at in ((gone, before, "at_before"), (come, after, "at_after")):
        rows = side.table.take(lone[at], {name: columns[name] for name in texts})
        sides.append(rows.select("at", *(as_text(name, rows.schema[name]).alias(name) for name in texts)))
    alike = pair_by_likeness(*sides)
    if not alike.height:
        return pairs
    old = alike.join(
        gone.select("at_before", "was", "digest_before", "split_before"),
        left_on="removed",
        right_on="at_before",
    )
    both = old.join(
        come.select("at_after", "key", "digest_after", "split_after"), left_on="added", right_on="at_after"
    )
    settled = both.rename({"removed": "at_before", "added": "at_after"}).select(pairs.columns)
    rest = pairs.filter(
        ~pl.col("at_before").is_in(alike["removed"].implode()).fill_null(False)
        | pl.col("at_after").is_not_null(),
    ).filter(
        ~pl.col("at_after").is_in(alike["added"].implode()).fill_null(False)
        | pl.col("at_before").is_not_null()
    )
    return pl.concat([rest, settled])


def _nameless(rows: pl.DataFrame, other: Version) -> pl.DataFrame:
    """Rows without a key, or with one made from content that the other side's ledger does not know."""
    if not other.gold:
        return rows
    from_content = rows.filter(pl.col("key").str.starts_with(CONTENT_PREFIX))
    known = other.records("ledger", from_content["key"])
    return (
        from_content
        if known is None
        else from_content.join(known.select("example_id"), left_on="key", right_on="example_id", how="anti")
    )


def pair_by_likeness(removed: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Removed rows and the added rows that they became.

    Parameters
    ----------
    removed, added
        `at` (UInt32, each once) and the same String columns.

    Returns
    -------
    pl.DataFrame
        Schema `PAIRED`: `at` of either side, each at most once, and their Jaccard index; sorted by `added`.
        Empty where there are more than `MOST_ROWS` rows, or too many near-identical ones to search.
    """
    columns = [name for name in removed.columns if name != "at"]
    if not columns or not removed.height or not added.height or removed.height + added.height > MOST_ROWS:
        return PAIRED.to_frame()
    rows = pl.concat(
        [
            side.select("at", *columns, pl.lit(second).alias("second"))
            for second, side in enumerate((removed, added))
        ]
    )
    # A column that mostly repeats itself (a licence, a language) says nothing about which row this is.
    distinctive = [name for name in columns if 2 * rows[name].n_unique() > rows.height] or columns
    rows = rows.with_columns(
        pl.concat_str([pl.col(name).fill_null("") for name in distinctive], separator=" \n").alias("text")
    )
    rows = rows.filter(pl.col("text").str.len_chars() >= SHORTEST).sort(
        "second", "text", *columns, "at", nulls_last=True
    )
    split = int((rows["second"] == 0).sum())
    if not 0 < split < rows.height:
        return PAIRED.to_frame()
    words = float(rows.select((pl.col("text").str.count_matches(r"\s+") + 1).mean()).item())
    documents = Documents(folded(rows["text"]), *(("word", 2) if words >= WORDY else ("char", 4)))
    pairs = _alike(documents, np.arange(rows.height) >= split)
    # The place of each row by content among those of both sides: what comes first on a tie, whichever side is
    # called `removed`.
    content = (
        rows.with_row_index("row")
        .sort("text", *columns, nulls_last=True, maintain_order=True)["row"]
        .to_numpy()
    )
    rank = np.empty(rows.height, np.int64)
    rank[content] = np.arange(rows.height)
    left, right = pairs.left, pairs.right
    low, high = np.minimum(rank[left], rank[right]), np.maximum(rank[left], rank[right])
    taken = np.zeros(rows.height, np.bool_)
    chosen = []
    # Python's loop: whether a pair is free depends on every pair taken before it. At most MOST_PAIRS turns,
    # 0.2 microseconds each.
    for pair in np.lexsort((high, low, -pairs.similarity)).tolist():
        one, other = left[pair], right[pair]
        if not taken[one] and not taken[other]:
            taken[one] = taken[other] = True
            chosen.append(pair)
    at = rows["at"]
    return pl.DataFrame(
        {
            "removed": at.gather(left[chosen]),
            "added": at.gather(right[chosen]),
            "similarity": pairs.similarity[chosen],
        },
        schema=PAIRED,
    ).sort("added")


def _alike(documents: Documents, second: NDArray[np.bool_]) -> Pairs:
    """Verified pairs across the sides at the lowest threshold that a search can afford."""
    for threshold in RISING:
        signatures = sign(documents, threshold, second=second)
        if raw_count(signatures, ~second, second) <= MOST_RAW:
            packed = candidates(signatures, threshold, ~second, second, limit=MOST_PAIRS)
            if packed is not None:
                return verify(documents, signatures, packed, threshold)
    return no_pairs()
