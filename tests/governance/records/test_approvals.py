"""Approvals: signed by real keys, judged by the base's policy, stale the moment something signed has
changed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from curate.project import Project
from curate.versions.revisions import revision
from governance.cli.main import main
from governance.gate import GATES
from governance.records.approvals import approve, standing
from governance.records.ledger import verify
from governance.records.store import path_of

from .signed import REQUIRE, commit, line, missing, write_policy
from .test_events import write_version

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")


def test_gold_is_approved_by_those_the_policy_names_and_stale_when_it_changes(
    project: Project, keys: dict[str, Path]
) -> None:
    base = revision(project.root, "HEAD")
    assert missing(standing(project, base)) == {("gold", "steward"), ("gold", "reviewer")}
    approve(project, "gold", key=keys["ann"], base=base)
    approve(project, "gold", key=keys["bob"], base=base, note="read fifty rows")
    found = standing(project, base)
    assert found.enough and {given.who for given in found.given} == {"ann@example.org", "bob@example.org"}
    write_version(project.root, 6)
    found = standing(project, base)
    assert not found.enough and {given.changed for given in found.given} == {("gold/train.parquet",)}
    (project.root / "decisions").mkdir()
    (project.root / "decisions" / "pii.jsonl").write_text("{}\n")
    assert standing(project, base).given[0].changed == ("decisions/pii.jsonl", "gold/train.parquet")
    write_version(project.root, 5)
    shutil.rmtree(project.root / "decisions")
    assert standing(project, base).enough  # the very version that was signed


def test_the_author_does_not_count_and_one_person_counts_once(
    project: Project, keys: dict[str, Path]
) -> None:
    write_policy(
        project.root,
        "".join(line(keys, name) for name in ("ann", "bob", "cat")),
        require={"gold": [{"role": "reviewer", "count": 2}]},
    )
    base = commit(project.root)
    write_version(project.root, 6)
    commit(project.root, who="bob")
    for _ in range(2):
        approve(project, "gold", key=keys["bob"], base=base)
        approve(project, "gold", key=keys["cat"], base=base)
    (want,) = standing(project, base).wants
    assert want.by == ("cat@example.org",) and not want.met


def test_a_stranger_a_wrong_role_and_a_lent_record_do_not_count(
    project: Project, keys: dict[str, Path]
) -> None:
    with pytest.raises(AssayError, match="is not by an allowed signer") as caught:
        approve(project, "gold", key=keys["eve"])
    assert caught.value.fix
    with pytest.raises(AssayError, match="does not have role steward"):
        approve(project, "gold", key=keys["bob"], role="steward")
    record = approve(project, "gold", key=keys["bob"])
    document = json.loads(record.content)
    document["signatures"][0]["keyid"] = "SHA256:ann"  # a claim, which nobody believes
    statement = json.loads(record.statement)
    assert statement["predicate"]["role"] == "reviewer"
    from dataclasses import replace

    forged = replace(record, predicate=record.predicate.model_copy(update={"role": "steward"}))
    from governance.records.store import write_record

    write_record(project.root, forged)
    given = {one.id: one for one in standing(project).given}
    assert given[forged.id].who is None and "not over this record" in given[forged.id].why_not
    assert given[record.id].counts


def test_the_proposed_policy_judges_nothing(project: Project, keys: dict[str, Path]) -> None:
    base = revision(project.root, "HEAD")
    everybody = "".join(line(keys, name) for name in ("ann", "bob", "cat", "eve"))
    write_policy(
        project.root, everybody, roles={"steward": ["eve@example.org"], "reviewer": ["eve@example.org"]}
    )
    commit(project.root, who="eve")
    with pytest.raises(AssayError, match="not by an allowed signer"):
        approve(project, "gold", key=keys["eve"], base=base)
    found = standing(project, base)
    assert found.changed_policy and ("policy", "steward") in missing(found)
    approve(project, "policy", key=keys["ann"], base=base)
    assert ("policy", "steward") not in missing(standing(project, base))
    write_policy(project.root, everybody, roles={"steward": ["eve@example.org"]}, require={})
    assert ("policy", "steward") in missing(standing(project, base))  # another policy than the one approved


def test_an_emptied_policy_still_has_to_pass_the_old_one(project: Project, keys: dict[str, Path]) -> None:
    base = revision(project.root, "HEAD")
    (project.root / "params.yaml").write_text("{}\n")
    commit(project.root, who="eve")
    assert missing(standing(project, base)) >= {("policy", "steward"), ("gold", "reviewer")}


def test_a_policy_silent_on_its_own_change_is_not_free_to_change(
    project: Project, keys: dict[str, Path]
) -> None:
    signers = "".join(line(keys, name) for name in ("ann", "bob"))
    roles = {"steward": ["ann@example.org"]}
    write_policy(project.root, signers, roles=roles, require={"gold": [{"role": "steward"}]})
    base = commit(project.root)
    write_policy(project.root, signers, roles=roles, require={})
    assert ("policy", "steward") in missing(standing(project, base))


def test_a_first_policy_needs_nobody(project: Project) -> None:
    (project.root / "params.yaml").rename(project.root / "later.yaml")
    base = commit(project.root)
    (project.root / "later.yaml").rename(project.root / "params.yaml")
    found = standing(project, base)
    assert found.enough and found.first and not found.changed_policy


def test_rolling_the_policy_back_is_a_change_of_it(project: Project, keys: dict[str, Path]) -> None:
    old = (project.root / "params.yaml").read_text()
    write_policy(
        project.root,
        "".join(line(keys, name) for name in ("ann", "bob", "cat")),
        require={**REQUIRE, "gold": [{"role": "reviewer", "count": 2}]},
    )
    approve(project, "policy", key=keys["ann"])
    base = commit(project.root)
    assert not standing(project, base).changed_policy
    (project.root / "params.yaml").write_text(old)
    found = standing(project, base)
    assert found.changed_policy and ("policy", "steward") in missing(found)


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ("", True),
        ('valid-before="20200101" ', False),
        ('valid-after="20990101" ', False),
        ('valid-after="20200101",valid-before="20990101" ', True),
        ('namespaces="git" ', False),
        ('namespaces="git,assay-record" ', True),
    ],
)
def test_intervals_and_namespaces_are_honoured(
    project: Project, keys: dict[str, Path], options: str, counts: bool
) -> None:
    write_policy(
        project.root,
        line(keys, "ann", options),
        roles={"steward": ["ann@example.org"]},
        require={"gold": [{"role": "steward"}]},
    )
    base = commit(project.root)
    if counts:
        approve(project, "gold", key=keys["ann"], base=base)
        assert standing(project, base).enough
    else:
        with pytest.raises(AssayError):
            approve(project, "gold", key=keys["ann"], base=base)


def test_a_revoked_key_no_longer_counts(project: Project, keys: dict[str, Path]) -> None:
    approve(project, "gold", key=keys["ann"])
    assert any(given.counts for given in standing(project).given)
    signers = "".join(line(keys, name) for name in ("ann", "bob", "cat"))
    write_policy(project.root, signers, revoked="governance/revoked_keys")
    (project.root / "governance" / "revoked_keys").write_text(keys["ann"].with_suffix(".pub").read_text())
    commit(project.root)
    (given,) = standing(project).given
    assert given.who is None and "revoked" in given.why_not


@pytest.mark.parametrize(
    ("signers", "what"),
    [
        ("*@example.org ssh-ed25519 AAAA\n", "without patterns"),
        ("аnn@example.org ssh-ed25519 AAAA\n", "plain ASCII"),  # a Cyrillic a
        ("ann@example.org cert-authority ssh-ed25519 AAAA\n", "certificate authority"),
        ("", "does not name"),
    ],
)
def test_signers_that_could_be_taken_for_others_are_refused(
    project: Project, signers: str, what: str
) -> None:
    write_policy(project.root, signers)
    base = commit(project.root)
    with pytest.raises(AssayError, match=what) as caught:
        standing(project, base)
    assert caught.value.fix


def test_line_ends_of_windows_and_a_byte_order_mark_are_read(project: Project, keys: dict[str, Path]) -> None:
    signers = "﻿" + "".join(line(keys, name) for name in ("ann", "bob", "cat"))
    write_policy(project.root, signers.replace("\n", "\r\n"))
    base = commit(project.root)
    approve(project, "gold", key=keys["ann"], base=base)
    assert ("gold", "steward") not in missing(standing(project, base))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"require": {"gold": [{"role": "reviewer", "count": 3}]}}, "which 2 signers have"),
        ({"require": {"cake": [{"role": "reviewer"}]}}, "not valid"),
        ({"roles": {"steward": ["zoe@example.org"]}}, "does not name"),
        ({"signers": "../elsewhere"}, "not valid"),
    ],
)
def test_a_policy_that_nobody_can_meet_is_an_error(
    project: Project, keys: dict[str, Path], changes: dict[str, Any], what: str
) -> None:
    write_policy(project.root, "".join(line(keys, name) for name in ("ann", "bob", "cat")), **changes)
    with pytest.raises(AssayError, match=what) as caught:
        standing(project, commit(project.root))
    assert caught.value.fix


def test_the_check_and_the_command_say_who_and_what_is_stale(
    project: Project,
    keys: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (gate,) = GATES["approvals"](project, date(2026, 11, 29))
    assert not gate.passed and "1 by role steward of gold, 0 given" in gate.message
    monkeypatch.setenv("ASSAY_SIGNING_KEY", str(keys["ann"]))
    with pytest.raises(SystemExit) as stop:
        main(["approve", "--base", "main"])
    assert not stop.value.code
    shown = capsys.readouterr()
    assert "ann@example.org" in shown.out and "approved: gold" in shown.err
    write_version(project.root, 8)
    (gate,) = GATES["approvals"](project, date(2026, 11, 29))
    assert "ann@example.org's approval of gold is stale: gold/train.parquet changed" in gate.message
    with pytest.raises(SystemExit):
        main(["approve", "--list", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "assay.approvals/1" and not told["enough"]


def test_an_unsigned_approval_is_a_fault_of_the_journal(project: Project, keys: dict[str, Path]) -> None:
    record = approve(project, "gold", key=keys["ann"])
    path_of(project.root, record.id).unlink()
    from governance.records.statement import Record
    from governance.records.store import write_record

    bare = write_record(project.root, Record(record.predicate, record.subjects))
    assert [fault.what for fault in verify(project.root).faults] == [
        "is not signed: a record of kind approval must be"
    ]
    assert [given.id for given in standing(project).given] == [bare.id] and not standing(project).enough


BROKEN: list[Callable[[Path, Path], Path]] = [
    lambda folder, key: folder / "absent",
    lambda folder, key: Path(shutil.copy(folder / "task.yaml", folder / "key")),
]


@pytest.mark.parametrize("make", BROKEN)
def test_a_key_that_cannot_sign_is_an_error_with_a_fix(
    project: Project, keys: dict[str, Path], make: Callable[[Path, Path], Path]
) -> None:
    with pytest.raises(AssayError) as caught:
        approve(project, "gold", key=make(project.root, keys["ann"]))
    assert "--key" in str(caught.value.fix) and not (project.root / "records").exists()
