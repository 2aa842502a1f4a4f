"""Systems on a language model: equal answers after saving and loading, shots, cuts, and faults found before
the first step. All on a tiny random Llama.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.errors import AssayError

pytest.importorskip("transformers")
import torch

from curate.task import Kind
from train.lm.base import load_base
from train.lm.prompt import Brief
from train.params import WRITERS, TrainParams
from train.systems import Context, load_system, make_system, read_card, save_system
from train.systems.shots import spread_out

from .conftest import LABELS, toy_rows

TEXTS = ["my parcel is late", "refund please", "card stolen", ""]
FORM = Brief(Kind.EXTRACTION, "Answer with JSON.", {"type": "object"})
SORT = Brief(Kind.CLASSIFICATION, "Answer with a label.", None, LABELS)


def context(encoder: Path, model: Path, brief: Brief | None = FORM, **language: Any) -> Context:
    params = TrainParams(
        encoder=str(encoder),
        precision="float32",
        language={"model": str(model), "shots": 2, "max_new_tokens": 6, **language},
        lm_lora={"epochs": 2, "rank": 2, "lr": 1e-2, "batch_size": 8},
        lm_full={"epochs": 1, "lr": 1e-3, "batch_size": 8},
    )
    return Context(params, {}, brief)


def forms(count: int, seed: int = 0, prefix: str = "r") -> pl.DataFrame:
    """Toy rows whose output is a JSON object."""
    rows = toy_rows(count, seed, prefix)
    return rows.with_columns(pl.Series("output", [json.dumps({"t": label[0]}) for label in rows["output"]]))


@pytest.mark.parametrize("name", [*WRITERS, "lm_full"])
@pytest.mark.parametrize("brief", [FORM, SORT], ids=["writes", "classifies"])
def test_system_answers_alike_after_saving_and_loading(
    name: str, brief: Brief, tiny_encoder: Path, tiny_lm: Path, tmp_path: Path
) -> None:
    make, labels = (toy_rows, LABELS) if brief is SORT else (forms, ())
    system: Any = make_system(name)
    system.fit(make(24), make(6, 1, "v"), labels, context(tiny_encoder, tiny_lm, brief))
    before = system.answer(TEXTS)
    assert len(before) == len(TEXTS) and system.answer([]) == [] and system.classifies == (brief is SORT)
    save_system(system, tmp_path / name, {})
    again: Any = load_system(tmp_path / name)
    assert again.answer(TEXTS) == before
    if brief is SORT:
        proba = system.predict_proba(TEXTS)
        assert np.allclose(proba.sum(axis=1), 1) and set(before) <= set(LABELS)
        assert np.array_equal(proba, again.predict_proba(TEXTS))
    card = read_card(tmp_path / name)
    assert card["base"]["sha256"] == load_base(str(tiny_lm)).sha256 and card["prompt"] == brief.system
    assert not [path for path in (tmp_path / name).rglob("*") if path.suffix in (".pkl", ".bin", ".pt")]


def test_calibration_reads_a_few_hundred_validation_rows_from_all_over_the_file(
    tiny_encoder: Path, tiny_lm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system: Any = make_system("prompt")
    asked: list[list[str]] = []

    def scores(texts: list[str]) -> Any:
        asked.append(texts)
        return np.zeros((len(texts), len(LABELS)))

    monkeypatch.setattr(system, "label_scores", scores)
    rows = toy_rows(1, 1, "v").clear()
    many = pl.concat([toy_rows(7, 1, f"v{number}-") for number in range(200)])
    many = many.with_columns(input=pl.format("{}", pl.int_range(pl.len())))
    for validation in (rows, many.head(199), many):
        asked.clear()
        system.fit(toy_rows(24), validation, LABELS, context(tiny_encoder, tiny_lm, SORT))
        read = asked[0] if asked else []
        assert len(read) == min(validation.height, 200)
    assert read[:2] == ["0", "7"] and int(read[-1]) > 1390


def test_plain_peft_loads_the_adapter(tiny_encoder: Path, tiny_lm: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    system: Any = make_system("lm_lora")
    system.fit(forms(24), forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm))
    save_system(system, tmp_path / "lora", {})
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_lm), tmp_path / "lora")
    ids = torch.tensor([system.template.prompt_ids(FORM.system, (), "refund")])
    with torch.inference_mode():
        theirs, ours = model(input_ids=ids).logits, system.model(input_ids=ids).logits
    assert torch.allclose(theirs, ours, atol=1e-4)


def test_both_adapter_systems_share_one_training(tiny_encoder: Path, tiny_lm: Path) -> None:
    ctx = context(tiny_encoder, tiny_lm)
    made: list[Any] = []
    for name in ("lm_lora", "lm_lora_retrieved"):
        system: Any = make_system(name)
        steps: list[int] = []
        system.fit(
            forms(24), forms(6, 1, "v"), (), ctx.alone(None, lambda done, _, steps=steps: steps.append(done))
        )
        made.append((system, len(steps)))
    (first, trained), (second, none) = made
    assert trained == 6 and none == 0
    assert all(torch.equal(first.adapter[name], second.adapter[name]) for name in first.adapter)
    assert [len(shots) for shots in second.shots(TEXTS)] == [3] * len(TEXTS)


def test_retrieved_examples_are_the_nearest_and_never_the_text_itself(
    tiny_encoder: Path, tiny_lm: Path
) -> None:
    system: Any = make_system("retrieved")
    train = forms(24)
    system.fit(train, forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm))
    texts = train["input"].to_list()[:5]
    for text, shots in zip(texts, system.shots(texts), strict=True):
        assert len(shots) == 2 and text not in [said for said, _ in shots]
        cosine = [
            float((system.encoder.embed([text]) @ system.encoder.embed([said]).T)[0, 0]) for said, _ in shots
        ]
        assert cosine == sorted(cosine)


def test_fixed_examples_lie_far_from_each_other_and_cover_the_labels() -> None:
    vectors = np.array([[1.0, 0.0], [0.99, 0.14], [0.0, 1.0], [-1.0, 0.0]])
    assert spread_out(vectors, 3) == [2, 0, 3]
    assert spread_out(vectors, 2, ["a", "b", "b", "b"])[1] == 0
    assert sorted(spread_out(vectors, 9)) == [0, 1, 2, 3] and spread_out(vectors[:0], 2) == []


def test_a_prompt_leaves_room_for_the_answer(tiny_encoder: Path, tiny_lm: Path) -> None:
    system: Any = make_system("few_shot")
    system.fit(forms(24), forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm, max_tokens=200))
    short, long = system.prompts(["late", "x" * 900])
    assert len(short) <= 194 and len(long) <= 194
    template = system.template
    said = template.tokenizer.decode(long)
    assert said.startswith("<|im_start|>system\nAnswer with JSON.") and said.endswith("assistant\n")
    assert "xxxx" in said and len(system.answer(["x" * 900])) == 1
    with pytest.raises(AssayError, match="system prompt alone"):
        make_system("prompt").fit(
            forms(24),
            forms(6, 1, "v"),
            (),
            context(tiny_encoder, tiny_lm, Brief(Kind.SUMMARY, "S" * 300), max_tokens=200),
        )


def test_a_killed_training_ends_with_the_same_adapter(
    tiny_encoder: Path, tiny_lm: Path, tmp_path: Path
) -> None:
    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        if done == 5:
            raise Killed

    rows, more, ctx = forms(24), forms(6, 1, "v"), context(tiny_encoder, tiny_lm)
    whole: Any = make_system("lm_lora")
    whole.fit(rows, more, (), ctx.alone(None, None))
    checkpoint = tmp_path / "run.safetensors"
    fresh = context(tiny_encoder, tiny_lm)
    with pytest.raises(Killed):
        make_system("lm_lora").fit(rows, more, (), fresh.alone(checkpoint, kill))
    resumed: Any = make_system("lm_lora")
    seen: list[int] = []
    resumed.fit(rows, more, (), fresh.alone(checkpoint, lambda done, _: seen.append(done)))
    assert seen[0] == 4
    assert all(torch.equal(whole.adapter[name], resumed.adapter[name]) for name in whole.adapter)


def test_other_weights_than_those_fitted_on_are_refused(
    tiny_encoder: Path, tiny_lm: Path, tmp_path: Path
) -> None:
    system: Any = make_system("prompt")
    system.fit(forms(24), forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm))
    save_system(system, tmp_path / "prompt", {})
    again: Any = load_system(tmp_path / "prompt")
    again.base_card = {**again.base_card, "sha256": "0" * 64}
    with pytest.raises(AssayError, match="fitted on other weights"):
        again.answer(["x"])


def test_a_system_that_writes_wants_the_card(tiny_encoder: Path, tiny_lm: Path) -> None:
    with pytest.raises(AssayError, match="needs the task card"):
        make_system("prompt").fit(forms(24), forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm, None))
