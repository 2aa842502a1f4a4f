"""Rules that look at an answer beside its row and card: is it in the row's language, does it keep the style?

Both are silent where they cannot know. A row says which language it is in; where its input speaks of a
language or of translating, or where a tenth of the answers or more are in another one, another language is
what the task asks for. Cost: the language of each answer is a third of a millisecond (`identify`), and each
rule of the style a regex over it.
"""

from __future__ import annotations

import polars as pl

from curate.style import broken, style_checks, word_checks
from curate.task import Kind, TaskCard
from curate.validate.params import ValidateParams

BREACHES = pl.Schema({"example_id": pl.String, "rule": pl.String, "evidence": pl.String})

# From here on it is the task and not a slip. A tenth, as for redaction's changes (`max_output_share`).
_USUAL = 0.1
# An answer of a few words may be a name or a loan.
_WORDS = 6
# Its beginning tells the language of an answer.
_BEGINNING = 240
_SPEAKS_OF_LANGUAGE = (
    r"(?i)translat|übersetz|tradu|vertaal|przet[łl]um|\b(?:english|german|french|spanish|italian|dutch|"
    r"portuguese|polish|chinese|japanese|korean|arabic|hindi|russian|turkish|latin|swedish|danish|"
    r"norwegian|greek|hebrew|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|italienisch\w*|"
    r"anglais\w*|allemand\w*|français\w*|espagnol\w*|italien\w*|inglés|alemán|francés|español|"
    r"inglese|tedesco|francese|spagnolo|italiano)\b"
)

# Small words that are of one of these languages alone.
_SMALL_WORDS = {
    "en": "the and of is you that it with your are this will have from our they",
    "de": "der und ist nicht ein eine mit auf für wir sie von dem zu im den ihr",
    "fr": "les est et des une vous nous dans pour avec sur du pas votre au",
    "es": "el los las y está para por del muy pero su al",
    "it": "il che è sono per gli della nel alla dei una di",
    "nl": "het een van niet voor zijn met dat wij naar ook",
    "pt": "não uma você os com em do são na ao para",
    "pl": "jest nie się na z w do że oraz przez",
}
# Of all words; answers with fewer are asked. Of 217 short answers in English, German and French 191 have as
# many of their own language, and none of any other; of Bitext's 4,514 English ones all but one.
_SMALL_SHARE = 0.1


def _in_the_words_of(language: str, answer: pl.Expr) -> pl.Expr:
    """Whether an answer has the small words of a language."""
    listed = _SMALL_WORDS.get(language, "").split()
    if not listed:
        return pl.lit(False)
    small = answer.str.count_matches(rf"(?i)\b(?:{'|'.join(listed)})\b")
    return (small >= 2) & (small >= answer.str.count_matches(r"\p{L}+") * _SMALL_SHARE)


def answer_breaches(examples: pl.DataFrame, task: TaskCard, params: ValidateParams) -> pl.DataFrame:
    """Every row whose answer is in another language than the row, or breaks the card's style.

    Parameters
    ----------
    examples
        `example_id, input, output, language`.

    Returns
    -------
    pl.DataFrame
        `BREACHES`; rules that are `off` are not looked for.
    """
    breaches = [BREACHES.to_frame()]
    writes = task.kind in (Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE)
    if writes and params.level("answer_language") != "off":
        breaches.append(_other_language(examples))
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
    from curate.pii.detect.languages.identify import identify

    answer = pl.col("output").fill_null("").str.head(_BEGINNING)
    known = examples.filter(
        pl.col("language").is_not_null()
        & (answer.str.count_matches(r"\p{L}+") >= _WORDS)
        & ~pl.col("input").fill_null("").str.contains(_SPEAKS_OF_LANGUAGE)
    ).with_columns(pl.col("language").str.split("-").list.first().str.to_lowercase().alias("asked"))
    rows_of = [
        rows.filter(~_in_the_words_of(str(rows["asked"][0]), answer)) for rows in known.partition_by("asked")
    ]
    unclear = pl.concat(rows_of) if rows_of else known
    if not unclear.height:
        return BREACHES.to_frame()
    told = unclear.with_columns(identify(unclear.select(answer).to_series()).alias("told"))
    others = told.filter(pl.col("told") != pl.col("asked"))
    if others.height >= _USUAL * known.height:
        return BREACHES.to_frame()
    return others.select(
        "example_id",
        pl.lit("answer_language").alias("rule"),
        pl.format("output: reads as {}, the row is {}", "told", "asked").alias("evidence"),
    )
