"""Who wrote a change, and so may not approve it: whoever changed more than records, under whatever cover."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from curate.project import Project
from curate.versions.revisions import Revision, revision
from governance.records.approvals import approve, standing
from governance.records.authors import authors
from governance.records.show import approval_message
from governance.status import recorded

from .signed import commit, git, line, write_policy
from .test_events import assay, write_version

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
BOB = "bob@example.org"
GOLD = Path("gold") / "train.parquet"


def as_bob(root: Path, *arguments: str) -> None:
    git(root, "-c", "user.name=bob", "-c", f"user.email={BOB}", *arguments)


def written_by(root: Path, base: Revision) -> str | None:
    """The subject of the commit that makes Bob an author, if there is one."""
    return authors(root, base, {BOB}).get(BOB)


def head(root: Path) -> str:
    found = revision(root, "HEAD")
    assert found is not None
    return found.commit


@pytest.fixture
def base(project: Project, keys: dict[str, Path]) -> Revision:
    """A base whose policy wants one reviewer, and a change of gold by Dan after it."""
    signers = "".join(line(keys, name) for name in ("ann", "bob", "cat"))
    write_policy(project.root, signers, require={"gold": [{"role": "reviewer"}]})
    at = commit(project.root)
    git(project.root, "branch", "base")
    write_version(project.root, 6)
    commit(project.root)
    return at


def put_record(root: Path, digit: str = "a") -> None:
    path = root / "records" / (digit * 2) / f"{digit * 62}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")


def test_whoever_commits_their_approval_is_not_an_author_of_the_change(
    project: Project, keys: dict[str, Path], base: Revision, capsys: pytest.CaptureFixture[str]
) -> None:
    approve(project, "gold", key=keys["bob"], base=base)
    commit(project.root, who="bob")
    for found in (standing(project, base), standing(project)):
        assert found.enough and "gold by bob@example.org" in approval_message(found)
    assert assay("approve", "--list", "--base", "base") == 0
    assert "pass  gold  1 by role reviewer  bob@example.org" in capsys.readouterr().out
    assert recorded(project, date(2026, 11, 29))[0].message.startswith("approved: gold by bob@example.org")


def test_whoever_changes_gold_beside_a_record_is_an_author_and_is_named_with_the_commit(
    project: Project, keys: dict[str, Path], base: Revision, capsys: pytest.CaptureFixture[str]
) -> None:
    write_version(project.root, 7)
    approve(project, "gold", key=keys["bob"], base=base)
    commit(project.root, who="bob")
    why = f"does not count: bob@example.org is an author of the change: commit {head(project.root)[:7]}"
    put_record(project.root)  # a commit of records after it hides nothing
    commit(project.root, who="bob")
    (project.root / "records" / "aa" / f"{'a' * 62}.json").unlink()
    for found in (standing(project, base), standing(project)):
        assert not found.enough and f"bob@example.org's approval of gold {why}" in approval_message(found)
    assay("check", "--base", "base", "--format", "json")
    assert "is an author of the change" in capsys.readouterr().out
    assert why in recorded(project, date(2026, 11, 29))[0].message
    assert assay("approve", "--list", "--base", "base") == 0
    assert "is an author of the change" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["records/notes.md", "records/aa/x.json", "records", "elsewhere/records/aa"])
def test_what_is_not_a_record_is_a_change_wherever_it_lies(
    project: Project, base: Revision, name: str
) -> None:
    (project.root / name).parent.mkdir(parents=True, exist_ok=True)
    (project.root / name).write_text("x")
    commit(project.root, who="bob")
    assert written_by(project.root, base) == head(project.root)


def test_a_file_moved_into_records_is_gone_elsewhere(project: Project, base: Revision) -> None:
    home = project.root / "records" / "bb" / f"{'b' * 62}.json"
    home.parent.mkdir(parents=True)
    (project.root / GOLD).rename(home)
    commit(project.root, who="bob")
    assert written_by(project.root, base) == head(project.root)


def _parted(root: Path) -> None:
    """Two branches of Dan's, `left` (which changes gold) and `right` (which changes models)."""
    git(root, "switch", "-qc", "left")
    (root / GOLD).write_text("left")
    commit(root)
    git(root, "switch", "-qc", "right", "main")
    (root / "models" / "lora" / "model.json").write_text("right")
    commit(root)
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "left")


def test_a_merge_that_git_makes_by_itself_makes_nobody_an_author(project: Project, base: Revision) -> None:
    _parted(project.root)
    as_bob(project.root, "merge", "-q", "--no-edit", "right")
    assert len(head(project.root)) == 40 and written_by(project.root, base) is None
    assert authors(project.root, None, {"dan@example.org"})  # the last change is looked for behind the merge
    assert not authors(project.root, None, {BOB})


@pytest.mark.parametrize(
    "how", ["a new file", "an edit", "the other side left out", "a conflict", "as another"]
)
def test_a_merge_that_changes_something_itself_counts_for_whoever_made_it(
    project: Project, base: Revision, how: str
) -> None:
    root = project.root
    _parted(root)
    if how == "the other side left out":  # each file is then as one parent has it
        as_bob(root, "merge", "-q", "--no-edit", "-s", "ours", "right")
    else:
        if how == "a conflict":
            git(root, "switch", "-q", "right")
            (root / GOLD).write_text("also right")
            commit(root)
            git(root, "switch", "-q", "main")
            git(root, "merge", "-q", "-s", "ours", "--no-commit", "right")
        else:
            git(root, "merge", "-q", "--no-ff", "--no-commit", "right")
        (root / ("new.txt" if how == "a new file" else GOLD)).write_text("evil")
        git(root, "add", "-A")
        lent = ["--author=dan <dan@example.org>"] if how == "as another" else []
        as_bob(root, "commit", "-qm", "merge", *lent)
    assert written_by(root, base) == head(root)


def test_a_merge_of_records_by_the_approver_leaves_the_approval(
    project: Project, keys: dict[str, Path], base: Revision
) -> None:
    root = project.root
    git(root, "switch", "-qc", "bob")
    approve(project, "gold", key=keys["bob"], base=base)
    commit(root, who="bob")
    git(root, "switch", "-q", "main")
    put_record(root, "c")
    commit(root, who="cat")
    as_bob(root, "merge", "-q", "--no-edit", "bob")
    assert written_by(root, base) is None


def test_a_commit_of_nothing_makes_nobody_an_author(project: Project, base: Revision) -> None:
    as_bob(project.root, "commit", "-qm", "x", "--allow-empty")
    assert written_by(project.root, base) is None


def test_another_case_of_an_address_is_the_same_person(project: Project, base: Revision) -> None:
    write_version(project.root, 8)
    git(project.root, "add", "-A")
    git(project.root, "-c", "user.name=b", "-c", "user.email=Bob@Example.ORG", "commit", "-qm", "x")
    assert written_by(project.root, base) == head(project.root)


def test_settings_of_git_hide_nothing(project: Project, base: Revision) -> None:
    for name, value in (("diff.relative", "true"), ("log.showRoot", "false"), ("diff.renames", "copies")):
        git(project.root, "config", name, value)
    write_version(project.root, 9)
    commit(project.root, who="bob")
    assert written_by(project.root, base) == head(project.root)
