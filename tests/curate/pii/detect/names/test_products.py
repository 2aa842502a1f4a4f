"""Whichever way the layers are multiplied, the whole numbers are the same."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.names import products
from curate.pii.detect.names import tagger as module
from curate.pii.detect.names.products import Floats, Wholes, wholes
from curate.pii.detect.names.recognizer import MODEL, bundled, read_model
from curate.pii.detect.names.tagger import Weights

torch = pytest.importorskip("torch")


@st.composite
def _networks(draw: st.DrawFn) -> Weights:
    """Layers of random weights, the largest among them, as wide as the bundled network or narrower."""
    width, kinds = draw(st.sampled_from([8, 80])), 5
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    least, most = draw(st.sampled_from([(-128, 127), (127, 127), (-128, -128), (-9, 9)]))
    taps = draw(st.lists(st.sampled_from([1, 3, 5]), min_size=1, max_size=3))
    layers = tuple(
        (
            random.integers(least, most, (one, width, width), np.int8, endpoint=True),
            random.integers(-20_000, 20_000, width, np.int32),
        )
        for one in taps
    )
    steps = tuple(draw(st.integers(1, 4)) for _ in taps)
    none = np.zeros((width, kinds), np.int8)
    return Weights(np.zeros((1, width), np.int8), none, layers, steps, none, np.zeros(kinds, np.int32))


@settings(max_examples=40, deadline=None)
@given(
    weights=_networks(),
    positions=st.integers(1, 90),
    seed=st.integers(0, 99),
    least=st.sampled_from([0, 127]),
)
def test_int8_products_are_the_float_products(
    weights: Weights, positions: int, seed: int, least: int
) -> None:
    random = np.random.default_rng(seed)
    width = weights.layers[0][0].shape[-1]
    hidden = random.integers(least, 127, (positions, width), np.int8, endpoint=True)
    outside = np.flatnonzero(random.random(positions) < 0.2)
    hidden[outside] = 0
    assert (Wholes(weights)(hidden, outside) == Floats(weights)(hidden, outside)).all()


def test_products_are_taken_when_they_are_worth_it_and_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"Hi {name}, order {at} is for Ana Reyes" for at, name in enumerate(["Priya", "Bob", "é"] * 30)]
    expected = bundled().tagger.spans(texts)
    monkeypatch.setattr(module, "_WORTH_WHOLES", 40)
    tagger = read_model(MODEL).tagger
    tagger.spans(texts[:39])
    assert isinstance(tagger._layers, Floats)
    threads = torch.get_num_threads()
    assert tagger.spans(texts) == expected
    assert isinstance(tagger._layers, Wholes)
    assert torch.get_num_threads() == threads


def test_products_that_are_not_exact_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = bundled().tagger.weights
    assert wholes(weights) is not None
    saturated = lambda _, left, right: np.minimum(
        left.astype(np.int32) @ right.numpy().astype(np.int32), 2**15 - 1
    )
    monkeypatch.setattr(Wholes, "product", saturated)
    assert wholes(weights) is None


def test_without_torch_or_its_product_the_float_products_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = bundled().tagger.weights
    with monkeypatch.context() as patch:
        patch.setattr(products, "find_spec", lambda _: None)
        assert wholes(weights) is None
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", None)
        assert wholes(weights) is None
    monkeypatch.delattr(torch, "_int_mm")
    assert wholes(weights) is None
