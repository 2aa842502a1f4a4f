"""Planted label errors are found, clean data is left alone, and the order of rows is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sklearn")

from train.labels import FOLDS, Noise, doubt, fit_noise, folds, suspects

WORDS = {
    "billing": "invoice charge refund price",
    "delivery": "parcel courier late tracking",
    "account": "login password email profile",
}


def planted(rows: Any = 300, wrong: Any = 0.08, seed: int = 0) -> Any:
    """Texts of three topics with embeddings round three centres, and some labels swapped."""
    draw = np.random.default_rng(seed)
    names = sorted(WORDS)
    truth = draw.integers(3, size=rows)
    texts = [
        " ".join(draw.choice(WORDS[names[label]].split(), 3)) + f" number{i}"
        for i, label in enumerate(truth.tolist())
    ]
    features = np.eye(3)[truth] @ np.eye(3, 16) + 0.25 * draw.normal(size=(rows, 16))
    flip = draw.random(rows) < wrong
    given_labels = np.where(flip, (truth + draw.integers(1, 3, size=rows)) % 3, truth)
    to_names = lambda codes: pl.Series([names[code] for code in codes.tolist()])
    return (
        pl.Series([f"id{i:04d}" for i in range(rows)]),
        pl.Series(texts),
        to_names(given_labels),
        to_names(truth),
        flip,
        features,
    )


def test_planted_errors_are_flagged_with_their_true_label() -> None:
    ids, texts, labels, truth, flip, features = planted()
    found = suspects(ids, texts, labels, features=features).sort("example_id")
    flagged = found["flagged"].to_numpy()
    assert flip[flagged].mean() >= 0.9
    assert flagged[flip].mean() >= 0.9
    assert (found["suggested"].to_numpy() == truth.to_numpy())[flip & flagged].all()


def test_clean_labels_are_left_alone() -> None:
    ids, texts, labels, _, _, features = planted(wrong=0.0)
    assert suspects(ids, texts, labels, features=features)["flagged"].sum() == 0


def test_worst_come_first_and_every_row_is_there() -> None:
    ids, texts, labels, _, _, features = planted(120)
    found = suspects(ids, texts, labels, features=features)
    assert found["score"].is_sorted(descending=True)
    assert sorted(found["example_id"]) == sorted(ids)
    assert found["score"].is_between(0, 1).all()
    assert (found.filter("flagged")["given"] != found.filter("flagged")["suggested"]).all()


def test_order_of_rows_does_not_matter() -> None:
    ids, texts, labels, _, _, features = planted(120)
    order = np.random.default_rng(9).permutation(120)
    shuffled = suspects(
        *(column.gather(order.tolist()) for column in (ids, texts, labels)), features=features[order]
    )
    assert shuffled.equals(suspects(ids, texts, labels, features=features))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), min_size=1, max_size=40))
def test_rows_of_equal_text_and_label_share_a_fold(rows: Any) -> None:
    texts, codes = [text for text, _ in rows], np.array([code for _, code in rows], dtype=np.int64)
    seen: dict[str, Any] = {}
    for row, fold in zip(rows, folds(texts, codes).tolist(), strict=True):
        assert seen.setdefault(row, fold) == fold


def test_folds_are_dealt_evenly_within_each_label() -> None:
    codes = np.repeat(np.arange(3), 50)
    fold = folds([f"text {i}" for i in range(150)], codes)
    assert all((np.bincount(fold[codes == code], minlength=FOLDS) == 10).all() for code in range(3))


def test_a_duplicated_mistake_does_not_vouch_for_itself() -> None:
    ids, texts, labels, truth, _, features = planted(150, wrong=0.05, seed=3)
    at = next(i for i in range(150) if labels[i] == truth[i] == "billing")
    copies = 3
    more = lambda column, value: column.append(pl.Series([value] * copies))
    wrong = labels.clone().scatter(at, "account")
    found = suspects(
        ids.clone().append(pl.Series([f"copy{i}" for i in range(copies)])),
        more(texts.clone(), texts[at]),
        more(wrong, "account"),
        features=np.concatenate([features, np.repeat(features[[at]], copies, axis=0)]),
    )
    assert found.filter(pl.col("example_id").str.starts_with("copy"))["flagged"].all()


def test_a_label_with_a_single_text_is_not_doubted_for_want_of_others() -> None:
    ids, texts, labels, _, _, features = planted(100, wrong=0.0)
    found = suspects(ids, texts, labels.scatter(7, "one of a kind"), features=features)
    alone = found.filter(pl.col("example_id") == ids[7]).row(0, named=True)
    assert alone == {
        "example_id": ids[7],
        "given": "one of a kind",
        "suggested": "one of a kind",
        "score": 0.0,
        "flagged": False,
    }


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_too_little_data_raises_no_suspicion(rows: Any) -> None:
    ids, texts, _, _, _, features = planted(max(rows, 1))
    found = suspects(
        ids[:rows], texts[:rows], pl.Series(["same"] * rows, dtype=pl.String), features=features[:rows]
    )
    assert found.height == rows
    assert not found["flagged"].any()


def test_texts_without_a_word_are_judged_by_their_embeddings() -> None:
    ids, _, labels, _, flip, features = planted(200)
    found = suspects(ids, pl.Series(["?!" * (i + 1) for i in range(200)]), labels, features=features).sort(
        "example_id"
    )
    assert found["flagged"].to_numpy()[flip].mean() >= 0.8


def test_noise_rate_is_recovered() -> None:
    draw = np.random.default_rng(5)
    proba = draw.dirichlet(np.full(6, 0.1), 8000)
    truth = (proba.cumsum(axis=1) > draw.random((8000, 1))).argmax(axis=1)
    flip = draw.random(8000) < 0.06
    noise = fit_noise(proba, np.where(flip, (truth + draw.integers(1, 6, 8000)) % 6, truth))
    assert noise.rate == pytest.approx(0.06, abs=0.015)
    assert noise.exponent == pytest.approx(1.0, abs=0.15)
    assert sum(noise.weights) == pytest.approx(1.0)


def test_noise_between_confusable_labels_is_told_from_chance() -> None:
    draw = np.random.default_rng(6)
    truth = draw.integers(6, size=6000)
    twin = truth ^ 1  # labels 0-1, 2-3 and 4-5 are confusable
    proba = np.full((6000, 6), 0.01)
    share = draw.beta(8, 1, 6000)
    proba[np.arange(6000), twin] += 0.94 * (1 - share)
    proba[np.arange(6000), truth] += 0.94 * share
    noise = fit_noise(proba, np.where(draw.random(6000) < 0.1, twin, truth))
    assert noise.weights[2] == pytest.approx(0.1, abs=0.04)
    assert noise.weights[1] < 0.02


def test_doubt_is_bayes_rule() -> None:
    proba = np.array([[0.9, 0.1], [0.1, 0.9]])
    expected = 0.2 * np.array([0.1, 0.9]) / (0.2 * np.array([0.1, 0.9]) + 0.8 * np.array([0.9, 0.1]))
    np.testing.assert_allclose(doubt(proba, np.array([0, 0]), Noise(1.0, (0.8, 0.2, 0.0))), expected)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`assay labels` with the tests' embeddings in place of the encoder's."""
    ids, texts, labels, _, flip, features = planted(150, seed=2)
    known = dict(zip(texts, features, strict=True))
    monkeypatch.setattr(
        "train.labels._embed", lambda batch, encoder: np.array([known[text] for text in batch])
    )
    from governance.cli.labels import labels as cli

    return (
        lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments]),
        ids,
        texts,
        labels,
        flip,
    )


