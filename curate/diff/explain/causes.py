"""Why each row changed: stage, reason and evidence, from the ledgers, edits, fingerprints and manifests of
both versions.

Every rule here is a lookup in what the pipeline wrote down; nothing is guessed. A change that no record
accounts for is `unexplained`, and the command line fails on it. A plain file has no pipeline behind it: it is
itself the source.

Costs a few joins over the changed rows; the records of unchanged rows are never read.
"""

from __future__ import annotations

import polars as pl

from curate.diff.explain.drops import drops
from curate.diff.explain.edits import edits
from curate.diff.explain.moves import moves
from curate.diff.explain.reasons import (
    ERASE,
    ERASURE,
    EXPLANATION,
    IN_SOURCE,
    UNEXPLAINED,
    UNREADABLE,
    two_places,
)
from curate.diff.match.fingerprints import disputed
from curate.versions.version import Version


def explain(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """`changes` with `stage`, `reason`, `evidence` (of the row), `because` (of the pipeline) and `cause`, in
    the same order.
    """
    if not after.gold:
        reason, unsure = _in_source(before, after)
        alike = pl.when(pl.col("similarity").is_not_null()).then(
            pl.format("paired by likeness, {}", two_places("similarity"))
        )
        explained = changes.with_columns(
            stage=pl.when(unsure).then(pl.lit(UNREADABLE)).otherwise(pl.lit("source")),
            reason=reason,
            evidence=alike.fill_null(""),
            because=pl.lit(""),
        )
    else:
        numbered = changes.with_row_index("_order")
        parts = [
            drops(numbered.filter(pl.col("change") == "added"), before, before, after),
            drops(numbered.filter(pl.col("change") == "removed"), after, before, after),
            edits(numbered.filter(pl.col("change").is_in(["edited", "relabelled"])), before, after),
            moves(numbered, before, after),
        ]
        explained = (
            pl.concat(part.select(*numbered.columns, *EXPLANATION) for part in parts)
            .sort("_order")
            .drop("_order")
        )
        explained = _disputes(_erasures(explained, before, after), before, after)
    return explained.with_columns(_cause().alias("cause"))


def _in_source(before: Version, after: Version) -> tuple[pl.Expr, pl.Expr]:
    """The reason of a change between plain files, and whether it is unsure.

    A row that the other file may hold among those that could not be read is neither new nor gone for sure:
    with a key its key stands there, without one nobody knows.
    """
    reason = pl.col("change").replace_strict(IN_SOURCE, return_dtype=pl.String)
    unsure = pl.lit(False)
    for change, other in (("removed", after), ("added", before)):
        if other.unread:
            parts = pl.col("row").str.split("|") if len(other.keys) > 1 else pl.concat_list("row")
            there = parts.list.eval(pl.element().is_in(sorted(other.unread_words))).list.all()
            may_be = (pl.col("change") == change) & (there | pl.lit(not other.keys))
            words = (
                f"unreadable in {other.name}"
                if other.keys
                else f"unmatched: {other.name} has rows that could not be read"
            )
            reason = pl.when(may_be).then(pl.lit(words)).otherwise(reason)
            unsure |= may_be
    return reason, unsure


def _erasures(explained: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """A row that an erasure took out of one side, or took a value out of, has no other cause."""
    came = pl.col("change").is_in(["added", "removed"])
    rows = {
        wanted: explained.filter(came if wanted == "out" else ~came)["row"].drop_nulls().unique().to_list()
        for wanted in ("out", "changed")
    }
    found = {one for version in (before, after) for one in version.gone.out(rows["out"])}
    changed = {one for version in (before, after) for one in version.gone.changed(rows["changed"])}
    if not found and not changed:
        return explained
    # An edit is the erasure's only where the source is not known to differ: the twin's is gone.
    edited = ~came & pl.col("row").is_in(sorted(changed)) & (pl.col("stage") != "source")
    mine = (came & pl.col("row").is_in(sorted(found))) | edited
    values = {"stage": ERASE, "reason": ERASURE, "evidence": "", "because": ""}
    return explained.with_columns(
        pl.when(mine).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def _disputes(explained: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """A row that is not what was published has no cause in the pipeline, whatever the records say."""
    joined = explained.join(disputed(explained, before, after), on="row", how="left", maintain_order="left")
    wrong = pl.col("dispute").is_not_null()
    values = {
        "stage": pl.lit(""),
        "reason": pl.lit(UNEXPLAINED),
        "evidence": pl.col("dispute"),
        "because": pl.lit(""),
    }
    return joined.with_columns(
        pl.when(wrong).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()
    ).drop("dispute")


def _cause() -> pl.Expr:
    """Reason, and in brackets what speaks for it."""
    details = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in ("evidence", "because")]
    detail = pl.concat_str(details, separator="; ", ignore_nulls=True)
    return pl.col("reason") + pl.when(detail != "").then(" (" + detail + ")").otherwise(pl.lit(""))
