"""Who must not come in again: `decisions/suppressed.jsonl`, committed, only ever appended to.

A line holds keyed digests of what a person is known by (`curate.pii.known`), when they were suppressed, why
and by whom, and no value: whoever reads it without the key learns nothing, and with the key can only ask of a
value that they have already. `ingest` drops every record that such a value stands in, whatever its row is
called and whatever column it stands in; `redact` drops the rows in which a detector found one in a form that
no text search sees. Both say `suppressed` in the drop ledger. Lines are merged by git's `union`, so two
branches that erase the same person meet no conflict.

Cost: none while nobody is suppressed. Afterwards each text is folded and its addresses and runs of digits are
read, and where a name or a code is suppressed its words too: about 12 s a million rows of 300 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.journal import InvalidRecord, append_records, check_fields, fit_to_keep, read_journal
from curate.keys import Key
from curate.text import plain
from curate.watched import watch

if TYPE_CHECKING:
    from curate.project import Project

FILE = Path("decisions/suppressed.jsonl")
# The reason in the drop ledgers.
REASON = "suppressed"

# `email:`, `phone:`, `code:` and `value:` (the id of a detector's value) hold one digest; a name one a word.
_DIGEST = re.compile(r"(?:email|phone|code|value):[0-9a-f]{24}|name:[0-9a-f]{24}(?:\+[0-9a-f]{24})+")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_REASON_CHARACTERS = 500


@dataclass(frozen=True)
class Suppression:
    """A person who must not come in again.

    Parameters
    ----------
    digests
        Keyed digests of what they are known by, sorted: `email:<24 hex>`, `name:<24 hex>+<24 hex>`.
    at
        UTC, to the second.
    by, reason
        Who asked for it and why, in words that hold no personal value.
    key_id
        Of the project's key, under which the digests were made.
    """

    digests: tuple[str, ...]
    at: str
    by: str
    reason: str
    key_id: str


@dataclass(frozen=True)
class Suppressed:
    """All that is suppressed, and the key under which it is known."""

    digests: frozenset[str]
    key: Key

    def values(self) -> frozenset[str]:
        """Ids of detectors' values."""
        return frozenset(one.removeprefix("value:") for one in self.digests if one.startswith("value:"))


def digests_of(values: Iterable[str], key: Key) -> list[str]:
    """Keyed digests of what a person is known by, for `add`: of each value in every form that it may have.

    Parameters
    ----------
    values
        E-mail addresses, telephone numbers, full names, ids; as a person writes them.
    """
    from curate.pii.known import known_as, mark, value_ids

    found = {mark(known, key) for value in values for known in known_as(value)}
    found |= {f"value:{one}" for value in values for one in value_ids(value, key)}
    return sorted(found)


def read(root: Path) -> list[Suppression]:
    """The list of the project at `root`, in the order of its file; none if there is no file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    return read_journal(root, FILE, _parse)


def fresh_of(project: Project, digests: Iterable[str]) -> list[str]:
    """Those of `digests` that are not on the list yet, sorted."""
    key_id = project.key.key_id
    known = {digest for one in read(project.root) if one.key_id == key_id for digest in one.digests}
    return sorted(set(digests) - known)


def add(
    project: Project, digests: Iterable[str], *, by: str, reason: str, at: datetime | None = None
) -> list[str]:
    """Suppress a person; returns the digests that are new. Of those that stand there already nothing is
    written, so the same call may be made again.

    The first suppression makes stage `ingest` of dvc.yaml depend on the list.

    Parameters
    ----------
    digests
        From `digests_of`.

    Raises
    ------
    AssayError
        If there is no key, a digest or the reason is not fit to keep, or dvc.yaml cannot be made to watch
        the list.
    """
    key_id, fresh = project.key.key_id, fresh_of(project, digests)
    watch(project.root, "ingest", FILE.as_posix())
    if fresh:
        when = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line = Suppression(tuple(fresh), when, plain(by), plain(reason, _REASON_CHARACTERS), key_id)
        append_records(project.root, FILE, [_fit_to_keep(line)])
    return fresh


def suppressed(project: Project) -> Suppressed | None:
    """All that is suppressed in the project; None where nothing is, for which no key is asked.

    Raises
    ------
    AssayError
        If there is no key, or another one than the list was made with: without it a suppressed person would
        come in unseen.
    """
    lines = read(project.root)
    if not lines:
        return None
    key = project.key
    others = sorted({line.key_id for line in lines} - {key.key_id})
    if others:
        raise AssayError(
            f"{FILE} was written under another secret key ({', '.join(others)}) than the one here "
            f"({key.key_id}): who is suppressed could not be told",
            fix="set ASSAY_KEY to that key; or erase these people again under the new key and "
            "take the old lines out",
        )
    return Suppressed(frozenset(digest for line in lines for digest in line.digests), key)


def _fit_to_keep(line: Suppression) -> dict[str, Any]:
    given = asdict(line) | {"digests": list(line.digests)}
    return fit_to_keep(
        given,
        _parse,
        named="the suppression",
        words=line.reason,
        names_words="the reason of a suppression",
        fix="give digests from curate.suppress.digests_of",
        instead="say why without the value itself, for example: request 118 of 2026",
    )


def _parse(given: dict[str, Any]) -> Suppression:
    check_fields(given, [field.name for field in fields(Suppression)], "a suppression")
    digests = given["digests"]
    if not _are_digests(digests):
        raise InvalidRecord("has digests that are not keyed digests of a known form")
    for name, form in (("at", _WHEN), ("key_id", _KEY_ID)):
        if not (isinstance(given[name], str) and form.fullmatch(given[name])):
            raise InvalidRecord(f"has an invalid {name}")
    for name in ("by", "reason"):
        if not (isinstance(given[name], str) and given[name].strip()):
            raise InvalidRecord(f"has no {name}")
    return Suppression(tuple(digests), given["at"], given["by"], given["reason"], given["key_id"])


def _are_digests(given: Any) -> bool:
    return (
        isinstance(given, Sequence)
        and not isinstance(given, str)
        and bool(given)
        and all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in given)
    )
