"""Who saw which raw value: `decisions/reveals.jsonl`, committed, only ever appended to.

A steward at a terminal may see a value behind its mask by one key. The line is written before the value is
drawn, so that nothing is seen unrecorded; it names the value by its keyed id and never holds it:

    {"date":"2026-05-04","entity":"PHONE_NUMBER","key_id":"61d051ed","reviewer":"Sam","value_id":"47c08bb366..."}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from curate.journal import InvalidRecord, append_records, read_journal
from curate.pii.decisions import FOLDER
from curate.text import plain

FILE = Path(FOLDER) / "reveals.jsonl"
_SHAPES = {
    "value_id": re.compile(r"[0-9a-f]{24}"),
    "key_id": re.compile(r"[0-9a-f]{8}"),
    "entity": re.compile(r"[A-Z][A-Z0-9_]*"),
}


@dataclass(frozen=True)
class Reveal:
    """One value seen by one person on one day."""

    value_id: str
    entity: str
    reviewer: str
    date: str
    key_id: str


def read_reveals(root: Path) -> list[Reveal]:
    """Every reveal of a project, in the order of the file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad record.
    """
    return read_journal(root, FILE, _parse)


def append_reveals(root: Path, reveals: Sequence[Reveal]) -> None:
    """Add reveals to the project's file."""
    append_records(root, FILE, [asdict(reveal) | {"reviewer": plain(reveal.reviewer)} for reveal in reveals])


def _parse(given: dict[str, Any]) -> Reveal:
    try:
        reveal = Reveal(**given)
        sound = all(shape.fullmatch(getattr(reveal, name)) for name, shape in _SHAPES.items())
        sound = sound and isinstance(reveal.reviewer, str) and bool(date.fromisoformat(reveal.date))
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise InvalidRecord("is not a reveal")
    return reveal
