"""The stage at its rim: what it reads, refuses and writes, with systems made of a word list."""

from __future__ import annotations

import dataclasses
import json
import types
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from curate.publish.digest import PUBLISHED
from curate.publish.gold import Gold
from curate.sealed_folder import seal_folder
from train.cost import write_costs
from train.judge.answering import predict, timed
from train.judge.evaluate import run
from train.judge.params import EvaluateParams
from train.systems.base import Classifier

pytest.importorskip("sklearn")
LABELS = ["=billing", "account", "delivery"]


class Keyword(Classifier):
    """Looks for the label's last word in the text; wrong on texts that hold one of `blind`."""

    def __init__(self, name: str, family: Any, blind: Any = ()) -> None:
        self.name, self.title, self.family, self.blind = name, name.title(), family, blind

    trainable_parameters = 3
    labels = tuple(LABELS)

    def fit(self, *_: Any) -> None:
        """Nothing to fit."""

    def save(self, folder: Path) -> None:
        """Nothing to save."""

    def load(self, folder: Path) -> None:
        """Nothing to load."""

    def predict_proba(self, texts: Any) -> Any:
        sure = np.full((len(texts), 3), 0.1)
        for row, text in enumerate(texts):
            at = next(i for i, label in enumerate(LABELS) if label.strip("=") in text)
            sure[row, (at + any(word in text for word in self.blind)) % 3] = 0.8
        return sure


SYSTEMS = {
    "lora": Keyword("lora", "adapter"),
    "probe": Keyword("probe", "probe", ("7", "3")),
    "majority": Keyword("majority", "baseline", ("1", "2", "3", "7")),
}


