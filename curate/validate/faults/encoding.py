"""Damage of encodings. `mojibake`: UTF-8 read as Latin-1 or Windows-1252, and replacement characters.
`encoding_damage`: the rarer ways: UTF-8 read as Mac Roman or as Windows-1251, quoted-printable, JSON escapes and
HTML entities that stand for a letter and were not undone.

ftfy (Apache-2.0) was not taken: it is Python over every character (some 20,000 short rows a second on this
machine's core), and repairs where we only need to know.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import beyond_ascii

# What the bytes 0x80-0xBF, UTF-8's continuation bytes, look like when read as Latin-1 or Windows-1252 (WHATWG
# Encoding index). After "Ã" the marks that also stand after a real capital (AMANHÃ…) count only before a
# letter.
_CONTINUATION = "\u0080-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"
_MARKS = "…‘’“”–—"
MOJIBAKE = f"Ã[{_CONTINUATION}]|Ã[{_MARKS}]\\p{{L}}|â€|â\u0080|Â[\u00a0£©®°»«·§¡¿±²³½¼¾¶]|ð[Ÿ\u009f]|ï»¿|ï¿½|(?:[ÐÑ][{_CONTINUATION}{_MARKS}]){{3,}}|\ufffd"

# UTF-8 read as Mac Roman: the lead bytes 0xC3, 0xC2, 0xE2 are √, ¬, ‚; a continuation byte is one of these.
_MAC = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø"
# UTF-8 Cyrillic read as Windows-1251: "Р" or "С" before a sign or a letter that Russian does not put there.
_CYRILLIC = "(?:[РС][°±²³ґµ¶·ё№є»јЅѕї‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї]){2,}"
# UTF-8 read as Windows-1250 ("GrĂĽĂźe") and as a code page of DOS ("gr├╝n", "donΓÇÖt", "donÔÇÖt").
_LATIN_TWO = "Ă[¤¶©¨ˇĽźłşęě®±ş«]|Ĺ[‚„›ş»]|â€"
# Mac Roman read as Windows-1252 ("fŸr gro§e BŠume"), a code page of DOS as Latin-1 ("f³r", "sch÷n").
_MAC_LETTERS = r"\p{L}[Ÿ§Š†‡][\p{Ll}Ÿ§Š]|\p{L}[³÷▀]\p{Ll}"
_DOS = r"\p{L}├[^\s\w]|├[^\s]\p{Ll}|ΓÇ[^\s]|ÔÇ[^\sA-Za-z]"
# The second byte is lost or has become a space: "itâs", "Ã  la", "Ãberweisung"; in small letters: "fã¼r".
_LOST = r"\p{Ll}â(?:s|t|re|ll|ve|d|m)\b|(?:^|[\s(])Ã[ \u00a0]+\p{Ll}|\bÃ[b-df-hj-np-tv-z]|ã[¼¶¤©¨ª«¡³º±§]"
# Bytes written out: "\\xc3\\xbc", "f=FCr", "M%C3%BCnchen", "cafu00e9", "caf+AOk-", a header of a mail.
_BYTES = r"\\x[cC][23]\\x[89abAB][0-9a-fA-F]|\p{Ll}=[CDEF][0-9A-F]\p{Ll}|\p{L}u00[c-f][0-9a-f]|\p{L}\+A[OPD][A-Za-z0-9]-|=\?(?i:utf-8|iso-8859-1|windows-125\d)\?[QB]\?"
_LETTER = r"[aeiouyncAEIOUYNC](?:uml|acute|grave|circ|ring|tilde|cedil)|szlig|oslash|aelig|AElig|oelig|lstrok|eogon|aogon"
_SIGN = r"[lr](?:dquo|squo|aquo)|[bs]dquo|sbquo|quot|apos|nbsp|hellip|[mn]dash|euro|pound|deg|middot|bull|iexcl|iquest|times|copy|reg|shy|#\d{2,5}|#x[0-9a-fA-F]{2,4}"
# Once or twice escaped.
_ENTITY = rf"&(?:amp;(?:amp;)?)?(?:{_LETTER}|{_SIGN});|&amp;(?:amp|lt|gt);"
DAMAGE = (
    f"\\p{{L}}√[{_MAC}]|√[{_MAC}]\\p{{L}}|‚Ä[ôúùìîòêï¶]|¬[£©®∞°]|{_CYRILLIC}|Å[¼º‚„›\u0082\u0084]|Ä[™…‡\u0085\u0087\u0099]|"
    r"\p{L}\\u00[c-f][0-9a-f]|\\u00[c-f][0-9a-f]\p{L}|(?:=C[23]=[89AB][0-9A-F]|=E2=80=[89AB][0-9A-F])|âœ[\p{S}\p{P}“”]|"
    f"{_LATIN_TWO}|{_MAC_LETTERS}|{_DOS}|{_LOST}|{_BYTES}|{_ENTITY}"
)
# An address holds such bytes by right.
_PERCENT = r"\p{L}%C3%[89AB][0-9A-F]|%C3%[89AB][0-9A-F]\p{L}"
_ADDRESS = r"://|\bwww\."
# A question mark in the place of a letter, twice or more.
_ASKING = r"\p{L}\?{1,2}\p{Ll}"
# What the prompt or the answer is then about.
_ABOUT_IT = r"(?i)\b(?:entit(?:y|ies)|escape[sd]?|escaping|encod\w+|decod\w+|quoted-printable|unicode|utf-?8|html|json|regex|code points?|javascript|python|latin-?1|kodier\w*)\b"
_OF_ENCODINGS = (
    r"(?i)\b(?:encodings?|encoded|decoded|mojibake|utf-?8|latin-?1|windows-1252|kodierung|encodage)\b"
)
_SPEAKS_OF_IT = r"(?i)\b(?:encod\w+|mojibake|utf-?8|escapes?|entit(?:y|ies)|quoted-printable|stands? for)\b"


def mojibake(field: str) -> pl.Expr:
    """The places of the field that were decoded wrongly; none where the row speaks of encodings."""
    about = pl.any_horizontal(
        pl.col(name).fill_null("").str.contains(_OF_ENCODINGS) for name in ("input", "output")
    )
    return pl.when(about).then(0).otherwise(pl.col(field).str.count_matches(MOJIBAKE)).cast(pl.UInt32)


def may_be_mojibake(field: str) -> pl.Expr:
    """The gate of `mojibake`."""
    return pl.col(field).str.contains(MOJIBAKE)


def may_hold_signs(field: str) -> pl.Expr:
    """The first gate of `encoding_damage`: a sign that all of them hold."""
    return beyond_ascii(pl.col(field)) | pl.col(field).str.contains(r"[\\=&%+]|\wu00|\w\?\w")


def may_be_damaged(field: str) -> pl.Expr:
    """The second gate of `encoding_damage`."""
    return pl.col(field).str.contains(
        r"[√¬‚РСÅÄâĂĹ├ΓÔÃãŸ§Š†‡³÷▀]|\\u00|\\x[cC]|=[C-F][0-9A-F]|=\?|%C3%|u00[c-f]|\+A[OPD]|&#?\w{2,8};|[\p{L}]\?{1,2}\p{Ll}"
    )


def encoding_damage(field: str) -> pl.Expr:
    """1 where the field was decoded or escaped in one of the rarer wrong ways."""
    text = pl.col(field)
    about = text.str.contains(_SPEAKS_OF_IT)
    if field != "input":
        about |= pl.col("input").fill_null("").str.contains(_ABOUT_IT)
    damaged = (
        text.str.contains(DAMAGE)
        | (text.str.contains(_PERCENT) & ~text.str.contains(_ADDRESS))
        | ((text.str.count_matches(_ASKING) >= 2) & ~text.str.contains(r"://|\bwww\.|[&=][a-z]"))
    )
    return (damaged & ~text.str.contains(MOJIBAKE) & ~about).cast(pl.UInt32)
