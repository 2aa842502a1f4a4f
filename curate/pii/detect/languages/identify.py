"""The language of a text without a label: py3langid over the distinct texts of a column.

Compared on 728 sentences of the seven languages (8 words on average) and 3,080 short English queries:
py3langid 0.4 (BSD-3, 4.6 MB, numpy) 0.96 to 1.00 right a language, among the eight; lingua 2.1 (Apache-2.0,
96 MB) 0.96 to 1.00, in its light mode 0.87 to 0.98; both the same on every machine and offline. So the
lighter one. Loading it takes two seconds, a text a third of a millisecond. Letters alone are looked at:
numbers, addresses and links say nothing of a language.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from curate.pii.detect.languages import LANGUAGES

# Not of any language: links, addresses, placeholders, everything with a digit.
_NO_WORDS = r"<[A-Z_]+_?\d*>|\S*(?:@|://|www\.)\S*|\S*\d\S*|[^\p{L}\s'’-]"
# Fewer letters say too little: "ok", "Re: SAP", a name.
MIN_LETTERS = 12
# From here on a language beside the known ones is taken for what it is: on the compared texts none was taken
# for another from 0.8 on.
SURE = 0.9


@cache
def _identifier(*, known: bool) -> Any:
    """The model over all of its languages, or over the known ones alone."""
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    if known:
        identifier.set_languages(list(LANGUAGES))
    return identifier


def identify(texts: pl.Series) -> pl.Series:
    """The language of each of the distinct `texts`: one of `LANGUAGES`, another's code where that is sure, or
    null where a text is too short to tell.
    """
    words = texts.str.replace_all(_NO_WORDS, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    enough = words.str.count_matches(r"\p{L}") >= MIN_LETTERS
    # Text in capitals is unlike what the model has seen.
    plain = pl.select(
        pl.when(words == words.str.to_uppercase()).then(words.str.to_lowercase()).otherwise(words)
    )
    asked = plain.to_series().filter(enough).unique()
    told = pl.DataFrame(
        {"words": asked, "language": [_told(text) for text in asked]},
        schema={"words": pl.String, "language": pl.String},
    )
    return (
        pl.DataFrame({"words": plain.to_series()})
        .join(told, on="words", how="left", maintain_order="left")["language"]
        .rename(texts.name)
    )


def _told(words: str) -> str:
    # A long text is told by its beginning.
    language, sure = _identifier(known=False).classify(words[:2_000])
    if language not in LANGUAGES and sure < SURE:
        language, _ = _identifier(known=True).classify(words[:2_000])
    return str(language)