def rows(split: str, count: Any) -> Any:
    labels = [LABELS[i % 3] for i in range(count)]
    frame = pl.DataFrame(
        {
            "example_id": [f"{split}{i:03d}" for i in range(count)],
            "input": [f"{split} {i} about {label.strip('=')}" for i, label in enumerate(labels)],
            "output": labels,
        }
    )
    return frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in PUBLISHED.items()
        if name not in frame.columns
    ).select(PUBLISHED.names())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project whose gold version and models are made up."""
    (tmp_path / "task.yaml").write_text(
        "assay: 1\nname: t\nkind: classification\nbehaviour: route\nmetric: {name: accuracy, target: "
        "0.9}\nlabels: ['=billing', account, delivery]\n"
    )
    (tmp_path / "params.yaml").write_text(
        "evaluate: {bootstrap: 200, permutations: 200, label_suspects: false, latency_rows: 5}\n"
    )
    made = {
        "gold": Gold(
            rows("train", 90), rows("validation", 30), rows("test", 120), {"content_digest": "abc123"}
        )
    }
    monkeypatch.setattr("curate.publish.gold.verify_gold", lambda folder, key: made["gold"])
    monkeypatch.setattr("train.systems.load_system", lambda folder: SYSTEMS[folder.name])
    for name in SYSTEMS:
        (tmp_path / "models" / name).mkdir(parents=True)
        card = {"schema": "assay.model/1", "name": name, "labels": LABELS, "gold": "abc123"}
        (tmp_path / "models" / name / "model.json").write_text(json.dumps(card))
    seal_folder(tmp_path / "models", None, "models")
    write_costs(tmp_path / "reports", "train", {name: {"train_seconds": 2.5} for name in SYSTEMS})
    found = Project(tmp_path)
    object.__setattr__(found, "made", made)
    return found


def replace_gold(project: Any, **splits: Any) -> None:
    """Change splits of the made-up gold version."""
    project.made["gold"] = dataclasses.replace(project.made["gold"], **splits)


def test_every_promised_file_is_written_with_its_columns(project: Any) -> None:
    report = run(project)
    folder = project.reports / "evaluation"
    columns = {
        "comparison.csv": "system,title,family,accuracy,accuracy_low,accuracy_high,macro_f1,macro_f1_low,macro_f1_high,log_loss,brier,calibration_error,coverage,trainable_parameters",  # noqa: E501
        "per_class.csv": "system,label,precision,recall,f1,support",
        "confusion.csv": "actual,predicted",
        "training_curves.csv": "system,seed,epoch,rows,loss,accuracy,chosen",
        "calibration.csv": "system,bin,rows,lowest,highest,confidence,accuracy",
        "learning_curve.csv": "system,rows,seeds,accuracy,accuracy_low,accuracy_high,macro_f1,macro_f1_low,macro_f1_high",  # noqa: E501
    }
    for name, header in columns.items():
        assert (folder / name).read_text().splitlines()[0] == header
    assert pl.read_parquet(folder / "predictions.parquet").columns == [
        "example_id",
        "system",
        "label",
        "predicted",
        "confidence",
        "correct",
        "raw",
        "parsed",
        "valid",
        "accuracy",
        "macro_f1",
    ]
    assert pl.read_parquet(folder / "label_suspects.parquet").columns == [
        "example_id",
        "split",
        "given",
        "suggested",
        "score",
        "flagged",
    ]
    assert report["summary"].startswith("fine_tune: ")
    assert sorted(path.name for path in project.reports.iterdir()) == ["cost", "evaluation", "metrics.json"]


def test_metrics_are_flat_rounded_and_the_same_every_time(project: Any) -> None:
    run(project)
    first = (
        (project.reports / "metrics.json").read_bytes(),
        (project.reports / "evaluation/comparison.json").read_bytes(),
    )
    run(project)
    assert first == (
        (project.reports / "metrics.json").read_bytes(),
        (project.reports / "evaluation/comparison.json").read_bytes(),
    )
    metrics = json.loads(first[0])
    assert metrics["verdict"] == "fine_tune"
    assert set(metrics) == {"lora", "probe", "majority", "verdict", "gain"}
    assert metrics["lora"]["accuracy"] == 1.0
    assert all(
        isinstance(figure, float) and round(figure, 6) == figure for figure in metrics["probe"].values()
    )


def test_times_stand_outside_what_is_tracked(project: Any) -> None:
    run(project)
    cost = json.loads((project.reports / "cost/evaluate.json").read_text())
    assert cost["systems"]["lora"]["train_seconds"] == 2.5
    assert set(cost["systems"]["probe"]) - {"predict_peak_mb"} == {
        "train_seconds",
        "latency_ms_median",
        "rows_per_second",
    }
    assert "answers in" in cost["sentence"]
    for path in (project.reports / "metrics.json", project.reports / "evaluation/comparison.json"):
        assert "seconds" not in path.read_text() and "latency_ms" not in path.read_text()


def test_no_text_of_the_rows_is_written(project: Any) -> None:
    run(project)
    for path in (project.reports / "evaluation").iterdir():
        assert not any(
            f"{split} 1 about".encode() in path.read_bytes() for split in ("train", "validation", "test")
        )


def test_labels_cannot_be_spreadsheet_formulas(project: Any) -> None:
    run(project)
    assert "\n=" not in (project.reports / "evaluation/confusion.csv").read_text()
    assert "'=billing" in (project.reports / "evaluation/confusion.csv").read_text()


def test_learning_curve_left_by_train_is_carried_over(project: Any) -> None:
    """With the range over seeds: the report once said "0.959 to 0.959" of every point."""
    point = {
        "system": "lora",
        "rows": 50,
        "seeds": 3,
        "accuracy": 0.8,
        "accuracy_low": 0.7,
        "accuracy_high": 0.85,
        "macro_f1": 0.75,
        "macro_f1_low": 0.65,
        "macro_f1_high": 0.8,
    }
    pl.DataFrame([point]).write_parquet(project.models / "learning_curve.parquet")
    seal_folder(project.models, None, "models")
    assert run(project)["learning_curve"] == [point]


def test_label_suspects_cover_the_whole_gold_set(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "params.yaml").write_text("evaluate: {bootstrap: 200, permutations: 200}\n")
    encoder = types.SimpleNamespace(
        embed=lambda texts: np.array(
            [[label.strip("=") in text for label in LABELS] for text in texts], dtype=float
        )
    )
    monkeypatch.setattr("train.encoder.load_encoder", lambda name, **_: encoder)
    train = rows("train", 90)
    replace_gold(project, train=train.with_columns(output=train["output"].scatter(0, "delivery")))
    report = run(project)
    found = pl.read_parquet(project.reports / "evaluation/label_suspects.parquet")
    assert found.height == 240 and set(found["split"]) == {"train", "validation", "test"}
    assert found.row(0, named=True) | {"score": None} == {
        "example_id": "train000",
        "split": "train",
        "given": "delivery",
        "suggested": "=billing",
        "score": None,
        "flagged": True,
    }
    assert report["labels_flagged"] == 1


def test_model_of_another_gold_version_is_refused_and_nothing_is_written(project: Any) -> None:
    path = project.models / "probe" / "model.json"
    path.write_text(path.read_text().replace("abc123", "older"))
    seal_folder(project.models, None, "models")
    with pytest.raises(AssayError, match="was trained on gold older") as caught:
        run(project)
    assert "assay train" in caught.value.fix
    assert not (project.reports / "evaluation").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON of schema"),
        ("[]", "not JSON of schema"),
        ('{"schema": "assay.model/1", "name": "probe", "labels": []}', "does not say its gold"),
    ],
)
def test_model_card_that_cannot_be_read_is_refused(project: Any, text: str, words: str) -> None:
    (project.models / "probe" / "model.json").write_text(text)
    seal_folder(project.models, None, "models")
    with pytest.raises(AssayError, match=words):
        run(project)


def test_empty_test_set_is_refused(project: Any) -> None:
    replace_gold(project, test=rows("test", 3).clear())
    with pytest.raises(AssayError, match="no rows"):
        run(project)


def test_no_models_are_refused(project: Any) -> None:
    for name in SYSTEMS:
        (project.models / name / "model.json").unlink()
    with pytest.raises(AssayError, match="no trained system"):
        run(project)


def test_without_costs_of_training_the_sentence_keeps_to_what_is_known(project: Any) -> None:
    (project.reports / "cost/train.json").unlink()
    run(project)
    sentence = json.loads((project.reports / "cost/evaluate.json").read_text())["sentence"]
    assert "answers in" in sentence and " s and" not in sentence


def test_only_fine_tuned_systems_are_refused_for_want_of_a_comparison(project: Any) -> None:
    for name in ("probe", "majority"):
        (project.models / name / "model.json").unlink()
    seal_folder(project.models, None, "models")
    with pytest.raises(AssayError, match="no simpler system"):
        run(project)


def test_a_killed_write_leaves_the_last_good_evaluation(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(project)
    before = {path.name: path.read_bytes() for path in (project.reports / "evaluation").iterdir()}

    def fail(*_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("train.judge.evaluate.dump_json", fail)
    with pytest.raises(RuntimeError):
        run(project)
    assert {path.name: path.read_bytes() for path in (project.reports / "evaluation").iterdir()} == before


def test_probabilities_are_aligned_by_label_and_batches_do_not_matter() -> None:
    texts = [f"{i} about {label.strip('=')}" for i, label in enumerate(LABELS * 5)]
    wide = predict(SYSTEMS["lora"], texts, LABELS, ["account", "new", *LABELS[::2]], 4)
    np.testing.assert_array_equal(wide[:, 1], 0)
    np.testing.assert_array_equal(wide[:, [2, 0, 3]], SYSTEMS["lora"].predict_proba(texts))


@pytest.mark.parametrize("answer", [np.full((2, 3), 0.5), np.full((2, 2), 0.5), np.full((2, 3), np.nan)])
def test_answers_that_are_not_probabilities_are_refused(answer: Any) -> None:
    broken = types.SimpleNamespace(name="odd", predict_proba=lambda texts: answer[: len(texts)])
    with pytest.raises(AssayError, match="`odd`"):
        predict(broken, ["a", "b"], LABELS, LABELS, 8)


def test_latency_is_measured_on_a_bounded_sample_and_is_positive() -> None:
    seen = []
    system = types.SimpleNamespace(answer=lambda texts: seen.extend(texts))
    found, singles = timed(system, [f"text {i}" for i in range(1000)], 10)
    assert len(seen) == 11 and len(set(seen)) == 10  # one is asked again, to warm up
    assert len(singles) == 5 and "latency_ms_p95" not in found, "of five answers it is the slowest one"
    assert found["latency_ms_median"] > 0 and found["rows_per_second"] > 0
    found, _ = timed(system, [f"text {i}" for i in range(1000)], 64)
    assert 0 <= found["latency_ms_median"] <= found["latency_ms_p95"]


def test_answers_that_were_kept_from_an_earlier_run_are_not_timed() -> None:
    class Kept:
        answers_kept = 0

        def answer(self, texts: Any) -> Any:
            self.answers_kept += len(texts)
            return texts

    assert timed(Kept(), ["a", "b", "c"], 3) == ({}, [])


def test_unknown_parameter_is_an_error(project: Any) -> None:
    (project.root / "params.yaml").write_text("evaluate: {bootstraps: 10}\n")
    with pytest.raises(AssayError, match="bootstraps"):
        project.params("evaluate", EvaluateParams)


def test_dvc_draws_one_line_a_system(project: Any) -> None:
    """DVC's own template joined the systems' points into one line."""
    run(project)
    template = json.loads((project.reports / "evaluation/by_system.json").read_text())
    assert template["encoding"]["color"]["field"] == "system"
    plots = yaml.safe_load((Path(__file__).parents[3] / "dvc.yaml").read_text())["plots"]
    named = {path: knobs.get("template") for plot in plots for path, knobs in plot.items()}
    assert named["reports/evaluation/learning_curve.csv"] == "reports/evaluation/by_system.json"
    assert named["reports/evaluation/calibration.csv"] == "reports/evaluation/by_system.json"
    epochs = json.loads((project.reports / "evaluation/by_epoch.json").read_text())
    assert [layer["mark"]["type"] for layer in epochs["spec"]["layer"]] == ["line", "point"]
    assert named["reports/evaluation/training_curves.csv"] == "reports/evaluation/by_epoch.json"
