"""What all models of a project are asked, on a tiny random Llama: the same in one process and in two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("transformers")

from train.judge.asking import Heard, ask_models
from train.judge.params import EvaluateParams
from train.systems import load_system, read_card

from ..conftest import toy_rows
from .test_forgetting import trained

SYSTEMS = ("prompt", "lm_lora", "lm_lora_retrieved")


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path, tiny_lm: Path) -> dict[Path, Any]:
    here = tmp_path_factory.mktemp("models")
    folders = [trained(name, tiny_encoder, tiny_lm, here) for name in SYSTEMS]
    return {folder: read_card(folder) for folder in folders}


def rows(count: int) -> pl.DataFrame:
    """Rows as gold has them, as far as anything here reads them."""
    toys = toy_rows(count)
    return toys.with_columns(
        group=pl.col("example_id"),
        language=pl.lit("en"),
        source=pl.lit("toys"),
        rejected=pl.lit(None, pl.String),
    )


def heard(cards: dict[Path, Any], keep: Path, workers: int, steps: list[tuple[int, int]]) -> Heard:
    train, test = rows(24), rows(6)
    params = EvaluateParams(
        bootstrap=200, latency_rows=2, written_membership_rows=4, workers=workers, batch_size=4
    )
    return ask_models(
        cards,
        load_system,
        {"train": train.head(2), "validation": test.head(2), "test": test},
        train,
        sorted(set(train["output"])),
        {},
        params,
        keep,
        lambda done, total: steps.append((done, total)),
    )


def test_two_processes_hear_what_one_hears(cards: dict[Path, Any], tmp_path: Path) -> None:
    told: list[list[tuple[int, int]]] = [[], []]
    one, two = (heard(cards, tmp_path / str(n), n, told[n - 1]) for n in (1, 2))
    for first, second in zip(one.asked, two.asked, strict=True):
        assert first.answers.name == second.answers.name
        for split in first.answers.answers:
            assert first.answers.answers[split].equals(second.answers.answers[split])
        assert first.samples["tokens_in"] == second.samples["tokens_in"]
        assert second.cost["latency_ms_median"] > 0
    assert one.remembered == two.remembered and list(one.remembered) == ["lm_lora"]
    assert one.shared == two.shared == {"lm_lora_retrieved": "lm_lora"}
    assert list(one.retained) == list(two.retained) == ["lm_lora", "lm_lora_retrieved"]
    for name, pair in one.retained.items():
        for mine, theirs in zip(pair, two.retained[name], strict=True):
            assert np.array_equal(mine.losses, theirs.losses) and np.array_equal(mine.passed, theirs.passed)
    # Three systems timed, three answering, one that remembers, a base and an adapter.
    assert [steps[-1] for steps in told] == [(9, 9), (9, 9)]
    assert all(steps == sorted(steps) for steps in told)
