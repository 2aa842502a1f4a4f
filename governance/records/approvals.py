"""Approvals: what is signed, who has signed it, what has changed since, and whether it is enough.

An approval signs digests. The moment one of them changes it is stale, and says by the name of the file what
changed. Whether approvals are enough is judged by the policy of the base revision, never by the proposed one
(`policy.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from curate.errors import AssayError
from curate.journal import holds_raw
from curate.project import Project
from curate.text import plain
from curate.versions.locked import locked_digest, stages_of
from curate.versions.revisions import Revision, git, revision, text_at
from governance.records.authors import authors
from governance.records.events import digests_of, gold_digests, model_digests
from governance.records.kinds import Approval
from governance.records.policy import WHATS, Needed, Policy, What, policy_at, policy_here
from governance.records.signing import allowed_signer, names_of, signer_of, stranger
from governance.records.ssh import NotSigned, fingerprint, signing_key
from governance.records.statement import Record, subjects_of
from governance.records.store import FOLDER, person, sound_journal, write_record

POLICY = "policy"
BASE_GOLD = "gold of the base"
# What an approval of an erasure signs beside the policy: the digest of its plan.
ERASURE_PLAN = "plan of the erasure"


def subjects_now(project: Project, what: What, base: Revision | None, plan: str = "") -> dict[str, str]:
    """What an approval of `what` signs, as the files stand now: SHA-256 by name.

    gold     the three splits, findings and verdicts on personal data, the policy
    diff     the same, and the gold that the base revision's dvc.lock names
    model    every system's card, the metrics, the splits, the policy
    policy   the policy alone
    erasure  the digest of its `plan`, and the policy

    Raises
    ------
    AssayError
        If a file is missing that is to be approved.
    """
    proposed = {POLICY: policy_here(project.root).digest}
    if what == "policy":
        return proposed
    if what == "erasure":
        if not re.fullmatch("[0-9a-f]{64}", plan):
            raise AssayError(
                "an erasure is approved by the digest of its plan",
                fix="assay erase ID...   shows it; then: assay approve --of erasure --plan DIGEST",
            )
        return {ERASURE_PLAN: plan, **proposed}
    if not (project.gold / "manifest.json").exists():
        raise AssayError("there is no gold version to approve", fix="dvc repro   (or: dvc pull)")
    subjects = {**gold_digests(project), **proposed}
    if what == "model":
        models = model_digests(project)
        metrics = project.reports / "metrics.json"
        if not models or not metrics.exists():
            raise AssayError("there is no evaluated model to approve", fix="dvc repro")
        return {**subjects, **models, **digests_of(project, metrics)}
    beside = [project.root / "decisions" / "pii.jsonl", project.stage("scan") / "findings.parquet"]
    subjects |= digests_of(project, *(path for path in beside if path.exists()))
    if what == "diff":
        if base is None:
            raise AssayError("a diff is approved against a base", fix="assay approve --of diff --base main")
        subjects[BASE_GOLD] = _locked_gold(project.root, base)
    return subjects


def _locked_gold(root: Path, at: Revision) -> str:
    """SHA-256 of the digest by which dvc.lock names gold at a revision; of nothing where it names none."""
    lock = text_at(root, at, "dvc.lock")
    stages = stages_of(lock, f"dvc.lock at {plain(at.name)}") if lock else {}
    return hashlib.sha256((locked_digest(stages, "outs", "gold") or "").encode()).hexdigest()


def approve(
    project: Project,
    what: What,
    *,
    role: str | None = None,
    base: Revision | None = None,
    key: Path | None = None,
    note: str = "",
    plan: str = "",
) -> Record:
    """Sign `what` as it stands.

    Parameters
    ----------
    role
        In which the signer vouches; default: the only one that the policy gives them.
    key
        To sign with; see `ssh.signing_key`.

    Raises
    ------
    AssayError
        If the signer is not one of the policy's, has no or several roles, or cannot sign; or the note
        seems to hold a personal value.
    """
    if holds_raw(note):
        raise AssayError(
            "the note seems to hold an address or a number; it would stay in git for ever",
            fix="say it without the value",
        )
    policy = judging_policy(project.root, base)
    journal = sound_journal(project.root)
    subjects = subjects_now(project, what, base, plan)
    mine = _roles(signing_key(project.root, key), policy)
    if role is None and len(mine) != 1:
        told = f"several roles: {', '.join(mine)}" if mine else "no role"
        fix = "assay approve --as ROLE" if mine else _ASK
        raise AssayError(f"the signer has {told} in the policy of {policy.where}", fix=fix)
    if role is not None and role not in mine:
        fix = f"assay approve --as {mine[0]}" if mine else _ASK
        raise AssayError(f"the signer does not have role {role} in the policy of {policy.where}", fix=fix)
    said = Approval(
        project=project.task.name,
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        by=person(project.root),
        parents=journal.tips,
        of=what,
        role=role or mine[0],
        base=base.commit if base else "",
        note=note,
    )
    sign_it = allowed_signer(project.root, policy, key)
    return write_record(project.root, sign_it(Record(said, subjects_of(subjects))))


_ASK = "ask for a role in params.yaml: approvals: {roles: ...}"


def _roles(key: Path, policy: Policy) -> list[str]:
    """Roles of whom the policy's signers give this key to."""
    keyid = fingerprint(key)
    names = names_of(key, policy)
    if not names:
        raise stranger(keyid, policy, "is not by an allowed signer")
    return [role for role, people in policy.params.roles.items() if set(names) & set(people)]