def test_command_writes_every_row_worst_first_and_fails_when_any_is_flagged(
    command: Any, tmp_path: Path
) -> None:
    call, ids, texts, labels, flip = command
    pl.DataFrame({"ticket": ids, "text": texts, "queue": labels}).write_csv(tmp_path / "export.csv")
    result = call(
        tmp_path / "export.csv", "--input", "text", "--output", "queue", "-o", tmp_path / "out.parquet"
    )
    assert result.exit_code == 1
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.columns == ["row", "given", "suggested", "score", "flagged"]
    assert written["row"].dtype == pl.Int64 and sorted(written["row"]) == list(range(150))
    assert flip[written.filter("flagged")["row"].to_numpy()].mean() > 0.8
    named = call(
        tmp_path / "export.csv",
        "--input",
        "text",
        "--output",
        "queue",
        "--id",
        "ticket",
        "-o",
        tmp_path / "named.parquet",
    )
    assert named.exit_code == 1
    assert sorted(pl.read_parquet(tmp_path / "named.parquet")["row"]) == sorted(ids)


def test_command_passes_a_clean_file_and_leaves_incomplete_rows_out(command: Any, tmp_path: Path) -> None:
    call, _, texts, labels, flip = command
    clean = pl.DataFrame({"text": texts, "queue": labels}).filter(pl.Series(~flip))
    pl.concat(
        [clean, pl.DataFrame({"text": ["no label"], "queue": [None]}, schema=clean.schema)]
    ).write_parquet(tmp_path / "clean.parquet")
    result = call(tmp_path / "clean.parquet", "--input", "text", "--output", "queue", "--format", "json")
    assert result.exit_code == 0, result.output
    assert '"flagged": 0' in result.stdout
    assert "1 row without a text or a label" in result.stderr


