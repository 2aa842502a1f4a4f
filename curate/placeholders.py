"""Placeholders: how they are written, and the patterns that read them again.

`<EMAIL_ADDRESS_1>`: the entity and a number within the row; in scope `dataset` or `project` a keyed tag in
the number's place (`<EMAIL_ADDRESS_3f9a2c>`). `<PERSON_1_LAST>` is a part of `<PERSON_1>`: rows whose output
asks for parts of a value have them in their input too (`curate.pii.redact.parts`).
"""

from __future__ import annotations

import polars as pl

# Of a person's name; of an e-mail address; of a date; of everything else.
PARTS = ("FIRST", "MIDDLE", "LAST", "USER", "DOMAIN", "DAY", "MONTH", "YEAR", "START", "END")
_PART = rf"_(?:{'|'.join(PARTS)})"
_NAME = r"_(?:\d+|[0-9a-f]{6})"

# For polars' regexes and Python's. A name without a number is one that a person wrote.
PLACEHOLDER = rf"<[A-Z][A-Z_]*(?:{_NAME}(?:{_PART})?)?>"
# Groups: the entity, the number within the row.
NUMBERED = rf"<([A-Z][A-Z_]*)_(\d{{1,9}})(?:{_PART})?>"
# Groups: the entity, the part; what is left of two placeholders when their numbers do not count.
UNNUMBERED = rf"<([A-Z][A-Z_]*?)(?:{_NAME})?({_PART})?>"
# A title before a name's placeholder says nothing more.
_TITLED = rf"(?i:\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|lord|lady)\.?\s+)?{PLACEHOLDER}"


def placeholder(entity: str, name: int | str, part: str = "") -> str:
    """What stands where a value stood: `<PERSON_1>`, or `<PERSON_1_LAST>` for a part of it."""
    return f"<{entity}_{name}_{part}>" if part else f"<{entity}_{name}>"


def is_empty_but_for_placeholders(field: str) -> pl.Expr:
    """Whether placeholders are all that a text field of a row has left, and no system could learn from it.

    An answer of placeholders is fine where the input holds them all: they can be taken from there. So is an
    input of placeholders (`<PERSON_1_FIRST> <PERSON_1_LAST>`) whose output takes its own from it, and no
    others (`{"first_name": "<PERSON_1_FIRST>"}`). "Mrs <PERSON_1>" is an answer of a placeholder alone.
    """
    text = pl.col(field)
    ours = PLACEHOLDER if field == "input" else _TITLED
    alone = text.str.contains(PLACEHOLDER) & ~text.str.replace_all(ours, "").str.contains(r"[\p{L}\p{N}]")
    given = pl.col("input").fill_null("").str.extract_all(PLACEHOLDER)
    taken = pl.col("output" if field == "input" else field).fill_null("").str.extract_all(PLACEHOLDER)
    derivable = taken.list.set_difference(given).list.len() == 0
    if field == "input":
        derivable &= taken.list.len() > 0
    return alone & ~derivable
