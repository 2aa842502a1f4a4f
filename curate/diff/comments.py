"""What people say of a difference: `decisions/comments.jsonl`, committed, merged by union, only ever appended
to.

    {"after":"7e…","before":"c0…","changes":"5f…","date":"2026-05-04","key_id":"61d051ed","over":[],
     "reviewer":"Ada","row":"9c…","text":"the 2023 guideline says otherwise"}

A comment is on one changed row or, with an empty `row` and `changes`, on the whole difference. It names the
row by the keyed digest that verdicts on rows have, what had changed in it by a keyed digest of its changes,
and the two versions by digests of their manifests: a line tells nobody which row it is, and a later reader
sees whether it was said of what lies before him. Its text is looked through for personal data before it is
written (`curate.diff.commented`). A line with an empty text takes back the lines that it names in `over`, if
the same person wrote them. Nothing obeys a comment: it decides nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from curate.files import canonical_json
from curate.journal import InvalidRecord, append_records, fit_to_keep, read_journal
from curate.pii.decisions import FOLDER, check_dates
from curate.text import plain

FILE = Path(FOLDER) / "comments.jsonl"
# A paragraph: what a reviewer reads beside a change. Longer words belong in the pull request.
TEXT_CHARACTERS = 1_000

_DIGEST = re.compile(r"[0-9a-f]{24}")  # Key.digest: 12 bytes
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_LINE = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Comment:
    """What a person said of a changed row, or of a whole difference.

    Parameters
    ----------
    row, changes
        Keyed digests of the row's id and of what had changed in it; empty: of the whole difference.
    before, after
        Keyed digests of the manifests of the two versions.
    text
        One line; empty: takes back what `over` names.
    reviewer, date, key_id
        Who, on which day (ISO 8601), under which key the digests were made.
    over
        Digests (`line_digest`) of the lines that are taken back.
    """

    row: str
    changes: str
    before: str
    after: str
    text: str
    reviewer: str
    date: str
    key_id: str
    over: tuple[str, ...] = ()


_NAMES = frozenset(each.name for each in fields(Comment))


def line_digest(comment: Comment) -> str:
    """The name of a line, for `over`."""
    return hashlib.blake2b(canonical_json(_record(comment)).encode(), digest_size=8).hexdigest()


def read_comments(root: Path) -> list[Comment]:
    """The lines of the project at `root`, each once (the last of two equal ones), in the order of the file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    return list(dict.fromkeys(reversed(read_journal(root, FILE, _parse))))[::-1]


def append_comments(root: Path, comments: Sequence[Comment], check: Callable[[], None] | None = None) -> None:
    """Add lines to the project's file, unless `check` raises under its lock; either all are there afterwards
    or none.

    Raises
    ------
    AssayError
        If one is not valid or seems to hold a personal value, which is not shown.
    """
    append_records(root, FILE, [_fit_to_keep(comment) for comment in comments], check)


def still_said(comments: Sequence[Comment]) -> list[Comment]:
    """The comments that their writers have not taken back, in the order of the file."""
    said: dict[tuple[str, str], Comment] = {}
    for line in comments:
        for name in line.over:
            said.pop((name, line.reviewer), None)
        if line.text:
            said[line_digest(line), line.reviewer] = line
    return list(said.values())


def _record(comment: Comment) -> dict[str, Any]:
    return asdict(comment) | {"over": list(comment.over)}


def _fit_to_keep(comment: Comment) -> dict[str, Any]:
    given = _record(comment) | {"reviewer": plain(comment.reviewer)}
    return fit_to_keep(
        given,
        _check,
        named="the comment",
        words=given["text"],
        names_words="the comment",
        fix="assay diff --help",
        instead="say it without the value itself: the row is named already",
    )


def _parse(given: dict[str, Any]) -> Comment:
    _check(given)
    return Comment(**(given | {"over": tuple(given["over"])}))


def _check(given: dict[str, Any]) -> None:
    """Fail on a field that is absent, unknown or of the wrong form; what it holds is not shown."""
    if given.keys() != _NAMES:
        raise InvalidRecord(f"does not have the fields {', '.join(sorted(_NAMES))}")
    texts = {name: given[name] for name in sorted(_NAMES - {"over"})}
    if not all(isinstance(text, str) for text in texts.values()):
        raise InvalidRecord("has a field that is not a text")
    for name in ("before", "after", *(("row", "changes") if texts["row"] or texts["changes"] else ())):
        if not _DIGEST.fullmatch(texts[name]):
            raise InvalidRecord(f"has an invalid {name}")
    if not _KEY_ID.fullmatch(texts["key_id"]):
        raise InvalidRecord("has an invalid key_id")
    if not texts["reviewer"].strip():
        raise InvalidRecord("names no reviewer")
    if len(texts["text"]) > TEXT_CHARACTERS:
        raise InvalidRecord(f"is longer than {TEXT_CHARACTERS:,} characters")
    over = given["over"]
    if not isinstance(over, list) or not all(
        isinstance(name, str) and _LINE.fullmatch(name) for name in over
    ):
        raise InvalidRecord("has an invalid over")
    if bool(over) == bool(texts["text"].strip()):
        raise InvalidRecord("has to say something or to take something back, one of the two")
    check_dates(given | {"expires": None})
