"""The stage: cards, resumption, the same models from one process or two, the learning curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.errors import AssayError
from curate.params import parse
from curate.task import Kind

pytest.importorskip("sklearn")
pytest.importorskip("transformers")
from train import fit as module
from train.fit import train_systems
from train.judge.curve import learning_curve, nested_subset, summary
from train.kinds.classification import Classification
from train.params import TrainParams
from train.systems import Context, load_system
from train.trial_params import CurveParams

from .conftest import LABELS, toy_rows

FAST = {"lr": 5e-3, "head_lr": 1e-2, "epochs": 1, "batch_size": 16}


def params(folder: Path, **changes: Any) -> Any:
    return TrainParams(
        **{
            "encoder": str(folder),
            "precision": "float32",
            "workers": 1,
            "lora": FAST,
            "full": FAST,
            **changes,
        }
    )


def tree(folder: Path) -> Any:
    """Bytes of every file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_system_leaves_a_folder_with_its_card(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    steps = []
    trained = train_systems(
        *toy,
        LABELS,
        {},
        params(tiny_encoder),
        tmp_path / "models",
        gold="d1",
        held_out=toy_rows(30, seed=4),
        progress=lambda *at: steps.append(at),
    )
    cards = trained.cards
    assert [card["name"] for card in cards] == [
        "majority",
        "tfidf_lr",
        "descriptions",
        "nearest",
        "probe",
        "lora",
        "full",
    ]
    for card in cards:
        assert card["gold"] == "d1" and card["labels"] == list(LABELS) and "cost" not in card
        assert load_system(tmp_path / "models" / card["name"]).answer(["refund"])[0] in LABELS
    assert list(trained.seconds) == [card["name"] for card in cards]
    assert all(seconds > 0 for seconds in trained.seconds.values())
    assert cards[5]["hyperparameters"]["rank"] == 16 and len(cards[5]["encoder"]["sha256"]) == 64
    curve = pl.read_parquet(tmp_path / "models/learning_curve.parquet")
    assert curve["rows"].to_list() == [9, 24, 45, 90] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".models.work", "models"] and not list(
        (tmp_path / ".models.work").iterdir()
    )
    assert steps == sorted(steps) and steps[-1][0] <= steps[-1][1]


