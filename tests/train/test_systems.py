"""Every system: probabilities, equal answers after saving and loading, no pickle, scikit-learn as the
oracle.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from curate.errors import AssayError

pytest.importorskip("sklearn")
pytest.importorskip("transformers")
from train.params import CLASSIFIERS, TrainParams
from train.systems import Context, load_system, make_system, save_system
from train.systems.base import softmax
from train.systems.descriptions import words_of
from train.systems.linear import choose_softmax, fit_softmax

from .conftest import LABELS, toy_rows

TEXTS = ["my parcel is late", "refund please", "i want help", "zebra", "", "card stolen card lost"]
FAST = {"lr": 5e-3, "head_lr": 1e-2, "epochs": 2, "batch_size": 16}


def context(folder: Path, **changes: Any) -> Any:
    params = {
        "encoder": str(folder),
        "precision": "float32",
        "lora": {**FAST, "rank": 4},
        "full": FAST,
        **changes,
    }
    return Context(TrainParams(**params), {"refund": "asks for money back"})


def fitted(
    name: str, folder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], labels: Any = LABELS, **changes: Any
) -> Any:
    system = make_system(name)
    system.fit(*toy, labels, context(folder, **changes))
    return system


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_system_answers_alike_after_saving_and_loading(
    name: str, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    system = fitted(name, tiny_encoder, toy)
    before = system.predict_proba(TEXTS)
    assert before.shape == (len(TEXTS), 3) and before.dtype == np.float64
    assert np.allclose(before.sum(axis=1), 1) and (before >= 0).all()
    assert system.predict_proba([]).shape == (0, 3)
    save_system(system, tmp_path / name, {})
    again: Any = load_system(tmp_path / name)
    assert np.array_equal(again.predict_proba(TEXTS), before)
    assert again.trainable_parameters == system.trainable_parameters > 0
    assert {path.suffix for path in (tmp_path / name).iterdir()} <= {".json", ".safetensors"}
    assert str(tiny_encoder.parent.parent) not in (tmp_path / name / "model.json").read_text().replace(
        str(tiny_encoder), ""
    )


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_same_seed_gives_the_same_bytes_and_row_order_of_predictions_does_not_matter(
    name: str, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    for place in ("a", "b"):
        save_system(fitted(name, tiny_encoder, toy), tmp_path / place, {})
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)
    system: Any = load_system(tmp_path / "a")
    assert np.allclose(system.predict_proba(TEXTS[::-1]), system.predict_proba(TEXTS)[::-1], atol=1e-12)


@pytest.mark.parametrize("name", ["tfidf_lr", "nearest", "probe", "lora", "full"])
def test_learning_systems_beat_the_floor_on_toy_rows(
    name: str, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    held = toy_rows(60, seed=9, prefix="t")
    guessed = fitted(name, tiny_encoder, toy).predict_proba(held["input"].to_list()).argmax(axis=1)
    truth = [LABELS.index(label) for label in held["output"]]
    assert np.mean(guessed == truth) > 0.45  # a third by chance; the encoder is random


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_label_without_training_rows_and_no_validation_rows_are_no_obstacle(
    name: str, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    train, validation = toy
    system = fitted(name, tiny_encoder, (train, validation.clear()), labels=(*LABELS, "zzz"))
    proba = system.predict_proba(TEXTS)
    assert proba.shape == (len(TEXTS), 4) and np.isfinite(proba).all()


def test_output_that_is_no_label_is_named_by_id(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    with pytest.raises(AssayError, match="r0000") as raised:
        fitted("majority", tiny_encoder, toy, labels=LABELS[1:])
    assert "card_lost" not in str(raised.value)


def test_other_weights_than_at_training_are_an_error(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    save_system(fitted("probe", tiny_encoder, toy), tmp_path / "probe", {})
    card = json.loads((tmp_path / "probe/model.json").read_text())
    card["encoder"]["sha256"] = "0" * 64
    (tmp_path / "probe/model.json").write_text(json.dumps(card))
    with pytest.raises(AssayError, match="other weights of encoder"):
        load_system(tmp_path / "probe").answer(TEXTS)


@pytest.mark.parametrize("damage", ["model.json", "weights.safetensors"])
def test_damaged_model_is_an_error_with_a_fix(
    damage: Any, tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    save_system(fitted("probe", tiny_encoder, toy), tmp_path / "probe", {})
    (tmp_path / "probe" / damage).write_bytes(b"{")
    with pytest.raises(AssayError) as raised:
        load_system(tmp_path / "probe")
    assert "assay train" in raised.value.fix


def test_unknown_system_is_an_error() -> None:
    with pytest.raises(AssayError, match="there is no system `oracle`"):
        make_system("oracle")


@pytest.mark.parametrize("classes", [2, 5])
def test_softmax_regression_agrees_with_scikit_learn(classes: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    draw = np.random.default_rng(0)
    features, codes = draw.normal(size=(120, 6)), draw.integers(classes, size=120)
    oracle = LogisticRegression(C=3.0, max_iter=1000).fit(features, codes)
    assert np.allclose(
        fit_softmax(features, codes, classes, 3.0).proba(features), oracle.predict_proba(features), atol=1e-9
    )


def test_penalty_is_chosen_by_validation_loss() -> None:
    from sklearn.metrics import log_loss

    draw = np.random.default_rng(1)
    features, other = draw.normal(size=(80, 10)), draw.normal(size=(40, 10))
    codes, truth = (features[:, 0] + draw.normal(size=80) > 0).astype(int), (other[:, 0] > 0).astype(int)
    grid = (0.001, 0.1, 100.0)
    _, chosen = choose_softmax(features, codes, other, truth, 2, grid)
    losses = {C: log_loss(truth, fit_softmax(features, codes, 2, C).proba(other)) for C in grid}
    assert chosen == min(losses, key=losses.__getitem__)


def test_nearest_neighbours_agree_with_scikit_learn(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    system = fitted("nearest", tiny_encoder, toy, nearest={"k": 4})
    system.sharpness, system.spread = 0.0, 0.0
    encoder = context(tiny_encoder).encoder
    oracle = KNeighborsClassifier(4, metric="cosine", algorithm="brute").fit(
        encoder.embed(toy[0]["input"].to_list()), system.codes
    )
    queries = toy_rows(40, seed=5)["input"].to_list()
    assert (
        np.mean(
            np.abs(system.predict_proba(queries) - oracle.predict_proba(encoder.embed(queries))).max(axis=1)
            < 1e-9
        )
        > 0.9
    )  # but for ties


def test_tfidf_agrees_with_scikit_learn(tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    pipeline = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LogisticRegression(C=10.0, max_iter=1000),
    ).fit(toy[0]["input"].to_list(), toy[0]["output"].to_list())
    assert np.allclose(
        fitted("tfidf_lr", tiny_encoder, toy).predict_proba(TEXTS), pipeline.predict_proba(TEXTS), atol=1e-6
    )


def test_descriptions_use_no_training_row_and_name_their_stand_in(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    train, validation = toy
    one, other = (
        fitted("descriptions", tiny_encoder, (frame, validation)) for frame in (train, train.head(3))
    )
    assert np.array_equal(one.predict_proba(TEXTS), other.predict_proba(TEXTS))
    assert one.facts()["labels_described"] == 1 and "prompting" in one.title


@pytest.mark.parametrize("label", ["card_arrival", "cardArrival", "card-arrival", "Card arrival"])
def test_label_names_become_words(label: str) -> None:
    assert words_of(label) == "card arrival"


def test_lora_folder_is_an_adapter_that_peft_loads(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModel

    system = fitted("lora", tiny_encoder, toy)
    save_system(system, tmp_path / "lora", {})
    plain = AutoModel.from_pretrained(tiny_encoder, add_pooling_layer=False)
    model = PeftModel.from_pretrained(plain, str(tmp_path / "lora")).merge_and_unload().eval()
    from train.encoder import mean_vectors

    features = mean_vectors(model, system.encoder.token_ids(TEXTS), 32)
    assert np.allclose(softmax(system.head.logits(features)), system.predict_proba(TEXTS), atol=1e-5)


def test_lora_trains_adapters_on_every_linear_layer_and_little_else(
    tiny_encoder: Path, toy: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    lora, full = (fitted(name, tiny_encoder, toy) for name in ("lora", "full"))
    adapted = {key.rsplit(".lora_", 1)[0] for key in lora.adapter}
    assert len(adapted) == 2 * 6  # query, key, value, attention output, two feed-forward layers
    assert lora.trainable_parameters < full.trainable_parameters
