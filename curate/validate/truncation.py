"""Answers that were cut off: in mid-word, in mid-sentence, in a list's next item or inside a code fence.

A full stop that is missing says nothing: titles, lists, poems, code and casual replies end without one. What
counts is an end that no style has:

- a code fence that does not close, JSON that opens and does not close, an empty last bullet, an open bracket;
- a last word after which something must come (`the`, `because`; `of`, where the text is of whole sentences);
- a last word that is not a word but begins one (`necess`), judged by a list of 23,000 English words, or, in
  an English text, two or three letters that are not one (`sm`);
- a last sentence without an end behind at least two whole ones of eight words or more on average.

The words stand in `words.txt`: the whole words of the vocabulary of all-MiniLM-L6-v2 (Apache 2.0), and those
beginnings of them that Webster's New International Dictionary of 1934 (public domain) knows as words.

Cost: some thirty linear-time regexes, most of them on the answer's last line, and one look-up in a set of
prefixes; of rows whose end has no stop and could be one (`cut_off_places`, `cut_short_places`).
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import polars as pl

from curate.validate.faults.copied import copies_input

# Words after which a text cannot end, in English and, where the word is not an English one that can, in
# German, French, Spanish, Italian, Dutch and Portuguese.
_NEVER_LAST = (
    "the|a|an|and|or|but|nor|because|although|whereas|whose|their|your|our|my|whether|unless|into|onto|"
    "among|towards|such as|especially when|so that|in order to|as well as|"
    "und|oder|aber|weil|dass|sowie|einen|einem|einer|eines|dem|den|et|ou|mais|parce "
    "que|les|des|dans|avec|pour|une|"
    "pero|porque|los|las|una|para|con|che|della|degli|nella|perché|een|het|omdat|voor|uma|mas|dos|das|aan"
)
# Words that close a sentence now and then ("what it is made of").
_SELDOM_LAST = (
    "of|to|for|with|from|by|at|is|are|was|were|as|if|when|which|while|that|its|than|be|has|have|can|will|"
    "should|would|could|may|might|must|not|very|more|most|about|de|la|le|el|en|der|die|das|il|di|van|os|"
    "mit|von|zu|"
    "his|her|these|those|this|every|each|who|where|how|also|being|been|through|during|including|without|"
    "within|after|"
    "before|under|over|provide|provides|include|includes|require|requires|ensure|ensures|allow|allows"
)
_SENTENCE_END = r"[\p{L}\p{N})\"'”’%][.!?][\"'”’)]*(?:\s|$)"
# What an unfinished text ends with.
# A preposition that stands alone at the end: "what it is made of", "the shed it was poured in".
_STRANDED = (
    r"(?i)\b(?:what|which|who|whom|that|something|nothing|anything|someone|nobody|one)\b(?:\s\S+){0,7}\s"
    r"(?:of|to|for|with|from|by|at|about|over|under|through|without|after|is|are|was|were|can|will)$"
    r"|\bwhere\b(?:\s\S+){0,7}\s(?:to|from|at|is|are|was|were)$"
    r"|\b(?:is|are|was|were|be|been|being|get|gets|got|['’]s|['’]re)"
    r"\s\w+(?:ed|en|wn|ne|ght|id|de|lt|nt|ld)\s\w+$|\bas "
    r"well as\b.*\b(?:can|was|is)$"
    r"|\b(?:want|wants|wanted|like|have|had|used|ought|need|try|love|happy|welcome|next|thing|way) to$"
    r"|\bdo(?:es)? (?:i|you|we|they|he|she|it) (?:\w+ )?have$|\b(?:lot|much|bit|little|once|any|some|no|"
    r"even|far|two|"
    r"three|many) more$"
)
# Two words that may close a sentence: "if possible", "like that one".
_SHORT_CLAUSE = (
    r"\s(?:that|while|unless|because|if|when|where) "
    r"(?:one|way|day|time|much|too|again|already|there|here|said|year|"
    r"morning|night|waiting|far|necessary|possible|needed|asked|told)$"
)
_OPEN_END = r"[\p{L}\p{M},;(\[{“‘«]\s*$"
# A face, and no bracket that opens.
_SAD = r"[:;=]\s?['’^-]?\s?[(\[{][(\s]*$"
_CODE_LINE = r"[{}=<>\\|$~`_]|;(?:\S|\s*$)|\w\(|://|^\s*(?:/|\./|[a-z]+ -{1,2}\w)|\w\.\w+\s*$"
# Farewells and the like, which end without a stop.
_FAREWELL = (
    r"(?i)(?:^|[.!?]\s+)(?:hope|thanks|thank you|many thanks|regards|best|kind|warm|yours|sincerely|see "
    r"|let me know|feel free|"
    r"good luck|enjoy|happy|cheers|take care|have a|looking forward|all the best|with |love|please "
    r"|signed|source|note|p\.?s)"
    r"[^.!?]*$"
)
WORDS = Path(__file__).with_name("words.txt")
# A shorter beginning is too often an abbreviation.
_SHORTEST_FRAGMENT = 4


@cache
def _fragments() -> pl.Series:
    """Beginnings of words that are not words themselves, `_SHORTEST_FRAGMENT` letters or more."""
    words = set(WORDS.read_text(encoding="utf-8").split())
    prefixes = {word[:end] for word in words for end in range(_SHORTEST_FRAGMENT, len(word))}
    return pl.Series(sorted(prefixes - words), dtype=pl.String)


@cache
def _short_words() -> pl.Series:
    """The words of two and three letters."""
    words = WORDS.read_text(encoding="utf-8").split()
    return pl.Series([word for word in words if len(word) < _SHORTEST_FRAGMENT], dtype=pl.String)


# Characters looked at from the end: a few paragraphs; what comes before says nothing of how a text ends.
_TAIL = 3_000


def unfinished(field: str) -> pl.Expr:
    """The gate of `cut_off`: no sentence ends the text, or it holds a code fence or a bare number."""
    text = pl.col(field)
    return ~text.str.contains(r"[.!?…。！？][\"'”’)\]*_]*\s*$") | text.str.contains(
        r"```|~~~|\n\s*\d{1,2}\.\s*$"
    )


@dataclass(frozen=True)
class _Parts:
    """What both rules read of a text; expressions, or columns that hold them."""

    text: pl.Expr
    last_line: pl.Expr
    sentence: pl.Expr
    ends: pl.Expr
    words: pl.Expr


def _parts(field: str) -> _Parts:
    """The parts of a field, each as an expression of the field."""
    text = pl.col(field).str.tail(_TAIL).str.strip_chars_end()
    return _parts_of(text, text.str.extract(r"([^\n]*)$", 1))


def _parts_of(text: pl.Expr, last_line: pl.Expr) -> _Parts:
    return _Parts(
        text,
        last_line,
        last_line.str.extract(r"^(?:.*[.!?][\"'”’)]*\s)?(.*)$", 1),
        text.str.count_matches(_SENTENCE_END),
        text.str.count_matches(r"\S+"),
    )


_COLUMNS = _Parts(*(pl.col(f"part_{part.name}") for part in fields(_Parts)))
# A fence, JSON, an element, a table: what may be cut off although its end is none of `_OPEN_END`.
_STRUCTURE = r"```|~~~|^\s*[{\[<]"
_STRUCTURE_END = r"(?:^|\n)\s*(?:\|[^\n]*|\d{1,2}[.)]|[-*•])$"


def _with_parts(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """The rows that could be cut off, with the parts as columns: polars shares no subexpressions here."""
    text, last_line = pl.col("part_text"), pl.col("part_last_line")
    near = rows.with_columns(pl.col(field).str.tail(_TAIL).str.strip_chars_end().alias("part_text"))
    may_be = (
        text.str.contains(_OPEN_END)
        | text.str.contains(_STRUCTURE_END)
        | text.str.tail(_LAST).str.contains(_ANNOUNCING_END)
        | text.str.contains(_CODE_LINES)
        | text.str.contains(rf"{_DO}|{_THEN}")
        | pl.col(field).str.contains(_STRUCTURE)
    )
    near = near.filter(may_be).with_columns(text.str.extract(r"([^\n]*)$", 1).alias("part_last_line"))
    made = _parts_of(text, last_line)
    return near.with_columns(getattr(made, part.name).alias(f"part_{part.name}") for part in fields(_Parts))


def cut_off_places(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """`cut_off` of rows that passed the gate, in column `places`; without those that cannot be cut off."""
    return _with_parts(rows, field).with_columns(cut_off(field, _COLUMNS).alias("places"))


def cut_short_places(rows: pl.DataFrame, field: str) -> pl.DataFrame:
    """`cut_short` of rows that passed the gate, in column `places`; rows that cannot be are left out."""
    near = _with_parts(rows, field).filter(_short_end(_COLUMNS))
    whole = (cut_off(field, _COLUMNS) == 0) & (copies_input(field) == 0)
    return near.with_columns(whole.cast(pl.UInt32).alias("places"))


# A whole sentence has eight words or more on average where people write in sentences.
_SENTENCE_WORDS = 7


# Articles and prepositions that end no text of their language, and small words that tell the language.
_ARTICLE_LAST = (
    (
        "die|der|das|den|dem|ein|eine|einen|einem|einer|und|oder|zu|mit|von|für|auf|im|am|bei|nach",
        "der|die|das|und|ist|nicht|ein|eine|den|dem|im|mit|nach|für|auf|wird|sich",
    ),
    (
        "le|la|les|un|une|des|du|de|à|en|ne|que|qui|et|ou|au|aux|sur|dans|pour|par|est|sont|ont",
        "le|la|les|est|et|des|une|vous|dans|pour|sur|du|que|qui|au|aux|ne|pas",
    ),
    (
        "el|la|los|las|un|una|de|del|en|que|y|o|con|por|para|se|es|son|puede|su",
        "el|los|las|una|está|para|por|del|que|en|es|se|su|con",
    ),
    (
        "il|lo|la|i|gli|le|un|una|di|del|della|che|e|o|con|per|da|in|è|si",
        "il|che|è|sono|per|gli|della|nel|di|una|la",
    ),
    ("de|het|een|en|of|van|voor|met|op|in|te|naar|dat|die", "het|een|van|niet|voor|zijn|met|dat|de|en|wordt"),
)


# What announces something, before a colon at the very end; a heading is shorter.
_ANNOUNCES = (
    r"(?i)(?:\b(?:following|follows|below|these|such as|for example|for instance|e\.g\.|namely|include[sd]?|including|consists? of|steps?|are|is|as|to|"
    r"folgende[rsnm]?|folgt|nämlich|beispielsweise|z\. ?b\.|diese|sind|beachten|suivante?s?|voici|exemple|savoir|comprend|sont|"
    r"siguientes?|ejemplo|saber|incluye[n]?|son|seguent[ei]|esempio|sono|cioè|includ\w+|seguintes?|exemplo|são|volgende|bijvoorbeeld|namelijk|zijn|"
    r"następując\w+|przykład|mianowicie|to)\b[^.?!:\n]{0,60}|[.?!]\s[^.?!:\n]{25,}):$"
)
_OPENS_LETTER = r"(?i)\b(?:introduc\w+|opening|heading|headline|lead-?in|intro|salutation|greeting|caption|title|first line|label|subject|prefix|überschrift|einleitung|anrede|titre|título|titolo|nagłówek)\b"
# Code without a fence that stops: a keyword that must go on, a line that opens a block, more braces open than shut.
_CODE_STOPS = (
    r"(?-i:\b(?:SELECT|FROM|WHERE|AND|OR|JOIN|ON|BY|SET|VALUES|INTO|LIKE|BETWEEN|THEN|ELSE|CASE|WHEN|HAVING|TABLE)$)"
    r"|(?m:^\s*(?:def|if|elif|else|for|while|try|except|with|class)\b[^\n]*[^\n])(?-m::$)|[\w)\]\"']\s(?:=|\+|&&|\|\||<-|->|=>)$"
)


# Characters of the end in which a string may stay open.
_LAST = 200
_DO, _THEN = r"(?m)(?:;[ \t]*|^[ \t]*)do[ \t]*$", r"(?m)(?:;[ \t]*|^[ \t]*)then[ \t]*$"
# A last line of code with a string that does not close: `CMD ["gunicorn", "0.0.0.0:80`
_OPEN_QUOTE = r"(?:^|\n)[^\"\n]*[\[({=][^\"\n]*\"(?:[^\"\n]*\"[^\"\n]*\")*[^\"\n]*[^\"\n.!?]$"


# A line of code that opens a block or ends a statement.
_CODE_LINES = r"[;{][ \t\r]*(?:\n|$)"


def _announces(text: pl.Expr, ends: pl.Expr) -> pl.Expr:
    """Whether a text stops at a colon behind which something was to come, or in the middle of code."""
    colon = text.str.contains(r"[\p{L})\"”»]\s?:$") & text.str.contains(_ANNOUNCES)
    colon &= (ends >= 1) | text.str.contains(r"^[^\n:]{30,}:$")
    asked = pl.col("input").fill_null("").str.contains(_OPENS_LETTER)
    braces = (text.str.count_matches(r"\{") > text.str.count_matches(r"\}")) & text.str.contains(_CODE_LINES)
    shell = (text.str.count_matches(_DO) > text.str.count_matches(r"(?m)^\s*done\b")) | (
        text.str.count_matches(_THEN) > text.str.count_matches(r"(?m)^\s*(?:fi|elif|else)\b")
    )
    quote = text.str.tail(_LAST).str.contains(_OPEN_QUOTE)
    return (colon & ~asked) | text.str.contains(_CODE_STOPS) | braces | shell | quote


# What `_announces` asks for at least; a row without it is not looked at.
_ANNOUNCING_END = rf":$|[=+&|>-]$|{_OPEN_QUOTE}"


def cut_short(field: str) -> pl.Expr:
    """1 where whole sentences come before a last one without an end, and `cut_off` is not sure of it."""
    return (_short_end(_parts(field)) & (cut_off(field) == 0) & (copies_input(field) == 0)).cast(pl.UInt32)


def _short_end(parts: _Parts) -> pl.Expr:
    """Whether whole sentences come before a last one without an end."""
    text, last_line, ends, words = parts.text, parts.last_line, parts.ends, parts.words
    sentence = last_line.str.extract(r"^.*[\p{L}\p{N})\"'”’%][.!?][\"'”’)]*\s+(.*)$", 1)
    last_words = sentence.str.count_matches(r"\S+")
    cut = (
        (ends >= 1)
        & (last_words >= 5)
        & (words - last_words >= _SENTENCE_WORDS * ends)
        & sentence.str.contains(r"^[\p{Lu}\"“¿¡][^:]*[\p{Ll}]$")
        & ~sentence.str.contains(_FAREWELL)
        & ~last_line.str.contains(_CODE_LINE)
        & ~text.str.contains(r"[!?#@]|\.\s?\.|://|\n\s*(?:\d{1,2}[.)]|[-*•|#])\s")
    )
    mid_phrase = pl.any_horizontal(
        last_line.str.contains(rf"\p{{Ll}}\s(?:{last})$")
        & (last_line.str.count_matches(rf"\b(?:{small})\b") >= 4)
        for last, small in _ARTICLE_LAST
    )
    # The same of English, where `cut_off` asks for more words or for a whole sentence before.
    never = last_line.str.contains(rf"(?i)\s(?:{_NEVER_LAST})$") & (last_words >= 2)
    seldom = last_line.str.contains(rf"[^,\s]\s(?:{_SELDOM_LAST})$") & (words >= 2 * _SENTENCE_WORDS)
    mid_phrase |= (never & (ends >= 1)) | (
        seldom & ~last_line.str.contains(_STRANDED) & ~text.str.contains("[!?]")
    )
    mid_phrase &= (words >= _SENTENCE_WORDS) & ~last_line.str.contains(_CODE_LINE)
    return cut.fill_null(False) | mid_phrase | _announces(text, ends).fill_null(False)


def cut_off(field: str, parts: _Parts | None = None) -> pl.Expr:
    """1 where the field's text stops before its end; `parts`: those of the field, if they are columns."""
    whole, parts = pl.col(field), parts or _parts(field)
    text, last_line, sentence = parts.text, parts.last_line, parts.sentence
    ends, words = parts.ends, parts.words
    open_end = text.str.contains(_OPEN_END)
    prose = ~last_line.str.contains(_CODE_LINE)
    last_words = sentence.str.count_matches(r"\S+")

    fence = whole.str.count_matches(r"(?m)^\s*(?:```|~~~)") % 2 == 1
    json = (
        whole.str.contains(r'^\s*[{\[]\s*["{\[]')
        & text.str.contains(r'[,:"\w]$')
        & ~text.str.contains(r"[}\]]$")
    )
    # An element that does not close, behind one that does; a table's last row, where the others close.
    element = whole.str.contains(r"^\s*<[\w?!]") & text.str.contains(r"<[^<>]*$")
    row = last_line.str.contains(r"^\s*\|.*[^|\s]\s*$") & (
        whole.str.count_matches(r"(?m)^\s*\|.*\|\s*$") >= 2
    )
    bullet = text.str.contains(
        r"(?:^|\n)\s*(?:\d{1,2}[.)]|[-*•])\s+\S[^\n]*\n(?s:.*\n)?\s*(?:\d{1,2}[.)]|[-*•])$"
    )
    bracket = (text.str.contains(r"[(\[{“]$") & ~text.str.contains(_SAD)) | (
        open_end & prose & (last_line.str.count_matches(r"\(") > last_line.str.count_matches(r"\)"))
    )
    comma = last_line.str.contains(r",$") & (ends >= 1) & (last_line.str.count_matches(r"\S+") >= 7)
    listing = last_line.str.contains(r"^[^,]*:?\s*(?:[\w'’-]+,\s*)+[\w'’-]+$")
    never = last_line.str.contains(rf"\s(?:{_NEVER_LAST})$") & ~listing & (words >= 8) & (last_words >= 4)
    # How people write to each other: an exclamation, a question, and the last full stop is saved.
    chatty = text.str.contains(r"[!?]")
    seldom = (
        last_line.str.contains(rf"[^,\s]\s(?:{_SELDOM_LAST})$")
        & (ends >= 1)
        & (last_words >= 4)
        & ~sentence.str.contains(_STRANDED)
        & ~(chatty & last_line.str.contains(r"(?i)\b(?:this|these|those|that)$"))
    )
    # "... recommends that managers", "... without whom I"
    clause = (
        (ends >= 1)
        & (last_words >= 4)
        & (
            last_line.str.contains(
                r"\s(?:that|because|although|while|whereas|whose|unless) [\p{Ll}]{3,}$"
                r"|\s(?:that|whom?|which|because|if|when|where|while|although|until) "
                r"(?:I|we|he|she|they|you)$"
            )
        )
        & ~last_line.str.contains(_SHORT_CLAUSE)
    )
    word = last_line.str.extract(r"(?:^|[\s(\"“])([\p{Ll}]{4,}|\p{L}\p{Ll}{3,})$", 1)
    capital = word.str.contains(r"^\p{Lu}") & ~last_line.str.contains(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+\S+$")
    known = pl.col("input").fill_null("").str.to_lowercase().str.contains(word.fill_null("\n"), literal=True)
    fragment = word.str.to_lowercase().is_in(_fragments().implode()) & ~capital & ~known & (words >= 6)
    short = last_line.str.extract(r"[\p{L},;]\s([a-z]{2,3})$", 1)
    both = pl.concat_str(pl.col("input").fill_null(""), pl.lit(" "), text)
    common = both.str.count_matches(r"(?i)\b(?:the|and|of|is|to|for|you|with|how|what|this)\b")
    english = (common >= 1) & (common * 25 >= words)
    stub = short.is_not_null() & ~short.is_in(_short_words().implode()) & english & (words >= 8)
    stub &= (ends >= 1) & ~pl.col("input").fill_null("").str.to_lowercase().str.contains(
        short.fill_null("\n"), literal=True
    )
    # "- Two pairs of tr", the last item of a list.
    stub |= (
        short.is_not_null()
        & ~short.is_in(_short_words().implode())
        & last_line.str.contains(
            r"^\s*(?:\d{1,2}[.)]|[-*•])\s.*\b(?:of|the|an?|and|with|for|to|in|your) [a-z]{2,3}$"
        )
        & (text.str.count_matches(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s") >= 2)
    )
    formal = (
        (ends >= 2)
        & (
            ((words - last_words >= 8 * ends) & (last_words >= 6))
            | ((words - last_words >= 10 * ends) & (last_words >= 4))
        )
        & last_line.str.contains(r"[\p{Ll}]$")
        & sentence.str.contains(r"^[\p{Lu}\"“][^:]*$")
        & ~last_line.str.contains(_FAREWELL)
        & (last_line.str.contains(_SENTENCE_END) | (last_words >= 10))
        & ~chatty
    )
    # Every item before has a full stop, the last has none.
    items = text.str.contains(
        r"^(?s:.*\n)?(?:[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t][^\n]{15,}[.!?][ \t]*\n+){2,}[ "
        r"\t]*(?:\d{1,2}[.)]|[-*•])[ \t][^\n]{20,}$"
    ) & (text.str.count_matches(r"(?m)^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t].*[^.!?\s][ \t]*$") == 1)
    cut = (
        fence
        | json
        | element
        | row
        | bullet
        | bracket
        | (
            open_end
            & prose
            & (comma | never | seldom | clause | fragment | stub | formal | items).fill_null(False)
            # A prompt that is said again without its question mark is rule `output_copies_input`.
            & (copies_input(field) == 0).fill_null(True)
        )
    )
    return cut.fill_null(False).cast(pl.UInt32)
