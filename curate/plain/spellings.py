"""One label spelt several ways: `billing`, `billing ` and `BILLING` are the same class."""

from __future__ import annotations

import polars as pl

from curate.dedup.normalise import folded
from curate.text import plural, visible

# Labels told by name; the rest are counted.
_TOLD = 5


def folded_labels(labels: pl.Series) -> pl.Series:
    """Each label without regard to case, Unicode form, white space, hyphens and underscores.

    Other punctuation counts: `c` and `c++` are two labels.
    """
    return folded(labels).str.replace_all(r"[\s_-]+", " ").str.strip_chars().alias(labels.name)


def spellings(labels: pl.Series) -> pl.DataFrame:
    """Labels that are spelt several ways.

    Returns
    -------
    pl.DataFrame
        `label` (the commonest spelling; of equals the one without outer spaces and in lower case),
        `spelling`, `rows`; sorted by label, the commonest spelling first.
    """
    named = pl.DataFrame({"spelling": labels, "folded": folded_labels(labels)}).filter(
        pl.col("folded") != "", pl.col("spelling").is_not_null()
    )
    counted = named.group_by("folded", "spelling").len("rows")
    several = counted.filter(pl.len().over("folded") > 1).sort(
        -pl.col("rows").cast(pl.Int64),
        pl.col("spelling").str.strip_chars() != pl.col("spelling"),
        pl.col("spelling").str.to_lowercase() != pl.col("spelling"),
        "spelling",
    )
    label = pl.col("spelling").first().over("folded").alias("label")
    return several.select(label, "spelling", "rows").sort("label", maintain_order=True)


def told(found: pl.DataFrame) -> list[str]:
    """`spellings` as sentences that may be shown."""
    lines = [
        f"one label is spelt {len(spelt)} ways: "
        + ", ".join(f"'{visible(spelling, 40)}' ({plural(rows, 'row')})" for spelling, rows in spelt)
        for _, spelt in _by_label(found)[:_TOLD]
    ]
    more = found["label"].n_unique() - _TOLD
    return [*lines, f"and {plural(more, 'more label')} are spelt several ways"] if more > 0 else lines


def _by_label(found: pl.DataFrame) -> list[tuple[str, list[tuple[str, int]]]]:
    grouped = found.group_by("label", maintain_order=True).agg("spelling", "rows")
    return [(label, list(zip(spelt, rows, strict=True))) for label, spelt, rows in grouped.iter_rows()]
