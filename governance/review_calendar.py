"""The review calendar: when somebody has to look at the task again, why, who, and whether they are late.

A review of the task is due on a day (`review.next` of the card, or the day that the last review named), and
within some days (section `review` of params.yaml) of what happened since the last one:

| trigger | because |
|---|---|
| `date` | the day has come |
| `drift` | a look of `assay monitor` found that live rows have moved |
| `incident` | an incident was recorded (`assay ledger add incident`) |
| `erasure` | somebody was erased |
| `base_model` | a base model is another than at the last review, or `review.withdrawn` names it |
| `licence` | a licence of a source is another than at the last review |
| `approvals` | an approval that the policy asks for was given, and counts no more |

It is closed by a signed record of a passed review of `task` (`assay review record`); a failed or open one
closes nothing. Everything is read off the journal, the card and the models' cards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from curate.documents import load_json
from curate.errors import AssayError
from curate.params import Params
from curate.project import Project
from curate.task import BLANK
from curate.text import plain
from governance.records.approvals import standing
from governance.records.kinds import Erasure, Incident, Review
from governance.records.reviews import Reviewed, add_review, reviews
from governance.records.statement import Record, canonical
from governance.records.store import sound_journal

# What a review that closes the calendar is of.
TASK = "task"
# Subjects by which a later look tells what has changed since.
LICENCES, BASES = "licences of the sources", "base models"

Trigger = Literal["date", "drift", "incident", "erasure", "base_model", "licence", "approvals"]
TRIGGERS: tuple[Trigger, ...] = (
    "date", "drift", "incident", "erasure", "base_model", "licence", "approvals",
)  # fmt: skip


class ReviewParams(Params):
    """Section `review` of params.yaml."""

    days: int = Field(14, ge=0, description="Days in which a review follows what made it due.")
    triggers: tuple[Trigger, ...] = Field(TRIGGERS, description="What makes a review due.")
    withdrawn: tuple[str, ...] = Field(
        (), description="Base models that their publisher has withdrawn, by name."
    )


@dataclass(frozen=True)
class Due:
    """One reason for a review: since when, and by when it has to be held."""

    trigger: Trigger
    since: date
    by: date
    words: str

    def overdue(self, today: date) -> bool:
        """Whether the day has passed."""
        return self.by < today


@dataclass(frozen=True)
class Calendar:
    """When the next review is, who holds it, and what makes one due already.

    Parameters
    ----------
    next_on
        None: nobody has named a day.
    last
        The last review of the task that closed it.
    """

    owner: str
    reviewers: tuple[str, ...]
    next_on: date | None
    last: Reviewed | None
    due: tuple[Due, ...]

    def overdue(self, today: date) -> tuple[Due, ...]:
        """What should have been reviewed by now."""
        return tuple(one for one in self.due if one.overdue(today))

    @property
    def who(self) -> str:
        """Owner and reviewers in words."""
        named = [plain(self.owner, 80) if self.owner != BLANK else "nobody"]
        named += (
            [f"reviewers: {', '.join(plain(one, 80) for one in self.reviewers)}"] if self.reviewers else []
        )
        return f"owner: {'; '.join(named)}"


def calendar(project: Project, today: date) -> Calendar:
    """The calendar of a project.

    Raises
    ------
    AssayError
        If the journal is damaged: nothing is concluded from one.
    """
    task, params = project.task, _params(project)
    closing = [
        one for one in reviews(project)
        if not one.why_not and one.said.of == TASK and one.said.outcome == "passed"
    ]  # fmt: skip
    last = closing[-1] if closing else None
    next_on = _next(task.review.next if task.review else None, last)
    due = [one for one in _due(project, params, last) if one.trigger in params.triggers]
    if next_on is not None and next_on <= today and "date" in params.triggers:
        due.insert(0, Due("date", next_on, next_on, f"the review was due on {next_on}"))
    return Calendar(task.owner, task.reviewers, next_on, last, tuple(due))


def _params(project: Project) -> ReviewParams:
    """The section; a folder without params.yaml has its defaults."""
    there = (project.root / "params.yaml").exists()
    return project.params("review", ReviewParams) if there else ReviewParams()


def _next(on_card: date | None, last: Reviewed | None) -> date | None:
    """The first of the days that were named and lie after the last review."""
    days = [day for day in (on_card, _named(last)) if day is not None]
    held = date.fromisoformat(last.said.at[:10]) if last else date.min
    later = [day for day in days if day > held]
    return min(later, default=max(days, default=None))


def _named(last: Reviewed | None) -> date | None:
    said = last.said if last else None
    return date.fromisoformat(said.next) if isinstance(said, Review) and said.next else None


def _due(project: Project, params: ReviewParams, last: Reviewed | None) -> Iterator[Due]:
    after = last.said.at if last else ""
    grace = timedelta(days=params.days)

    def since(day: str, trigger: Trigger, words: str) -> Due:
        began = date.fromisoformat(day[:10])
        return Due(trigger, began, began + grace, words)

    journal = sound_journal(project.root)
    for record in sorted(journal.records.values(), key=lambda one: (one.predicate.at, one.id)):
        said = record.predicate
        if said.at <= after:
            continue
        if said.kind == "monitoring" and getattr(said, "drift", False):
            yield since(said.at, "drift", f"live rows have moved: look of {said.at[:10]}")
        if isinstance(said, Incident) and said.severity != "none":
            yield since(said.at, "incident", f"incident of severity {said.severity} on {said.at[:10]}")
        if isinstance(said, Erasure):
            yield since(said.at, "erasure", f"somebody was erased on {said.at[:10]}")
    yield from _changed(project, params, last)
    for want in (found := standing(project)).wants:
        lost = [one for one in found.given if one.of == want.of and not one.counts]
        if not want.met and lost:
            newest = max(lost, key=lambda one: one.at)
            yield since(
                newest.at, "approvals", f"the approval of {want.of} of {newest.at[:10]} counts no more"
            )


def _changed(project: Project, params: ReviewParams, last: Reviewed | None) -> Iterator[Due]:
    """Licences and base models that are others than at the last review, or are withdrawn."""
    grace, now = timedelta(days=params.days), subjects_of_review(project)
    held = date.fromisoformat(last.said.at[:10]) if last else date.today()
    titles: tuple[tuple[Trigger, str, str], ...] = (
        ("licence", LICENCES, "a licence of a source is another than at the last review"),
        ("base_model", BASES, "a base model is another than at the last review"),
    )
    for trigger, subject, words in titles:
        before = last.record.digest_of(subject) if last else None
        if before is not None and before != now.get(subject):
            yield Due(trigger, held, held + grace, words)
    gone = sorted({base for base in bases(project).values() if base in params.withdrawn})
    if gone:
        words = f"base model {', '.join(plain(one, 80) for one in gone)} was withdrawn by its publisher"
        yield Due("base_model", held, held + grace, words)


def bases(project: Project) -> dict[str, str]:
    """Base model of each trained system that has one, as their cards name it."""
    found = {}
    for path in sorted(project.models.glob("*/model.json")):
        base = _base(path)
        if base:
            found[path.parent.name] = base
    return found


def _base(path: Path) -> str:
    try:
        card = load_json(path)
    except AssayError:  # a damaged card is for `assay verify` and the standing of its model to say
        return ""
    base = (card.get("base") or card.get("encoder")) if isinstance(card, dict) else None
    name = base.get("name") if isinstance(base, dict) else base
    return str(name) if name else ""


def subjects_of_review(project: Project) -> dict[str, str]:
    """What a review vouches for beside card and gold: SHA-256 of licences and of base models."""
    licences = {name: source.licence for name, source in sorted(project.task.sources.items())}
    told = {LICENCES: licences, BASES: bases(project)}
    return {name: hashlib.sha256(canonical(value)).hexdigest() for name, value in told.items() if value}


def record_review(
    project: Project,
    outcome: str,
    today: date,
    *,
    next_on: date | None = None,
    note: str = "",
    evidence: tuple[Path, ...] = (),
    key: Path | None = None,
) -> tuple[Record, tuple[Due, ...]]:
    """Record a review of the task, signed, and what it closes: all that is due, if it passed.

    Raises
    ------
    AssayError
        If it passed and no later day is named, by `next_on` or by the card; or the signer is not allowed.
    """
    found = calendar(project, today)
    on_card = project.task.review.next if project.task.review else None
    if next_on is not None and next_on <= today:
        raise AssayError(
            f"the next review, {next_on}, is not to come", fix="--next YYYY-MM-DD, a day after today"
        )
    if outcome == "passed" and next_on is None and (on_card is None or on_card <= today):
        raise AssayError(
            "a review that passed names the day of the next one, and the card's has come",
            fix="assay review record --outcome passed --next YYYY-MM-DD",
        )
    closes = found.due if outcome == "passed" else ()
    record = add_review(
        project,
        TASK,
        outcome,
        note=note,
        evidence=evidence,
        key=key,
        next_on=next_on.isoformat() if next_on else "",
        closes=sorted({one.trigger for one in closes}),
        subjects=subjects_of_review(project),
    )
    return record, closes
