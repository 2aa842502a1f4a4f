"""The network in whole numbers says what was trained, and training learns what it is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curate.pii.detect.names.features import Lexicon, casing
from curate.pii.detect.names.tagger import KINDS, Tagger
from curate.pii.detect.names.tokens import pieces_of
from recipes.name_tagger.rows import Row

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    vectors = np.random.default_rng(0).integers(-60, 60, (6, 8)).astype(np.int8)
    return Lexicon(
        {"ana": 3, "reyes": 8},
        {piece: row for row, piece in enumerate(["order", "##s", "my", "is", "name", "late"])},
        vectors,
    )


def _rows() -> list[Row]:
    names = ["Ana", "Reyes", "Tomasz", "Priya", "Bilal", "Chidi", "Mei", "Oskar"]
    rows = []
    for name in names:
        for before, after in (
            ("my name is ", ""),
            ("Hi ", ","),
            ("", " said it is late"),
            ("order for ", " please"),
        ):
            rows.append(Row(f"{before}{name}{after}", [(len(before), len(before) + len(name), "PER")]))
            rows.append(Row(f"{before}order{after}", []))
    return rows * 6


@pytest.fixture(scope="module")
def network(lexicon: Lexicon) -> Any:
    from recipes.name_tagger.fit import Recipe, fit

    torch.set_num_threads(1)
    recipe = Recipe(
        width=24, steps=(1, 2, 3), epochs=16, rate=1e-2, batch_tokens=100, drop_word=0, drop_ranks=0
    )
    return fit(_rows(), lexicon, recipe)


@pytest.mark.slow
def test_the_whole_number_copy_scores_as_the_trained_network(network: Any, lexicon: Lexicon) -> None:
    from curate.pii.detect.names.features import COLUMNS

    tagger = Tagger(network.whole(), lexicon)
    for row in _rows()[:40]:
        tokens = pieces_of(row.text)
        features = torch.tensor([lexicon.features(token) for token in tokens])
        static = torch.from_numpy(
            np.stack([lexicon.static(token) for token in tokens]).astype(np.float32) / 64
        )
        with torch.no_grad():
            expected = network(
                features,
                torch.ones(len(tokens), COLUMNS),
                static,
                torch.full((len(tokens),), casing(row.text)),
                torch.ones(len(tokens), 1),
            )
        scores, begins = tagger.logits([tokens], [casing(row.text)])
        assert np.abs(scores[begins[0] : begins[0] + len(tokens)] / 8192 - expected.numpy()).max() < 0.1


@pytest.mark.slow
def test_what_is_learned_is_found(network: Any, lexicon: Lexicon) -> None:
    tagger = Tagger(network.whole(), lexicon)
    rows = _rows()[:64]
    found = [
        [(span.start, span.end, KINDS[span.kind]) for span in spans]
        for spans in tagger.spans([row.text for row in rows])
    ]
    assert sum(one == row.spans for one, row in zip(found, rows, strict=True)) >= 50


def test_the_same_seed_fits_the_same_network(lexicon: Lexicon) -> None:
    from recipes.name_tagger.fit import Recipe, fit

    recipe = Recipe(width=8, epochs=1, batch_tokens=200)
    first, second = (fit(_rows(), lexicon, recipe).whole() for _ in range(2))
    assert (first.table == second.table).all()
    assert (first.out == second.out).all()


def test_a_teacher_pulls_the_tagger_its_way(lexicon: Lexicon) -> None:
    """Labels say person; a teacher that is sure of the opposite, with all of the loss, is what is learned."""
    from recipes.name_tagger.fit import Recipe, fit

    rows = _rows()
    sure = np.array([9.0, 0, 0, 0, 0], np.float32)
    taught = [np.tile(sure, (len(pieces_of(row.text)), 1)) for row in rows]
    recipe = Recipe(width=8, epochs=3, rate=1e-2, batch_tokens=100, distil=1.0)
    tagger = Tagger(fit(rows, lexicon, recipe, taught).whole(), lexicon)
    assert not any(tagger.spans([row.text for row in rows[:64]]))
