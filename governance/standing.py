"""May a trained system answer at all? One function, `model_standing`, asked by whoever lets a model speak.

| code | the model may not answer because |
|---|---|
| `changed` | its folder is not the one that was sealed when it was trained |
| `unrecorded` | no training record names the digest of its card |
| `revoked` | a revocation record names that digest: it stays revoked until it is trained to other bytes |
| `must_retrain` | it was trained on rows that were erased since |
| `review_overdue` | a review of its task is late, for its day or for what has happened (`review_calendar`) |

A ground is a function of the project and the system that yields what speaks against it; a new one is a line
in `GROUNDS`. Without the secret key digests are compared and nothing is authenticated, which the standing
says. Cost: every file of `models/` is read once (a gigabyte a second), and the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from curate.digests import sha256_of
from curate.errors import AssayError
from curate.project import Project
from curate.seal import key_here
from curate.sealed_folder import folder_problem
from curate.text import plain
from governance.erasure.retrain import RETRAIN, must_retrain
from governance.records.kinds import Revocation, Training
from governance.records.statement import Record
from governance.records.store import append, sound_journal

_RETRAIN = "assay train   (or: dvc repro train)"


@dataclass(frozen=True)
class Objection:
    """What speaks against a model: the code, what was seen, and what to run."""

    code: str
    problem: str
    fix: str


@dataclass(frozen=True)
class ModelStanding:
    """What speaks against a system, and whether its seal could be checked with the key."""

    system: str
    digest: str
    objections: tuple[Objection, ...]
    authenticated: bool

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.objections

    def require(self) -> None:
        """Fail unless the system may answer.

        Raises
        ------
        MayNotAnswer
            With the first objection, and how many more there are.
        """
        if self.objections:
            first = self.objections[0]
            more = f" (and {len(self.objections) - 1} more)" if len(self.objections) > 1 else ""
            raise MayNotAnswer(f"{first.problem}{more}", fix=first.fix)


class MayNotAnswer(AssayError):
    """A model that may not answer; exit code 2, since no answer was given that could be refused."""


def model_standing(project: Project, system: str, today: date | None = None) -> ModelStanding:
    """Whether system `system` of `project` may answer.

    Raises
    ------
    AssayError
        If there is no such system, or a record is damaged: nothing is concluded from a damaged journal.
    """
    card = project.models / system / "model.json"
    if not card.is_file():
        there = ", ".join(path.parent.name for path in sorted(project.models.glob("*/model.json"))) or "none"
        raise AssayError(
            f"{plain(system, 80)!r} is not a trained system of this project; there are: {there}", fix=_RETRAIN
        )
    case = _Case(project, system, sha256_of(card), today or date.today())
    objections = tuple(objection for ground in GROUNDS for objection in ground(case))
    return ModelStanding(system, case.digest, objections, key_here(project) is not None)


@dataclass(frozen=True)
class _Case:
    """What a ground looks at."""

    project: Project
    system: str
    digest: str
    today: date

    def names_it(self, record: Record) -> bool:
        """Whether a record speaks of this model, by name and digest."""
        return any(
            subject.name == card_name(self.system) and subject.sha256 == self.digest
            for subject in record.subjects
        )


def card_name(system: str) -> str:
    """What records call a model."""
    return f"models/{system}/model.json"


def _changed(case: _Case) -> Iterator[Objection]:
    if words := folder_problem(case.project.models, key_here(case.project), "models"):
        yield Objection("changed", f"{words}: a changed model does not answer", _RETRAIN)


def _unrecorded(case: _Case) -> Iterator[Objection]:
    records = [record for _, record in sound_journal(case.project.root).of(Training)]
    if any(case.names_it(record) for record in records):
        return
    known = any(subject.name == card_name(case.system) for record in records for subject in record.subjects)
    words = "is not the one that its training record names" if known else "has no training record"
    yield Objection("unrecorded", f"model {case.system} {words}", f"{_RETRAIN}, or: git checkout -- records")


def _revoked(case: _Case) -> Iterator[Objection]:
    for _, record in sound_journal(case.project.root).of(Revocation):
        if case.names_it(record) and isinstance(record.predicate, Revocation):
            said = record.predicate
            yield Objection(
                "revoked",
                f"model {case.system} was revoked on {said.at[:10]} by {plain(said.by, 80)}: "
                f"{plain(said.reason, 200)}",
                "train another: assay train   (the record is in records/: assay ledger log)",
            )
            return


def _overdue(case: _Case) -> Iterator[Objection]:
    from governance.review_calendar import calendar

    found = calendar(case.project, case.today)
    if late := found.overdue(case.today):
        yield Objection(
            "review_overdue",
            f"{'; '.join(one.words for one in late)} ({found.who})",
            "review the task, then: assay review record --outcome passed --next YYYY-MM-DD",
        )


def _must_retrain(case: _Case) -> Iterator[Objection]:
    if words := must_retrain(case.project, case.project.models / case.system):
        yield Objection("must_retrain", words, RETRAIN)


GROUNDS: tuple[Callable[[_Case], Iterator[Objection]], ...] = (
    _changed,
    _unrecorded,
    _revoked,
    _must_retrain,
    _overdue,
)


def revoke(project: Project, system: str, reason: str, by: str | None = None) -> Record:
    """Write down that a trained system may not answer any more.

    Raises
    ------
    AssayError
        If there is no such system, or no reason.
    """
    if not reason.strip():
        raise AssayError("a revocation says why", fix=f'assay revoke {system} --reason "..."')
    digest = model_standing(project, system).digest
    subjects = {card_name(system): digest}
    fields = {"reason": reason.strip()}
    return append(project.root, Revocation, subjects, fields, project=project.task.name, by=by)
