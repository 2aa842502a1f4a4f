"""What was published of gittuf's weaknesses, and the like, tried on the policy of approvals.

- GHSA-vxvc-cg7j-rwqj (CVE-2026-44544): an old policy, once signed, is put back without being signed anew.
- entries that say what counts are skipped, dropped or made invalid by the change that they judge.
- rules are inherited: of another role, of another person with the same key, of a default.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from curate.versions.revisions import Revision, revision
from curate.versions.sources import WORK_TREE
from governance.cli.gates import judged
from governance.gate import judge
from governance.records.approvals import approve, standing
from governance.records.store import path_of, write_record

from .signed import REQUIRE, ROLES, commit, line, missing, write_policy
from .test_events import write_version

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
STRICT: dict[str, Any] = {**REQUIRE, "gold": [{"role": "reviewer", "count": 2}]}


def signers(keys: dict[str, Path], *names: str) -> str:
    return "".join(line(keys, name) for name in names or ("ann", "bob", "cat"))


def head(project: Project) -> Revision:
    at = revision(project.root, "HEAD")
    assert at is not None
    return at


def test_an_old_policy_that_was_approved_once_is_not_put_back_by_that_approval(
    project: Project, keys: dict[str, Path]
) -> None:
    """CVE-2026-44544: forth and back and forth again, every change needs an approval of its own."""
    for require in (STRICT, REQUIRE, STRICT):
        base = head(project)
        write_policy(project.root, signers(keys), require=require)
        assert ("policy", "steward") in missing(standing(project, base)), require
        approve(project, "policy", key=keys["ann"], base=base)
        assert ("policy", "steward") not in missing(standing(project, base))
        commit(project.root)
    base = head(project)
    write_policy(project.root, signers(keys), require=REQUIRE)
    found = standing(project, base)
    assert ("policy", "steward") in missing(found)
    assert "earlier change of the policy" in {one.why_not for one in found.given if not one.changed}.pop()


def test_an_approval_of_an_earlier_change_that_is_written_anew_is_another_record(
    project: Project, keys: dict[str, Path]
) -> None:
    base = head(project)
    write_policy(project.root, signers(keys), require=STRICT)
    old = approve(project, "policy", key=keys["ann"], base=base)
    commit(project.root)
    write_policy(project.root, signers(keys), require=REQUIRE)
    approve(project, "policy", key=keys["ann"], base=head(project))
    commit(project.root)
    base = head(project)
    write_policy(project.root, signers(keys), require=STRICT)
    path_of(project.root, old.id).unlink()
    later = old.predicate.model_copy(update={"at": "2026-11-29T23:59:59Z", "note": "again"})
    write_record(project.root, replace(old, predicate=later))
    assert ("policy", "steward") in missing(standing(project, base))


def approvals_gate(project: Project, base: Revision | None) -> Any:
    return next(gate for gate in judge(project, date(2026, 11, 29), base) if gate.name == "approvals")


def test_a_change_cannot_skip_the_gate_that_judges_it(project: Project, keys: dict[str, Path]) -> None:
    base = head(project)
    section = yaml.safe_load((project.root / "params.yaml").read_text())
    skip = {"skip": [{"gate": "approvals", "reason": "in a hurry", "date": "2026-11-29"}]}
    (project.root / "params.yaml").write_text(yaml.safe_dump({**section, "check": skip}))
    commit(project.root, who="eve")
    gate = approvals_gate(project, base)
    assert gate.failed and not gate.skipped and "steward of gold, 0 given" in gate.message
    assert approvals_gate(project, head(project)).skipped  # where the base itself has it, somebody let it in


@pytest.mark.parametrize(
    "text", ["approvals: [", "approvals: {require: {gold: [{role: 5}]}}", "approvals: 3"]
)
def test_a_policy_made_invalid_does_not_pass(project: Project, text: str) -> None:
    base = head(project)
    (project.root / "params.yaml").write_text(text)
    with pytest.raises(AssayError):
        standing(project, base)


def test_the_change_cannot_lift_a_revocation(project: Project, keys: dict[str, Path]) -> None:
    write_policy(project.root, signers(keys), revoked="governance/revoked_keys")
    revoked = project.root / "governance" / "revoked_keys"
    revoked.write_text(keys["ann"].with_suffix(".pub").read_text())
    base = commit(project.root)
    revoked.write_text("")
    with pytest.raises(AssayError, match="revoked key"):
        approve(project, "gold", key=keys["ann"], base=base)
    assert standing(project, base).changed_policy


def test_one_person_with_two_roles_counts_once(project: Project, keys: dict[str, Path]) -> None:
    roles = {"steward": ["ann@example.org"], "reviewer": ["ann@example.org", "bob@example.org"]}
    write_policy(project.root, signers(keys), roles=roles)
    base = commit(project.root)
    for role in ("steward", "reviewer"):
        approve(project, "gold", key=keys["ann"], role=role, base=base)
    assert len(missing(standing(project, base))) == 1
    approve(project, "gold", key=keys["bob"], base=base)
    found = standing(project, base)
    assert found.enough and [want.by for want in found.wants] == [("ann@example.org",), ("bob@example.org",)]


def test_a_key_under_two_names_is_one_person(project: Project, keys: dict[str, Path]) -> None:
    twice = line(keys, "bob") + line(keys, "bob").replace("bob@", "ben@")
    roles = {"steward": ["ann@example.org"], "reviewer": ["bob@example.org", "ben@example.org"]}
    write_policy(project.root, signers(keys, "ann") + twice, roles=roles, require=STRICT)
    base = commit(project.root)
    with pytest.raises(AssayError, match="the same key"):
        standing(project, base)


def test_a_role_of_the_change_gives_nothing(project: Project, keys: dict[str, Path]) -> None:
    base = head(project)
    roles = {**ROLES, "steward": ["ann@example.org", "bob@example.org"]}
    write_policy(project.root, signers(keys), roles=roles)
    with pytest.raises(AssayError, match="does not have role steward"):
        approve(project, "policy", key=keys["bob"], role="steward", base=base)
    assert ("policy", "steward") in missing(standing(project, base))


def test_an_approval_that_is_dropped_no_longer_counts(project: Project, keys: dict[str, Path]) -> None:
    base = head(project)
    record = approve(project, "gold", key=keys["ann"], base=base)
    assert ("gold", "steward") not in missing(standing(project, base))
    path_of(project.root, record.id).unlink()
    assert ("gold", "steward") in missing(standing(project, base))


def test_what_is_approved_for_one_thing_is_not_for_another(project: Project, keys: dict[str, Path]) -> None:
    write_policy(project.root, signers(keys), require={"diff": [{"role": "steward"}]})
    base = commit(project.root)
    approve(project, "gold", key=keys["ann"], base=base)
    assert ("diff", "steward") in missing(standing(project, base))
    approve(project, "diff", key=keys["ann"], base=base)
    assert standing(project, base).enough
    write_version(project.root, 6)
    assert ("diff", "steward") in missing(standing(project, base))


def test_beside_a_diff_approvals_are_judged_by_the_policy_of_what_it_is_compared_with(
    project: Project, keys: dict[str, Path]
) -> None:
    """The comment on a pull request is made of these rows."""
    base = head(project)
    approve(project, "gold", key=keys["ann"], base=base)
    write_policy(project.root, signers(keys), require={})
    commit(project.root, who="eve")
    (row,) = (row for row in judged("HEAD~1", WORK_TREE) if row[0] == "approvals")
    assert row[1] is False and "1 by role reviewer of gold, 0 given" in row[2]
    assert "1 by role steward of policy, 0 given" in row[2]
    assert "ann@example.org's approval of gold is stale: policy changed" in row[2]
    write_policy(project.root, signers(keys))
    approve(project, "gold", key=keys["bob"], base=base)
    (row,) = (row for row in judged("HEAD~1...", WORK_TREE) if row[0] == "approvals")
    assert row[1] is True
    assert "approved: gold by ann@example.org (steward); gold by bob@example.org (reviewer)" in row[2]
