"""Rows near in meaning, with an encoder that reads its vectors off the text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.dedup.normalise import folded
from curate.errors import AssayError
from curate.semantic.apart import signs
from curate.semantic.door import Encoding
from curate.semantic.find import near_between, near_in_meaning
from curate.semantic.params import SemanticParams

WORDS = ("card", "lost", "stolen", "parcel", "late", "refund", "money", "login")


def embed(texts: Sequence[str]) -> np.ndarray:
    """Counts of known words, `debit` and `bank` as `card`."""
    counts = np.array(
        [
            [
                text.lower().replace("debit", "card").replace("gone", "lost").split().count(word)
                for word in WORDS
            ]
            for text in texts
        ],
        dtype=np.float32,
    ).reshape(len(texts), len(WORDS))
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


TOY = Encoding("toy", "0" * 64, embed)
EASY = SemanticParams(threshold=0.9)


def rows(*texts: str, held: Sequence[int] = ()) -> pl.DataFrame:
    names = [f"r{at:02}" for at in range(len(texts))]
    return pl.DataFrame(
        {"id": names, "text": texts, "held_out": [at in held for at in range(len(texts))]},
        schema={"id": pl.String, "text": pl.String, "held_out": pl.Boolean},
    )


def test_a_pair_of_one_meaning_is_listed_with_its_keeper() -> None:
    found = near_in_meaning(rows("card lost", "debit gone", "parcel late"), EASY, TOY)
    assert found.pairs.rows() == [("r00", "r01", 1.0, "r01")]


def test_a_held_out_row_is_the_keeper_and_equal_texts_count_once() -> None:
    found = near_in_meaning(rows("card lost", "debit gone", "Card  LOST", held=[0]), EASY, TOY)
    assert found.pairs.rows() == [("r00", "r01", 1.0, "r00")]


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ("charged 2 times", "charged 3 times", "number"),
        ("two boxes", "2 boxes", ""),
        ("see you on monday", "see you on tuesday", "number"),
        ("the 1st of may", "the first of may", ""),
        ("the card works", "the card does not work", "denial"),
        ("i never got it", "i did not get it", ""),
        ("before the update", "after the update", "opposite"),
        ("vor dem update", "nach dem update", "opposite"),
        ("peter reports to anna", "anna reports to peter", "order"),
        ("my card is lost", "i lost my card", ""),
        ("my card was stolen last night", "last night my card was stolen", ""),
        ("the manual is missing", "there is no manual", ""),
        ("refund my order", "refund my order please", ""),
    ],
)
def test_signs(one: str, other: str, sign: str) -> None:
    texts = folded(pl.Series([one, other]))
    assert signs(texts, [(0, 1)]) == [sign] == signs(texts, [(1, 0)])


def test_what_a_sign_parts_is_counted_and_can_be_asked_for() -> None:
    table = rows("card lost", "card not gone")
    found = near_in_meaning(table, EASY, TOY)
    assert found.pairs.is_empty() and found.parted == {"denial": 1}
    assert near_in_meaning(table, SemanticParams(threshold=0.9, tell_apart=False), TOY).pairs.height == 1


def test_rows_of_another_guard_are_not_compared() -> None:
    table = rows("card lost", "debit gone").with_columns(pl.Series("guard", ["de", "en"]))
    assert near_in_meaning(table, EASY, TOY).pairs.is_empty()


def test_leaks_come_by_test_row_the_nearest_first_and_without_equal_texts() -> None:
    seen = rows("card lost lost", "debit gone", "card lost")
    held = rows("card lost", "login", "CARD lost")
    found = near_between(seen, held, SemanticParams(threshold=0.9), TOY)
    both = [("r01", "r00"), ("r00", "r00"), ("r01", "r02"), ("r00", "r02")]
    assert found.pairs.select("left", "right").rows() == both


def test_too_many_pairs_say_which_threshold_is_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.semantic.find.MOST", 2)
    with pytest.raises(AssayError, match=r"3 pairs .* more than anyone will read") as raised:
        near_in_meaning(rows("card a", "card b", "card c"), EASY, TOY)
    assert "0.95" in raised.value.fix


texts = st.lists(st.lists(st.sampled_from([*WORDS, "not", "2", "3"]), max_size=4).map(" ".join), max_size=12)


@given(texts, st.randoms())
def test_any_order_of_rows_gives_the_same_pairs(some: list[str], random: object) -> None:
    table = rows(*some, held=[0])
    found = near_in_meaning(table, EASY, TOY)
    shuffled = near_in_meaning(table.sample(fraction=1, shuffle=True, seed=len(some)), EASY, TOY)
    assert found.pairs.equals(shuffled.pairs) and found.parted == shuffled.parted
    assert (found.pairs["left"] < found.pairs["right"]).all()
    # A cluster is a star: the keeper is near each of its rows.
    near = set(found.pairs.select("left", "right").rows())
    for left, right, _, cluster in found.pairs.rows():
        later = right if cluster == left else left if cluster == right else None
        assert later or any({cluster, end} in [set(pair) for pair in near] for end in (left, right))
