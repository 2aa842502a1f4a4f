"""Rules `output_copies_input`, the answer is its prompt but for spaces and marks, and `prompt_in_answer`: the
answer says its prompt again before it answers.

In the second the prompt stands at the head of the answer, bare or behind a
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
# Who speaks, before the prompt is said again: a turn's name, or "you asked".
_TURN_NAMES = (
    "user human customer client question prompt instructions? task input query q nutzer benutzer kunde frage aufgabe anweisung eingabe "
    "utilisateur client consigne question demande usuario cliente pregunta instrucción tarea utente domanda richiesta compito usuário "
    "pergunta tarefa gebruiker klant opdracht vraag użytkownik klient polecenie pytanie zadanie"
)
# "Frage des Nutzers", "question of the user"
_OF_WHOM = r"(?:(?:\s(?:des|der|de|du|del|della|van|do|of|from|the|l|la|el|dell|od)){1,3}\s[\w'’]+)"
_TURN = rf"^(?:(?:sure|ok|okay|certainly|of course|{'|'.join(_TURN_NAMES.split())}){_OF_WHOM}?\s)+"
_REPLY_NAMES = (
    "answer response assistant output reply completion ai bot a chatbot antwort ausgabe assistent réponse sortie respuesta salida asistente "
    "risposta assistente resposta saída antwoord odpowiedź asystent"
)
# A frame of two turns, whatever the words of the first.
_FRAME = rf"(?is)^[\s#*>\[-]*(?:{'|'.join(_TURN_NAMES.split())}){_OF_WHOM}?[\s*\]]*:.{{3,400}}?(?:\n|[.?!]\s)[\s#*>\[-]*(?:{'|'.join(_REPLY_NAMES.split())}){_OF_WHOM}?[\s*\]]*:"
_WANTS_TURNS = (
    r"(?i)\b(?:dialog\w*|conversation\w*|scripts?|transcripts?|chats?|faqs?|quiz\w*|q ?& ?a|interviews?|examples?|exercises?|flash ?cards?|templates?|"
    r"format|questions?|fragen|questions|preguntas|domande|perguntas|vragen|pytania|gespräch|conversación|conversazione|conversa|gesprek|rozmow\w*)\b"
)
_SAID = (
    r"\b(?:asked|asking|questions?|query|wrote|said|prompt|requests?|requested|instructions?|task|input|is|was|reads?|follows|lautet|gefragt|fragen|frage|fragst|fragten|schrieben|geschrieben|demandez|demandé|question|est|"
    r"preguntas?|preguntó|preguntado|preguntaste|es|domanda|chiesto|chiedi|è|perguntou|pergunta|é|vroeg|vraag|gevraagd|vraagt|pytasz|zapytał[ae]?ś?|pytanie|brzmi|to)\s*$"
)
# Characters of what may stand before the prompt: "You want to know: ", "Your question was: ".
_BEFORE = 60


def _squeezed(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[\s\p{P}#]+", " ").str.strip_chars()


def may_repeat_prompt(field: str) -> pl.Expr:
    """The gate: the first characters of the prompt stand near the beginning of the answer, or a turn's name does."""
    head = pl.col("input").str.strip_chars().str.head(_HEAD).str.to_lowercase()
    answer = pl.col(field).str.head(8 * _HEAD).str.to_lowercase()
    return ((pl.col("input").str.len_chars() >= _HEAD) & answer.str.contains(head, literal=True)) | pl.col(
        field
    ).str.head(_BEFORE).str.contains(
        rf"(?i)^[\s#*>\[-]*(?:{'|'.join(_TURN_NAMES.split())}){_OF_WHOM}?[\s*\]]*:"
    )


def prompt_in_answer(field: str) -> pl.Expr:
    """1 where the field begins with the prompt and goes on."""
    prompt, answer = _squeezed(pl.col("input")), _squeezed(pl.col(field))
    bare = answer.str.replace(_TURN, "")
    words = prompt.str.count_matches(r"\S+")
    asks = pl.col("input").str.strip_chars().str.to_lowercase().str.contains(_ASKS)
    said_again = (
        answer.str.starts_with(prompt + " ") | bare.str.starts_with(prompt + " ") | (bare == prompt)
    ) & (answer != prompt)
    # Behind some words of the answer's own.
    at = answer.str.find(prompt + " ", literal=True).fill_null(_BEFORE + 1)
    # "I understand that you want to know how to check ..." is good style.
    said = answer.str.slice(0, at).str.contains(_SAID)
    quoted = (at <= _BEFORE) & (words >= _WORDS + 1) & said
    frame = pl.col(field).str.head(600).str.contains(_FRAME) & ~pl.col("input").str.contains(_WANTS_TURNS)
    builds = pl.col("input").str.contains(_BUILDS_ON_IT)
    return (
        ((said_again | quoted) & (words >= _WORDS) & ((asks & ~builds) | (words >= _LONG) & ~builds))
        | (frame & ~builds)
    ).cast(pl.UInt32)


# As many letters of both texts are compared before the rest is.
_FIRST_LETTERS = 8


def _letters(text: pl.Expr) -> pl.Expr:
    """The letters and digits alone: "start-up's" is "startups"."""
    return text.str.to_lowercase().str.replace_all(r"[\s\p{P}]+", "")


def begins_alike(field: str) -> pl.Expr:
    """The first gate of `output_copies_input`: the first letter or digit is the same."""
    first = r"([^\s\p{P}])"
    given, answer = pl.col("input").str.extract(first), pl.col(field).str.extract(first)
    return given.str.to_lowercase().eq_missing(answer.str.to_lowercase())


def begins_with_the_same(field: str) -> pl.Expr:
    """The second gate: of the first letters of both one begins with the other (marks may stand between)."""
    given, answer = (
        _letters(pl.col(name).str.head(5 * _FIRST_LETTERS)).str.head(_FIRST_LETTERS)
        for name in ("input", field)
    )
    return given.str.starts_with(answer) | answer.str.starts_with(given)


def copies_input(field: str) -> pl.Expr:
    """1 where the field is the input but for spaces, marks and capitals."""
    return (_letters(pl.col(field)) == _letters(pl.col("input"))).cast(pl.UInt32)
