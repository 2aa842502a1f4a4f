"""People's verdicts on rows: `decisions/rows.jsonl`, committed, merged by union, only ever appended to.

    {"changes":{"output":"billing"},"content":"5f…","date":"2026-05-04","expires":null,"key_id":"61d051ed",
     "over":[],"reason":"…","reviewer":"Ada","row":"9c…","verdict":"relabel"}

A row is named by a keyed digest of its id, and the text that was judged by one of its redacted input, output
and rejected answer: a line tells nobody which row it is, and once the text changes the verdict is stale. Only
an edit or a new label holds text, as it should read after redaction; it is looked through for personal data
before it is written (`curate.verdicts.standing`). The later line speaks. `over` names the lines (by digest)
that the writer had before him: two lines of which neither is over the other were written on two branches, and
where they decide otherwise the row is disputed until somebody decides over both. `unsure` leaves the row to
the pipeline, and takes back what was decided before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from curate.examples import TEXT_FIELDS
from curate.files import canonical_json
from curate.journal import InvalidRecord, append_records, check_fields, fit_to_keep, read_journal
from curate.keys import Key
from curate.pii.decisions import FOLDER, check_dates
from curate.text import plain

FILE = Path(FOLDER) / "rows.jsonl"

Word = Literal["keep", "drop", "relabel", "edit", "unsure"]
# The words that say something of the row; `unsure` leaves it to the pipeline.
DECIDED: tuple[Word, ...] = ("keep", "drop", "relabel", "edit")

_ID = re.compile(r"[0-9a-f]{24}")  # Key.digest: 12 bytes
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_LINE = re.compile(r"[0-9a-f]{16}")
_REASON_CHARACTERS = 500
# An edit is a text of the row: what no field of an example may exceed by default (`validate.output`).
_EDIT_CHARACTERS = 100_000


@dataclass(frozen=True)
class RowVerdict:
    """What a person decided of one row.

    Parameters
    ----------
    row, content
        `row_digest` of its id, `content_digest` of the texts that were judged.
    verdict
        `keep` it as it is, `drop` it, `relabel` it (its output), `edit` it, or `unsure`.
    changes
        The new text of each field that is changed; empty but for `relabel` and `edit`.
    reviewer, reason
        Who decided and why, in words that hold no personal value.
    date, expires
        ISO 8601 days: of the decision, and from which it no longer holds (None: until another is given).
    key_id
        Of the project's key, under which the digests were made.
    over
        Digests (`line_digest`) of the lines on this row that the writer had before him.
    """

    row: str
    content: str
    verdict: Word
    reviewer: str
    reason: str
    date: str
    key_id: str
    changes: Mapping[str, str] = field(default_factory=dict)
    expires: str | None = None
    over: tuple[str, ...] = ()

    @property
    def decision(self) -> tuple[str, str]:
        """What it says, without who said it and when."""
        return self.verdict, canonical_json(dict(self.changes))


_NAMES = tuple(each.name for each in fields(RowVerdict))


def row_digest(key: Key, example_id: str) -> str:
    """The name of a row in the journal."""
    return key.digest("verdict row", example_id)


def content_digest(key: Key, row: Mapping[str, Any]) -> str:
    """Digest of the texts of a row after redaction, as whoever judged it saw them."""
    texts = [row[name] for name in TEXT_FIELDS]
    return key.digest("verdict content", canonical_json(texts))


def line_digest(verdict: RowVerdict) -> str:
    """The name of a line, for `over`."""
    import hashlib

    return hashlib.blake2b(canonical_json(_record(verdict)).encode(), digest_size=8).hexdigest()


def read_rows(root: Path) -> list[RowVerdict]:
    """The verdicts on rows of the project at `root`, each once, in the order of the file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    read = read_journal(root, FILE, _parse)
    seen: dict[str, RowVerdict] = {}
    for verdict in reversed(read):  # the last of two equal lines counts
        seen.setdefault(line_digest(verdict), verdict)
    return list(seen.values())[::-1]


