"""Rule `absent_media`: a prompt asks about an image, a recording, a file, a page or a text that the row does
not hold, and the answer makes one up.

A system trained on such rows learns to describe what it cannot see. What the prompt points at (`references`)
is set against what the row holds behind the request: a table, a list, a quotation, text behind the colon or
on the next lines. A picture is never there; a text is, as soon as anything follows that is not itself a
request. Left alone: tasks about a text that speaks of an attachment, letters that go out with one, questions
about pictures as such or about software that shows them, and answers that say that they see nothing or ask
for it.

Cost: the gate lets a few percent of instruction rows through; on those some dozen linear-time regexes.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from curate.validate.media import reads
from curate.validate.media import references as refer
from curate.validate.media import requests as ask
from curate.validate.media.nouns import (
    ELECTRONIC,
    HANDLED,
    OTHER_ATTACHED,
    OTHER_FOLLOWING,
    VISUAL,
)
from curate.validate.patterns import english, words_in

# In a longer prompt such words stand in a text that is quoted there.
_PROMPT_WORDS = 80
_SHORT_PROMPT = 40
# As many words behind "the chart below:" are its content.
_CONTENT_WORDS = 6
_NAMES = english(
    rf"(?i)\b(?:{VISUAL}|{ELECTRONIC}|attach\w*|upload\w*|enclosed|linked|following|below|above|provided|"
    rf"given|shown|pictured|"
    r"depicted|tables?|https?|www|links?|urls?|web ?sites?|web ?pages?|img|shaded|labell?ed|"
    r"(?:look at|watch|see|view|check out|listen to|read|according to|from|based on|using|study|refer to) "
    r"th(?:e|is|ese)|this (?:song|track|tune|melody|podcast|speech|piece)|see pdf|(?:this|the|my) (?:[a-z]+ )?(?:texts?|document|"
    r"letter|e-?mail|story|poem|passage|article|essay|paragraph|code|cv|draft|business card|sign|label|receipt|ticket|poster|cover|"
    r"badge|menu|invoice|bill|speech|dialogue|conversation|scene|transcript|report|contract|review|memo|notice))\b|[<\[({]\w*(?:image|img|scan|photo)|!\[|"
    r"\.(?:png|jpe?g|gif|mp[34]|wav|heic|pdf|docx?|xlsx?|pptx?|csv|m4a)\b"
)
_OTHER_NAMES = """
    text artikel abschnitt brief artíc artic articolo testo texto tekst artyk artigo pasaje brano lettre lettera
    bild foto abbildung grafik diagramm schaubild aufnahme gemälde landkarte zeichnung folgend stehende
    obige anhang anlage anbei angehängt beigefügt vidéo graphique schéma enregistrement dessin affiche
    ci-dess joint tableau suivant peinture l'image l’image cette image imagen imágen vídeo gráfic grafic
    grabaci cuadro dibujo mapa siguiente adjunt continuaci immagin quadro dipint disegn schermat
    registrazion allegat seguent sottostant afbeelding plaatje grafiek opname schilderij tekening bijlage
    bijgevoegd onderstaand bovenstaand volgende imagem imagens gravaç desenho anex abaixo zdjęci obraz
    wykres nagrani rysun zrzu załąc poniższ następując mapie