@dataclass(frozen=True)
class Given:
    """An approval in the journal, as it stands today.

    Parameters
    ----------
    who
        The signer, None if the signature does not count.
    why_not
        Why it does not count, empty if it does.
    changed
        Names of what was signed and has changed since.
    """

    id: str
    of: What
    role: str
    at: str
    who: str | None
    why_not: str = ""
    changed: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it vouches for what stands now."""
        return self.who is not None and not self.why_not and not self.changed


@dataclass(frozen=True)
class Want:
    """What the policy asks for, and who gave it."""

    of: What
    needed: Needed
    by: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether it is enough."""
        return len(self.by) >= self.needed.count


@dataclass(frozen=True)
class Approvals:
    """Everything there is to say of approvals: by which policy, what was given, what is wanted.

    Parameters
    ----------
    loosened
        Whether the proposed policy is another than the base's, and so itself needs approval.
    first
        Whether the base has no policy at all, and this change proposes the first.
    """

    policy: Policy
    given: tuple[Given, ...]
    wants: tuple[Want, ...]
    changed_policy: bool = False
    first: bool = False

    @property
    def enough(self) -> bool:
        """Whether everything asked for is there."""
        return all(want.met for want in self.wants)


def judging_policy(root: Path, base: Revision | None) -> Policy:
    """The policy that judges: the base's; without a base the one last committed; without git the only one."""
    at = base or revision(root, "HEAD")
    return policy_at(root, at) if at else policy_here(root)


def standing(project: Project, base: Revision | None = None) -> Approvals:
    """How the approvals of a project stand, judged by the policy of `base` (default: the last commit)."""
    root = project.root
    policy, proposed = judging_policy(root, base), policy_here(root)
    changed_policy = policy.digest != proposed.digest and policy.asks
    asked = {what: policy.params.require.get(what, ()) for what in WHATS}
    if base is None:
        asked["diff"] = ()  # there is no change to look at
    asked["erasure"] = ()  # asked for when one is carried out
    if not changed_policy:
        asked["policy"] = ()
    elif not asked["policy"]:
        # A policy that says nothing of its own change is changed by whoever may approve anything under it.
        asked["policy"] = tuple(needed for what in WHATS for needed in policy.params.require.get(what, ()))[
            :1
        ]
    now = {what: _now(project, what, base) for what in WHATS}
    spent = _records_at(root, base or revision(root, "HEAD"))
    given = tuple(_given(one, record, policy, now, spent) for one, record in sound_journal(root).of(Approval))
    if policy.params.not_by_author:
        given = _but_authors(root, base, given)
    wants = tuple(want for what in WHATS for want in _wants(what, asked[what], given))
    first = not policy.asks and proposed.asks
    return Approvals(policy, given, wants, changed_policy, first)


