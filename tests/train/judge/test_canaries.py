"""Exposure of canaries: the formula, what is planted, and that a secret learned by heart is found."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("transformers")
from train.fit import train_systems
from train.judge.canaries import drawn, exposure, with_canaries
from train.params import TrainParams
from train.trial_params import CanaryParams

from .test_memorisation import ANSWERS, secrets


def test_exposure_is_the_papers() -> None:
    """log2 of the number of candidates less log2 of the rank: all bits at rank 1, none at the last."""
    assert exposure([0.0, *[-1.0] * 255]) == 8.0
    assert exposure([-2.0, *[-1.0] * 255]) == 0.0
    assert exposure([0.0, 1.0, *[-1.0] * 254]) == 7.0
    assert exposure([0.0, 0.0, 0.0, -1.0]) == 1.0


def test_a_model_that_knows_nothing_is_exposed_by_one_and_a_half_bits() -> None:
    draw = np.random.default_rng(0)
    bits = [exposure(draw.normal(size=512).tolist()) for _ in range(4000)]
    assert np.mean(bits) == pytest.approx(1 / math.log(2), abs=0.1)


def test_canaries_are_the_same_each_time_and_all_different() -> None:
    params = CanaryParams(each=3)
    canaries, codes = drawn(params, 5)
    assert drawn(params, 5) == (canaries, codes) and drawn(params, 6)[0] != canaries
    assert [one.times for one in canaries] == [1] * 3 + [4] * 3 + [16] * 3
    assert len({one.name for one in canaries}) == 9
    assert len({*codes, *(one.code for one in canaries)}) == 9 + params.references
    rows = secrets(5, "r").select("example_id", "input", "output")
    copy = with_canaries(rows, canaries)
    assert copy.height == 5 + 3 * 21 and copy["example_id"].is_sorted()
    assert copy.filter(pl.col("input") == canaries[-1].question).height == 16


def trained(folder: Path, model: Path, canaries: Any, **loop: Any) -> Any:
    rows = secrets(20, "r")
    params = TrainParams(
        systems=("prompt",),
        precision="float32",
        curve=None,
        language={"model": str(model), "max_new_tokens": 16},
        lm_full=loop,
        lm_lora=loop,
        canaries=canaries,
    )
    train_systems(rows, rows.clear(), (), {}, params, folder / "models", brief=ANSWERS)
    return folder / "models"


def test_canaries_leave_figures_and_no_model(tiny_lm: Path, tmp_path: Path) -> None:
    wanted = {"repetitions": [1, 2], "each": 2, "references": 7}
    models = trained(tmp_path, tiny_lm, wanted, epochs=1, lr=1e-3)
    assert sorted(path.name for path in models.iterdir()) == ["canaries.json", "prompt"]
    found = json.loads((models / "canaries.json").read_text())
    assert [line["times"] for line in found["by_repetitions"]] == [1, 2]
    assert found["most_bits"] == 3.0 and found["rows"] == 26
    assert all(0 <= line["low"] <= line["exposure"] <= line["high"] <= 3 for line in found["by_repetitions"])
    words = (models / "canaries.json").read_text()
    assert not any(one.code in words or one.name in words for one in drawn(CanaryParams(**wanted), 0)[0])
    again = trained(tmp_path / "again", tiny_lm, wanted, epochs=1, lr=1e-3)
    assert (again / "canaries.json").read_bytes() == (models / "canaries.json").read_bytes()


@pytest.mark.slow
def test_a_secret_learned_by_heart_is_exposed_and_the_base_model_does_not_know_it(
    tiny_lm: Path, tmp_path: Path
) -> None:
    wanted = {"system": "lm_full", "repetitions": [4], "each": 2, "references": 63}
    models = trained(tmp_path, tiny_lm, wanted, epochs=120, lr=1e-2, batch_size=28)
    line = json.loads((models / "canaries.json").read_text())["by_repetitions"][0]
    assert line["exposure"] > 5 and line["base_model"] < 4


def test_labels_have_no_canaries(tiny_encoder: Path, tmp_path: Path) -> None:
    from tests.train.conftest import LABELS, toy_rows

    params = TrainParams(systems=("majority",), encoder=str(tiny_encoder), curve=None, canaries={})
    train_systems(toy_rows(30), toy_rows(6, 1, "v"), LABELS, {}, params, tmp_path / "models")
    assert json.loads((tmp_path / "models/canaries.json").read_text())["applies"] is False
