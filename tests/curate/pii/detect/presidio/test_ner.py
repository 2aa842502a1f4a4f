"""Optional named-entity models: really loaded, from a folder; missing ones are errors that say what to
install.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from curate.pii.detect.params import NerParams, ScanParams


def _detector(engine: Any, model: Path | str, **params: Any) -> Any:
    from curate.pii.detect.detector import Detector

    return Detector(ScanParams(ner=NerParams(engine=engine, model=str(model)), **params))


@pytest.fixture(scope="module")
def spacy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": "Ada Lovelace"},
            {"label": "GPE", "pattern": "Leeds"},
            {"label": "MONEY", "pattern": "ten pounds"},
        ]
    )  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("spacy") / "model"
    pipeline.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def transformers_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("bert") / "model"
    folder.mkdir()
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ada", "in", "leeds"])
    )
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=8,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label={0: "O", 1: "B-PER"},
        label2id={"O": 0, "B-PER": 1},
    )
    torch.manual_seed(0)
    model = transformers.BertForTokenClassification(config)
    model.classifier.bias.data = torch.tensor([-9.0, 9.0])  # every token is a person
    model.save_pretrained(folder)
    return folder


def test_spacy_entities_join_the_patterns(spacy_model: Path) -> None:
    detector = _detector("spacy", spacy_model)
    text = "Ada Lovelace of Leeds paid ten pounds, ada@example.com"
    assert [(hit.entity, text[hit.start : hit.end]) for hit in detector.find(text)] == [
        ("PERSON", "Ada Lovelace"), ("LOCATION", "Leeds"), ("EMAIL_ADDRESS", "ada@example.com"),
    ]  # fmt: skip
    assert "PERSON" in detector.names


def test_a_model_makes_its_entities_known_and_selectable(spacy_model: Path) -> None:
    detector = _detector("spacy", spacy_model, entities=("PERSON",), thresholds={"PERSON": 0.5})
    assert [hit.entity for hit in detector.find("Ada Lovelace of Leeds, ada@example.com")] == ["PERSON"]


def test_texts_without_digits_reach_the_model_through_the_prefilter(spacy_model: Path) -> None:
    import polars as pl

    from curate.pii.scan.search import search

    frame = pl.DataFrame({"row": ["a"], "t": ["I am Ada Lovelace"]})
    assert search(frame, ["t"], _detector("spacy", spacy_model))["entity"].to_list() == ["PERSON"]


def test_transformers_entities_are_found(transformers_model: Path) -> None:
    detector = _detector("transformers", transformers_model, entities=("PERSON",))
    assert {hit.entity for hit in detector.find("ada in leeds")} == {"PERSON"}


def test_a_chunk_the_model_cannot_read_is_an_error(
    transformers_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = _detector("transformers", transformers_model, entities=("PERSON",))
    assert detector.find("ada")

    def burst(text: str) -> None:
        raise RuntimeError(f"out of memory on {text}")

    monkeypatch.setattr(detector.ner, "ner_pipeline", burst)
    with pytest.raises(AssayError, match="gave up") as caught:
        detector.find("canary")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("engine", ["spacy", "transformers"])
def test_a_missing_folder_is_an_error(engine: str, tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="does not exist"):
        _detector(engine, tmp_path / "none")


@pytest.mark.parametrize("engine", ["spacy", "transformers"])
def test_a_folder_without_a_model_is_an_error(engine: str, tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="cannot be loaded"):
        _detector(engine, tmp_path)


def test_a_missing_package_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "gliner", None)
    with pytest.raises(AssayError, match=r"gliner is not installed\n.*pip install gliner"):
        _detector("gliner", tmp_path)
