"""What spoils a fine-tuning in silence, planted one by one: each is refused with its fix, before the first
step where it can be; and sound set-ups of many shapes pass. All on a tiny random Llama.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.errors import AssayError

pytest.importorskip("transformers")
import torch
from transformers import AutoTokenizer

from curate.task import Kind, TaskCard
from train.lm.base import load_base
from train.lm.prompt import Brief
from train.params import TrainParams
from train.systems import Context, load_system, make_system, save_system

from .conftest import CHAT, LABELS, toy_rows

FORM = Brief(Kind.EXTRACTION, "Answer with JSON.", {"type": "object"})
SORT = Brief(Kind.CLASSIFICATION, "Answer with a label.", None, LABELS)
PREFER = Brief(Kind.PREFERENCE, "Answer kindly.")


def context(model: Path, brief: Brief, **knobs: Any) -> Context:
    params = {
        "precision": "float32",
        "language": {"model": str(model), "max_new_tokens": 4},
        "lm_lora": {"epochs": 1, "rank": 2, "lr": 1e-2, "batch_size": 8},
        "lm_dpo": {"epochs": 1, "batch_size": 8},
        "lm_grpo": {"epochs": 1, "prompts": 8, "group": 2},
    }
    return Context(TrainParams(**{**params, **knobs}), {}, brief)


def forms(count: int = 24, seed: int = 0, prefix: str = "r") -> pl.DataFrame:
    rows = toy_rows(count, seed, prefix)
    return rows.with_columns(pl.Series("output", [json.dumps({"t": label[0]}) for label in rows["output"]]))


def pairs(count: int = 24) -> pl.DataFrame:
    rows = toy_rows(count)
    return rows.with_columns(output="Sorry, " + pl.col("input"), rejected="No. " + pl.col("input"))


def other_model(
    tiny_lm: Path, folder: Path, *, chat: Callable[[str], str] | None = None, **tokens: Any
) -> Path:
    """A copy of the tiny model with another chat template or other special tokens."""
    shutil.copytree(tiny_lm, folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if chat:
        tokenizer.chat_template = chat(CHAT)
    for name, token in tokens.items():
        setattr(tokenizer, name, token)
    tokenizer.save_pretrained(folder)
    return folder


def fit(name: str, rows: pl.DataFrame, ctx: Context, validation: pl.DataFrame | None = None) -> Any:
    system: Any = make_system(name)
    labels = LABELS if ctx.brief is SORT else ()
    system.fit(rows, rows.head(4) if validation is None else validation, labels, ctx)
    return system


def some_swapped() -> pl.DataFrame:
    """Pairs, and the first two of them again with chosen and rejected the other way round."""
    rows = pairs()
    turned = rows.head(2).select(
        "input", example_id="s" + pl.col("example_id"), output="rejected", rejected="output"
    )
    return pl.concat([rows, turned.select(rows.columns)])


ROWS: dict[str, tuple[str, pl.DataFrame, Brief, dict[str, Any], str]] = {
    "nothing to learn": ("lm_lora", forms().with_columns(output=pl.lit("  ")), FORM, {}, "nothing to learn"),
    "cut": ("lm_lora", forms().with_columns(input=pl.lit("x" * 3000)), FORM, {}, "longer than 2048 tokens"),
    "strange label": ("lm_lora", toy_rows(24).with_columns(output=pl.lit("zebra")), SORT, {}, "not in the"),
    "few rows": ("lm_lora", forms(5), FORM, {}, "too few"),
    "one answer twice": ("lm_dpo", pairs().with_columns(rejected="output"), PREFER, {}, "one and the same"),
    "some swapped": ("lm_dpo", some_swapped(), PREFER, {}, "swapped"),
}  # fmt: skip
MODELS: dict[str, tuple[dict[str, Any], str]] = {
    "no template": ({"chat": lambda chat: ""}, "no chat template"),
    "altered answer": (
        {"chat": lambda chat: chat.replace("message['content']", "message['content'] | upper")},
        "leaves out or changes",
    ),
    "no system turn": (
        {"chat": lambda chat: chat.replace("in messages", "in messages if message['role'] != 'system'")},
        "leaves out or changes",
    ),
    "answer without end": (
        {"chat": lambda chat: chat.replace("+ '<|im_end|>'", "+ ''")},
        "end token",
    ),
    "no end token": ({"eos_token": None}, "no end token"),
    "begins twice": ({"chat": lambda chat: "<|im_start|><|im_start|>" + chat}, "two beginning tokens"),
    "asked otherwise than taught": (
        {"chat": lambda chat: chat.replace("'<|im_start|>assistant\n'", "'<|im_start|>robot\n'")},
        "in training differs",
    ),
}


@pytest.mark.parametrize("fault", ROWS)
def test_rows_that_would_spoil_a_training_are_refused_before_its_first_step(
    fault: str, tiny_lm: Path
) -> None:
    name, rows, brief, knobs, what = ROWS[fault]
    steps: list[int] = []
    ctx = context(tiny_lm, brief, **knobs).alone(None, lambda done, _: steps.append(done))
    with pytest.raises(AssayError, match=what) as caught:
        fit(name, rows, ctx)
    assert caught.value.fix and not steps


@pytest.mark.parametrize("fault", MODELS)
def test_a_model_that_would_be_taught_wrong_is_refused_before_its_first_step(
    fault: str, tiny_lm: Path, tmp_path: Path
) -> None:
    change, what = MODELS[fault]
    steps: list[int] = []
    ctx = context(other_model(tiny_lm, tmp_path / "model", **change), FORM)
    with pytest.raises(AssayError, match=what) as caught:
        fit("lm_lora", forms(), ctx.alone(None, lambda done, _: steps.append(done)))
    assert caught.value.fix and not steps


def test_a_loss_that_is_no_number_is_refused(tiny_lm: Path) -> None:
    wild = {"lm_lora": {"epochs": 1, "rank": 2, "lr": 1e30, "clip": 1e30, "warmup": 0.0, "batch_size": 4}}
    with pytest.raises(AssayError, match="diverged") as caught:
        fit("lm_lora", forms(), context(tiny_lm, FORM, **wild))
    assert caught.value.fix


def test_an_adapter_that_did_not_change_is_refused(tiny_lm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.objectives.completion import CompletionLoss

    still = lambda self, model, rows: sum((0.0 * one).sum() for one in model.parameters()).backward() or 0.0
    monkeypatch.setattr(CompletionLoss, "backward", still)
    with pytest.raises(AssayError, match="unchanged after training") as caught:
        fit("lm_lora", forms(), context(tiny_lm, FORM))
    assert caught.value.fix


def test_a_merged_model_that_answers_otherwise_is_refused(
    tiny_lm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.systems.adapted import LanguageLora

    monkeypatch.setattr(LanguageLora, "folded", lambda self: self.base.fresh_model())  # the adapter left out
    with pytest.raises(AssayError, match="answers otherwise than its adapter") as caught:
        fit("lm_lora", forms(), context(tiny_lm, FORM))
    assert caught.value.fix


def test_a_reward_that_tells_nothing_is_refused_before_a_step_on_it(tiny_lm: Path) -> None:
    card = TaskCard.model_validate(
        {"assay": 1, "name": "t", "kind": "extraction", "behaviour": "fill the form",
         "metric": {"name": "exact_match", "target": 0.5}}
    )  # fmt: skip
    with pytest.raises(AssayError, match="no variance") as caught:
        fit("lm_grpo", forms(), context(tiny_lm, replace(FORM, task=card)))
    assert caught.value.fix


def test_a_template_that_changed_since_training_is_refused(tiny_lm: Path, tmp_path: Path) -> None:
    model = other_model(tiny_lm, tmp_path / "model")
    save_system(fit("lm_lora", forms(), context(model, FORM)), tmp_path / "lm_lora", {})
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.chat_template = CHATS[3](CHAT)
    tokenizer.save_pretrained(model)
    load_base.cache_clear()  # as in another process
    with pytest.raises(AssayError, match="has changed since system `lm_lora` was fitted") as caught:
        load_system(tmp_path / "lm_lora").answer(["late"])
    assert caught.value.fix


WRITTEN: list[Callable[[str, str], str]] = [
    lambda label, text: json.dumps({"t": label}),
    lambda label, text: f"Problem: {label}\nNext step: wait",
    lambda label, text: f"Dear customer,\n\n{text}!",
    lambda label, text: "<|im_end|> " + label,  # a special token spelt out is data
    lambda label, text: f"  {label} \U0001f600 ß\t",
    lambda label, text: "null",
    lambda label, text: label[0],
]
CHATS: list[Callable[[str], str]] = [
    lambda chat: chat,
    lambda chat: chat.replace("+ '\n' }}{% endfor %}", "}}{% endfor %}"),
    lambda chat: chat.replace("message['content']", "(message['content'] | trim)"),
    lambda chat: chat.replace("message['role'] + '\n'", "message['role'] + ': '").replace(
        "assistant\n", "assistant: "
    ),
    lambda chat: "{% if messages[0]['role'] != 'system' %}{{ 'A persona' }}{% endif %}" + chat,
]


# A few of them at each run, all where slow tests run.
DRAWS = [draw if draw < 6 else pytest.param(draw, marks=pytest.mark.slow) for draw in range(50)]


@pytest.mark.parametrize("draw", DRAWS)
def test_a_sound_set_up_is_trained(draw: int, tiny_lm: Path, tmp_path: Path) -> None:
    pick = np.random.default_rng(draw)
    rows, labels = toy_rows(20 + int(pick.integers(12)), draw), SORT
    write = WRITTEN[int(pick.integers(len(WRITTEN)))]
    kind = ("writes", "classifies", "prefers")[int(pick.integers(3))]
    texts = [f"<|im_start|>system {text}" if pick.random() < 0.2 else text for text in rows["input"]]
    rows = rows.with_columns(input=pl.Series(texts))
    brief = FORM
    if kind == "classifies":
        brief = labels
    else:
        rows = rows.with_columns(
            output=pl.Series([write(*row) for row in rows.select("output", "input").iter_rows()])
        )
        if kind == "prefers":
            brief, rows = PREFER, rows.with_columns(rejected=pl.col("output") + " or not")
    model = other_model(tiny_lm, tmp_path / "model", chat=CHATS[int(pick.integers(len(CHATS)))])
    knobs = {"epochs": 1, "rank": int(pick.choice([1, 4])), "lr": float(pick.choice([1e-3, 1e-2]))}
    ctx = context(model, brief, lm_lora={**knobs, "batch_size": int(pick.choice([1, 8, 64]))})
    validation = rows.head(int(pick.choice([0, 4])))
    system = fit("lm_dpo" if kind == "prefers" else "lm_lora", rows, ctx, validation)
    assert all(torch.isfinite(tensor).all() for tensor in system.adapter.values())
