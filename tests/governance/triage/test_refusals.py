"""Refused rows are answered by a person, and come in at the next ingest."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from curate.params import read_yaml
from curate.project import Project
from governance.predict.refused import names_of, table
from tests.chain import assay, sample_project

LAMP = "Hello <PERSON_1> here, the lamp you sent hums at night, can I send it back?"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample with three refused rows: one that a person can judge, one that is unreadable, one unsure."""
    root = sample_project(tmp_path / "desk")
    rows = pl.DataFrame(
        {
            "row": [0, 4, 9],
            "id": ["LIVE-1", "LIVE-2", "LIVE-3"],
            "input": [LAMP, None, "Where is my parcel, it was due on Tuesday?"],
            "output": ["billing", None, "delivery"],
            "confidence": [0.3, None, 0.4],
            "codes": ["unsure", "unreadable", "unsure"],
            "fault": [None, "not_json", None],
        },
        schema_overrides={"fault": pl.String},
    )
    rows.select(table(names_of(Project(root), "routed"))).write_parquet(root / "routed.refused.parquet")
    return root


def _answers(root: Path) -> list[dict[str, str | None]]:
    path = root / "data" / "raw" / "answered.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_queue_holds_what_can_be_answered_and_an_answer_is_not_asked_again(project: Path) -> None:
    asked = ("triage", "--refusals", "routed.refused.parquet", "--reviewer", "Ada")
    listed = json.loads(assay(project, *asked, "--list", "--format", "json").stdout)
    assert [one["row"] for one in listed["rows"]] == ["LIVE-1", "LIVE-3"]
    assert "unsure" in json.dumps(listed) or "confidence" in json.dumps(listed)
    done = assay(project, *asked, "--keys", "skq")  # LIVE-1 skipped, LIVE-3: the model was right
    assert "1 answer in data/raw/answered.jsonl" in done.stderr
    assert [(one["ticket_id"], one["queue"], one["answered_by"]) for one in _answers(project)] == [
        ("LIVE-3", "delivery", "Ada")
    ]
    listed = json.loads(assay(project, *asked, "--list", "--format", "json").stdout)
    assert [one["row"] for one in listed["rows"]] == ["LIVE-1"]


def test_undo_takes_the_line_back_and_a_dropped_row_has_no_output(project: Path) -> None:
    asked = ("triage", "--refusals", "routed.refused.parquet", "--reviewer", "Ada")
    assay(project, *asked, "--keys", "kzdq")
    assert [(one["ticket_id"], one["queue"]) for one in _answers(project)] == [("LIVE-1", None)]


def test_an_answer_has_to_fit_the_card(project: Path) -> None:
    asked = ("triage", "--refusals", "routed.refused.parquet", "--reviewer", "Ada", "--row", "LIVE-1")
    done = assay(project, *asked, "--relabel", "gardening", check=False)
    assert done.returncode == 2 and "does not fit the task card" in done.stderr
    assert "hums" not in done.stderr
    done = assay(project, "triage", "--refusals", "--row", "LIVE-1", "--drop", check=False)
    assert done.returncode == 2 and "no file of refused rows is named" in done.stderr


def test_an_answered_row_comes_in_and_a_dropped_one_does_not(project: Path) -> None:
    import yaml

    params = read_yaml(project / "params.yaml")
    params["triage"] = {"refusals": "routed.refused.parquet"}
    params["ingest"]["files"] = [{"path": params["ingest"].pop("path")}, {"path": "data/raw/answered.jsonl"}]
    (project / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    assay(project, "triage", "--refusals", "--reviewer", "Ada", "--row", "LIVE-1", "--relabel", "returns")
    assay(project, "triage", "--refusals", "--reviewer", "Ada", "--row", "LIVE-3", "--drop")
    done = assay(project, "ingest", check=False)
    assert done.returncode == 0, done.stderr
    rows = pl.read_parquet(project / "data" / "ingest" / "examples.parquet")
    came = rows.filter(pl.col("example_id").str.starts_with("LIVE"))
    assert came.select("example_id", "input", "output").rows() == [("LIVE-1", LAMP, "returns")]
