"""From gold to verdict and report for the kinds whose answers are written, on a tiny random model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

pytest.importorskip("transformers")
from curate.project import Project
from curate.publish.digest import PUBLISHED
from curate.publish.gold import Gold
from train.fit import run as train
from train.judge.evaluate import run as evaluate

from .conftest import toy_rows

OUTPUTS = {
    "extraction": lambda label, text: json.dumps({"topic": label}),
    "rewriting": lambda label, text: f"Dear customer: {text}",
    "preference": lambda label, text: f"We are sorry about {label}",
    "summary": lambda label, text: f"Problem: {label}\nNext step: wait",
}
CARDS: dict[str, dict[str, Any]] = {
    "extraction": {"metric": {"name": "field_f1", "target": 0.8}, "output_schema": {"type": "object"}},
    "rewriting": {"metric": {"name": "chrf", "target": 0.5}, "style": {"never": ["cheap"]}},
    "preference": {"metric": {"name": "reward_accuracy", "target": 0.7}},
    "summary": {"metric": {"name": "rouge_l", "target": 0.5}, "sections": ["Problem", "Next step"]},
}


def rows(kind: str, count: int, seed: int, prefix: str) -> pl.DataFrame:
    frame = toy_rows(count, seed, prefix)
    written = [OUTPUTS[kind](label, text) for label, text in frame.select("output", "input").rows()]
    frame = frame.with_columns(pl.Series("output", written), language=pl.lit("en"))
    if kind == "preference":
        frame = frame.with_columns(pl.col("output").str.to_uppercase().alias("rejected"))
    return frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in PUBLISHED.items()
        if name not in frame.columns
    ).select(PUBLISHED.names())


@pytest.mark.parametrize("kind", list(CARDS))
def test_every_system_is_trained_and_judged_and_the_verdict_said(
    kind: str, tiny_encoder: Path, tiny_lm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = {"assay": 1, "name": "t", "kind": kind, "behaviour": "answer", **CARDS[kind]}
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(card))
    knobs: dict[str, Any] = {
        "train": {
            "encoder": str(tiny_encoder),
            "precision": "float32",
            "language": {"model": str(tiny_lm), "shots": 1, "max_new_tokens": 8},
            "lm_lora": {"epochs": 1, "rank": 2},
            "lm_dpo": {"epochs": 1},
        },
        "evaluate": {"bootstrap": 100, "permutations": 100, "latency_rows": 3, "written_fit_rows": 5},
    }
    asked = kind in ("summary", "preference")
    if not asked:
        knobs["evaluate"]["forgetting"] = None
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(knobs))
    gold = Gold(
        rows(kind, 24, 0, "r"), rows(kind, 5, 1, "v"), rows(kind, 12, 2, "t"), {"content_digest": "abc123"}
    )
    monkeypatch.setattr("curate.publish.gold.verify_gold", lambda folder, key: gold)
    for stage in ("train.fit", "train.judge.evaluate"):
        monkeypatch.setattr(f"{stage}.refuse_stale_gold", lambda *_: None)
    project = Project(tmp_path)
    last = "lm_dpo" if kind == "preference" else "lm_lora_retrieved"
    floor = ["unchanged"] if kind == "rewriting" else []
    names = [*floor, "prompt", "few_shot", "retrieved", "lm_lora", last]
    assert train(project)["systems"] == names
    report = evaluate(project)
    document = json.loads((project.reports / "evaluation" / "comparison.json").read_text())
    metrics = set(document["metrics"])
    assert CARDS[kind]["metric"]["name"] in metrics and document["share_right"] in metrics
    for system in document["systems"]:
        for name in metrics:
            figure = system[name]
            assert 0 <= figure["low"] <= figure["point"] <= figure["high"] <= 1
    assert document["fine_tuned"] in ("lm_lora", last) and ":" in report["summary"]
    predictions = pl.read_parquet(project.reports / "evaluation" / "predictions.parquet")
    assert (
        predictions.height == len(names) * 12 and predictions["confidence"].null_count() == predictions.height
    )
    forgotten = document["forgetting"]
    table = pl.read_csv(project.reports / "evaluation" / "forgetting.csv")
    assert table.height == (200 if asked else 0) and (forgotten is not None) is asked
    if asked:
        assert [system["name"] for system in forgotten["systems"]] == sorted(["lm_lora", last])
    figures = json.loads((project.reports / "metrics.json").read_text())
    assert set(figures["prompt"]) == metrics
    assert set(predictions.columns) > {"raw", "parsed", "valid", *metrics}
    assert [way["way"] for way in document["enough"]["ways"]][:2] == ["prompting", "retrieval"]
    assert document["enough"]["sentence"] in document["verdict"]["reasons"]
    written = {} if kind == "preference" else {"expected", *(one["name"] for one in document["systems"])}
    assert set(document["personal_data"]) == set(written)
    assert document["slices"]["judged"] == 0 and (project.reports / "evaluation" / "slices.csv").exists()
    costs = json.loads((project.reports / "cost" / "evaluate.json").read_text())["systems"]
    assert all(cost["latency_ms_median"] >= 0 for cost in costs.values())
