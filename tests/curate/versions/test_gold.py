"""A gold folder is read by its fingerprints only while its files are the published ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.diff import compare, open_both
from curate.diff.match.printed import by_fingerprints
from curate.errors import AssayError
from curate.files import write_json
from curate.provenance import file_digests

ROWS = [
    {"example_id": f"r{number}", "input": "hello", "output": "a", "split": "train"} for number in range(3)
]


def publish(folder: Path, version: Any, manifest: dict[str, Any] | None = None) -> str:
    folder.mkdir(parents=True)
    for part in version.table.parts:
        part.rows.collect().write_parquet(folder / f"{part.split}.parquet")
    for name in ("ledger", "edits", "fingerprints"):
        getattr(version, name).collect().write_parquet(folder / f"{name}.parquet")
    write_json(
        folder / "manifest.json", {**version.manifest, **(manifest or {}), "files": file_digests(folder)}
    )
    return str(folder)


def test_published_folders_are_compared_by_fingerprints_and_a_hand_edit_is_still_seen(
    make_gold: Any, tmp_path: Path
) -> None:
    old = publish(tmp_path / "old", make_gold(ROWS))
    new = publish(tmp_path / "new", make_gold([{**ROWS[0], "output": "b"}, *ROWS[1:]]))
    before, after = open_both(old, new)
    assert by_fingerprints(before, after) is not None
    assert compare(before, after).changes.select("row", "cause").rows() == [("r0", "relabelled in source")]
    path = tmp_path / "new" / "train.parquet"
    pl.read_parquet(path).with_columns(
        pl.when(pl.col("example_id") == "r2").then(pl.lit("z")).otherwise("output").alias("output")
    ).write_parquet(path)
    before, after = open_both(old, new)
    assert by_fingerprints(before, after) is None
    found = compare(before, after)
    assert found.changes.select("row", "after", "reason").rows() == [
        ("r0", "b", "relabelled in source"),
        ("r2", "z", "unexplained"),
    ]


def test_findings_and_metrics_of_both_sides_stand_side_by_side(make_gold: Any, tmp_path: Path) -> None:
    for side, found, figure in (("old", 3, 0.5), ("new", 1, 0.75)):
        publish(tmp_path / side / "gold", make_gold(ROWS), {"pii": {"entities": {"PHONE": found}}})
        write_json(tmp_path / side / "reports" / "metrics.json", {"lora": {"macro_f1": figure}, "name": "x"})
    summary = compare(*open_both(str(tmp_path / "old"), str(tmp_path / "new" / "gold"))).summary
    assert (
        summary.empty
        and summary.findings == {"PHONE": (3, 1)}
        and summary.metrics == {"lora.macro_f1": (0.5, 0.75)}
    )


@pytest.mark.parametrize("kind", ["rewriting", "extraction"])
def test_a_new_output_is_a_relabelling_for_classification_only(
    make_gold: Any, tmp_path: Path, kind: str
) -> None:
    old = publish(tmp_path / "old", make_gold(ROWS), {"task": {"kind": kind}})
    new = publish(
        tmp_path / "new", make_gold([{**ROWS[0], "output": "b"}, *ROWS[1:]]), {"task": {"kind": kind}}
    )
    assert compare(*open_both(old, new)).table.select("change", "field").rows() == [("edited", "output")]


def test_a_manifest_that_is_no_json_is_named(make_gold: Any, tmp_path: Path) -> None:
    folder = publish(tmp_path / "old", make_gold(ROWS))
    (tmp_path / "old" / "manifest.json").write_text("{")
    with pytest.raises(AssayError, match=r"manifest\.json is not valid JSON"):
        open_both(folder, folder)


def test_a_file_with_a_damaged_middle_is_named(make_gold: Any, tmp_path: Path) -> None:
    folder = publish(
        tmp_path / "old",
        make_gold(
            [
                {**ROWS[0], "example_id": f"r{number:05}", "input": f"text {number * 7919}"}
                for number in range(5000)
            ]
        ),
    )
    path = tmp_path / "old" / "train.parquet"
    content = bytearray(path.read_bytes())
    content[100:1100] = bytes(1000)
    path.write_bytes(content)
    with pytest.raises(AssayError, match=r"train\.parquet of .* is damaged"):
        compare(*open_both(folder, folder))