def append_rows(root: Path, verdicts: Sequence[RowVerdict], check: Callable[[], None] | None = None) -> None:
    """Add verdicts to the project's file, unless `check` raises under its lock; either all are there
    afterwards or none.

    Raises
    ------
    AssayError
        If one is not valid, or its reason or an edit seems to hold a personal value, which is not shown.
    """
    append_records(root, FILE, [_fit_to_keep(verdict) for verdict in verdicts], check)


@dataclass(frozen=True)
class Said:
    """What holds of one row: the verdict that speaks, and those that say otherwise with equal right."""

    verdict: RowVerdict
    against: tuple[RowVerdict, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether two people decided otherwise and nobody has decided over both."""
        return bool(self.against)


def latest(verdicts: Sequence[RowVerdict], today: date | None = None) -> dict[str, Said]:
    """What holds of each row (by `row_digest`) on a day; expired verdicts are left out, None: not looked at.

    The last line on a row speaks. Lines that no other is over stand beside it; where one of them decides
    otherwise, the row is disputed.
    """
    by_row: dict[str, list[RowVerdict]] = {}
    for verdict in verdicts:
        by_row.setdefault(verdict.row, []).append(verdict)
    said = {}
    for row, lines in by_row.items():
        covered = {name for line in lines for name in line.over}
        heads = [line for line in lines if line_digest(line) not in covered] or [lines[-1]]
        speaks = heads[-1]
        if today is not None and speaks.expires and date.fromisoformat(speaks.expires[:10]) <= today:
            continue
        against = tuple(line for line in heads[:-1] if line.decision != speaks.decision)
        said[row] = Said(speaks, against, tuple(line_digest(line) for line in heads))
    return said


def _record(verdict: RowVerdict) -> dict[str, Any]:
    return asdict(verdict) | {"changes": dict(verdict.changes), "over": list(verdict.over)}


def _fit_to_keep(verdict: RowVerdict) -> dict[str, Any]:
    given = _record(verdict) | {
        "reason": plain(verdict.reason, _REASON_CHARACTERS),
        "reviewer": plain(verdict.reviewer),
    }
    return fit_to_keep(
        given,
        _check,
        named="the verdict",
        words=given["reason"],
        names_words="the reason",
        fix="assay triage --help",
        instead="say why without the value itself, for example: the label of the 2023 guideline",
    )


def _parse(given: dict[str, Any]) -> RowVerdict:
    _check(given)
    return RowVerdict(**(given | {"over": tuple(given["over"])}))


def _check(given: dict[str, Any]) -> None:
    """Fail on a field that is absent, unknown or of the wrong form; what it holds is not shown."""
    check_fields(given, _NAMES, "a verdict on a row")
    for name, form in (("row", _ID), ("content", _ID), ("key_id", _KEY_ID)):
        if not (isinstance(given[name], str) and form.fullmatch(given[name])):
            raise InvalidRecord(f"has an invalid {name}")
    if given["verdict"] not in get_args(Word):
        raise InvalidRecord(f"has a verdict other than {', '.join(get_args(Word))}")
    if not isinstance(given["reviewer"], str) or not given["reviewer"].strip():
        raise InvalidRecord("names no reviewer")
    if not isinstance(given["reason"], str):
        raise InvalidRecord("has no reason")
    if not isinstance(given["over"], list) or not all(
        isinstance(name, str) and _LINE.fullmatch(name) for name in given["over"]
    ):
        raise InvalidRecord("has an invalid over")
    check_dates(given)
    _check_changes(given)


def _check_changes(given: dict[str, Any]) -> None:
    changes, word = given["changes"], given["verdict"]
    sound = isinstance(changes, dict) and all(
        name in TEXT_FIELDS and isinstance(text, str) and text.strip() and len(text) <= _EDIT_CHARACTERS
        for name, text in changes.items()
    )
    if not sound:
        raise InvalidRecord(f"has changes that are not a text for each of {', '.join(TEXT_FIELDS)}")
    if word == "relabel" and set(changes) != {"output"}:
        raise InvalidRecord("relabels without a new output")
    if word == "edit" and not changes:
        raise InvalidRecord("edits nothing")
    if word not in ("relabel", "edit") and changes:
        raise InvalidRecord(f"has changes beside the verdict {word}")
