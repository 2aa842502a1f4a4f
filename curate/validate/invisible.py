"""Characters that nobody sees: what they are, and the text without them.

Taken out: zero-width space, word joiner, byte-order mark, soft hyphen, invisible operators, deprecated format
characters, tag characters (text hidden from people and read by models), and, in a text without right-to-left
letters, marks of direction. Joiners go only between Latin letters: Persian, Hindi and emoji are spelt with
them. What a script needs stays: zero-width spaces between Thai, Lao, Khmer, Burmese and Tibetan words, marks
and isolates in Arabic and Hebrew, the tags of a flag. Direction overrides in such a text stay too, and rule
`control_characters` drops the row.
"""

from __future__ import annotations

import polars as pl

from curate.validate.patterns import beyond_ascii

_ALWAYS = r"[\x{ad}\x{2060}-\x{2064}\x{206a}-\x{206f}\x{feff}]"
_ZERO_WIDTH_SPACE = "\u200b"
# Scripts written without spaces, where U+200B says where a line may break (Unicode Standard, section 23.2).
_UNSPACED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Tai_Tham}\p{Javanese}\p{Balinese}]"
_DIRECTION = r"[\x{200e}\x{200f}\x{061c}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
# The right-to-left scripts in common use (Unicode Bidirectional Algorithm, classes R and AL).
_RIGHT_TO_LEFT = r"[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{Nko}\p{Adlam}\p{Mandaic}\p{Samaritan}]"
_TAGS = r"(\x{1f3f4}[\x{e0020}-\x{e007f}]+)|[\x{e0000}-\x{e007f}]+"
_LATIN_JOINER = (
    r"(^|[\p{Latin}\p{N}\s.,;:!?'\"()\[\]-])[\x{200c}\x{200d}]+(\p{Latin}|[\d\s.,;:!?'\"()\[\]-]|$)"
)
# Any of the above: the gate.
INVISIBLE = r"[\x{ad}\x{061c}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e007f}]"

# C0 and C1 controls but tab, line feed and carriage return, and direction overrides (Trojan Source,
# CVE-2021-42574).
CONTROLS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e]"


def holds_invisible(field: str) -> pl.Expr:
    """Whether the field may hold an invisible character."""
    return pl.col(field).str.contains(INVISIBLE)


def is_beyond_ascii(field: str) -> pl.Expr:
    """What every field that holds one fulfils."""
    return beyond_ascii(pl.col(field))


def visible(field: str) -> pl.Expr:
    """The field without the invisible characters that its script does not need."""
    text = pl.col(field)
    bare = text.str.replace_all(_ALWAYS, "").str.replace_all(_TAGS, "${1}")
    bare = (
        pl.when(bare.str.contains(_UNSPACED))
        .then(bare)
        .otherwise(bare.str.replace_all(_ZERO_WIDTH_SPACE, "", literal=True))
    )
    bare = (
        pl.when(bare.str.contains(_RIGHT_TO_LEFT)).then(bare).otherwise(bare.str.replace_all(_DIRECTION, ""))
    )
    # Twice: a match takes its right neighbour, which may be the left one of the next.
    for _ in range(2):
        bare = bare.str.replace_all(_LATIN_JOINER, "${1}${2}")
    return bare


def invisible_characters(field: str) -> pl.Expr:
    """How many invisible characters the field could be without."""
    text = pl.col(field)
    return (text.str.len_chars() - visible(field).str.len_chars()).cast(pl.UInt32)
