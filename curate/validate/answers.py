"""Rules that look at an answer beside its row and card: is it in the row's language, does it keep the style?

Both are silent where they cannot know. A row says which language it is in, or its input shows it
(`faults.language`); where its input speaks of a language or of translating, or where a tenth of the answers
or more are in another one, another language is what the task asks for. Cost: the language of an answer that
small words do not settle is a third of a millisecond (`identify`), and each rule of the style a regex over
it.
"""

from __future__ import annotations

import polars as pl

from curate.style import broken, style_checks, word_checks
from curate.task import Kind, TaskCard
from curate.validate.faults.language import (
    BEGINNING,
    SMALL_WORDS,
    SPEAKS_OF_LANGUAGE,
    names_alone,
    other_than_asked,
    other_than_input,
    told_enough,
)
from curate.validate.params import ValidateParams

BREACHES = pl.Schema({"example_id": pl.String, "rule": pl.String, "evidence": pl.String})

# From here on it is the task and not a slip. A tenth, as for redaction's changes (`max_output_share`).
_USUAL = 0.1
# Of all words; answers with fewer are asked. Of 217 short answers in English, German and French 191 have as
# many of their own language, and none of any other; of Bitext's 4,514 English ones all but one.
_SMALL_SHARE = 0.1
_ANSWER = pl.col("output").fill_null("").str.head(BEGINNING)
_TELLS = told_enough(_ANSWER) & ~pl.col("input").fill_null("").str.contains(SPEAKS_OF_LANGUAGE)


def _in_the_words_of(language: str, answer: pl.Expr) -> pl.Expr:
    """Whether an answer has the small words of a language."""
    listed = SMALL_WORDS.get(language, "").split()
    if not listed:
        return pl.lit(False)
    small = answer.str.count_matches(rf"(?i)\b(?:{'|'.join(listed)})\b")
    return (small >= 2) & (small >= answer.str.count_matches(r"\p{L}+") * _SMALL_SHARE)


def writes(kind: Kind) -> bool:
    """Whether outputs are answers, which are in a language."""
    return kind in (Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE)


def is_usual(others: int, known: int) -> bool:
    """Whether so many answers in another language, of so many whose language can be told, are what the task
    asks for.
    """
    return others > 0 and others >= _USUAL * known


def answer_breaches(
    examples: pl.DataFrame, task: TaskCard, params: ValidateParams, *, whole: bool = True
) -> pl.DataFrame:
    """Every row whose answer is in another language than the row, or breaks the card's style.

    Parameters
    ----------
    examples
        `example_id, input, output, language`.
    whole
        Whether these are all rows, so that what is usual among them is not told; without it, `is_usual` is
        for the caller to ask of all parts.

    Returns
    -------
    pl.DataFrame
        `BREACHES`; rules that are `off` are not looked for.
    """
    breaches = [BREACHES.to_frame()]
    if writes(task.kind) and params.level("answer_language") != "off":
        others = _other_language(examples)
        unusual = not whole or others.is_empty() or not is_usual(others.height, known_answers(examples))
        breaches.append(others if unusual else BREACHES.to_frame())
    if task.kind is Kind.REWRITING and task.style:
        words = word_checks(task.style)
        shapes = {name: check for name, check in style_checks(task.style).items() if name not in words}
        for rule, checks in (("style_words", words), ("style_shape", shapes)):
            if params.level(rule) != "off":
                breaches.append(_style(examples, rule, broken(checks, _pairs(examples))))
    return pl.concat(breaches)


def _pairs(examples: pl.DataFrame) -> list[tuple[str, str]]:
    return examples.select(pl.col("input", "output").fill_null("")).rows()


def _style(examples: pl.DataFrame, rule: str, names: list[list[str]]) -> pl.DataFrame:
    lists = pl.Series("broken", names, dtype=pl.List(pl.String))
    # An empty answer is refused for being empty.
    filled = pl.col("output").fill_null("").str.strip_chars() != ""
    return (
        examples.with_columns(lists)
        .filter(filled & (pl.col("broken").list.len() > 0))
        .select(
            "example_id",
            pl.lit(rule).alias("rule"),
            pl.format("output: {}", pl.col("broken").list.join("; ")).alias("evidence"),
        )
    )


def _other_language(examples: pl.DataFrame) -> pl.DataFrame:
    """Answers in another language than their row says or their input shows."""
    said = pl.col("language").is_not_null()
    row, unsaid = _than_the_row_says(examples.filter(said)), examples.filter(~said)
    named = other_than_asked(unsaid)
    # A row is told of once: what the input asks for goes before what it is written in.
    shown = other_than_input(unsaid).join(named, on="example_id", how="anti", maintain_order="left")
    return pl.concat(
        [
            rows.select(
                "example_id",
                pl.lit("answer_language").alias("rule"),
                pl.format(f"output: reads as {{}}, {what}", "told", "asked").alias("evidence"),
            )
            for rows, what in (
                (row, "the row is {}"),
                (shown, "the input as {}"),
                (named, "the input asks for {}"),
            )
        ]
    )


def known_answers(examples: pl.DataFrame) -> int:
    """How many answers are long enough for their language to be told, where the input speaks of none."""
    return examples.filter(_TELLS).height


def _than_the_row_says(examples: pl.DataFrame) -> pl.DataFrame:
    """Rows of `examples` whose answer is in another language than they say, with `asked` and `told`."""
    from curate.pii.detect.languages.identify import identify

    known = examples.filter(_TELLS).with_columns(
        pl.col("language").str.split("-").list.first().str.to_lowercase().alias("asked")
    )
    rows_of = [
        rows.filter(~_in_the_words_of(str(rows["asked"][0]), _ANSWER)) for rows in known.partition_by("asked")
    ]
    unclear = pl.concat(rows_of) if rows_of else known
    if not unclear.height:
        return unclear.with_columns(told=pl.lit(""))
    told = unclear.with_columns(identify(unclear.select(_ANSWER).to_series()).alias("told"))
    titles = [
        names_alone(language or "", answer)
        for language, answer in told.select("told", _ANSWER.alias("answer")).iter_rows()
    ]
    return told.filter((pl.col("told") != pl.col("asked")) & ~pl.Series(titles, dtype=pl.Boolean))