def test_command_shows_no_text_of_the_rows(command: Any, tmp_path: Path) -> None:
    call, _, texts, labels, _ = command
    pl.DataFrame({"text": texts, "queue": labels}).write_csv(tmp_path / "export.csv")
    result = call(tmp_path / "export.csv", "--input", "text", "--output", "queue")
    assert not any(text in result.output for text in texts)


def test_command_names_a_missing_column(command: Any, tmp_path: Path) -> None:
    from curate.errors import AssayError

    call, _, texts, labels, _ = command
    pl.DataFrame({"text": texts, "queue": labels}).write_csv(tmp_path / "export.csv")
    result = call(tmp_path / "export.csv", "--input", "text", "--output", "kind")
    assert isinstance(result.exception, AssayError) and "kind" in str(result.exception)


def test_command_without_the_train_extra_says_what_to_install(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curate.errors import AssayError

    call, _, texts, labels, _ = command
    pl.DataFrame({"text": texts, "queue": labels}).write_csv(tmp_path / "export.csv")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = call(tmp_path / "export.csv", "--input", "text", "--output", "queue")
    assert isinstance(result.exception, AssayError)
    assert result.exception.fix == "pip install 'assay[train]'"


def test_labels_of_a_table_name_what_one_annotator_decides_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from train.plain import labels

    parts = [("refund", "money back for the lamp, order"), ("parcel", "where is my delivery, tracking")]
    rows = [(f"{text} {n}", label, "abc"[n % 3]) for label, text in parts for n in range(90)]
    frame = pl.DataFrame(rows, schema=["text", "label", "who"], orient="row")
    changed = (pl.col("who") == "b") & (pl.col("label") == "parcel")
    frame = frame.with_columns(pl.when(changed).then(pl.lit("refund")).otherwise("label").alias("label"))

    class Fixed:
        def embed(self, texts: list[str]) -> object:
            money = np.array(["money" in text for text in texts], dtype=float)
            return np.column_stack([money, 1 - money])

    monkeypatch.setattr("train.encoder.load_encoder", lambda *_: Fixed())
    result = labels(frame, "text", "label", by=["who"])
    assert result.decided is not None
    assert result.decided.found.select("by", "slice", "gives", "where_others_give").rows() == [
        ("who", "b", "refund", "parcel")
    ]
    assert set(result.decided.rows["example_id"]) <= set(map(str, range(180)))
