"""A finding held against the row that it points into: its place there and its value, or an error that it
is of another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curate.errors import AssayError
from curate.keys import Key
from curate.pii.redact.forms import NAMED
from curate.pii.values import normalise, value_id

# Marks that a span of words may take in at its ends and that belong to the sentence.
_EDGES = " \t\r\n.,;:!?\"“”‘’'()[]<>"
_WORDED = frozenset({"STREET_ADDRESS", "DATE_OF_BIRTH", "DATE_TIME"}) | NAMED


def checked(row: Mapping[str, Any], finding: Mapping[str, Any], key: Key) -> tuple[int, int, str, str]:
    """The finding's place, without the marks at its ends, its spelling there and its normalised form; the
    text it points at must be the value it was made of.
    """
    text, entity = row[finding["field"]] or "", finding["entity"]
    start, end = finding["start"], finding["end"]
    spelling = text[start:end]
    normalised = normalise(entity, spelling)
    if not spelling or value_id(key, entity, normalised) != finding["value_id"]:
        raise stale(
            f"finding {finding['finding_id']} of row {row['example_id']} does not fit that row's "
            f"{finding['field']}"
        )
    if entity in _WORDED and (bare := spelling.strip(_EDGES)) and bare != spelling:
        start += spelling.index(bare)
        end, spelling = start + len(bare), bare
    if spelling[0] == "(" and ")" not in spelling and len(spelling) > 1:
        start, spelling = start + 1, spelling[1:]  # the sentence's own bracket
    return start, end, spelling, normalised


def stale(what: str) -> AssayError:
    """The error for findings that are not of these examples."""
    return AssayError(
        f"the findings are not of these examples, or were made with another key: {what}",
        fix="assay scan   (or: dvc repro scan), then assay redact",
    )
