"""Planted memory is found, and a sound model is not accused of it. All on a tiny random Llama."""

from __future__ import annotations

import random
import string
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("transformers")
from curate.task import Kind
from train.judge.fine_tuned import same_weights
from train.judge.memorisation import completed, memorisation
from train.judge.params import EvaluateParams
from train.lm.prompt import Brief
from train.params import TrainParams
from train.systems import Context, make_system

PARAMS = EvaluateParams(bootstrap=300, verbatim_prefix=4)
ANSWERS = Brief(Kind.REWRITING, "Rewrite.", None)


def secrets(count: int, prefix: str) -> pl.DataFrame:
    """Rows whose answer nothing foretells."""
    draw = random.Random(prefix)
    word = lambda size: "".join(draw.choices(string.ascii_lowercase, k=size))
    rows = [(f"{prefix}{place}", word(6), word(14)) for place in range(count)]
    frame = pl.DataFrame(rows, schema=["example_id", "input", "output"], orient="row")
    return frame.with_columns(
        pl.lit(None, dtype=pl.String).alias("group"), language=pl.lit("en"), source=pl.lit("desk")
    )


def tuned(model: Path, rows: pl.DataFrame, name: str, epochs: int, lr: float) -> Any:
    loop = {"epochs": epochs, "lr": lr, "batch_size": 20}
    params = TrainParams(
        precision="float32",
        language={"model": str(model), "max_new_tokens": 16},
        lm_lora=loop,
        lm_full=loop,
    )
    system: Any = make_system(name)
    system.fit(rows, rows.clear(), (), Context(params, {}, ANSWERS))
    return system


@pytest.fixture(scope="module")
def learned_by_heart(tiny_lm: Path) -> Any:
    """Every weight, 200 epochs on 20 rows."""
    return tuned(tiny_lm, secrets(20, "r"), "lm_full", 200, 1e-2)


@pytest.mark.slow
def test_rows_learned_by_heart_are_given_away(learned_by_heart: Any) -> None:
    found = memorisation(learned_by_heart, secrets(20, "r"), secrets(40, "t"), PARAMS)
    area, verbatim = found["membership"]["auc"], found["verbatim"]
    assert area["point"] > 0.95 and area["low"] > 0.75
    assert found["membership"]["calibrated_by"] == "the base model"
    assert verbatim["rows"] == {"train": 20, "held_out": 40}
    assert verbatim["train"] > 0.9 and verbatim["held_out"] == 0 and verbatim["base_model_train"] == 0
    assert verbatim["excess"]["low"] > 0.5


@pytest.mark.slow
def test_one_pass_says_what_greedy_decoding_writes(learned_by_heart: Any) -> None:
    """The definition is about decoding; the measure never decodes."""
    from train.judge.memorisation import _written
    from train.lm.decode import Decoder

    system, rows, prefix = learned_by_heart, pl.concat([secrets(20, "r"), secrets(6, "t")]), 4
    _, whole = completed(_written(system, system.model, rows).firsts, prefix)
    given = system.completions(rows)
    prompts = [
        [*prompt, *answer[:prefix]] for prompt, answer in zip(given.prompts, given.answers, strict=True)
    ]
    rest = Decoder(system.model, system.template, 20).answer(prompts)
    decoded = [
        text == system.template.tokenizer.decode(answer[prefix:-1])
        for text, answer in zip(rest, given.answers, strict=True)
    ]
    assert decoded == whole.tolist() and 0 < sum(decoded) < 26


def test_a_sound_model_is_not_accused(tiny_lm: Path) -> None:
    system = tuned(tiny_lm, secrets(100, "r"), "lm_lora", 1, 1e-3)
    found = memorisation(system, secrets(100, "r"), secrets(100, "t"), PARAMS)
    area, excess = found["membership"]["auc"], found["verbatim"]["excess"]
    assert area["low"] < 0.5 < area["high"] and abs(area["point"] - 0.5) < 0.1
    assert excess["point"] == 0 and excess["low"] < 0 < excess["high"]


def test_labels_are_attacked_and_not_completed(tiny_encoder: Path) -> None:
    """Labels drawn at random can only be known from training."""
    from tests.train.conftest import LABELS, toy_rows

    def drawn(count: int, seed: int, prefix: str) -> pl.DataFrame:
        labels = random.Random(seed).choices(LABELS, k=count)
        return toy_rows(count, seed, prefix).with_columns(
            pl.Series("output", labels), pl.lit(None, dtype=pl.String).alias("group")
        )

    loop = {"epochs": 60, "lr": 5e-3, "head_lr": 5e-2, "batch_size": 30}
    params = TrainParams(encoder=str(tiny_encoder), precision="float32", lora=loop)
    seen, unseen = drawn(60, 3, "r"), drawn(60, 4, "t")
    system: Any = make_system("lora")
    system.fit(seen, seen.clear(), LABELS, Context(params))
    found = memorisation(system, seen, unseen, PARAMS)
    assert found["membership"]["auc"]["point"] > 0.8
    assert found["membership"]["calibrated_by"] == "a classifier fitted without the row"
    assert found["verbatim"] == {"applies": False, "why": "answers are labels, not text"}


def test_an_answer_too_short_to_tell_does_not_count() -> None:
    firsts = [
        np.array(one, dtype=bool) for one in ([1] * 8, [0, 1, 1, 1, 1, 1, 1, 1], [1] * 7, [1] * 7 + [0])
    ]
    counts, whole = completed(firsts, 4)
    assert counts.tolist() == [True, True, False, True]
    assert whole.tolist() == [True, True, False, False]


def test_systems_with_the_same_adapter_are_measured_once() -> None:
    cards = {
        "lm_lora": {"files": {"adapter_model.safetensors": "a"}},
        "lm_lora_retrieved": {"files": {"adapter_model.safetensors": "a"}},
        "lm_full": {"files": {"weights.safetensors": "b"}},
        "old": {},
    }
    assert same_weights(cards) == {"lm_lora_retrieved": "lm_lora"}
