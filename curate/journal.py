"""Append-only records: one JSON object a line with sorted keys, committed and merged by git's `union`.

Verdicts, answers of a sample and every later kind of record share this form. Writers wait for each other and
the file is replaced whole, so a reader never meets half a line and a killed writer loses nothing. Reading is
strict: the first line that is not a record is an error that names its place and shows nothing of it, because
a raw value may stand there by mistake. An append costs a rewrite of the file (10,000 records, 3 MB: 30 ms).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from curate.errors import AssayError
from curate.files import canonical_json, locked, write_text

Record = TypeVar("Record")

# A reason is free text of a person, in git for ever: an address or a number in it would be the very leak the
# ids avoid.
_RAW = re.compile(
    r"\S@\S+\.\S|(?:\d[^a-zA-Z\d]{0,3}){6}|[A-Za-z]{2} ?(?:\d ?){6}[A-Da-d]\b|\b[A-Z]{1,2}\d[A-Z\d]? "
    r"?\d[A-Z]{2}\b"
)
# Dates are the numbers a reason may well hold.
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{4}\b")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class InvalidRecord(ValueError):
    """What is wrong with a record, in words that follow its place: "has no date"."""


def holds_raw(text: str) -> bool:
    """Whether free text of a person, which git keeps for ever, seems to hold an address or a number."""
    return _RAW.search(_DATE.sub("", text)) is not None


def check_fields(given: Mapping[str, Any], names: Collection[str], what: str) -> None:
    """Fail on a record that lacks one of `names` or has others; `what` follows "that ... does not have"."""
    if lacking := [name for name in names if name not in given]:
        raise InvalidRecord(f"has no {' and no '.join(lacking)}")
    if unknown := given.keys() - set(names):
        raise InvalidRecord(f"has {len(unknown)} fields that {what} does not have")


def fit_to_keep(
    record: dict[str, Any],
    check: Callable[[dict[str, Any]], object],
    *,
    named: str,
    words: str,
    names_words: str,
    fix: str,
    instead: str,
) -> dict[str, Any]:
    """`record`, if it is valid and its free text may stand in git for ever.

    Parameters
    ----------
    check
        Raises `InvalidRecord` for what is wrong with it.
    named
        The record in a message, such as "the verdict".
    words, names_words
        Its free text, and how a message calls that.
    fix, instead
        What to do about an invalid record, and about a text that seems to hold a personal value.

    Raises
    ------
    AssayError
        If it is not fit; the text is not shown.
    """
    try:
        check(record)
    except InvalidRecord as error:
        raise AssayError(f"{named} {error}", fix=fix) from error
    if holds_raw(words):
        raise AssayError(
            f"{names_words} seems to hold a personal value; it would stay in git for ever", fix=instead
        )
    return record


def read_journal(root: Path, file: Path, parse: Callable[[dict[str, Any]], Record]) -> list[Record]:
    """The records of a project's file in its order; none if there is no file.

    Parameters
    ----------
    root
        Folder of the project.
    file
        Path in the project, such as `decisions/pii.jsonl`.
    parse
        Makes a record of an object, or raises `InvalidRecord`.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    path = root / file
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise AssayError(f"{file} is not UTF-8", fix=f"git checkout -- {file}") from error
    records = []
    for number, line in enumerate(text.split("\n"), 1):  # never U+2028, which JSON may hold
        if not line.strip():
            continue
        try:
            records.append(parse(_object(line, file, number)))
        except InvalidRecord as error:
            raise AssayError(
                f"{file} line {number} {error}",
                fix=f"fix or delete it; earlier versions: git log -p -- {file}",
            ) from error
    return records


def append_records(
    root: Path, file: Path, records: Sequence[Mapping[str, Any]], check: Callable[[], None] | None = None
) -> None:
    """Add records to a project's file; either all are there afterwards or none.

    Parameters
    ----------
    check
        Called while no other writer can come between: what it raises keeps the records out.
    """
    if not records:
        return
    path = root / file
    with locked(root / ".assay" / f"{file.parent.name or 'journal'}.lock"):
        if check is not None:
            check()
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        if before and not before.endswith("\n"):
            before += "\n"
        write_text(path, before + "".join(canonical_json(record) + "\n" for record in records))


def _object(line: str, file: Path, number: int) -> dict[str, Any]:
    """The object on a line; a key that stands twice is refused, since readers disagree on which one holds."""
    if line.startswith(_CONFLICT):
        raise AssayError(
            f"{file} line {number} is a mark of a merge conflict",
            fix="delete the marks and keep the lines of both sides; .gitattributes wants: "
            f"{file.parent}/*.jsonl merge=union",
        )
    try:
        given = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except InvalidRecord:
        raise
    except ValueError as error:
        raise InvalidRecord("is not JSON") from error
    except RecursionError as error:
        raise InvalidRecord("is nested too deeply") from error
    if not isinstance(given, dict):
        raise InvalidRecord("is not a JSON object")
    if "\\u" in line and not _encodes(given):
        raise InvalidRecord("holds half a character (a lone surrogate)")
    return given


def _encodes(value: Any) -> bool:
    try:
        canonical_json(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise InvalidRecord("has the same key twice")
    return dict(pairs)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_constant(text)


def _no_constant(_: str) -> Any:
    raise InvalidRecord("holds a number that is NaN or infinite")
