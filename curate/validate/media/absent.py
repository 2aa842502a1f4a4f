"""Rules `absent_media` and `media_in_doubt`: a prompt asks about an image, a recording, a file, a page or a text
that the row does not hold, and the answer makes one up.

A system trained on such rows learns to describe what it cannot see. What the prompt points at (`references`)
is set against what the row holds behind the request: a table, a list, a quotation, text behind the colon or
on the next lines. A picture is never there; a text is, as soon as anything follows that is not itself a
request. Left alone: tasks about a text that speaks of an attachment, letters that go out with one, questions
of what becomes of a thing that was sent, questions about pictures as such or about software that shows them,
and answers that say that they see nothing or ask for it.

`absent_media` are the surer ways to point ("the attached", "this photo", a stand-in, "the following text" and
none), `media_in_doubt` the others ("the map", "in the story?", a picture that the prompt describes). Both only
warn: on new rows 6 of 100 that the first flags are sound (docs/curation.md).

Cost: the gate lets a few percent of instruction rows through; on those some sixty linear-time regexes, read
once for both rules.
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
    rf"given|shown|pictured|sent|docs?|files?|pfa|attaching|listen|source|resumes?|"
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
    obige voici ecco aquí captura anhang anlage anbei angehängt beigefügt vidéo graphique schéma enregistrement dessin affiche
    ci-dess joint tableau suivant peinture l'image l’image cette image imagen imágen vídeo gráfic grafic
    grabaci cuadro dibujo mapa siguiente adjunt continuaci immagin quadro dipint disegn schermat
    registrazion allegat seguent sottostant afbeelding plaatje grafiek opname schilderij tekening bijlage
    bijgevoegd onderstaand bovenstaand volgende imagem imagens gravaç desenho anex abaixo zdjęci obraz
    wykres nagrani rysun zrzu załąc poniższ następując mapie
    geschickt gesendet hochgeladen weitergeleitet siehe envoyé télévers enviado enviei mandato mandado inviato
    gestuurd wysłał przesłał liegt
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
_ANNEX_OF = r"(?i)\bim anhang (?:eines|einer|des|der|von)\b"
_OTHER_TABLES = r"(?i)\b(?:sql|columns?|query|database|(?:outside|inside|window|dinner|dining|free|bigger|smaller|quiet) tables?)\b"
_WORD = r"[\p{L}\p{N}]"
# A line that says how to answer is not what is to be answered.
_MODIFIES = (
    r"(?i)^\W*(?:please )?(?:keep|use|make sure|limit|answer in|write in|your (?:answer|response)|do not|"
    r"don['’]t|be |"
    r"format|in your|include|return only|output|respond in|give your|explain your|show your|write at least|"
    r"response|answer|label|summary|translation|output|rewrite|rewritten)\b"
)
_ANSWER_QUESTIONS = r"(?i)\banswer (?:the |these |all |each )?(?:of )?(?:the )?(?:following )?questions?\b"
# A sentence with two amounts says what the picture holds.
_TWO_AMOUNTS = r"\d[^?!\n]*[^\d.,]\s?\d"
# Numbers of questions, and the word before them, are no text.
_NUMBERS = r"(?im)(?:^|[.?!]\s+)\s*(?:(?:question|q) ?\d*[:.)]|\d{1,2}[.)]\s)"
_ASKED_OF = (
    r"(?i)\bfollowing (?:\w+ ){0,2}(?:questions?|riddles?|problems?|equations?|tasks?|instructions?|"
    r"prompts?)\b"
)


@dataclass(frozen=True)
class _Said:
    """What the parts of the rules read of a prompt; expressions, or columns that hold them."""

    last_turn: pl.Expr
    said: pl.Expr
    length: pl.Expr
    requested: pl.Expr


def _bare(field: str) -> pl.Expr:
    """The prompt without stand-ins and addresses, with a sign for each quotation."""
    return (
        pl.col(field)
        .str.replace_all(refer.STAND_IN, "\n")
        .str.replace(refer.FILE_FIRST, " ")
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


@dataclass(frozen=True)
class _Seen:
    """What both rules ask of a prompt; expressions, or columns that hold them."""

    shown: pl.Expr
    named: pl.Expr
    tinkers: pl.Expr
    table: pl.Expr
    told: pl.Expr
    content: pl.Expr
    pointed: pl.Expr
    other: pl.Expr
    stand_in: pl.Expr
    nothing_there: pl.Expr
    no_text_there: pl.Expr
    fine: pl.Expr


_SAID = _Said(*(pl.col(f"part_{part.name}") for part in fields(_Said)))
_SEEN = _Seen(*(pl.col(f"part_{part.name}") for part in fields(_Seen)))


def media_places(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """Both rules in columns `absent_media` and `media_in_doubt`: what is read often becomes a column, since
    polars shares no parts of an expression and some sixty regexes read it.
    """
    near = rows.with_columns(_bare(field).alias("part_bare"))
    near = near.with_columns(_last_turn(pl.col("part_bare")).alias("part_last_turn"))
    near = near.with_columns(
        _without_accents(pl.coalesce("part_last_turn", "part_bare")).alias("part_said")
    ).with_columns(words_in(_SAID.said).alias("part_length"), _requested(_SAID.said).alias("part_requested"))
    seen = _seen(field, _SAID)
    near = near.with_columns(getattr(seen, part.name).alias(f"part_{part.name}") for part in fields(_Seen))
    near = near.with_columns(_sure(field, _SAID, _SEEN).alias("part_sure"))
    doubtful = ~pl.col("part_sure") & ~_SEEN.fine & _doubtful(field, _SAID, _SEEN)
    return near.with_columns(
        (pl.col("part_sure") & ~_SEEN.fine).cast(pl.UInt32).alias("absent_media"),
        doubtful.cast(pl.UInt32).alias("media_in_doubt"),
    )


def absent_media(field: str) -> pl.Expr:
    """1 where the prompt surely asks about what the row does not hold."""
    said = _parts(field)
    seen = _seen(field, said)
    return (_sure(field, said, seen) & ~seen.fine).cast(pl.UInt32)


def media_in_doubt(field: str) -> pl.Expr:
    """1 where the prompt may ask about what the row does not hold, and `absent_media` says nothing."""
    said = _parts(field)
    seen = _seen(field, said)
    return (_doubtful(field, said, seen) & ~_sure(field, said, seen) & ~seen.fine).cast(pl.UInt32)


def _seen(field: str, parts: _Said) -> _Seen:
    prompt, said, answer = pl.col(field), parts.said, pl.col("output").fill_null("")
    stand_in, rows_of_table = prompt.str.contains(refer.STAND_IN), prompt.str.contains(ask.TABLE_ROWS)
    markup = said.str.contains(r"(?i)\b(?:html|markdown|tags?|elements?|attributes?)\b")
    told = said.str.extract_all(ask.SENTENCE).list.eval(
        ~pl.element().str.contains(ask.ASKS) & pl.element().str.contains(_TWO_AMOUNTS)
    )
    attached = said.str.contains(rf"(?i){OTHER_ATTACHED}") & (
        ~said.str.contains(_SENDS) | (said.str.contains(r"\?\s*$") & ~said.str.contains(_ANNEX_OF))
    )
    return _Seen(
        shown=said.str.contains(refer.HANDED_OVER),
        named=said.str.contains(refer.NAMED)
        | (said.str.contains(ask.INVENTS) & ~said.str.contains(ask.ABOUT_IT)),
        tinkers=said.str.contains(HANDLED) | said.str.contains(ask.HANDLES),
        table=said.str.contains(refer.TABLE) & ~said.str.contains(_OTHER_TABLES),
        told=told.list.any(),
        content=_statements(said.str.extract(r"(?s)^[^\n:]*[\n:](.*)$", 1).fill_null("")),
        pointed=said.str.contains(refer.OTHER_POINTED) | said.str.contains(refer.OTHER_SEE) | attached,
        other=(parts.length <= _SHORT_PROMPT) & ~said.str.contains(refer.OTHER_HOW_TO),
        stand_in=stand_in,
        nothing_there=~rows_of_table & ~said.str.contains(ask.TEXT_TASK),
        no_text_there=~rows_of_table
        & parts.last_turn.is_null()
        & ~prompt.str.contains(refer.URL)
        & ~stand_in,
        # What may be asked of media that are not there, and answers that do not claim to have seen them.
        fine=(said.str.contains(ask.HOW_TO) & ~said.str.contains(ask.HOW_SEEN) & ~stand_in)
        | (said.str.contains(ask.LETTER) & ~said.str.contains(ask.ANSWERS_IT))
        | answer.str.contains(ask.SEES_NOTHING)
        | answer.str.contains(ask.STILL_ATTACHED)
        | said.str.contains(ask.CANNOT_OPEN)
        | said.str.contains(r"(?i)\bhereto\b")
        | (stand_in & markup),
    )


def _sure(field: str, parts: _Said, seen: _Seen) -> pl.Expr:
    """A medium or a file that was handed over or that only somebody who has it before him can speak of, a
    page, a text of which nothing stands there.
    """
    said = parts.said
    source = said.str.contains(refer.SOURCE) | said.str.contains(refer.LOOKED_AT)
    looked_at = (source & ~seen.named) | said.str.contains(refer.LOOK) | said.str.contains(refer.NUMBERED)
    pictures = _asks_of_what_is_seen(parts, seen, seen.shown, looked_at & ~seen.tinkers, seen.pointed)
    texts = _asks_of_a_text(said, parts.requested) & seen.no_text_there
    named_first = pl.col(field).str.contains(refer.FILE_FIRST) & parts.requested & ~seen.tinkers
    return pictures | texts | _asks_of_a_page(field, parts) | seen.stand_in | named_first


def _doubtful(field: str, parts: _Said, seen: _Seen) -> pl.Expr:
    """A definite medium in what is asked, one that the prompt says something of, one that was sent at some
    time, in other languages any that is present; a text that is read from; an address and a question.
    """
    prompt, said = pl.col(field), parts.said
    told_of = _says_what_is_shown(said) | _was_sent(said)
    shown = seen.shown | (told_of & ~said.str.contains(ask.CODE_TASK))
    present = said.str.contains(refer.OTHER_PRESENT) & ~said.str.contains(refer.OTHER_NAMED)
    sent = said.str.contains(refer.OTHER_SENT) & parts.requested
    in_sight = _is_in_sight(said) & ~seen.named & ~seen.tinkers
    pictures = _asks_of_what_is_seen(parts, seen, shown, in_sight, seen.pointed | present | sent)
    texts = _reads_a_text(said) & seen.no_text_there
    page = (
        prompt.str.contains(rf"^\W*(?:{refer.URL[4:]})")
        & (parts.length <= _SHORT_PROMPT)
        & parts.requested
        & ~prompt.str.contains(refer.ABOUT_ADDRESS)
    )
    return pictures | texts | page


def _asks_of_what_is_seen(
    parts: _Said, seen: _Seen, shown: pl.Expr, looked_at: pl.Expr, pointed: pl.Expr
) -> pl.Expr:
    """A medium or a file, no content behind it, and something wanted of it."""
    short = parts.length <= _SHORT_PROMPT
    english = (shown | ((looked_at | seen.table) & short & ~seen.told)) & parts.requested
    return (english | (pointed & seen.other)) & (seen.content < _CONTENT_WORDS) & seen.nothing_there


def _asks_of_a_page(field: str, parts: _Said) -> pl.Expr:
    """A page behind an address or a link, of which something is wanted."""
    prompt, said = pl.col(field), parts.said
    read = (
        prompt.str.contains(refer.URL)
        & (parts.length <= _SHORT_PROMPT)
        & said.str.contains(refer.FETCH)
        & said.str.contains(refer.WANTED)
        & ~prompt.str.contains(r"https?://\S+(?:\s+\S+){12}")
        & ~said.str.contains(ask.QUOTE)
    )
    link = said.str.contains(refer.LINK) & parts.requested & ~said.str.contains(ask.TEXT_TASK)
    return (read | link) & ~prompt.str.contains(refer.ABOUT_ADDRESS)


def _requested(said: pl.Expr) -> pl.Expr:
    sentences = said.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(ask.ASKS) & ~pl.element().str.contains(ask.HANDLED_BY_OTHERS)
    )
    imperative = said.str.contains(ask.IMPERATIVE) & ~said.str.contains(ask.NOT_ASKING)
    return sentences.list.any() | imperative


def _says_what_is_shown(said: pl.Expr) -> pl.Expr:
    """A statement of what a medium shows: it may say all that the question needs."""
    return (
        said.str.contains(refer.SHOWS)
        & ~said.str.contains(ask.INVENTS)
        & ~said.str.contains(ask.PUTS_OTHERWISE)
    )


def _was_sent(said: pl.Expr) -> pl.Expr:
    asks = said.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(ask.ASKS) & pl.element().str.contains(refer.OF_WHAT_WAS_SENT)
    )
    return said.str.contains(refer.SENT) & asks.list.any()


def _is_in_sight(said: pl.Expr) -> pl.Expr:
    """A definite medium in what is asked."""
    asks = said.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(refer.IN_SIGHT)
        & (
            pl.element().str.contains(ask.ASKS)
            | (pl.element().str.contains(ask.IMPERATIVE) & ~pl.element().str.contains(ask.NOT_ASKING))
        )
    )
    return asks.list.any()


def _asks_of_a_text(said: pl.Expr, requested: pl.Expr) -> pl.Expr:
    """A text that should follow, stand above or be given, and nothing that could be it."""
    follows = said.str.contains(refer.FOLLOWING) & ~said.str.contains(refer.NOT_FOLLOWING)
    # What stands behind is only cut out where something points: captures of so long a pattern take two
    # milliseconds a text.
    pointing = pl.when(follows).then(said.str.replace_all(_NUMBERS, ""))
    behind = pointing.str.extract(rf"(?is)(?:{refer.FOLLOWING[4:]})(.*)$", 1).fill_null("")
    backward = said.str.contains(r"(?i)\b(?:above|given|provided)\b")
    rest = behind.str.replace(r"^[^.?!:\n]*[.?!]*", "")
    region = pl.when(backward).then(pointing).otherwise(rest).fill_null("")
    lines = behind.str.extract(r"(?s)^[^\n]*\n(.*)$", 1).fill_null("")
    below_asks = (
        ~lines.str.extract_all(ask.SENTENCE)
        .list.eval(pl.element().str.contains(r"\p{L}") & ~pl.element().str.contains(r"\?\s*$"))
        .list.any()
    )
    below = lines.str.extract_all(ask.SENTENCE).list.eval(
        pl.element().str.contains(_WORD) & ~pl.element().str.contains(_MODIFIES)
    )
    # "Read the following passage and answer the questions", and then only these.
    only_questions = said.str.contains(_ANSWER_QUESTIONS) & below_asks
    present = (
        said.str.contains(ask.QUOTE)
        | behind.str.contains(r"^[^.?!\n]{0,120}:\s*[^\s]")
        | (below.list.any() & ~only_questions)
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
