"""People's verdicts on two answers: `decisions/preferences.jsonl`, committed, merged by union, only appended.

    {"date":"2026-05-04","first":"few_shot","held_out":false,"item":"5f…","key_id":"61d051ed","left":"second",
     "reason":"","reviewer":"Ada","row":"9c…","run":"0b…","second":"lm_lora","verdict":"first"}

An item is named by a keyed digest of the prompt, the systems and their answers, so that a verdict never
speaks of another text; no text stands in a line. `first` and `second` are the systems in the order of
their names, `left` which of them stood on the left. Each person's last line on an item speaks for that
person alone: what two people say of one item is two verdicts, and how far they agree is a figure
(`governance.compare.results`). `unsure` takes back. `held_out` marks rows that systems are measured by:
their verdicts count in the figures and never become training pairs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from curate.files import canonical_json
from curate.journal import InvalidRecord, append_records, check_fields, fit_to_keep, read_journal
from curate.pii.decisions import FOLDER, check_dates
from curate.pii.redact.params import RedactParams
from curate.project import Project
from curate.text import plain

FILE = Path(FOLDER) / "preferences.jsonl"
Word = Literal["first", "second", "tie", "both_bad", "unsure"]
# A system's name, as it stands in a line and in a file of pairs.
SYSTEM = re.compile(r"[A-Za-z0-9][\w.:-]{0,59}")
# The version of an item that a person has not judged.
UNTOUCHED = "0"
_REASON_CHARACTERS = 500
_FORMS = {
    "item": re.compile(r"[0-9a-f]{24}"),
    "row": re.compile(r"[0-9a-f]{24}"),
    "run": re.compile(r"[0-9a-f]{16}"),
    "key_id": re.compile(r"[0-9a-f]{8}"),
    "first": SYSTEM,
    "second": SYSTEM,
}


@dataclass(frozen=True)
class Preference:
    """What one person said of the answers of two systems to one prompt.

    Parameters
    ----------
    item, row
        Keyed digests: of prompt, systems and answers; of the row's id, by which an erasure finds the line.
    first, second
        The systems, by name; `left`: which of them stood on the left.
    verdict
        Which is better, `tie`, `both_bad`, or `unsure` (taken back).
    held_out
        Whether systems are measured by this row.
    run
        Digest of the files that the answers came from.
    """

    item: str
    row: str
    first: str
    second: str
    verdict: Word
    left: Literal["first", "second"]
    held_out: bool
    run: str
    reviewer: str
    reason: str
    date: str
    key_id: str


_NAMES = tuple(each.name for each in fields(Preference))


def read_preferences(root: Path) -> list[Preference]:
    """The verdicts of the project at `root`, in the order of the file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    return read_journal(root, FILE, _parse)


def append_preferences(
    root: Path, lines: Sequence[Preference], check: Callable[[], None] | None = None
) -> None:
    """Add verdicts to the project's file, unless `check` raises under its lock; all or none.

    Raises
    ------
    AssayError
        If one is not valid, or its reason seems to hold a personal value, which is not shown.
    """
    append_records(root, FILE, [_fit_to_keep(line) for line in lines], check)


def project_preferences(project: Project) -> list[Preference]:
    """The verdicts that count: made under the project's key, and with `redact.reviewers: named` by people
    whom the task card names.
    """
    lines = [line for line in read_preferences(project.root) if line.key_id == project.key.key_id]
    if project.params("redact", RedactParams).reviewers == "any":
        return lines
    return [line for line in lines if line.reviewer in project.task.people]


def speaking(lines: Sequence[Preference]) -> dict[tuple[str, str], Preference]:
    """Each person's last line on each item, by item and reviewer; what was taken back is among them."""
    return {(line.item, line.reviewer): line for line in lines}


def line_version(line: Preference | None) -> str:
    """Digest of a line; `UNTOUCHED` where there is none."""
    if line is None:
        return UNTOUCHED
    return hashlib.blake2b(canonical_json(asdict(line)).encode(), digest_size=8).hexdigest()


def _fit_to_keep(line: Preference) -> dict[str, Any]:
    given = asdict(line) | {
        "reason": plain(line.reason, _REASON_CHARACTERS),
        "reviewer": plain(line.reviewer),
    }
    return fit_to_keep(
        given,
        _check,
        named="the verdict",
        words=given["reason"],
        names_words="the reason",
        fix="assay compare --help",
        instead="say why without the value itself, for example: the polite form of the style guide",
    )


def _parse(given: dict[str, Any]) -> Preference:
    _check(given)
    return Preference(**given)


def _check(given: dict[str, Any]) -> None:
    """Fail on a field that is absent, unknown or of the wrong form; what it holds is not shown."""
    check_fields(given, _NAMES, "a verdict on two answers")
    for name, form in _FORMS.items():
        if not (isinstance(given[name], str) and form.fullmatch(given[name])):
            raise InvalidRecord(f"has an invalid {name}")
    if given["first"] >= given["second"]:
        raise InvalidRecord("names its systems in another order than that of their names")
    if given["verdict"] not in get_args(Word):
        raise InvalidRecord(f"has a verdict other than {', '.join(get_args(Word))}")
    if given["left"] not in ("first", "second"):
        raise InvalidRecord("does not say which answer stood on the left")
    if not isinstance(given["held_out"], bool):
        raise InvalidRecord("does not say whether its row is held out")
    if not isinstance(given["reviewer"], str) or not given["reviewer"].strip():
        raise InvalidRecord("names no reviewer")
    if not isinstance(given["reason"], str):
        raise InvalidRecord("has no reason")
    check_dates(given | {"expires": None})
