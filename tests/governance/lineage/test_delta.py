"""Gold versions as a Delta table: read by number, known by digest, refused once somebody was taken out."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.project import Project
from governance.cli.main import main
from governance.lineage.delta import DIGEST, Added, add_version
from governance.lineage.versions import versions
from tests.governance.lineage.test_twins import twin_in_cache, write
from tests.governance.versioned import TRAIN, digest_of

deltalake = pytest.importorskip("deltalake")


def ids(table: Path, number: int, split: str) -> list[str]:
    rows = pl.scan_delta(table, version=number).filter(pl.col("split") == split)
    return sorted(rows.collect()["example_id"])


def test_any_version_is_read_by_its_number(versioned: Project, tmp_path: Path) -> None:
    table = tmp_path / "table"
    assert add_version(versioned, "first", table) == Added(digest_of("v1")[:12], 0, True)
    newest = digest_of("v2")[:12]
    assert add_version(versioned, newest, table) == Added(newest, 1, True)
    assert add_version(versioned, newest, table) == Added(newest, 1, False)
    assert [ids(table, number, "train") for number in (0, 1)] == [TRAIN["v1"], TRAIN["v2"]]
    assert ids(table, 1, "test") == ["held-1", "held-2"]
    history = deltalake.DeltaTable(table).history()
    assert [one[DIGEST] for one in history] == [digest_of("v2"), digest_of("v1")]


def test_a_table_that_holds_somebody_who_was_taken_out_is_refused(versioned: Project, tmp_path: Path) -> None:
    table = tmp_path / "table"
    add_version(versioned, "first", table)
    stored = versions(versioned)[1].stored
    twin = twin_in_cache(versioned.root, ["stays"], "f" * 64)
    write(versioned.root, {stored: twin}, contents={digest_of("v1"): "f" * 64})
    with pytest.raises(AssayError, match="taken out by an erasure since: its version 0") as error:
        add_version(versioned, digest_of("v2")[:12], table)
    assert "rm -r" in error.value.fix
    fresh = tmp_path / "fresh"
    add_version(versioned, "first", fresh)
    assert ids(fresh, 0, "train") == ["stays"]


def test_the_command_says_what_it_wrote_and_leaves_other_folders_alone(
    versioned: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for code, folder, words in (
        (0, tmp_path / "table", "is written as version 0"),
        (0, tmp_path / "table", "stands there already as version 0"),
        (2, versioned.root, "is not a Delta table"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["checkout-gold", "first", str(folder), "--delta"])
        assert int(stop.value.code or 0) == code
        assert words in " ".join(capsys.readouterr().err.split())
