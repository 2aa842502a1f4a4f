"""Gates on what fine-tuned models learned by heart: planted memory fails, chance on few rows does not."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from curate.params import parse
from curate.project import Project
from governance import gate
from governance.memorisation_gates import limits_of, memorised
from governance.params import LIMITS, CheckParams

FOUR = ("overfitting", "membership", "verbatim", "canaries")


def figure(point: float, width: float = 0.05) -> dict[str, float]:
    return {"point": point, "low": point - width, "high": point + width, "error": width / 2}


def comparison(
    gap: float = 0.1, area: float = 0.57, excess: float = 0.05, bits: float = 2.0, width: float = 0.05
) -> dict[str, Any]:
    """A comparison of an adapter that remembers so much."""
    course = {"epochs": 4, "chosen": 2, "turned_up": True, "words": "It turned up again."}
    verbatim = {
        "applies": True,
        "prefix_tokens": 8,
        "rows": {"train": 50, "held_out": 50},
        "train": 0.4 + excess,
        "held_out": 0.4,
        "base_model_train": 0.0,
        "excess": figure(excess, width),
    }
    line = {"times": 1, "canaries": 4, "exposure": bits, "low": 0.5, "high": 4.0, "base_model": 1.5}
    membership = {
        "auc": figure(area, width),
        "uncalibrated_auc": figure(area - 0.02, width),
        "calibrated_by": "the base model",
    }
    return {
        "systems": [
            {"name": "prompt", "title": "Prompt", "family": "prompt"},
            {"name": "lm_lora", "title": "Adapter", "family": "adapter"},
            {"name": "lm_lora_retrieved", "title": "Adapter with examples", "family": "adapter"},
        ],
        "metric": {"name": "field_f1"},
        "metrics": {"field_f1": "field F1"},
        "overfitting": {
            name: {"train": 0.5 + gap, "held_out": 0.5, "gap": figure(gap, width), "course": course}
            for name in ("lm_lora", "lm_lora_retrieved")
        },
        "memorisation": {
            "lm_lora": {
                "rows": {"train": 100, "held_out": 100},
                "membership": membership,
                "verbatim": verbatim,
            },
            "lm_lora_retrieved": {"same_weights_as": "lm_lora"},
        },
        "canaries": {
            "applies": True,
            "system": "lm_lora",
            "rows": 300,
            "canaries": 12,
            "references": 511,
            "most_bits": 9.0,
            "by_repetitions": [line, {**line, "times": 16, "exposure": 8.8}],
        },
    }


def verdicts(document: dict[str, Any], **check: Any) -> dict[str, list[tuple[bool, str, str]]]:
    limits = limits_of(parse(CheckParams, check, "params.check"), "2026-01-31")
    return {name: list(memorised(name, document, limits)) for name in FOUR}


def test_a_sound_model_passes_every_gate_and_is_judged_once_for_all_that_use_it() -> None:
    found = verdicts(comparison())
    assert all(passed for each in found.values() for passed, _, _ in each)
    assert [len(found[name]) for name in FOUR] == [2, 1, 1, 1]
    assert "0.57 [0.52, 0.62]" in found["membership"][0][1] and "It turned up" in found["overfitting"][0][1]


@pytest.mark.parametrize(
    ("planted", "gate_name", "limit"),
    [
        ({"gap": 0.9}, "overfitting", "overfit_gap"),
        ({"area": 0.97}, "membership", "membership_auc"),
        ({"excess": 0.55}, "verbatim", "verbatim_excess"),
        ({"bits": 8.0}, "canaries", "canary_bits"),
    ],
)
def test_each_gate_finds_its_own_kind_and_says_what_to_do(
    planted: dict[str, float], gate_name: str, limit: str
) -> None:
    found = verdicts(comparison(**planted))
    assert [name for name in FOUR if not all(passed for passed, _, _ in found[name])] == [gate_name]
    _, _, fix = found[gate_name][0]
    assert "params.train.lm_lora" in fix and f"limit: {limit}" in fix and "dvc repro" in fix


def test_what_somebody_decided_takes_the_place_of_the_default() -> None:
    decided = {"limit": "membership_auc", "value": 0.98, "reason": "public texts", "date": "2026-01-31"}
    assert verdicts(comparison(area=0.97), limits=[decided])["membership"][0][0]
    stricter = {**decided, "value": 0.55}
    assert not verdicts(comparison(), limits=[stricter])["membership"][0][0]
    with pytest.raises(AssayError, match="reason"):
        verdicts(comparison(), limits=[{**decided, "reason": " "}])


def test_chance_on_few_rows_fails_nobody() -> None:
    assert all(passed for passed, _, _ in verdicts(comparison(excess=0.2, width=0.3))["verbatim"])


def test_what_does_not_apply_passes_and_says_why() -> None:
    document = comparison()
    document["memorisation"]["lm_lora"]["verbatim"] = {"applies": False, "why": "answers are labels"}
    document["canaries"] = None
    found = verdicts(document)
    assert found["verbatim"] == [(True, "not applicable to lm_lora: answers are labels", "")]
    assert found["canaries"][0][0] and "train.canaries: {}" in found["canaries"][0][1]


def test_an_evaluation_that_does_not_say_is_not_a_pass() -> None:
    old = copy.deepcopy(comparison())
    for part in ("memorisation", "overfitting", "canaries"):
        del old[part]
    assert all(not each[0][0] and each[0][2] == "dvc repro evaluate" for each in verdicts(old).values())
    old["systems"] = old["systems"][:1]
    assert all(each[0][0] for each in verdicts(old).values())


def test_the_four_stand_among_the_gates_and_pass_nothing_without_an_evaluation(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("check: {}\n")
    for name in FOUR:
        (found,) = gate.GATES[name](Project(tmp_path), date(2026, 1, 31))
        assert found.skipped and not found.passed  # gate `target` is the one that fails


def test_every_limit_has_a_description_in_the_params() -> None:
    words = str(CheckParams.model_fields["limits"].description)
    assert all(f"{name} {value:g}" in words for name, value in LIMITS.items())
