"""Old gold versions are read from git and DVC's cache, without a checkout."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from curate.diff import compare, open_both
from curate.errors import AssayError
from curate.versions.revisions import cache_folder

ENV = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1"}
ENV |= {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, env=ENV)


def store(cache: Path, content: bytes, suffix: str = "", layout: str = "files/md5") -> str:
    digest = hashlib.md5(content).hexdigest() + suffix
    path = cache / layout / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def commit_gold(project: Path, cache: Path, label: str, tag: str, *, legacy: bool = False) -> None:
    """Commit a dvc.lock whose gold version holds one row labelled `label`, its objects in `cache`."""
    import io

    buffer = io.BytesIO()
    pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": [label]}).write_parquet(buffer)
    layout = "" if legacy else "files/md5"
    listing = [
        {"md5": store(cache, buffer.getvalue(), layout=layout), "relpath": "train.parquet"},
        {
            "md5": store(cache, json.dumps({"task": {"kind": "classification"}}).encode(), layout=layout),
            "relpath": "manifest.json",
        },
    ]
    digest = store(cache, json.dumps(listing).encode(), ".dir", layout)
    output = f"    - path: gold\n{'' if legacy else '      hash: md5' + chr(10)}      md5: {digest}\n"
    (project / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  publish:\n    cmd: assay publish\n    outs:\n" + output
    )
    git(project, "add", "-A", ".")
    git(project, "commit", "-m", label)
    git(project, "tag", tag)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An assay project in a subfolder of a git repository, with `.dvc` at the top."""
    git(tmp_path, "init", "-b", "main")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".gitignore").write_text("cache\n/elsewhere\n")
    folder = tmp_path / "deep" / "project"
    folder.mkdir(parents=True)
    (folder / "task.yaml").write_text("name: x\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("legacy", [False, True], ids=["dvc 3 layout", "dvc 2 layout"])
def test_two_tags_are_compared_without_touching_the_work_tree(project: Path, legacy: bool) -> None:
    cache = project.parents[1] / ".dvc" / "cache"
    commit_gold(project, cache, "old", "v1", legacy=legacy)
    commit_gold(project, cache, "new", "v2", legacy=legacy)
    found = compare(*open_both("v1..v2"))
    assert found.table.select("change", "row", "before", "after").rows() == [
        ("relabelled", "r", "old", "new")
    ]
    assert (found.before.name, found.after.name) == ("v1", "v2")
    assert not (project / "gold").exists()
    assert compare(*open_both("v1", "HEAD")).table.equals(found.table)
    assert compare(*open_both("v1...v2")).table.equals(found.table)


def test_the_work_tree_is_the_default_second_side(project: Path) -> None:
    commit_gold(project, project.parents[1] / ".dvc" / "cache", "old", "v1")
    with pytest.raises(AssayError, match="no gold version is published"):
        open_both("v1")
    (project / "gold").mkdir()
    pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": ["mine"]}).write_parquet(
        project / "gold" / "train.parquet"
    )
    assert compare(*open_both("v1")).summary.transitions == (("old", "mine", 1),)


def test_a_gold_folder_that_is_not_the_locked_one_is_said(project: Path) -> None:
    commit_gold(project, project.parents[1] / ".dvc" / "cache", "old", "v1")
    (project / "gold").mkdir()
    pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": ["mine"]}).write_parquet(
        project / "gold" / "train.parquet"
    )
    assert "gold/ is not the version that dvc.lock names" in compare(*open_both("v1")).summary.notes


CONFLICT = "<<<<<<< ours\nstages: {}\n=======\nstages: {a: 1}\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONFLICT, "merge conflict, from line 1 on"),
        ("stages: [", "cannot be read"),
        ("- a\n", "cannot be read"),
        ("stages: 7\n", "cannot be read"),
    ],
)
def test_a_lock_file_that_cannot_be_read_is_an_error_on_either_side(
    project: Path, text: str, said: str
) -> None:
    commit_gold(project, project.parents[1] / ".dvc" / "cache", "old", "v1")
    (project / "gold").mkdir()
    pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": ["mine"]}).write_parquet(
        project / "gold" / "train.parquet"
    )
    (project / "dvc.lock").write_text(text)
    with pytest.raises(AssayError, match=said) as now:
        open_both("v1")
    git(project, "commit", "-am", "bad")
    with pytest.raises(AssayError, match=said) as then:
        open_both("v1..HEAD")
    assert now.value.fix and then.value.fix


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config", "[core]\n    analytics = false\n[cache]\n    dir = ../elsewhere\n"),
        ("config.local", "['remote \"x\"']\n    url = s3://b\n[cache]\n    dir = ../elsewhere\n"),
    ],
)
def test_a_cache_kept_elsewhere_is_found(project: Path, file: str, text: str) -> None:
    top = project.parents[1]
    (top / ".dvc" / "config").write_text("[cache]\n    dir = /nowhere\n")
    (top / ".dvc" / file).write_text(text)
    assert cache_folder(project) == (top / "elsewhere").resolve()
    commit_gold(project, top / "elsewhere", "old", "v1")
    assert compare(*open_both("v1", "v1")).summary.empty


