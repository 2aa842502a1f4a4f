"""The part of a difference that a reviewer asks for: by kind, cause, field, label, split, and words of its
texts.

Columns are filtered as they stand. Words are sought in the texts as they may be shown, so that a search tells
nothing that the page does not: rows that hold the words raw are masked, and looked at again. Of these at most
`SOUGHT` are read (masking costs a quarter of a millisecond a text); the answer says if there were more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from curate.diff.difference import Difference
from curate.diff.show.examples import row_texts, shown_changes

# Rows masked for one search: half a second.
SOUGHT = 1_000
# Choices listed of each filter.
CHOICES = 100
# What a filter may ask for, by its name in an address.
FILTERS = ("change", "cause", "field", "label", "split")


@dataclass(frozen=True)
class Narrowed:
    """What is left of a difference.

    Parameters
    ----------
    difference
        With the changes that were asked for.
    complete
        False if more rows could hold the words than were read.
    """

    difference: Difference
    complete: bool


def with_facets(difference: Difference) -> Difference:
    """The difference whose changes also say `why` (the cause without its particulars), `label` and `split`,
    each as the newer version has it (of removed rows the older one).
    """
    changes = difference.changes.with_columns(
        pl.col("cause").str.replace(r"(?s) \(.*$", "").alias("why"),
        pl.lit(None, dtype=pl.String).alias("label"),
        pl.lit(None, dtype=pl.String).alias("split"),
    ).with_row_index("_place")
    for version, at, mine in (
        (difference.before, "at_before", pl.col("at_after").is_null()),
        (difference.after, "at_after", pl.col("at_after").is_not_null()),
    ):
        places = changes.filter(mine)[at].drop_nulls().unique()
        if not len(places):
            continue
        facts = version.table.places(places)
        if version.label:
            dtype = version.table.schema[version.label]
            labels = version.table.take(places, {version.label: dtype})
            labels = labels.select("at", pl.col(version.label).cast(pl.String).alias("label"))
            facts = facts.join(labels, on="at", how="left")
        else:
            facts = facts.with_columns(pl.lit(None, dtype=pl.String).alias("label"))
        facts = facts.rename({"at": at, "split": "_split", "label": "_label"})
        changes = (
            changes.join(facts, on=at, how="left", maintain_order="left")
            .with_columns(
                pl.when(mine).then(f"_{name}").otherwise(name).alias(name) for name in ("split", "label")
            )
            .drop("_split", "_label")
        )
    return replace(difference, changes=changes.drop("_place"))


def choices(difference: Difference) -> dict[str, list[tuple[str, int]]]:
    """Of each filter what can be asked for and how many changes have it, the most first. Of a difference from
    `with_facets`.
    """
    found = {}
    for name in FILTERS:
        column = _column(name)
        counted = (
            difference.changes.drop_nulls(column)
            .group_by(column)
            .len()
            .sort("len", column, descending=[True, False])
            .head(CHOICES)
        )
        found[name] = [(str(value), int(count)) for value, count in counted.iter_rows()]
    return found


def narrowed(difference: Difference, asked: Mapping[str, str], words: str = "") -> Narrowed:
    """The changes that have all that is asked for, and all of the words (whatever their case).

    Parameters
    ----------
    difference
        From `with_facets`.
    asked
        Of `FILTERS`; an empty text asks for nothing.
    """
    changes = difference.changes
    for name in FILTERS:
        if value := asked.get(name):
            changes = changes.filter(pl.col(_column(name)) == value)
    wanted = words.lower().split()
    if not wanted:
        return Narrowed(replace(difference, changes=changes), True)
    chosen = replace(difference, changes=_holding(difference, changes, wanted))
    complete = chosen.changes.height <= SOUGHT
    shown = shown_changes(chosen, SOUGHT, show_values=True)
    hits = chosen.changes.head(SOUGHT).filter(shown.select(_has(wanted, _TEXTS)).to_series())
    return Narrowed(replace(difference, changes=hits), complete)


_TEXTS = ("row", "field", "before", "after", "text", "cause")


def _column(name: str) -> str:
    return "why" if name == "cause" else name


def _holding(difference: Difference, changes: pl.DataFrame, words: list[str]) -> pl.DataFrame:
    """The changes whose raw texts hold the words: all that could be shown with them."""
    chosen = replace(difference, changes=changes)
    raw = changes.with_columns(text=row_texts(chosen, changes))
    return changes.filter(raw.select(_has(words, _TEXTS)).to_series())


def _has(words: list[str], names: tuple[str, ...]) -> pl.Expr:
    whole = pl.concat_str([pl.col(name).cast(pl.String) for name in names], separator="\n", ignore_nulls=True)
    lower = whole.str.to_lowercase()
    return pl.all_horizontal(lower.str.contains(word, literal=True) for word in words)
