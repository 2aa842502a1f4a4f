"""From training to the gates: seeds, a fine-tuned learning curve, canaries, membership and completion, by the
stages and on a tiny random model.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

pytest.importorskip("transformers")
from curate.project import Project
from curate.publish.gold import Gold
from governance.memorisation_gates import limits_of, memorised
from governance.params import CheckParams
from train.fit import run as train
from train.judge.evaluate import run as evaluate

from .test_written_kinds import CARDS, rows


@pytest.mark.slow
def test_everything_is_measured_kept_and_the_same_again(
    tiny_encoder: Path, tiny_lm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = {"assay": 1, "name": "t", "kind": "extraction", "behaviour": "answer", **CARDS["extraction"]}
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(card))
    knobs = {
        "train": {
            "encoder": str(tiny_encoder),
            "precision": "float32",
            "systems": ["prompt", "lm_lora", "lm_lora_retrieved"],
            "seeds": 2,
            "language": {"model": str(tiny_lm), "shots": 1, "max_new_tokens": 8},
            "lm_lora": {"epochs": 2, "rank": 2},
            "curve": {"systems": ["lm_lora"], "fractions": [0.5, 1.0], "seeds": 1, "written_rows": 5},
            "canaries": {"repetitions": [1, 2], "each": 1, "references": 7},
        },
        "evaluate": {
            "bootstrap": 100,
            "permutations": 100,
            "latency_rows": 3,
            "written_fit_rows": 5,
            "verbatim_prefix": 4,
            "forgetting": None,
        },
    }
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(knobs))
    kind = "extraction"
    gold = Gold(
        rows(kind, 44, 0, "r"), rows(kind, 5, 1, "v"), rows(kind, 12, 2, "t"), {"content_digest": "abc123"}
    )
    monkeypatch.setattr("curate.publish.gold.verify_gold", lambda folder, key: gold)
    for stage in ("train.fit", "train.judge.evaluate"):
        monkeypatch.setattr(f"{stage}.refuse_stale_gold", lambda *_: None)
    project = Project(tmp_path)
    train(project)
    seeds = sorted(path.name for path in (project.models / "seeds").iterdir())
    assert seeds == ["lm_lora-1", "lm_lora_retrieved-1"]
    evaluate(project)
    folder = project.reports / "evaluation"
    written = (folder / "comparison.json").read_bytes()
    document = json.loads(written)
    by_name = {one["name"]: one for one in document["systems"]}
    assert by_name["lm_lora"]["seeds"]["count"] == 2 and "seeds" not in by_name["prompt"]
    assert any("Trained with 2 seeds" in reason for reason in document["verdict"]["reasons"])
    assert set(document["overfitting"]) == {"lm_lora", "lm_lora_retrieved"}
    assert document["memorisation"]["lm_lora_retrieved"] == {"same_weights_as": "lm_lora"}
    assert 0 <= document["memorisation"]["lm_lora"]["membership"]["auc"]["point"] <= 1
    assert [line["times"] for line in document["canaries"]["by_repetitions"]] == [1, 2]
    table = pl.read_csv(folder / "training_curves.csv")
    assert set(table["system"]) == {"lm_lora"} and set(table["seed"]) == {0, 1} and table.height == 2 * 2 * 2
    curve = pl.read_csv(folder / "learning_curve.csv")
    assert curve.select("system", "rows", "seeds").rows() == [("lm_lora", 22, 1), ("lm_lora", 44, 2)]
    assert {"field_f1", "field_f1_low", "field_f1_high"} <= set(curve.columns)
    limits = limits_of(CheckParams(), "2026-01-31")
    for gate in ("overfitting", "membership", "verbatim", "canaries"):
        assert all(
            isinstance(passed, bool) and words for passed, words, _ in memorised(gate, document, limits)
        )
    evaluate(project)
    assert (folder / "comparison.json").read_bytes() == written
