"""The threshold's memory, the nearest gold rows, and the columns of a live file."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.errors import AssayError
from curate.project import Project
from governance.predict import threshold as room
from governance.predict.inputs import columns_of
from governance.predict.nearest import Neighbours
from governance.predict.threshold import threshold_of
from train.guard.params import AbstainParams

GROUPS = ["a", "a", *[None] * 58]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Validation rows in place of a gold set's; what the model is asked lands in the list."""
    validation = pl.DataFrame(
        {
            "example_id": [f"v{number:02}" for number in range(60)],
            "input": [f"text {number}" for number in range(60)],
            "output": ["late"] * 60,
            "group": GROUPS,
        }
    )
    gold = SimpleNamespace(validation=validation, manifest={"content_digest": "g1"})
    monkeypatch.setattr(room, "load_gold", lambda folder: gold)
    return []


def test_validation_rows_are_asked_once_and_a_changed_memory_is_not_believed(
    project: Project, asked: list[list[str]]
) -> None:
    def ask(texts: list[str]) -> tuple[list[str], list[float]]:
        asked.append(texts)
        return ["late"] * len(texts), np.linspace(0.5, 0.99, len(texts)).tolist()

    first = threshold_of(project, "lora", "m1", AbstainParams(), ask)
    assert first.answers_any and first.rows == 59, "one row of each group is looked at"
    assert threshold_of(project, "lora", "m1", AbstainParams(), ask) == first and len(asked) == 1
    threshold_of(project, "lora", "m2", AbstainParams(), ask)
    assert len(asked) == 2, "another model is asked anew"
    path = project.root / ".assay" / "abstain" / "lora.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "confidence": [1.0] * 59}))
    assert threshold_of(project, "lora", "m2", AbstainParams(), ask) == first and len(asked) == 3


def test_without_gold_nobody_can_say_how_sure_is_sure_enough(project: Project) -> None:
    with pytest.raises(AssayError, match="without validation rows") as error:
        threshold_of(project, "lora", "m1", AbstainParams(), lambda texts: ([], []))
    assert "unsure: off" in error.value.fix


def test_the_nearest_gold_rows_are_told_with_ids_and_in_one_line() -> None:
    vectors = np.eye(4, dtype=np.float32)
    encoder: Any = SimpleNamespace(embed=lambda texts: vectors[[int(text) for text in texts]])
    rows = pl.DataFrame(
        {"example_id": list("abcd"), "input": ["one\x1b[31m\ntwo", *["x" * 900] * 3], "output": list("wxyz")}
    )
    near = Neighbours(encoder, vectors, rows).of(pl.Series(["0", None, "3"]))
    assert near[1] is None
    told = json.loads(near[0])
    assert [row["example_id"] for row in told] == ["a", "b", "c"] and told[0]["similarity"] == 1.0
    assert "\x1b" not in told[0]["text"] and all(len(row["text"]) <= 120 for row in told)
    assert json.loads(near[2])[0]["example_id"] == "d"
    assert Neighbours(encoder, vectors, rows).of(pl.Series([None], dtype=pl.String)).to_list() == [None]


@pytest.mark.parametrize(
    ("ingest", "there", "found"),
    [
        ({}, ["text", "id"], (("text",), None)),
        ({}, ["input", "text"], (("input",), None)),
        ({"columns": {"input": "body", "id": "ref"}}, ["body", "ref"], (("body",), "ref")),
        ({"columns": {"input": "body", "id": "ref"}}, ["input", "text"], (("input",), None)),
        ({"columns": {"input": ["subject", "body"]}}, ["subject", "body"], (("subject", "body"), None)),
    ],
)
def test_the_input_is_where_ingest_finds_it(
    project: Project, ingest: dict[str, Any], there: list[str], found: Any
) -> None:
    section = {"path": "x.csv", **ingest} if ingest else {}
    (project.root / "params.yaml").write_text(json.dumps({"ingest": section}))
    frame = pl.DataFrame({name: ["x"] for name in there})
    columns = columns_of(Project(project.root), frame, Path("live.csv"))
    assert (columns.inputs, columns.id) == found
    with pytest.raises(AssayError, match="no column"):
        columns_of(Project(project.root), frame, Path("live.csv"), carried=("absent",))
