"""Reviews and incidents: what people looked at and how it went, and what happened.

A review is signed, since it vouches for something; an incident may be. Whether a review's signature counts is
judged by the allowed signers of the last commit, as that of an approval is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.project import Project
from curate.text import plain
from governance.records.approvals import judging_policy
from governance.records.events import digests_of, gold_digests
from governance.records.kinds import FirstReview, Incident, Review
from governance.records.signing import allowed_signer, signer, signer_of
from governance.records.ssh import NotSigned
from governance.records.statement import Record
from governance.records.store import Journal, append, sound_journal


def add_review(
    project: Project,
    of: str,
    outcome: str,
    *,
    note: str = "",
    evidence: Sequence[Path] = (),
    key: Path | None = None,
    next_on: str = "",
    closes: Sequence[str] = (),
    subjects: Mapping[str, str] | None = None,
) -> Record:
    """Record a review, signed: of what, how it went, when the next is and what it closes, and the digests of
    the task card, of gold where there is one, of the files that show it, and of further `subjects`.

    Raises
    ------
    AssayError
        If the signer is not one of the allowed, or a file lies outside the project.
    """
    named = digests_of(project, project.root / "task.yaml", *_inside(project, evidence))
    if (project.gold / "manifest.json").exists():
        named |= gold_digests(project)
    fields: dict[str, Any] = {"of": of, "outcome": outcome, "note": note}
    fields |= {"next": next_on, "closes": list(closes)}
    signed = allowed_signer(project.root, judging_policy(project.root, None), key)
    return append(
        project.root, Review, {**named, **(subjects or {})}, fields, project=project.task.name, signed=signed
    )


def add_incident(
    project: Project,
    what: str,
    severity: str,
    *,
    note: str = "",
    evidence: Sequence[Path] = (),
    key: Path | None = None,
) -> Record:
    """Record an incident, signed where a key is named.

    Raises
    ------
    AssayError
        If the key cannot sign, or a file lies outside the project.
    """
    subjects = digests_of(project, *_inside(project, evidence))
    fields: dict[str, Any] = {"what": what, "severity": severity, "note": note}
    signed = signer(project.root, key) if key else None
    return append(project.root, Incident, subjects, fields, project=project.task.name, signed=signed)


def _inside(project: Project, files: Sequence[Path]) -> list[Path]:
    found = []
    for file in files:
        path = file.resolve()
        if not path.is_relative_to(project.root.resolve()):
            raise AssayError(
                f"{plain(str(file))} lies outside the project: a record names files by their path in it",
                fix="copy it into the project first, to reports/ say",
            )
        found.append(project.root / path.relative_to(project.root.resolve()))
    return found


@dataclass(frozen=True)
class Reviewed:
    """A review in the journal: its record, who signed it, and why it does not count, empty if it does."""

    record: Record
    said: FirstReview
    who: str
    why_not: str = ""


def reviews(project: Project) -> list[Reviewed]:
    """Every review, oldest first."""
    journal = sound_journal(project.root)
    found = in_order(journal, [*journal.of(FirstReview), *journal.of(Review)])
    policy = judging_policy(project.root, None) if found else None
    reviewed = []
    for _, record in found:
        assert policy is not None and isinstance(record.predicate, FirstReview)
        try:
            who, why_not = signer_of(record, policy), ""
        except NotSigned as error:
            who, why_not = "", f"the signature {error}"
        reviewed.append(Reviewed(record, record.predicate, who, why_not))
    return reviewed


def in_order(journal: Journal, found: Sequence[tuple[str, Record]]) -> list[tuple[str, Record]]:
    """Records oldest first; of one second, first the one that has seen fewer others."""
    at = Counter(record.predicate.at for _, record in found)

    def age(one: tuple[str, Record]) -> tuple[str, int, str]:
        name, record = one
        seen = _past(journal, name) if at[record.predicate.at] > 1 else 0
        return record.predicate.at, seen, name

    return sorted(found, key=age)


def _past(journal: Journal, name: str) -> int:
    """How many records one has seen, those included that these have seen."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        known = journal.records.get(waiting.pop())
        fresh = set(known.predicate.parents) - seen if known else set()
        seen |= fresh
        waiting += sorted(fresh)
    return len(seen)


def review_words(project: Project) -> tuple[bool, str]:
    """Whether the last review of each thing that counts did not fail, and the newest in words; empty if there
    are none.
    """
    found = reviews(project)
    last = {one.said.of: one for one in found if not one.why_not}
    failed = [one for one in last.values() if one.said.outcome == "failed"]
    shown = failed[0] if failed else next(reversed(last.values()), None)
    words = []
    if shown is not None:
        outcome = "is open" if shown.said.outcome == "open" else shown.said.outcome
        words.append(f"{plain(shown.said.of, 80)} {outcome} on {shown.said.at[:10]}, by {shown.who}")
    if lost := [one for one in found if one.why_not]:
        words.append(f"{lost[-1].record.id[:12]} does not count: {lost[-1].why_not}")
    return not failed, "; ".join(words)
