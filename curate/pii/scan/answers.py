"""A name that is the whole of a field, and that a place, a word or a famous person may be as well.

"Capital of Italy?" -> "Florence": nothing around the word says that a person is meant, and a row whose answer
goes whole teaches nothing more. So such a name is reported and left (`NOT_ACTED`), unless the row has it in
another field too, where its sentence decides. What is strong stays strong: a full name that the tagger is
sure of, a first name that is nothing else, a name under a title.

Cost: a look at the fields that findings cover whole, which few are.
"""

# ruff: noqa: E501, SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.pii.detect.names.acting import NOT_ACTED, plain_words
from curate.pii.detect.names.tokens import fold

# An answer in a word or a list of a few.
_LONGEST = 120
# A full name that scores less is wrong as often as right where it stands alone.
_SURE = 0.9
_FIRST, _PLACE = 3, 48  # bits of `Lexicon.ranks`
_RARE = 2  # a first name that fewer bear is mostly a word or a surname
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam lord lady herr frau señor señora monsieur madame".split()
)


def with_doubtful_answers(hits: pl.DataFrame, rows: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """`hits`, those of persons that are the whole of a field and may be something else at `NOT_ACTED` at most.

    Parameters
    ----------
    hits
        `row`, `field`, `entity`, `start`, `end`, `score` and more; a line a finding.
    rows
        `row` and the text of each of `fields`.
    """
    names = hits.with_row_index("at").filter((pl.col("entity") == "PERSON") & (pl.col("score") > NOT_ACTED))
    doubtful: list[int] = []
    for field in fields:
        short = rows.filter(pl.col(field).str.len_chars() <= _LONGEST).select("row", *fields)
        here = names.filter(pl.col("field") == field).join(short, on="row")
        for group in here.partition_by("row") if here.height else ():
            text, others = group[field][0], [group[other][0] or "" for other in fields if other != field]
            spans = list(zip(group["start"], group["end"], group["score"], strict=True))
            doubtful += _doubtful(text, spans, others, group["at"].to_list())
    if not doubtful:
        return hits
    at = pl.int_range(pl.len())
    lowered = pl.when(at.is_in(doubtful)).then(pl.lit(NOT_ACTED)).otherwise(pl.col("score"))
    return hits.with_columns(lowered.cast(hits.schema["score"]).alias("score"))


def _doubtful(text: str, spans: list[tuple[int, int, float]], others: list[str], at: list[int]) -> list[int]:
    """Which of the findings of one text (those at `at`) are left, all or none."""
    left, rest = 0, []
    for start, end, _ in sorted(spans):
        rest.append(text[left:start])
        left = max(left, end)
    words = "".join([*rest, text[left:]]).replace(".", " ").split()
    if any(any(map(str.isalnum, word)) and word.casefold() not in ("and", "or", "the") for word in words):
        return []
    beside = "\n".join(others).casefold()
    for start, end, score in spans:
        value = text[start:end]
        if value.casefold() in beside or _is_strong(value, score):
            return []
    return at


def _is_strong(value: str, score: float) -> bool:
    """Whether a name by itself is that of a person and hardly anything else."""
    from curate.pii.detect.names.recognizer import bundled

    words = [word for word in value.replace(".", " ").split() if word]
    if not words or words[0].casefold() in _TITLES:
        return bool(words)
    if score < _SURE:
        return False
    if len(words) > 1:
        return True
    rank = bundled().tagger.lexicon.ranks.get(fold(value), 0)
    return rank & _FIRST >= _RARE and not rank & _PLACE and fold(value) not in plain_words()
