"""Objects removed from cache and remotes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from curate.errors import AssayError
from curate.versions.revisions import git as git_says
from curate.versions.revisions import lock_stages
from governance.erasure.objects import NotAllRemoved, remove_objects
from governance.erasure.stores import open_stores
from governance.erasure.where import Where
from tests.curate.versions.test_revisions import git
from tests.governance.erasure.conftest import PERSON, anywhere, dvc, files_under


def first_version(root: Path) -> tuple[str, str]:
    """The first gold's digest, and that of the file in it which holds the person."""
    text = git_says(root, "show", "HEAD~1:dvc.lock") or ""
    outs = lock_stages(text, "dvc.lock", "")["make"]["outs"]
    return str(outs[0]["md5"]), hashlib.md5(f"Ann\n{PERSON}".encode()).hexdigest()


def test_what_is_removed_is_gone_from_cache_remote_and_run_caches_and_all_else_stays(
    pushed: Path, tmp_path: Path
) -> None:
    folder, file = first_version(pushed)
    note = hashlib.md5(b"stays the same").hexdigest()
    assert len(anywhere(pushed / ".dvc", PERSON)) == len(anywhere(tmp_path / "store", PERSON)) == 1
    before = {path: path.read_bytes() for path in files_under(tmp_path)}
    done = remove_objects(pushed, [folder, file])
    assert done.unreachable == ()
    for place in ("cache", "remote folder"):
        assert {Where(place, folder), Where(place, file)} <= set(done.removed)
        assert f"run cache of {place}" in {where.place for where in done.removed}
    assert not anywhere(pushed / ".dvc", PERSON) and not anywhere(tmp_path / "store", PERSON)
    for store in (pushed / ".dvc" / "cache", tmp_path / "store"):
        assert (store / "files" / "md5" / note[:2] / note[2:]).exists()
        assert not any(folder.encode() in path.read_bytes() for path in files_under(store))
    # DVC 3 fails on an empty folder of its run cache.
    assert all(any(runs.iterdir()) for runs in (pushed / ".dvc" / "cache" / "runs").glob("*/*"))
    gone = {path for path in before if not path.exists()}
    assert len(gone) == 6  # two objects and a run, twice
    assert dvc(pushed, "repro", "--dry")  # DVC goes on


def test_removing_twice_is_fine(pushed: Path) -> None:
    oids = first_version(pushed)
    assert remove_objects(pushed, oids).removed
    assert remove_objects(pushed, oids).removed == ()


def test_objects_of_dvc_2_and_half_made_ones_are_removed(pushed: Path, tmp_path: Path) -> None:
    folder, file = first_version(pushed)
    for store in (pushed / ".dvc" / "cache", tmp_path / "store"):
        for oid in (folder, file):
            (store / oid[:2]).mkdir(exist_ok=True)
            (store / oid[:2] / oid[2:]).write_text(PERSON)
        (store / folder[:2] / f"{folder[2:]}.unpacked").mkdir()
        (store / folder[:2] / f"{folder[2:]}.unpacked" / "train.csv").write_text(PERSON)
        modern = store / "files" / "md5" / file[:2]
        (modern / f"{file[2:]}.4f8cc.tmp").write_text(PERSON)
    remove_objects(pushed, [folder, file])
    assert not anywhere(pushed / ".dvc", PERSON) and not anywhere(tmp_path / "store", PERSON)


def test_only_the_remotes_named_are_removed_from(pushed: Path, tmp_path: Path) -> None:
    _, file = first_version(pushed)
    places = {where.place for where in remove_objects(pushed, [file], remotes=[]).removed}
    assert places == {"cache"}
    assert anywhere(tmp_path / "store", PERSON)
    with pytest.raises(AssayError, match="no remote called elsewhere"):
        remove_objects(pushed, [file], remotes=["elsewhere"])


def test_remotes_out_of_reach_are_named_with_the_reason(pushed: Path, tmp_path: Path) -> None:
    _, file = first_version(pushed)
    named = {
        "unmounted": str(tmp_path / "disk"),
        "lake": "azure://container/data",
        "web": "https://ann:secret@127.0.0.1/data",
    }
    with (pushed / ".dvc" / "config").open("a") as config:
        config.writelines(f"['remote \"{name}\"']\n    url = {url}\n" for name, url in named.items())
    reasons = dict(remove_objects(pushed, [file]).unreachable)
    assert reasons.keys() == {"remote unmounted", "remote lake", "remote web"}
    assert "not mounted" in reasons["remote unmounted"]
    assert "dvc-azure" in reasons["remote lake"]
    assert "HTTP" in reasons["remote web"] and "secret" not in str(reasons)


