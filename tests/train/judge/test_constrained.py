"""A constraint shown with and without: form is right, content is judged all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("transformers")
pytest.importorskip("llguidance")
from curate.task import Kind
from train.judge.constrained import asked_both, on_and_off
from train.kinds.extraction import Extraction
from train.lm.prompt import Brief
from train.params import TrainParams
from train.stats.intervals import Bootstrap
from train.systems import load_system, make_system, save_system
from train.systems.base import Context

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"t": {"enum": ["c", "d"]}}, "required": ["t"]}
SCHEMA |= {"additionalProperties": False}


def system(model: Path, constrained: Any, folder: Path) -> Any:
    params = TrainParams(
        precision="float32",
        language={"model": str(model), "max_new_tokens": 24, "constrained": constrained},
    )
    one: Any = make_system("prompt")
    rows = pl.DataFrame({"example_id": ["a"], "input": ["x"], "output": ['{"t": "c"}']})
    one.fit(rows, rows.clear(), (), Context(params, {}, Brief(Kind.EXTRACTION, "JSON", SCHEMA)))
    save_system(one, folder, {})
    return load_system(folder)


def test_both_shows_valid_forms_and_the_same_judgement_of_content(tiny_lm: Path, tmp_path: Path) -> None:
    one = system(tiny_lm, "both", tmp_path / "both")
    assert asked_both(one) and not asked_both(system(tiny_lm, True, tmp_path / "on"))
    test = pl.DataFrame({"input": ["one", "two", "three"], "output": ['{"t": "c"}'] * 3})
    free = pl.Series(one.answer(test["input"].to_list()))
    said = on_and_off(one, test, free, Extraction(SCHEMA), "field_f1", Bootstrap(np.arange(3), 100, 0), 50)
    assert said["off"]["schema_valid"]["point"] == 0, "a random model writes no JSON by itself"
    assert said["on"]["schema_valid"]["point"] == 1 and said["changed"] == 3
    assert said["on"]["exact_match"]["point"] <= 1 and 0 < said["p"] <= 1
    held = one.constrained_answers(test["input"].to_list())
    assert said["difference"]["point"] == pytest.approx(
        Extraction(SCHEMA).figures(Extraction(SCHEMA).matrix(test, pl.Series(held)))["field_f1"]
        - said["off"]["field_f1"]["point"]
    )