def test_an_object_missing_from_the_cache_names_the_fetch_that_brings_it(project: Path) -> None:
    cache = project.parents[1] / ".dvc" / "cache"
    commit_gold(project, cache, "old", "v1")
    shutil.rmtree(cache)
    for name, reach in (("v1", "--all-tags"), ("main", "--all-branches"), ("HEAD", "--all-commits")):
        with pytest.raises(AssayError, match="not in DVC's cache") as error:
            open_both(name, "v1")
        assert error.value.fix == f"the same command with --fetch   (or dvc fetch {reach} gold)"


def test_a_revision_without_a_gold_version_says_so(project: Path) -> None:
    git(project, "add", "-A", ".")
    git(project, "commit", "-m", "empty")
    with pytest.raises(AssayError, match=r"HEAD has no dvc\.lock"):
        open_both("HEAD", "HEAD")
    (project / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  ingest:\n    outs:\n    - {path: data/ingest, md5: a.dir}\n"
    )
    git(project, "add", "-A", ".")
    git(project, "commit", "-m", "half")
    with pytest.raises(AssayError, match="names no output `gold`"):
        open_both("HEAD", "HEAD")
    (project / "dvc.lock").write_text("<<<<<<< HEAD\n: [\n")
    git(project, "add", "-A", ".")
    git(project, "commit", "-m", "conflict")
    with pytest.raises(AssayError, match="cannot be read"):
        open_both("HEAD", "HEAD")


@pytest.mark.parametrize("name", ["no-such-thing", "--output=x", "a b\x1b[31m"])
def test_a_name_that_means_nothing_is_an_error_and_never_an_option_of_git(project: Path, name: str) -> None:
    with pytest.raises(AssayError, match="is not a file, folder or git revision") as error:
        open_both(name, "HEAD")
    assert "\x1b" not in str(error.value)


def test_a_damaged_list_in_the_cache_is_named_with_what_restores_it(project: Path) -> None:
    cache = project.parents[1] / ".dvc" / "cache"
    commit_gold(project, cache, "old", "v1")
    listing = next(cache.rglob("*.dir"))
    listing.write_bytes(listing.read_bytes()[:20])
    with pytest.raises(AssayError, match="is damaged in DVC's cache") as error:
        open_both("v1", "v1")
    assert error.value.fix.startswith(f"mv {listing} {listing}.damaged; then the same command with --fetch")


@pytest.mark.slow
def test_what_dvc_itself_stores_is_read_back_and_fetched_from_its_remote_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dvc = Path(sys.executable).with_name("dvc")
    if not dvc.exists():
        pytest.skip("the dvc command is not installed here")

    def run(*arguments: str) -> None:
        subprocess.run([str(dvc), *arguments, "-q"], cwd=tmp_path, check=True, capture_output=True, env=ENV)

    git(tmp_path, "init", "-b", "main")
    run("init")
    (tmp_path / "task.yaml").write_text("name: x\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  publish:\n    cmd: cp -r made gold\n    deps: [made]\n    outs: [gold]\n"
    )
    (tmp_path / ".gitignore").write_text("/made\n")
    for label in ("old", "new"):
        (tmp_path / "made").mkdir(exist_ok=True)
        pl.DataFrame({"example_id": ["r"], "input": ["hello"], "output": [label]}).write_parquet(
            tmp_path / "made" / "train.parquet"
        )
        run("repro")
        git(tmp_path, "add", "-A", ".")
        git(tmp_path, "commit", "-m", label)
    shutil.rmtree(tmp_path / "gold")
    monkeypatch.chdir(tmp_path)
    assert compare(*open_both("HEAD~1..HEAD")).summary.transitions == (("old", "new", 1),)
    shutil.rmtree(tmp_path / ".dvc" / "cache")
    with pytest.raises(AssayError, match="neither in DVC's cache nor in its remote"):
        open_both("HEAD~1..HEAD", fetch=True)
    run("remote", "add", "-d", "store", str(tmp_path / "remote"))
    run("repro", "--force")
    run("push")
    shutil.rmtree(tmp_path / ".dvc" / "cache")
    with pytest.raises(AssayError, match="not in DVC's cache") as error:
        open_both("HEAD")
    assert "--fetch" in error.value.fix
    assert compare(*open_both("HEAD", "HEAD", fetch=True)).summary.empty