def test_a_remote_that_only_an_earlier_commit_names_is_reported(pushed: Path, tmp_path: Path) -> None:
    _, file = first_version(pushed)
    config = pushed / ".dvc" / "config"
    config.write_text(config.read_text().replace("../store", "../new"))
    (tmp_path / "new").mkdir()
    ((place, why),) = remove_objects(pushed, [file]).unreachable
    assert place == "remote folder of earlier commits" and "../../store" in why


def test_a_remote_that_fails_half_way_is_named_and_a_second_call_finishes(
    pushed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oids = sorted(first_version(pushed))
    stuck = tmp_path / "store" / "files" / "md5" / oids[1][:2]
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.parent == stuck:
            raise OSError(5, "Input/output error")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch, pytest.raises(NotAllRemoved, match="remote folder failed") as failed:
        patch.setattr(Path, "unlink", refuse)
        remove_objects(pushed, oids)
    done = failed.value.done.removed
    assert Where("remote folder", oids[0]) in done and Where("remote folder", oids[1]) not in done
    assert {Where("cache", oid) for oid in oids} <= set(done)
    assert remove_objects(pushed, oids).removed == (Where("remote folder", oids[1]),)


def test_nothing_is_removed_while_dvc_is_busy(pushed: Path) -> None:
    _, file = first_version(pushed)
    from dvc.lock import make_lock

    with (
        make_lock(str(pushed / ".dvc" / "tmp" / "lock")),
        pytest.raises(AssayError, match="another DVC command"),
    ):
        remove_objects(pushed, [file])
    assert anywhere(pushed / ".dvc", PERSON)


@pytest.mark.parametrize("oid", ["../../../etc", "", "ab", "0" * 32 + ".dir/../x", "A" * 32])
def test_what_is_not_a_digest_is_refused(tmp_path: Path, oid: str) -> None:
    with pytest.raises(AssayError, match="not a digest"):
        remove_objects(tmp_path, [oid])


def test_dvcs_own_index_of_a_remote_forgets_what_was_removed(pushed: Path) -> None:
    """`dvc status --cloud` would say that the object is still there."""
    from dvc_data.hashfile.db import get_index

    folder, file = first_version(pushed)
    for known in (True, False):
        with open_stores(pushed) as stores:
            index = get_index(stores.remotes[0].odb)
            if known:
                index.update([folder], [file])
            assert (folder in index, file in index) == (known, known)
            index.close()
        remove_objects(pushed, [folder, file])


def test_experiments_that_name_an_object_go_and_others_stay(pushed: Path) -> None:
    folder, file = first_version(pushed)
    git(pushed, "checkout", "-q", "--detach")
    kept = {}
    for name, digest in (("with", folder), ("without", "0" * 32)):
        (pushed / "dvc.lock").write_text(f"outs:\n- path: gold\n  md5: {digest}\n")
        git(pushed, "commit", "-q", "-a", "-m", name)
        commit = (git_says(pushed, "rev-parse", "HEAD") or "").strip()
        kept[f"refs/exps/01/{'2' * 38}/{name}"] = commit
        git(pushed, "update-ref", f"refs/exps/01/{'2' * 38}/{name}", commit)
        git(pushed, "update-ref", "--create-reflog", "refs/exps/celery/stash", commit)
        git(pushed, "reset", "-q", "--hard", "main")
    git(pushed, "checkout", "-q", "main")
    # A worktree of an experiment that was left behind.
    copy = pushed / ".dvc" / "tmp" / "exps" / "tmpx1"
    copy.mkdir(parents=True)
    (copy / "train.csv").write_text(PERSON)
    done = remove_objects(pushed, [folder, file])
    refs = (git_says(pushed, "for-each-ref", "--format=%(refname)", "refs/exps") or "").split()
    assert refs == [f"refs/exps/01/{'2' * 38}/without", "refs/exps/celery/stash"]
    assert (git_says(pushed, "rev-list", "-g", "refs/exps/celery/stash") or "").split() == [
        kept[f"refs/exps/01/{'2' * 38}/without"]
    ]
    assert not copy.exists() and Where(".dvc/tmp", "", "exps/tmpx1") in done.removed
    assert (pushed / ".dvc" / "tmp" / "btime").exists()