def erasure_approvals(project: Project, plan: str, base: Revision | None = None) -> Approvals:
    """How the approvals of an erasure stand, by the digest of its plan and the policy of `base` (default: the
    last commit). Who wrote the last commit may approve: an erasure is not a change of theirs.
    """
    policy = judging_policy(project.root, base)
    now: dict[What, Mapping[str, str]] = {"erasure": subjects_now(project, "erasure", base, plan)}
    given = tuple(
        _given(one, record, policy, now)
        for one, record in sound_journal(project.root).of(Approval)
        if isinstance(record.predicate, Approval) and record.predicate.of == "erasure"
    )
    asked = policy.params.require.get("erasure", ())
    wants = tuple(_wants("erasure", asked, given))
    return Approvals(policy, given, wants)


def _now(project: Project, what: What, base: Revision | None) -> Mapping[str, str]:
    try:
        return subjects_now(project, what, base)
    except AssayError:
        return {}


def _records_at(root: Path, at: Revision | None) -> frozenset[str]:
    """Ids of the records that a revision holds."""
    told = (git(root, "ls-tree", "-r", "--name-only", at.commit, "--", FOLDER) or "") if at else ""
    parts = (line.removesuffix(".json").split("/") for line in told.splitlines())
    return frozenset("".join(one[-2:]) for one in parts)


def _given(
    record_id: str,
    record: Record,
    policy: Policy,
    now: Mapping[What, Mapping[str, str]],
    spent: frozenset[str] = frozenset(),
) -> Given:
    said = record.predicate
    assert isinstance(said, Approval)
    signed = {subject.name: subject.sha256 for subject in record.subjects}
    here = now[said.of]
    changed = tuple(sorted(name for name in {*signed, *here} if signed.get(name) != here.get(name)))
    try:
        who = signer_of(record, policy)
    except NotSigned as error:
        return Given(record_id, said.of, said.role, said.at, None, str(error), changed)
    why_not = "" if policy.may(who, said.role) else f"{who} does not have role {said.role}"
    if said.of == "policy" and record_id in spent:
        # Else whoever proposes an old policy again could lean on what let it in then (CVE-2026-44544).
        why_not = "it let in an earlier change of the policy, and no further one"
    return Given(record_id, said.of, said.role, said.at, who, why_not, changed)


def _but_authors(root: Path, base: Revision | None, given: Sequence[Given]) -> tuple[Given, ...]:
    """`given`, where none counts of whoever wrote the change, and each says by which commit they did."""
    wrote = authors(root, base, {one.who.casefold() for one in given if one.counts and one.who})
    judged = []
    for one in given:
        commit = wrote.get((one.who or "").casefold()) if one.counts else None
        why_not = f"{one.who} is an author of the change: commit {commit[:7]}" if commit else one.why_not
        judged.append(replace(one, why_not=why_not))
    return tuple(judged)


def _wants(
    what: What,
    asked: Sequence[Needed],
    given: Sequence[Given],
) -> list[Want]:
    """What is asked for, each with distinct signers. One person counts once: whoever has two roles fills a
    place in one of them, whichever leaves fewer empty (a bipartite matching, by augmenting paths).
    """
    able: dict[str, list[str]] = {}
    for one in given:
        if one.counts and one.of == what and one.who is not None:
            able.setdefault(one.role, []).append(one.who)
    people = {role: sorted(set(names)) for role, names in able.items()}
    wanted = [place for place, needed in enumerate(asked) for _ in range(needed.count)]
    # Approvals beyond what is asked for are shown all the same, where their signers are not needed elsewhere.
    more = [place for place, needed in enumerate(asked) for _ in people.get(needed.role, ())]
    holds: dict[str, int] = {}

    def seat(place: int, tried: set[str]) -> bool:
        for who in people.get(asked[place].role, ()):
            if who not in tried:
                tried.add(who)
                if who not in holds or seat(holds[who], tried):
                    holds[who] = place
                    return True
        return False

    for place in [*wanted, *more]:
        seat(place, set())
    return [
        Want(what, needed, tuple(sorted(who for who, held in holds.items() if held == place)))
        for place, needed in enumerate(asked)
    ]
