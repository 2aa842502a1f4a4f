"""What is asked of a store is answered, or is an error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from dvc_objects.fs.local import LocalFileSystem

from governance.erasure.stores import Store, files_in


def test_a_folder_that_cannot_be_listed_is_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs" / "ab").mkdir(parents=True)
    (tmp_path / "runs" / "ab" / "entry").write_text("x")
    store = Store("cache", LocalFileSystem(), str(tmp_path), None)
    assert files_in(store, store.runs) == [str(tmp_path / "runs" / "ab" / "entry")]
    assert files_in(store, str(tmp_path / "absent")) == []
    listed = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("ab"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError):
        files_in(store, store.runs)
