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
_LATIN_TWO = "(?:[ÄĹĂ][Å‚…„™›º¼³‡Ľľ˘ŁĄ±¤Ś\u203a\u0144\u017c])"
_ENTITY = r"&(?:[aeiouy](?:uml|acute|grave|circ|ring|tilde)|[AEIOU](?:uml|acute|grave|circ|ring|tilde)|szlig|ccedil|Ccedil|ntilde|oslash|aelig|AElig);"
DAMAGE = (
    f"\\p{{L}}√[{_MAC}]|√[{_MAC}]\\p{{L}}|‚Ä[ôúùìîòêï¶]|¬[£©®∞°]|{_CYRILLIC}|Å[¼º‚„›\u0082\u0084]|Ä[™…‡\u0085\u0087\u0099]|"
    r"\p{L}\\u00[c-f][0-9a-f]|\\u00[c-f][0-9a-f]\p{L}|(?:=C[23]=[89AB][0-9A-F]|=E2=80=[89AB][0-9A-F])|âœ[\p{S}\p{P}“”]|"
    f"{_ENTITY}"
)
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
    return beyond_ascii(pl.col(field)) | pl.col(field).str.contains(r"[\\=&]")


def may_be_damaged(field: str) -> pl.Expr:
    """The second gate of `encoding_damage`."""
    return pl.col(field).str.contains(r"[√¬‚РСÅÄâ]|\\u00|=C[23]=|=E2=|&\w{2,6};")


def encoding_damage(field: str) -> pl.Expr:
    """1 where the field was decoded or escaped in one of the rarer wrong ways."""
    text = pl.col(field)
    about = text.str.contains(_SPEAKS_OF_IT)
    if field != "input":
        about |= pl.col("input").fill_null("").str.contains(_ABOUT_IT)
    return (text.str.contains(DAMAGE) & ~text.str.contains(MOJIBAKE) & ~about).cast(pl.UInt32)
