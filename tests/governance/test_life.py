"""`assay why` shows what a row says after redaction, and no value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.files import write_folder
from curate.project import Project
from governance.cli.main import main
from governance.life import _fate, _nothing_lifts, _predictions
from governance.triage.without_effect import kept_in_vain
from tests.governance.audit.conftest import Small


def test_why_shows_the_redacted_text_with_what_policy_keeps_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    small = Small(tmp_path)
    small.scan([("URL", 1, "row-a", 0.9, False)])
    redacted = {
        "example_id": "row-a",
        "input": "<PERSON_1> cannot log in, ring 07911 123456 [red]x[/]",
        "output": "reset",
    }
    write_folder(tmp_path / "data" / "redact", {"examples": conform(pl.DataFrame([redacted]), EXAMPLES)}, {})
    with pytest.raises(SystemExit) as stopped:
        main(["why", "row-a"])
    shown = capsys.readouterr().out
    assert not stopped.value.code
    assert "<PERSON_1> cannot log in" in shown and "[red]x[/]" in shown and "output: reset" in shown
    assert "123456" not in shown and "•" in shown


def test_why_shows_the_text_in_gold_where_somebody_changed_it(tmp_path: Path) -> None:
    texts = {"example_id": ["e1"], "input": ["a wrong text"], "output": ["reset"], "rejected": [None]}
    redacted = pl.DataFrame(texts, schema_overrides={"rejected": pl.String})
    edited = redacted.with_columns(pl.lit("a new text, ring 07911 123456").alias("input"))
    (tmp_path / "data" / "redact").mkdir(parents=True)
    (tmp_path / "gold").mkdir()
    redacted.write_parquet(tmp_path / "data" / "redact" / "examples.parquet")
    edited.write_parquet(tmp_path / "gold" / "train.parquet")
    split, text = _fate(Project(tmp_path), "e1")
    assert (split.what, split.evidence) == ("in gold/train.parquet", "output: reset")
    assert text.what.startswith("input in gold: a new text, ring ")
    assert "123456" not in text.what and "•" in text.what
    redacted.write_parquet(tmp_path / "gold" / "train.parquet")
    assert len(list(_fate(Project(tmp_path), "e1"))) == 1  # as redaction left it, which is shown above


def test_a_keep_that_nothing_comes_of_is_said_to_be_without_effect(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "validate"
    folder.mkdir(parents=True)
    drops = {"example_id": ["r1", "r2"], "reason": ["too_long", "null_marker"]}
    pl.DataFrame(drops).write_parquet(folder / "drops.parquet")
    project = Project(tmp_path)
    assert _nothing_lifts(project, "r1") == ", without effect: no verdict lifts too_long"
    assert _nothing_lifts(project, "r2") == ""  # kept once the stages have run again
    assert _nothing_lifts(project, "r3") == ""
    (tmp_path / "data" / "dedup").mkdir()
    (tmp_path / "data" / "redact").mkdir()
    pl.DataFrame(drops).clear().write_parquet(tmp_path / "data" / "dedup" / "drops.parquet")
    said = {"example_id": ["r1", "r2", "r3"], "verdict": ["keep"] * 3, "state": ["in_force"] * 3}
    pl.DataFrame(said).write_parquet(tmp_path / "data" / "redact" / "verdicts.parquet")
    assert kept_in_vain(project) == 1


def test_an_answer_without_a_probability_is_told_without_one(tmp_path: Path) -> None:
    """A language model that writes gives none: `why` ended in a TypeError."""
    folder = tmp_path / "reports" / "evaluation"
    folder.mkdir(parents=True)
    pl.DataFrame(
        {
            "example_id": ["r1", "r1"],
            "system": ["prompt", "probe"],
            "predicted": ["Please wait.", "billing"],
            "correct": [False, True],
            "confidence": [None, 0.75],
        }
    ).write_parquet(folder / "predictions.parquet")
    project = Project(tmp_path)
    assert [event.evidence for event in _predictions(project, "r1")] == [
        "said Please wait.",
        "said billing at 0.75",
    ]


# The task card is read for its key alone, which verdicts and private ids need.
UNASKED = (
    "curate.ingest",
    "curate.stage",
    "curate.dedup",
    "curate.task",
    "presidio_analyzer",
    "governance.past",
)


def test_why_loads_only_what_a_row_needs(tmp_path: Path) -> None:
    """All of ingest was loaded to name a private id, which took half a second of the second that it may."""
    small = Small(tmp_path)
    small.scan([("URL", 1, "row-a", 0.9, False)])
    row = {"example_id": "row-a", "input": "it does not start", "output": "reset"}
    write_folder(tmp_path / "data" / "redact", {"examples": conform(pl.DataFrame([row]), EXAMPLES)}, {})
    code = f"""
import sys
from governance.cli.main import main
try:
    main(["why", "row-a"])
except SystemExit as stop:
    assert not stop.code, stop.code
print([name for name in {UNASKED!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")
