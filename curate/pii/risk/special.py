"""Rows that seem to reveal special-category or criminal data: a risk to look at, never redacted by itself.

UK GDPR Art. 9(1) names health, religion or belief, trade-union membership, political opinion, sex life or
orientation, racial or ethnic origin, genetic and biometric data; Art. 10 criminal convictions and offences.
No checksum tells "I have diabetes" from "vegan leather", so a rule fires only where a lexicon's word stands
in a sentence *about a person*: someone ("I", "my husband", "the driver") who has, is, takes, belongs to. What
is said otherwise is missed, and a figure of speech may be found.

The lexicon is data: `curate.pii.risk.lexicon`, English only. Vectorised: one scan for word stems leaves the
few texts worth a rule, then one regex a rule over those columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.examples import TEXT_FIELDS
from curate.pii.risk.lexicon import CATEGORIES, rules_of

SPECIAL = pl.Schema(
    {"example_id": pl.String(), "category": pl.String(), "field": pl.String(), "evidence": pl.String()}
)


def special_categories(
    examples: pl.DataFrame, language: str = "en", fields: Sequence[str] = TEXT_FIELDS
) -> pl.DataFrame:
    """Which rows seem to reveal a special category, where and by which rule.

    Parameters
    ----------
    examples
        With `example_id`, `language` and the text `fields`; rows in another language are not read (`unread`
        counts them).
    language
        Of the lexicon; a null row language counts as this.
    fields
        Text columns to read; leave out a column of labels.

    Returns
    -------
    pl.DataFrame
        Schema `SPECIAL`, sorted, each row once; `evidence` is a rule's name, never text.

    Raises
    ------
    AssayError
        If there is no lexicon for `language`.
    """
    rules = rules_of(language)
    rows = examples.filter(pl.col("language").is_null() | (pl.col("language") == language))
    stems = sorted({stem for rule in rules for stem in rule.stems})
    flagged = []
    for field in fields:
        texts = (
            rows.select(
                "example_id",
                pl.col(field)
                .cast(pl.String)
                .str.to_lowercase()
                .str.replace_all("[’ʼ`]", "'")
                .str.replace_all(r"[ \t\r\n]+", " ")
                .alias("text"),
            )
            .drop_nulls("text")
            .filter(pl.col("text").str.contains_any(stems))
        )
        for rule in rules:
            hit = texts.filter(
                pl.col("text").str.contains_any(list(rule.stems)) & pl.col("text").str.contains(rule.pattern)
            )
            flagged.append(
                hit.select(
                    "example_id",
                    pl.lit(rule.category).alias("category"),
                    pl.lit(field).alias("field"),
                    pl.lit(rule.evidence).alias("evidence"),
                )
            )
    return pl.concat([SPECIAL.to_frame(), *flagged]).unique().sort(SPECIAL.names())


def unread(examples: pl.DataFrame, language: str = "en") -> int:
    """Rows in other languages than the lexicon's: nothing is known of them."""
    return examples.filter(pl.col("language") != language).height


def by_category(special: pl.DataFrame) -> list[dict[str, object]]:
    """Rows a category, with where the law names it, in the order of `CATEGORIES`; categories not found are
    left out.
    """
    counts = dict(special.group_by("category").agg(pl.col("example_id").n_unique().alias("rows")).iter_rows())
    return [
        {"category": name, "article": article, "rows": counts[name]}
        for name, article in CATEGORIES.items()
        if name in counts
    ]