""".split()  # noqa: SIM905


def names_media(field: str) -> pl.Expr:
    """The gate of `absent_media`: a prompt of some dozen words that names a medium or points at a text."""
    text = pl.col(field)
    return (
        (text.str.len_chars() <= 12 * _PROMPT_WORDS)
        & (words_in(text) <= _PROMPT_WORDS)
        & (text.str.contains(_NAMES) | text.str.contains_any(_OTHER_NAMES, ascii_case_insensitive=True))
    )


# A letter in another language that says what goes with it.
_SENDS = (
    r"(?i)^\W*(?:anbei|im anhang|in der anlage|ci-joint|en pièce jointe|in allegato|in de bijlage|em "
    r"anexo|en anexo|w załączniku|"
    r"adjunto|(?:te |le )?(?:adjunto|envío))\b"
)
_WORD = r"[\p{L}\p{N}]"
# A line that says how to answer is not what is to be answered.
_MODIFIES = (
    r"(?i)^\W*(?:please )?(?:keep|use|make sure|limit|answer in|write in|your (?:answer|response)|do not|"
    r"don['’]t|be |"
    r"format|in your|include|return only|output|respond in|give your|explain your|show your|write at least|"
    r"response|answer|label|summary|translation|output|rewrite|rewritten)\b"
)
_ASKED_OF = (
    r"(?i)\bfollowing (?:\w+ ){0,2}(?:questions?|riddles?|problems?|equations?|tasks?|instructions?|"
    r"prompts?)\b"
)


@dataclass(frozen=True)
class _Said:
    """What the parts of the rule read of a prompt; expressions, or columns that hold them."""

    last_turn: pl.Expr
    said: pl.Expr
    length: pl.Expr
    requested: pl.Expr


def _bare(field: str) -> pl.Expr:
    """The prompt without stand-ins and addresses, with a sign for each quotation."""
    return (
        pl.col(field)
        .str.replace_all(refer.STAND_IN, "\n")
        .str.replace_all(refer.URL, " ")
        .str.replace_all(ask.QUOTED, ask.QUOTE)
    )


def _last_turn(bare: pl.Expr) -> pl.Expr:
    """What is said in the last turn of a conversation; the turns before may hold what it speaks of."""
    return bare.str.extract(r"(?s)^.*\nuser: (.*)$", 1)


def _without_accents(said: pl.Expr) -> pl.Expr:
    return said.str.replace_all("résumé", "resume")


def _parts(field: str) -> _Said:
    bare = _bare(field)
    said = _without_accents(pl.coalesce(_last_turn(bare), bare))
    return _Said(_last_turn(bare), said, words_in(said), _requested(said))


_COLUMNS = _Said(*(pl.col(f"part_{part.name}") for part in fields(_Said)))


def absent_media_places(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """`absent_media` in column `places`: what is said becomes a column, since some forty regexes read it."""
    said = _COLUMNS.said
    near = rows.with_columns(_bare(field).alias("part_bare"))
    near = near.with_columns(_last_turn(pl.col("part_bare")).alias("part_last_turn"))
    near = near.with_columns(
        _without_accents(pl.coalesce("part_last_turn", "part_bare")).alias("part_said")
    ).with_columns(words_in(said).alias("part_length"), _requested(said).alias("part_requested"))
    return near.with_columns(absent_media(field, _COLUMNS).alias("places"))


def absent_media(field: str, parts: _Said | None = None) -> pl.Expr:
    """1 where the prompt asks about what the row does not hold; `parts`: those of the field, if columns."""
    prompt, answer, parts = pl.col(field), pl.col("output").fill_null(""), parts or _parts(field)
    last_turn, said, length, requested = parts.last_turn, parts.said, parts.length, parts.requested
    rows_of_table = prompt.str.contains(ask.TABLE_ROWS)
    stand_in = prompt.str.contains(refer.STAND_IN)
    address = prompt.str.contains(refer.URL)
    text_task = said.str.contains(ask.TEXT_TASK)

    seen = _asks_of_what_is_seen(said, length, requested) & ~rows_of_table & ~text_task
    texts = (
        (_asks_of_a_text(said, requested) | _reads_a_text(said))
        & ~rows_of_table
        & last_turn.is_null()
        & ~address
        & ~stand_in
    )
    read = (
        address
        & (length <= _SHORT_PROMPT)
        & said.str.contains(refer.FETCH)
        & ~prompt.str.contains(r"https?://\S+(?:\s+\S+){12}")
        & ~prompt.str.contains(refer.ABOUT_ADDRESS)
        & ~said.str.contains(ask.QUOTE)
    )
    letter = said.str.contains(ask.LETTER) & ~said.str.contains(ask.ANSWERS_IT)
    fine = (
        (said.str.contains(ask.HOW_TO) & ~said.str.contains(ask.HOW_SEEN))
        | letter
        | answer.str.contains(ask.SEES_NOTHING)
        | answer.str.contains(ask.STILL_ATTACHED)
        | said.str.contains(ask.CANNOT_OPEN)
        | (stand_in & said.str.contains(r"(?i)\b(?:html|markdown|tags?|elements?|attributes?)\b"))
    )
    page = said.str.contains(refer.LINK) & requested & ~text_task & ~prompt.str.contains(refer.ABOUT_ADDRESS)
    return ((seen | texts | read | stand_in | page) & ~fine).cast(pl.UInt32)


def _requested(said: pl.Expr) -> pl.Expr:
    sentences = said.str.extract_all(ask.SENTENCE).list.eval(pl.element().str.contains(ask.ASKS))
    imperative = said.str.contains(ask.IMPERATIVE) & ~said.str.contains(ask.NOT_ASKING)
    return sentences.list.any() | imperative


def _asks_of_what_is_seen(said: pl.Expr, length: pl.Expr, requested: pl.Expr) -> pl.Expr:
    """A medium or a file that was handed over or is looked at, and no content behind it."""
    shows = (
        said.str.contains(refer.SHOWS)
        & ~said.str.contains(ask.INVENTS)
        & ~said.str.contains(ask.PUTS_OTHERWISE)
    )
    handed_over = said.str.contains(refer.HANDED_OVER) | shows
    named = said.str.contains(refer.NAMED) | (
        said.str.contains(ask.INVENTS) & ~said.str.contains(ask.ABOUT_IT)
    )
    tinkers = said.str.contains(HANDLED) | said.str.contains(ask.HANDLES)
    asks_in_sight = said.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(refer.IN_SIGHT)
        & (
            pl.element().str.contains(ask.ASKS)
            | (pl.element().str.contains(ask.IMPERATIVE) & ~pl.element().str.contains(ask.NOT_ASKING))
        )
    )
    in_sight = (said.str.contains(refer.SOURCE) | asks_in_sight.list.any()) & ~named
    looked_at = (in_sight | said.str.contains(refer.NUMBERED)) & ~tinkers
    table = said.str.contains(refer.TABLE) & ~said.str.contains(
        r"(?i)\b(?:sql|columns?|query|database|(?:outside|inside|window|dinner|dining|free|bigger|smaller|quiet) tables?)\b"
    )
    content = _statements(said.str.extract(r"(?s)^[^\n:]*[\n:](.*)$", 1).fill_null(""))
    english = (handed_over | ((looked_at | table) & (length <= _SHORT_PROMPT))) & requested
    other = said.str.contains(refer.OTHER_POINTED) | (
        said.str.contains(refer.OTHER_PRESENT) & ~said.str.contains(refer.OTHER_NAMED)
    )
    other &= ~said.str.contains(refer.OTHER_HOW_TO) & (length <= _SHORT_PROMPT)
    other |= (
        said.str.contains(rf"(?i){OTHER_ATTACHED}") & ~said.str.contains(_SENDS) & (length <= _SHORT_PROMPT)
    )
    return (english | other) & (content < _CONTENT_WORDS)


def _asks_of_a_text(said: pl.Expr, requested: pl.Expr) -> pl.Expr:
    """A text that should follow, stand above or be given, and nothing that could be it."""
    follows = said.str.contains(refer.FOLLOWING) & ~said.str.contains(refer.NOT_FOLLOWING)
    # What stands behind is only cut out where something points: captures of so long a pattern take two
    # milliseconds a text.
    pointing = pl.when(follows).then(said)
    behind = pointing.str.extract(rf"(?is)(?:{refer.FOLLOWING[4:]})(.*)$", 1).fill_null("")
    backward = said.str.contains(r"(?i)\b(?:above|given|provided)\b")
    rest = behind.str.replace(r"^[^.?!:\n]*[.?!]*", "")
    region = pl.when(backward).then(pointing).otherwise(rest).fill_null("")
    lines = behind.str.extract(r"(?s)^[^\n]*\n(.*)$", 1).fill_null("")
    below = lines.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(_WORD) & ~pl.element().str.contains(_MODIFIES)
    )
    present = (
        said.str.contains(ask.QUOTE)
        | behind.str.contains(r"^[^.?!\n]{0,120}:\s*[^\s]")
        | below.list.any()
        | (_statements(region) >= 1)
        | (said.str.contains(_ASKED_OF) & behind.str.contains(r"[.:?!]\s+\S"))
        | behind.str.contains(r"^[^.?!:\n]*(?:\S+ ){14}")
        | behind.str.contains(r"\d+,? \d+|[-–—] ")
    )
    asked = requested | said.str.contains(rf"(?i){OTHER_FOLLOWING}")
    return follows & ~present & ~said.str.contains(ask.CODE_TASK) & asked


def _reads_a_text(said: pl.Expr) -> pl.Expr:
    """A text that the prompt reads from ("according to the passage, ..."), of which nothing stands there."""
    alone = ~said.str.contains(ask.QUOTE) & ~said.str.contains(r"[:\n]\s*\S+ \S+ \S+")
    # The request itself is a sentence or two.
    rest = _words_but(said, ask.ASKS, reads.READS, reads.OTHER_READS, _MODIFIES)
    asked = said.str.contains(reads.READS) | (
        said.str.contains(reads.OTHER_READS) & ~said.str.contains(refer.OTHER_HOW_TO)
    )
    return (words_in(said) > 2) & asked & ~said.str.contains(ask.INVENTS) & alone & (rest < _CONTENT_WORDS)


def _statements(text: pl.Expr) -> pl.Expr:
    """Words in sentences that neither ask nor point."""
    return _words_but(text, ask.ASKS, refer.HANDED_OVER, refer.FOLLOWING, _MODIFIES)


def _words_but(text: pl.Expr, *patterns: str) -> pl.Expr:
    """Words in sentences that match none of the patterns.

    A sentence that is left out becomes an empty one: a filter would be evaluated row by row, and compile every
    pattern again for each.
    """
    left_out = pl.any_horizontal([pl.element().str.contains(pattern) for pattern in patterns])
    parts = text.str.extract_all(ask.SENTENCE).list.eval(
        pl.when(left_out).then(pl.lit("")).otherwise(pl.element())
    )
    return words_in(parts.list.join(" "))
