"""Erasures that do not know of each other lose no version: of two branches of one clone, of another clone,
and of a remote that was away.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from curate.project import Project
from curate.versions.twins import read_erasures
from governance.erasure.erase import Request, execute, plan_of
from governance.erasure.places import listed
from tests.governance.erasure.test_erase import GONE, erase, rows_at
from tests.governance.erasure.tiny import VALUES, git

OTHER = "K-0007"
LEFT = {"v1": 15, "v2": 21, "v3": 21}


def again(project: Project) -> None:
    made = plan_of(project, Request(again=True))
    if made.anything:
        execute(project, made)


def commit(project: Project, words: str) -> None:
    git(project.root, "add", "-A", ".")
    git(project.root, "commit", "-qm", words, "--allow-empty")


def merge(project: Project, branch: str) -> None:
    """Take a branch in; what the tool writes of both is joined, other conflicts are ours."""
    (project.root / ".gitattributes").write_text("decisions/*.jsonl merge=union\n")
    commit(project, "attributes")
    git(project.root, "merge", "-q", "-X", "ours", "-m", "both", branch)


def expect_whole(project: Project, left: dict[str, int] | None = None, gone: set[str] | None = None) -> None:
    assert not read_erasures(project.root).parted
    for tag, rows in (left or LEFT).items():
        ids = {row for table in rows_at(project, tag).values() for row in table["example_id"]}
        assert len(ids) == rows and not ids & (gone or {*GONE, OTHER}), tag


def ids_in(folder: Path) -> set[str]:
    """Ids of the rows of every table under a folder."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.read_bytes()[:4] == b"PAR1":
            frame = pl.read_parquet(path)
            found |= set(frame["example_id"].to_list()) if "example_id" in frame.columns else set()
    return found


@pytest.mark.parametrize("first", ["Jo", "other"])
def test_two_branches_of_one_clone_that_erase_two_people_lose_nothing(tiny: Project, first: str) -> None:
    people = [VALUES, (OTHER,)] if first == "Jo" else [(OTHER,), VALUES]
    git(tiny.root, "branch", "y")
    git(tiny.root, "checkout", "-q", "-b", "x")
    erase(tiny, *people[0])
    commit(tiny, "erased on x")
    git(tiny.root, "checkout", "-q", "y")
    erase(tiny, *people[1])
    expect_whole(tiny)
    commit(tiny, "erased on y")
    merge(tiny, "x")
    again(tiny)
    expect_whole(tiny)
    shutil.rmtree(tiny.root / ".dvc" / "cache" / "files")  # the remote has them all as well
    subprocess.run(["dvc", "fetch", "-q"], cwd=tiny.root, check=False, capture_output=True)
    assert not ids_in(tiny.root.parent / "remote") & {*GONE, OTHER}


@pytest.mark.parametrize("first", ["Jo", "other"])
def test_twins_that_no_commit_names_are_rewritten_too(tiny: Project, first: str) -> None:
    """The first erasure is not committed anywhere: its twins lie in the cache alone."""
    people = [VALUES, (OTHER,)] if first == "Jo" else [(OTHER,), VALUES]
    erase(tiny, *people[0])
    kept = tiny.root.parent / "kept"
    shutil.copytree(tiny.root / "decisions" / "erasures", kept)
    git(tiny.root, "checkout", "-q", ".")
    git(tiny.root, "clean", "-qfd", "decisions", "records")
    erase(tiny, *people[1])
    shutil.copytree(kept, tiny.root / "decisions" / "erasures", dirs_exist_ok=True)
    commit(tiny, "merged")
    again(tiny)
    expect_whole(tiny)


def test_two_clones_with_one_remote_are_made_one_from_either(tiny: Project) -> None:
    other = tiny.root.parent / "other"
    subprocess.run(["cp", "-r", str(tiny.root), str(other)], check=True)
    erase(tiny)
    commit(tiny, "one")
    erase(Project(other), OTHER)
    git(other, "add", "-A", ".")
    git(other, "commit", "-qm", "two")
    git(other, "fetch", "-q", str(tiny.root), "main")
    (other / ".gitattributes").write_text("decisions/*.jsonl merge=union\n")
    git(other, "add", "-A", ".")
    git(other, "commit", "-qm", "union")
    git(other, "merge", "-q", "-X", "ours", "-m", "both", "FETCH_HEAD")
    again(Project(other))
    expect_whole(Project(other))
    assert not ids_in(other / ".dvc" / "cache") & {*GONE, OTHER}


def test_gold_that_is_not_whole_is_left_and_told(tiny: Project) -> None:
    """A version of which a file is nowhere cannot be rewritten, so that none of its files go."""
    from governance.lineage.history import stored_files

    made = plan_of(tiny, Request(VALUES))
    oldest = made.past.gold[made.versions[-1].stored][1]
    mine = {name: path for name, path in oldest.items() if name.endswith(".parquet")}
    others = {path for version in made.versions[:-1] for path in version.files.values()}
    lost = next(path for path in oldest.values() if path not in others)
    for base in (tiny.root / ".dvc" / "cache", tiny.root.parent / "remote"):
        (base / "files" / "md5" / lost.parent.name / lost.name).unlink()
    made = plan_of(tiny, Request(VALUES))
    assert len(made.versions) == 2 and made.unknown and made.absent
    execute(tiny, made)
    left = [path for name, path in mine.items() if path != lost and path not in others]
    assert left and all(path.exists() for path in left)
    assert stored_files(tiny.root, made.absent[0], twin=False) is None
    assert (lost.parents[1] / made.absent[0][:2] / made.absent[0][2:]).exists()


def test_a_remote_that_was_away_is_cleared_when_it_is_back(tiny: Project) -> None:
    remote, away = tiny.root.parent / "remote", tiny.root.parent / "away"
    remote.rename(away)
    erase(tiny)
    commit(tiny, "erased")
    erase(tiny, OTHER)
    commit(tiny, "erased again")
    away.rename(remote)
    assert ids_in(remote) & GONE
    again(tiny)
    assert not ids_in(remote) & {*GONE, OTHER}
    for path in remote.rglob("*"):
        assert not path.is_file() or b"jo.miller" not in path.read_bytes(), path
    for stored in read_erasures(tiny.root).twins:
        for end in read_erasures(tiny.root).ends(stored):
            files = listed(remote / "files" / "md5" / end[:2] / end[2:])
            assert files and all(
                (remote / "files" / "md5" / md5[:2] / md5[2:]).exists() for md5 in files.values()
            )
    expect_whole(tiny)
    assert not plan_of(tiny, Request(again=True)).anything
