"""Folders put into DVC's cache, and objects pushed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from curate.errors import AssayError
from governance.erasure.folders import push_objects, put
from governance.erasure.objects import remove_objects
from tests.governance.erasure.conftest import dvc, files_under


def objects(root: Path) -> dict[str, tuple[bytes, int]]:
    """Files of the cache by their path: bytes and mode."""
    cache = root / ".dvc" / "cache" / "files"
    return {
        path.relative_to(cache).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in files_under(cache)
    }


def test_a_folder_is_put_as_dvc_add_puts_it(pushed: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    (twin / "deep" / "er").mkdir(parents=True)
    for name, content in {"train.csv": "Anne", "deep/ä ö.txt": "x\r\ny", "deep/er/empty": ""}.items():
        (twin / name).write_bytes(content.encode())
    before = objects(pushed)
    oid = put(pushed, twin)
    ours = {path: held for path, held in objects(pushed).items() if path not in before}
    assert len(ours) == 4 and oid.endswith(".dir")
    for path in ours:
        (pushed / ".dvc" / "cache" / "files" / path).unlink()
    twin.rename(pushed / "twin")
    dvc(pushed, "add", "-q", "twin")
    assert yaml.safe_load((pushed / "twin.dvc").read_text())["outs"][0]["md5"] == oid
    assert {path: held for path, held in objects(pushed).items() if path not in before} == ours


def test_pushed_objects_lie_in_the_remote_with_the_files_they_list(pushed: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "train.csv").write_text("only Ann")
    oid = put(pushed, twin)
    assert [where.oid for where in push_objects(pushed, [oid]).pushed] == [oid]
    store = tmp_path / "store" / "files" / "md5"
    (listed,) = json.loads((store / oid[:2] / oid[2:]).read_text())
    assert (store / listed["md5"][:2] / listed["md5"][2:]).read_text() == "only Ann"
    assert push_objects(pushed, [oid]).pushed == push_objects(pushed, [oid]).pushed
    # Also after a removal, which DVC's index of the remote might hide.
    remove_objects(pushed, [oid])
    put(pushed, twin)
    push_objects(pushed, [oid])
    assert (store / oid[:2] / oid[2:]).exists()


def test_what_the_cache_lacks_is_not_pushed(pushed: Path) -> None:
    with pytest.raises(AssayError, match="lacks 1 object"):
        push_objects(pushed, ["0" * 32])
