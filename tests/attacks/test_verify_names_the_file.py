"""`assay verify` names the file that differs, whatever part of a project it belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.cli.main import main


def told(capsys: pytest.CaptureFixture[str], *parts: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main(["verify", *parts, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    return int(stop.value.code or 0), "; ".join(
        part["words"] for part in document["parts"] if not part["whole"]
    )


@pytest.mark.parametrize(
    "file", ["ledger.parquet", "edits.parquet", "fingerprints.parquet", "README.md", "test.parquet"]
)
def test_a_changed_file_of_gold_is_named(victim: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    assert told(capsys, "gold") == (0, "")
    path = victim / "gold" / file
    path.write_bytes(path.read_bytes() + b" ")
    code, words = told(capsys, "gold")
    assert code == 1 and "gold" in words
    lock = victim / "dvc.lock"
    if lock.exists():  # which tells first that gold is not the locked version
        lock.unlink()
        code, words = told(capsys, "gold")
    assert code == 1 and file in words


def test_a_split_lock_and_a_record_are_named(victim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = victim / "split.lock"
    lock.write_text(lock.read_text().replace("0.", "1.", 1) + "\n# x\n")
    code, words = told(capsys, "gold")
    assert code == 1 and "split.lock" in words
    strange = victim / "records" / "ab" / f"{'c' * 62}.json"
    strange.parent.mkdir(parents=True, exist_ok=True)
    strange.write_text("{}")
    code, words = told(capsys, "records")
    assert code == 1 and f"records/ab/{'c' * 62}.json is not what its name says" in words
