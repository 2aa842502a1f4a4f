"""How easily a published row is tied to one person: k-anonymity over quasi-identifiers, and what free text
alone gives away.

*k-anonymity* (Sweeney, 2002, "k-anonymity: a model for protecting privacy"): rows that agree on every
declared quasi-identifier form a class; k is how many people a class holds. People, not rows: ten tickets of
one customer hide nobody. An unknown value counts as a value of its own, so that a gap neither hides a row nor
singles it out by itself.

*Free text*: the share of rows in which a few words stand together that do so in no other row. Two figures:
for the row's rarest words, the worst case; and for words drawn at random, what somebody knows who remembers a
few of them (the unicity of de Montjoye et al., 2013, "Unique in the Crowd", with words for places). The
commonest words of the data set are left out as language, not content (Luhn, 1958, "The automatic creation of
literature abstracts", the upper cut-off), placeholders too. No text is kept from either: the report holds
counts.

Cost: words are counted once over all rows (a table of row and word, some 12 bytes an entry); the search for
another row is made for a sample of rows, along the rarest of the words. A measure of ease, not a proof:
nobody's background knowledge is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from curate.examples import TEXT_FIELDS
from curate.pii.risk.params import Quasi, RiskParams
from curate.placeholders import PLACEHOLDER

# Quasi-identifiers read from text, in Rust's regex syntax: the first group of the first match, case folded.
DERIVED = {
    # UK outward code ("CB1" of "CB1 2DP"), where the policy keeps postcodes or a surrogate stands in.
    "outward_postcode": r"(?i)\b([a-z]{1,2}[0-9][a-z0-9]?)[ ]?[0-9][a-z]{2}\b",
    "age": r"(?i)\b(?:i'?m|i am|he'?s|she'?s|aged?|he is|she is)[ ](1[0-9]|[2-9][0-9])(?:[ "
    r"]years)?\b|\b(1[0-9]|[2-9][0-9])[- ]years?[- ]old\b",
    "title": r"\b(Mr|Mrs|Miss|Ms|Dr|Prof|Rev|Sir|Dame)\b\.?[ ][A-Z]",
}


def _text(fields: Sequence[str]) -> pl.Expr:
    return pl.concat_str(pl.col(list(fields)), separator="\n", ignore_nulls=True)


def quasi_identifiers(
    rows: pl.DataFrame, names: tuple[Quasi, ...], fields: Sequence[str] = TEXT_FIELDS
) -> pl.DataFrame:
    """The quasi-identifiers `names` of each row, all String, `""` where unknown; derived ones are read from
    the text `fields`.
    """
    text = _text(fields)
    columns = []
    for name in names:
        if name == "month":
            column = pl.col("collected_at").str.extract(r"^(\d{4}-\d{2})")
        elif name in DERIVED:
            groups = [
                text.str.extract(DERIVED[name], group)
                for group in range(1, DERIVED[name].count("(") - DERIVED[name].count("(?") + 1)
            ]
            column = pl.coalesce(groups).str.to_lowercase()
        else:
            column = pl.col(name)
        columns.append(column.cast(pl.String).fill_null("").alias(name))
    return rows.select(columns)


def k_anonymity(
    rows: pl.DataFrame, params: RiskParams, fields: Sequence[str] = TEXT_FIELDS
) -> dict[str, Any]:
    """Class sizes over the declared quasi-identifiers.

    Parameters
    ----------
    rows
        The published rows (columns of the Examples table). A person is a `subject`, else a `group`, else the
        row itself.

    Returns
    -------
    dict
        `people`, `classes`, `smallest_k`, `below_k` and `unique` (rows in classes of fewer than k people and
        of one), their shares (null where no quasi-identifier is declared or no row holds one), and
        `unique_without`: the unique rows if that one column were dropped, which says where to generalise
        first.
    """
    person = rows.select(
        pl.coalesce("s-" + pl.col("subject"), "g-" + pl.col("group"), "r-" + pl.col("example_id")).alias(
            "_person"
        )
    )
    people = person["_person"].n_unique()
    known = quasi_identifiers(rows, params.quasi_identifiers, fields)
    if rows.height and all((known[name] == "").all() for name in params.quasi_identifiers):
        # Nothing is declared, or no row holds any of it: any k would be the number of people in disguise.
        unmeasured = ("classes", "smallest_k", "below_k", "below_k_share", "unique", "unique_share")
        return {
            "quasi_identifiers": list(params.quasi_identifiers),
            "k": params.k,
            "people": people,
            **dict.fromkeys(unmeasured),
            "unique_without": {},
        }
    table = pl.concat([known, person], how="horizontal")
    size = _class_sizes(table, list(params.quasi_identifiers))
    without = {
        name: int(
            (_class_sizes(table, [other for other in params.quasi_identifiers if other != name]) == 1).sum()
        )
        for name in params.quasi_identifiers
    }
    below, unique = int((size < params.k).sum()), int((size == 1).sum())
    total = max(rows.height, 1)
    return {
        "quasi_identifiers": list(params.quasi_identifiers),
        "k": params.k,
        "people": people,
        "classes": table.select(params.quasi_identifiers).n_unique() if table.height else 0,
        "smallest_k": size.min(),
        "below_k": below,
        "below_k_share": round(below / total, 6),
        "unique": unique,
        "unique_share": round(unique / total, 6),
        "unique_without": without,
    }


def _class_sizes(table: pl.DataFrame, names: list[str]) -> pl.Series:
    """People in the class of each row."""
    if not names:  # all rows are one class
        return pl.Series([table["_person"].n_unique()] * table.height, dtype=pl.UInt32)
    return table.select(pl.col("_person").n_unique().over(names)).to_series()


def content_words(rows: pl.DataFrame, common_words: int, fields: Sequence[str] = TEXT_FIELDS) -> pl.DataFrame:
    """Columns `row` (UInt32), `word` (UInt32 code), `rows` (how many hold it): each word once a row, the
    commonest left out.
    """
    words = (
        rows.lazy()
        .select(
            _text(fields)
            .str.replace_all(PLACEHOLDER, " ")
            .str.to_lowercase()
            .str.extract_all(r"\p{L}[\p{L}'’]+")
            .alias("word")
        )
        .with_row_index("row")
        .explode("word", empty_as_null=False)
        .unique()
        .collect()
    )
    counts = (
        words.group_by("word")
        .len("rows")
        .sort(["rows", "word"], descending=[True, False])[common_words:]
        .with_row_index("code")
    )
    return (
        words.join(counts, on="word").select("row", pl.col("code").alias("word"), "rows").sort("row", "word")
    )


def singled_out(postings: pl.DataFrame, chosen: pl.DataFrame) -> int:
    """Rows whose chosen words stand together in no other row.

    Parameters
    ----------
    postings
        From `content_words`.
    chosen
        Some of its rows: the words known of each sampled row.
    """
    ranked = chosen.sort("row", "rows", "word").with_columns(pl.int_range(pl.len()).over("row").alias("rank"))
    # Along the rarest word the candidates are few; each further word only thins them.
    first = ranked.filter(pl.col("rank") == 0).select(pl.col("row").alias("known"), "word")
    candidates = (
        first.join(postings, on="word").filter(pl.col("row") != pl.col("known")).select("known", "row")
    )
    ranks = ranked["rank"].n_unique()  # every row has rank 0, and none is left out
    for rank in range(1, ranks):
        word = ranked.filter(pl.col("rank") == rank).select(pl.col("row").alias("known"), "word")
        done = candidates.join(word, on="known", how="anti")
        going = (
            candidates.join(word, on="known")
            .join(postings.select("row", "word"), on=["row", "word"], how="semi")
            .select("known", "row")
        )
        candidates = pl.concat([done, going])
    return int(chosen["row"].n_unique() - candidates["known"].n_unique())


def free_text(rows: pl.DataFrame, params: RiskParams, fields: Sequence[str] = TEXT_FIELDS) -> dict[str, Any]:
    """How often `params.words` words single a row out, over a seeded sample of rows in the order of their
    ids.

    Returns
    -------
    dict
        `rows` sampled; `rarest` and `random`, the shares for the rarest words and for words drawn at random.
        A row with fewer content words is judged by what it has; one with none counts as not singled out.
    """
    ordered = rows.sort("example_id")
    if not ordered.height:
        return {"rows": 0, "words": params.words, "rarest": None, "random": None}
    postings = content_words(ordered, params.common_words, fields)
    draw = np.random.default_rng(0)
    sampled = np.sort(draw.choice(ordered.height, min(params.sample, ordered.height), replace=False))
    known = postings.filter(pl.col("row").is_in(pl.Series(sampled, dtype=pl.UInt32).implode()))
    known = known.with_columns(pl.Series("lot", draw.random(known.height)))
    rarest = known.sort("row", "rows", "word").group_by("row", maintain_order=True).head(params.words)
    random = known.sort("row", "lot").group_by("row", maintain_order=True).head(params.words)
    return {
        "rows": len(sampled),
        "words": params.words,
        "rarest": round(singled_out(postings, rarest.drop("lot")) / len(sampled), 6),
        "random": round(singled_out(postings, random.drop("lot")) / len(sampled), 6),
    }
