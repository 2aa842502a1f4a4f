"""Rule `prompt_in_answer`: the answer says its prompt again before it answers.

A whole copy is rule `output_copies_input`; here the prompt stands at the head of the answer, bare or behind a
turn's name ("User: ..."), and something follows. What may begin with its input: a text to be continued or
corrected, so a prompt that asks for nothing must be long, and the answer of one that says "continue", "add" or
"proofread" is left alone.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either

# A prompt of fewer words may well begin its answer ("Good morning").
_WORDS = 4
# A text that asks for nothing: shorter ones are what the answer builds on.
_LONG = 15
# Characters that are compared before anything dearer is.
_HEAD = 14
_ASKS = (
    r"^(?:please |kindly |can you |could you |you are |i want you to |bitte )?"
    + either(
        "write name give tell list explain describe summari[sz]e suggest propose compose draft convert translate turn "
        "rewrite rephrase create generate make define classify identify compare provide find calculate compute show "
        "design develop outline discuss analy[sz]e recommend imagine state prepare produce "
        "what which who whom whose when where why how is are do does did can could should would will "
        "schreibe? erkläre? nenne beschreibe? fasse gib formuliere erstelle? übersetze? was wer wie warum welche[rsn]? wann wo "
        "écris écrivez explique[zr]? donne[zr]? propose[zr]? décris rédige[zr]? traduis résume[zr]? que quel(?:le)?s? comment pourquoi "
        "escribe explica da describe propón traduce resume qué cuál cómo por_qué "
        "scrivi spiega descrivi elenca traduci riassumi che quale come perché "
        "schrijf leg geef beschrijf noem vertaal wat welke hoe waarom "
        "escreva explique descreva liste traduza resuma qual como napisz wyjaśnij podaj opisz co jak dlaczego"
    )
    + r"\b|^you are\b|\?\s*$"
)
_BUILDS_ON_IT = (
    r"(?i)\b(?:continue|complete|extend|append|add|proofread|correct|fix|repeat|echo|copy|quote|begin|start|"
    r"insert|finish|underline|highlight|format|punctuate|keep|weiter\w*|ergänze|wiederhole|korrigiere|complète|continúa|"
    r"completa|corrige|repite)\b"
)
_TURN = (
    r"^(?:(?:sure|ok|okay|certainly|of course|user|human|customer|question|prompt|instructions?|task|input|q|query|frage|aufgabe|"
    r"anweisung|consigne|question|pregunta|instrucción|domanda|opdracht|vraag|pergunta|polecenie|pytanie)\s)+"
)


def _squeezed(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[\s\p{P}#]+", " ").str.strip_chars()


def may_repeat_prompt(field: str) -> pl.Expr:
    """The gate: the first characters of the prompt stand near the beginning of the answer."""
    head = pl.col("input").str.strip_chars().str.head(_HEAD).str.to_lowercase()
    answer = pl.col(field).str.head(6 * _HEAD).str.to_lowercase()
    return (pl.col("input").str.len_chars() >= _HEAD) & answer.str.contains(head, literal=True)


def prompt_in_answer(field: str) -> pl.Expr:
    """1 where the field begins with the prompt and goes on."""
    prompt, answer = _squeezed(pl.col("input")), _squeezed(pl.col(field))
    bare = answer.str.replace(_TURN, "")
    words = prompt.str.count_matches(r"\S+")
    asks = pl.col("input").str.strip_chars().str.to_lowercase().str.contains(_ASKS)
    said_again = (
        answer.str.starts_with(prompt + " ") | bare.str.starts_with(prompt + " ") | (bare == prompt)
    ) & (answer != prompt)
    builds = pl.col("input").str.contains(_BUILDS_ON_IT)
    return (said_again & (words >= _WORDS) & ((asks & ~builds) | (words >= _LONG) & ~builds)).cast(pl.UInt32)