@pytest.mark.slow
def test_models_do_not_follow_row_order_or_the_number_of_processes(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    names = ("nearest", "probe", "lora", "full")
    train_systems(*toy, LABELS, {}, params(tiny_encoder, systems=names), tmp_path / "one")
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=5) for frame in toy]
    train_systems(*shuffled, LABELS, {}, params(tiny_encoder, systems=names, workers=2), tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_killed_run_keeps_the_old_models_and_resumes(
    tiny_encoder: Path,
    toy: tuple[pl.DataFrame, pl.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/old").write_text("still here")
    wanted = params(tiny_encoder, systems=("majority", "probe"))

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    import train.systems.probe as probe

    real = probe.probe_head
    monkeypatch.setattr(probe, "probe_head", stop)
    with pytest.raises(KeyboardInterrupt):
        train_systems(*toy, LABELS, {}, wanted, tmp_path / "models")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["old"]
    monkeypatch.setattr(probe, "probe_head", real)

    def refit(*_: Any) -> None:
        raise AssertionError("the majority was fitted again, though the killed run had finished it")

    monkeypatch.setattr("train.systems.majority.Majority.fit", refit)
    train_systems(*toy, LABELS, {}, wanted, tmp_path / "models")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["majority", "probe"]


def test_unfinished_work_on_other_rows_is_not_taken_up(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    one = module._key(*toy, LABELS, {}, params(tiny_encoder), "d")
    assert one == module._key(*toy, LABELS, {}, params(tiny_encoder, workers=2, systems=("probe",)), "d")
    assert one != module._key(toy[0].head(80), toy[1], LABELS, {}, params(tiny_encoder), "d")
    assert one != module._key(*toy, LABELS, {}, params(tiny_encoder, seed=1), "d")


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_learn_from_is_an_error(
    rows: Any, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    with pytest.raises(AssayError, match=r"no training rows|one and the same label"):
        train_systems(toy[0].head(rows), toy[1], LABELS, {}, params(tiny_encoder), tmp_path / "models")


def test_unknown_parameter_is_named() -> None:
    with pytest.raises(AssayError, match=r"params\.train\.lora\.rnk"):
        parse(TrainParams, {"lora": {"rnk": 8}}, "params.train")


def test_subsets_are_nested_stratified_and_stay_when_rows_come() -> None:
    frame = toy_rows(90)
    small, large = (nested_subset(frame, share, 3) for share in (0.25, 0.5))
    assert set(small["example_id"]) < set(large["example_id"])
    assert (
        set(small["output"].value_counts()["count"]) == {8}
        and nested_subset(frame, 0.001, 0)["output"].n_unique() == 3
    )
    assert nested_subset(frame.sample(fraction=1, shuffle=True, seed=1), 0.25, 3).equals(small)
    assert nested_subset(frame, 1.0, 0).equals(frame.sort("example_id"))


def test_learning_curve_at_all_rows_is_the_system_itself(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    from sklearn.metrics import f1_score

    train, _ = toy
    held = toy_rows(60, seed=8, prefix="t")
    ctx = Context(params(tiny_encoder))
    curve = learning_curve(train, held, LABELS, CurveParams(fractions=(0.2, 1.0), seeds=2), ctx, C=10.0)
    assert curve.columns == [
        "system",
        "fraction",
        "rows",
        "seed",
        "accuracy",
        "macro_f1",
    ] and curve.height == 2 * (2 + 1)
    from train.systems.linear import fit_softmax

    truth = np.array([LABELS.index(label) for label in held["output"]])
    codes = np.array([LABELS.index(label) for label in train["output"]])
    guessed = (
        fit_softmax(ctx.features(train["input"].to_list()), codes, 3, 10.0)
        .proba(ctx.features(held["input"].to_list()))
        .argmax(axis=1)
    )
    point = curve.row(by_predicate=(pl.col("system") == "probe") & (pl.col("fraction") == 1), named=True)
    assert point["accuracy"] == pytest.approx(np.mean(guessed == truth)) and point[
        "macro_f1"
    ] == pytest.approx(f1_score(truth, guessed, average="macro"))
    assert summary(curve)["seeds"].to_list() == [2, 1, 2, 1]


@pytest.mark.slow
def test_adapters_are_trained_with_every_seed_and_on_shares_of_the_rows_the_same_way_each_time(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    names = ("majority", "probe", "lora", "full")
    wanted = params(
        tiny_encoder,
        systems=names,
        seeds=2,
        curve={"fractions": [0.5, 1.0], "seeds": 2, "systems": ["probe", "lora"]},
    )
    held = toy_rows(30, seed=4)
    trained = train_systems(
        *toy, LABELS, {}, wanted, tmp_path / "one", held_out=held, scoring=Classification(LABELS)
    )
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "full",
        "learning_curve.parquet",
        "lora",
        "majority",
        "probe",
        "seeds",
    ]
    assert [path.name for path in (tmp_path / "one/seeds").iterdir()] == ["lora-1"]
    models: list[Any] = [load_system(tmp_path / "one" / name) for name in ("lora", "seeds/lora-1")]
    first, other = models
    assert not np.array_equal(first.predict_proba(["refund"]), other.predict_proba(["refund"]))
    curve = pl.read_parquet(tmp_path / "one/learning_curve.parquet")
    points = curve.filter(pl.col("system") == "lora").select("rows", "seeds").rows()
    assert points == [(45, 2), (90, 2)] and trained.further_seconds > 0
    assert list(trained.seconds) == list(names)
    alone = params(tiny_encoder, systems=("lora",), seed=1, curve=None)
    train_systems(*toy, LABELS, {}, alone, tmp_path / "two")
    assert (tmp_path / "two/lora/adapter_model.safetensors").read_bytes() == (
        tmp_path / "one/seeds/lora-1/adapter_model.safetensors"
    ).read_bytes()


def test_a_fine_tuned_system_on_the_curve_must_be_trained(tiny_encoder: Path) -> None:
    with pytest.raises(AssayError, match=r"curve\.systems names lora"):
        params(tiny_encoder, systems=("probe",), curve={"systems": ["lora"]}).suited(Kind.CLASSIFICATION)


def test_a_share_of_texts_without_labels_is_a_share() -> None:
    """Each answer of a written kind is its own: taking one of each would take all."""
    frame = toy_rows(40).with_columns(output=pl.col("example_id"))
    assert nested_subset(frame, 0.25, 0, by_label=False).height == 10
    assert nested_subset(frame, 0.25, 0).height == 40
