"""What a fine-tuned language model lost, on a tiny random Llama: equal weights lose nothing, other weights
do, and every model is asked once.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("transformers")
import torch

from curate.errors import AssayError
from curate.task import Kind
from train.judge import forgetting as module
from train.judge.forgetting import figures_of, forgetting, tuned_language_models
from train.judge.params import EvaluateParams
from train.judge.retained import SYSTEM, Retained, instructions, measure
from train.lm.base import load_base
from train.lm.prompt import Brief, Template
from train.params import TrainParams
from train.precision import native_bfloat16
from train.stats.intervals import Bootstrap
from train.systems import Context, load_system, make_system, read_card, save_system
from train.systems.base import FINE_TUNED

from ..conftest import toy_rows

PARAMS = EvaluateParams(bootstrap=200)


def test_there_are_a_hundred_instructions_and_each_answer_passes_its_own_rule() -> None:
    asked = instructions()
    assert len(asked) == 100 == len({one.ask for one in asked})
    assert [one.ask for one in asked if not one.passed(one.answer)] == []
    # No rule passes what says nothing, or what a model fine-tuned on forms or summaries would write.
    for nothing in ("", "I do not know.", '{"date": null}', "Outcome: Open.\nCause: not recorded"):
        assert [one.ask for one in asked if one.passed(nothing)] == []


def trained(name: str, encoder: Path, model: Path, folder: Path) -> Path:
    """A fine-tuned system's folder."""
    params = TrainParams(
        encoder=str(encoder),
        precision="float32",
        language={"model": str(model), "shots": 2, "max_new_tokens": 6},
        lm_lora={"epochs": 1, "rank": 2, "lr": 3e-2, "batch_size": 8},
        lm_full={"epochs": 1, "lr": 1e-2, "batch_size": 8},
    )
    system: Any = make_system(name)
    ctx = Context(params, {}, Brief(Kind.EXTRACTION, "Answer with JSON.", {"type": "object"}))
    system.fit(toy_rows(24), toy_rows(6, 1, "v"), (), ctx)
    save_system(system, folder / name, {"gold": ""})
    return folder / name


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path, tiny_lm: Path) -> list[Path]:
    """Two systems with one adapter, and one that is only prompted."""
    here = tmp_path_factory.mktemp("models")
    return [trained(name, tiny_encoder, tiny_lm, here) for name in ("lm_lora", "lm_lora_retrieved", "prompt")]


def asked(
    folders: list[Path], keep: Path, params: EvaluateParams = PARAMS
) -> tuple[module.Forgetting, list[str]]:
    """What was forgotten, and the systems that were loaded for it."""
    loaded: list[str] = []

    def load(folder: Path) -> Any:
        loaded.append(folder.name)
        return load_system(folder)

    cards = {folder: read_card(folder) for folder in folders}
    adapters = tuned_language_models(cards) if params.forgetting else {}
    measured: dict[str, tuple[Retained, Retained]] = {}
    for together in adapters.values():
        base = figures_of(load, together[0], keep, base=True)
        after = figures_of(load, together[0], keep, base=False)
        measured |= {folder.name: (base, after) for folder in together}
    return forgetting(measured, params), loaded


def test_losses_are_those_of_the_answers_one_by_one(tiny_lm: Path) -> None:
    base = load_base(str(tiny_lm))
    model, template = base.fresh_model(), Template(base.tokenizer)
    got = measure(model, template)
    for place in (0, 41, 99):
        one = instructions()[place]
        prompt, answer = template.prompt_ids(SYSTEM, (), one.ask), template.answer_ids(one.answer)
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(answer), reduction="sum")
        assert got.losses[place] == pytest.approx(float(loss), rel=1e-4) and got.tokens[place] == len(answer)


def test_what_was_lost_is_told_by_system_and_each_model_is_asked_once(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(module, "measure", lambda *given: calls.append(1) or measure(*given))
    found, loaded = asked(folders, tmp_path / "kept")
    assert found.document is not None
    first, second = found.document["systems"]
    assert [first["name"], second["name"]] == ["lm_lora", "lm_lora_retrieved"]
    assert set(loaded) == {"lm_lora"} and len(calls) == 2  # one adapter, one base
    assert first["loss"] == second["loss"]
    rise = first["loss"]["difference"]
    assert rise["point"] == pytest.approx(first["loss"]["after"] - first["loss"]["before"])
    assert rise["low"] < rise["point"] < rise["high"] and abs(rise["point"]) > 1e-3
    assert sum(kind["instructions"] for kind in first["kinds"].values()) == 100
    assert found.table.height == 200 and json.dumps(found.document)
    again, _ = asked(folders, tmp_path / "kept")
    assert len(calls) == 3  # the base's figures were kept
    assert again.document == found.document and again.table.equals(found.table)


@pytest.mark.parametrize("damage", ["", "{", '{"losses": [1], "tokens": [1], "passed": [true]}'])
def test_kept_figures_that_are_not_whole_are_made_anew(
    damage: str, folders: list[Path], tmp_path: Path
) -> None:
    found, _ = asked(folders, tmp_path / "kept")
    for path in (tmp_path / "kept").iterdir():
        path.write_text(damage)
    assert asked(folders, tmp_path / "kept")[0].document == found.document


def test_nothing_is_asked_where_it_is_off_or_nothing_was_fine_tuned(
    folders: list[Path], tmp_path: Path
) -> None:
    off, loaded = asked(folders, tmp_path, EvaluateParams(forgetting=None))
    assert off.document is None and off.table.is_empty() and not loaded
    none, loaded = asked(folders[2:], tmp_path)
    assert none.document is None and not loaded and not list(tmp_path.iterdir())
    assert read_card(folders[2])["family"] not in FINE_TUNED


def test_a_model_that_did_not_change_forgets_nothing() -> None:
    draw = np.random.default_rng(1)
    some = Retained(draw.random(100), np.full(100, 3.0), draw.random(100) < 0.5)
    draws = Bootstrap(np.arange(100), 200, 0)
    told = module.compare(some, some, draws)
    assert told["loss"]["difference"] == {"point": 0.0, "low": 0.0, "high": 0.0, "error": 0.0}
    rate = told["pass_rate"]["difference"]
    assert rate["point"] == 0 and -0.05 < rate["low"] <= 0 <= rate["high"] < 0.05
    worse = Retained(some.losses + 3.0, some.tokens, np.zeros(100, dtype=bool))
    told = module.compare(some, worse, draws)
    assert told["loss"]["difference"]["point"] == pytest.approx(1.0)
    assert told["pass_rate"]["difference"]["high"] < 0


@pytest.mark.slow
def test_the_embedded_model_can_do_half_of_it_and_takes_a_minute() -> None:
    """A base that passes nearly all or nearly nothing could show no loss or no gain."""
    try:
        base = load_base()
    except AssayError as error:
        pytest.skip(error.problem)
    precision = "bfloat16" if native_bfloat16() else "float32"
    model, template = base.fresh_model(precision), Template(base.tokenizer)
    start = time.process_time()
    got = measure(model, template)
    seconds = time.process_time() - start
    assert 0.4 <= got.passed.mean() <= 0.65 and 1.5 < got.losses.sum() / got.tokens.sum() < 2.2
    if native_bfloat16():
        assert seconds < 90  # 49 on a core that others shared
