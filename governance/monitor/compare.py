"""What is compared at a look, and how it is said.

A column needs something on both sides: meanings an encoder, sources a column of the file, answers the file
that `assay predict` wrote. What is lacking is not guessed, and not counted among the columns either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from train.arrays import Bools, Floats
from train.drift.columns import (
    Column,
    Pool,
    capped_weights,
    value_column,
    vector_columns,
    word_column,
    word_matrix,
    word_vectors,
)
from train.topics import words_of

TITLES: Mapping[str, str] = {
    "meaning": "meaning (encoder), as a whole",
    "meaning_mmd": "meaning, any difference (MMD)",
    "meaning_neighbours": "meaning, topics of their own",
    "words": "words, as a whole",
    "words_neighbours": "words, topics of their own",
    "single_words": "single words",
    "length": "length of the texts",
    "language": "language",
    "source": "source",
    "unknown_words": "words that training rows lack",
    "personal_data": "personal data a row",
    "labels": "labels",
    "confidence": "confidence of the model",
    "refused": "answers refused as unsure",
    "right": "answers that are right",
}


@dataclass(frozen=True)
class Compared:
    """Both sides and what is compared of them.

    Parameters
    ----------
    rows
        The pool's rows in its order: `rows.collapsed` masked, with `live`, `weight`.
    vectors
        Of the meanings, else of the words; what topics are found by.
    counts, words
        Which row holds which word.
    absent
        Columns that could not be compared, and why.
    """

    pool: Pool
    rows: pl.DataFrame
    columns: tuple[Column, ...]
    vectors: Floats
    counts: Any
    words: list[str]
    absent: Mapping[str, str]


def compare(
    reference: pl.DataFrame,
    live: pl.DataFrame,
    *,
    totals: tuple[int, int],
    embed: Any,
    held_out: frozenset[str],
    said: frozenset[str],
    seasons: Sequence[Bools] = (),
    off: Sequence[str] = (),
) -> Compared:
    """Both sides in one pool, and the columns over it.

    Parameters
    ----------
    reference, live
        Masked rows and, where there are answers, `answer`, `confidence`, `unsure`,
        `right`.
    totals
        Rows of each side, repeats counted.
    embed
        From texts to unit vectors; None: words alone.
    held_out
        Reference rows that are not of the vocabulary; empty: half of the reference's groups.
    said
        Columns that both files have, among `language`, `source`, `label`.
    seasons
        Masks over the reference's rows.
    """
    both = pl.concat(
        [
            side.with_columns(
                pl.lit(is_live).alias("live"),
                pl.Series(
                    "weight", capped_weights(side["copies"].to_numpy().astype(np.float64), float(total))
                ),
            )
            for side, is_live, total in zip((reference, live), (False, True), totals, strict=True)
        ],
        how="diagonal_relaxed",
    )
    is_live: Bools = both["live"].to_numpy()
    unit = both.select(pl.struct("live", "group_key").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    not_live = np.zeros(live.height, dtype=bool)
    pool = Pool(
        is_live, unit, both["weight"].to_numpy(), tuple(np.append(mask, not_live) for mask in seasons)
    )
    texts = both["input"].to_list()
    counts, words = word_matrix(texts)
    of_words = word_vectors(counts)
    absent: dict[str, str] = {}
    columns: list[Column] = []
    vectors = of_words
    if embed is not None:
        vectors = np.asarray(embed(texts), dtype=np.float64)
        columns += vector_columns(pool, vectors, "meaning", ("domain", "mmd", "neighbours"))
    else:
        absent["meaning"] = "no encoder: words alone"
    columns += vector_columns(pool, of_words, "words", ("domain", "neighbours"))
    columns.append(word_column(pool, counts))
    columns.append(value_column(pool, "length", "ordered", both["input"].str.len_chars().to_numpy()))
    columns.append(value_column(pool, "personal_data", "ordered", both["placeholders"].to_numpy()))
    columns += _languages(pool, both)
    columns += _sources(pool, both, said, absent)
    columns.append(_unknown_words(pool, both, held_out))
    columns += _answers(pool, both, said, absent)
    kept = tuple(column for column in columns if column.name not in off)
    return Compared(pool, both, kept, vectors, counts, words, absent)


def _languages(pool: Pool, both: pl.DataFrame) -> list[Column]:
    """As the texts are told, whatever a column says; too short to tell is a kind of its own."""
    return [value_column(pool, "language", "categories", both["told_language"].fill_null("?").to_numpy())]


def _sources(pool: Pool, both: pl.DataFrame, said: frozenset[str], absent: dict[str, str]) -> list[Column]:
    if "source" not in said:
        absent["source"] = "not in both files"
        return []
    return [value_column(pool, "source", "categories", both["source"].fill_null("?").to_numpy())]


def _unknown_words(pool: Pool, both: pl.DataFrame, held_out: frozenset[str]) -> Column:
    """The share of a row's words that no row of the vocabulary has; reference rows of the vocabulary itself
    are not asked.
    """
    if held_out:
        teaches = ~both["live"] & ~both["id"].is_in(sorted(held_out)).fill_null(False)
    else:
        teaches = ~both["live"] & (both["group_key"].str.slice(0, 1) < "8")
    every = [words_of(text) for text in both["input"].to_list()]
    known = {word for row, taught in zip(every, teaches.to_list(), strict=True) if taught for word in row}
    share = np.array([len(row - known) / max(1, len(row)) for row in every])
    return value_column(
        pool, "unknown_words", "ordered", share, np.flatnonzero(~teaches.to_numpy()).astype(np.int64)
    )


def _answers(pool: Pool, both: pl.DataFrame, said: frozenset[str], absent: dict[str, str]) -> list[Column]:
    columns = []
    for name, column, kind in (
        ("labels", "answer", "categories"),
        ("confidence", "confidence", "ordered"),
        ("refused", "unsure", "mean"),
        ("right", "right", "mean"),
    ):
        source = column
        if name == "labels" and "answer" not in both.columns and "label" in said:
            source = "label"
        if source not in both.columns:
            continue
        rows = np.flatnonzero(both[source].is_not_null().to_numpy()).astype(np.int64)
        if not pool.live[rows].any() or pool.live[rows].all():
            continue
        values = both[source].fill_null("") if kind == "categories" else both[source].cast(pl.Float64)
        filled = values.to_numpy() if kind == "categories" else values.fill_null(0.0).to_numpy()
        columns.append(value_column(pool, name, kind, filled, rows))  # type: ignore[arg-type]
    if not columns:
        absent["answers"] = "no --answers, and no column of labels"
    return columns
