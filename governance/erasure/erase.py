"""An erasure from its request to its certificate: who asks for what, whether it may be done now, and done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from curate.errors import AssayError, GateFailed
from curate.project import Project
from curate.stage import Progress
from curate.text import plain, plural
from curate.versions.revisions import Revision, git
from governance.erasure.aged import aged
from governance.erasure.everywhere import all_erasures, erasures_elsewhere
from governance.erasure.journal import Journal, decipher, pending
from governance.erasure.person import person_of
from governance.erasure.plan import Aged, Plan, make_plan
from governance.erasure.prepare import prepare
from governance.erasure.steps import run
from governance.erasure.stores import dvc_held
from governance.records.approvals import erasure_approvals
from governance.subjects.doubts import doubts

RESUME = "assay erase --resume"


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    values
        What the person is known by.
    expired
        Rows past their retention, instead of a person.
    again
        Earlier erasures, on what has come since: merged branches, fetched versions, remotes that answer now.
    today
        The day that retention is judged on.
    """

    values: tuple[str, ...] = ()
    expired: bool = False
    again: bool = False
    today: date = field(default_factory=date.today)


def plan_of(project: Project, request: Request, progress: Progress | None = None) -> Plan:
    """The plan; nothing is changed.

    Raises
    ------
    AssayError
        If nobody or too much is asked for, there is no key, or an erasure was begun and is not done.
    """
    asked = [bool(request.values), request.expired, request.again]
    if sum(asked) != 1:
        what = "nobody is named" if not any(asked) else "a person, --expired and --again are three erasures"
        raise AssayError(what, fix="assay erase jo@example.org 'Jo Miller', or: assay erase --expired")
    if pending(project.root) is not None:
        raise AssayError("an erasure was begun here and is not done", fix=RESUME)
    erased = all_erasures(project.root, erasures_elsewhere(project.root)).rows
    person = person_of(request.values, project.key, erased)
    why = "retention" if request.expired else "again" if request.again else "request"
    return make_plan(
        project,
        person,
        aged=aged(project, request.today) if request.expired else None,
        why=why,
        progress=progress,
    )


def execute(
    project: Project,
    plan: Plan,
    *,
    base: Revision | None = None,
    signer: str = "",
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Journal:
    """Carry out a plan. The caller holds the project's lock.

    Raises
    ------
    GateFailed
        If the policy asks for approvals that the plan does not have, or the proof finds the person.
    AssayError
        If the work tree has changes that are not committed, or a step fails; `resume` goes on from there.
    """
    refuse_unclean(project)
    with dvc_held(project.root):
        pass
    wanted = erasure_approvals(project, plan.digest, base)
    if not wanted.enough:
        lacking = "; ".join(
            f"{want.needed.count} by role {want.needed.role}, {len(want.by)} given"
            for want in wanted.wants
            if not want.met
        )
        raise GateFailed(
            f"the policy of {wanted.policy.where} asks for approval of this erasure: {lacking}",
            fix=f"who approves plans the same erasure, then: assay approve --of erasure --plan {plan.digest}",
        )
    counted = [given.id for given in wanted.given if given.of == "erasure" and given.counts]
    journal = prepare(project, plan, counted, signer, progress)
    return run(project, journal, tell)


def resume(project: Project, tell: Callable[[str], None] = lambda step: None) -> Journal:
    """Go on with the erasure that was begun. The caller holds the project's lock.

    Raises
    ------
    AssayError
        If none was.
    """
    journal = pending(project.root)
    if journal is None:
        raise AssayError("no erasure was begun here", fix="assay erase ID...")
    if journal.failed:
        journal = _once_more(project, journal)
    return run(project, journal, tell)


def refuse_doubtful(project: Project, plan: Plan) -> None:
    """Fail if a value that the plan goes by is hardly a person's."""
    found = doubts(project, plan.person.values, plan.person.sought)
    if found:
        raise AssayError(
            "; ".join(plain(str(one), 200) for one in found),
            fix="give a full name, an address, a number or an id; if it is theirs even so: --yes --force",
        )


def _once_more(project: Project, journal: Journal) -> Journal:
    """Plan what has come back since; the certificate is to tell of all that was done."""
    with dvc_held(project.root):
        pass
    elsewhere = erasures_elsewhere(project.root)
    person = person_of(
        decipher(journal.sealed, project.key), project.key, all_erasures(project.root, elsewhere).rows
    )
    plan = make_plan(
        project,
        person,
        aged=Aged(frozenset(decipher(journal.rows, project.key))),
        why=journal.why,
        texts=frozenset(decipher(journal.texts, project.key)),
    )
    return prepare(project, plan, earlier=journal)


def refuse_unclean(project: Project) -> None:
    """Fail if a committed file was changed: what an erasure writes could not be told from it."""
    told = git(project.root, "status", "--porcelain", "--untracked-files=no", "--", ".")
    if told is None:
        raise AssayError(f"{project.root} is in no git repository", fix="git init, then commit the project")
    changed = [line[3:] for line in told.splitlines()]
    if changed:
        raise AssayError(
            f"{plural(len(changed), 'committed file')} changed and not committed: {', '.join(changed[:3])}",
            fix="git commit, or git stash; then the same command again",
        )
