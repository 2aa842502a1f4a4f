"""Answers given in a sample: `decisions/pii-sample.jsonl`, committed, merged by union, only ever appended to.

A line says that a finding was drawn and judged (its verdict is an ordinary one, in `decisions/pii.jsonl`), or
what a row's reader found missing:

    {"date":…,"finding_id":…,"key_id":…,"kind":"finding","missed":null,"reviewer":…,"row":null,"seen":null}
    {"date":…,"finding_id":null,"key_id":…,"kind":"row","missed":{"PHONE_NUMBER":1},"reviewer":…,"row":…,"seen":…}

A row is named by a keyed digest of its id, and what was seen by one of its texts and findings: once either
changes the answer no longer counts and the row is asked about again. `missed` is null where the answer was
taken back. No line holds text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl

from curate.files import canonical_json
from curate.journal import InvalidRecord, append_records, read_journal
from curate.keys import Key
from curate.pii.decisions import FOLDER
from curate.text import plain

FILE = Path(FOLDER) / "pii-sample.jsonl"
_ID = re.compile(r"[0-9a-f]{24}")
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]*")
_FIELDS = {"kind", "finding_id", "row", "seen", "missed", "reviewer", "date", "key_id"}


@dataclass(frozen=True)
class Review:
    """One answer; see the module's docstring for the fields of each kind."""

    kind: Literal["finding", "row"]
    reviewer: str
    date: str
    key_id: str
    finding_id: str | None = None
    row: str | None = None
    seen: str | None = None
    missed: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Reviews:
    """What the file says: ids of findings drawn and judged, and of each row the last answer (what was seen,
    what was missing).
    """

    findings: frozenset[str]
    rows: Mapping[str, tuple[str, Mapping[str, int] | None]]


def read_reviews(root: Path, key_id: str) -> Reviews:
    """The answers given under the key `key_id`; none if there is no file. The later day speaks, within a day
    the later line.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    reviews = read_journal(root, FILE, _parse)
    ours = sorted((review for review in reviews if review.key_id == key_id), key=lambda review: review.date)
    return Reviews(
        frozenset(review.finding_id for review in ours if review.finding_id),
        {review.row: (review.seen, review.missed) for review in ours if review.row and review.seen},
    )


def append_reviews(root: Path, reviews: Sequence[Review]) -> None:
    """Add answers to the project's file."""
    append_records(root, FILE, [asdict(review) | {"reviewer": plain(review.reviewer)} for review in reviews])


def seen(key: Key, example: Mapping[str, Any], findings: pl.DataFrame, fields: Sequence[str]) -> str:
    """Keyed digest of what a reader of a row is shown: its text fields, and where something was found."""
    spans = findings.select("field", "entity", "start", "end").sort("field", "start", "end", "entity").rows()
    return key.digest(
        "sample seen",
        str(example["example_id"]),
        *(example[field] or "" for field in fields),
        canonical_json(spans),
    )


def _parse(given: dict[str, Any]) -> Review:
    try:
        missed = given["missed"]
        named = (given["finding_id"],) if given["kind"] == "finding" else (given["row"], given["seen"])
        sound = (
            given.keys() == _FIELDS
            and given["kind"] in ("finding", "row")
            and all(_ID.fullmatch(name) for name in named)
            and (missed is None or all(map(_counted, missed.items())))
            and all(isinstance(given[name], str) for name in ("reviewer", "key_id"))
            and bool(date.fromisoformat(given["date"]))
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise InvalidRecord("is not an answer of a sample")
    return Review(**given)


def _counted(missed: tuple[str, Any]) -> bool:
    """Whether an entry of `missed` is an entity with a positive count."""
    entity, count = missed
    return bool(_ENTITY.fullmatch(entity)) and type(count) is int and count > 0
