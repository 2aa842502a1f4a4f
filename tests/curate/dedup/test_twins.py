"""Row pairs behind pairs of documents: which are listed, and when a row stands for its equals."""

from __future__ import annotations

from itertools import combinations, product

import polars as pl
import pytest

from curate.dedup import twins
from curate.dedup.params import Similarity
from curate.dedup.twins import find_shared, find_twins
from tests.curate.dedup.conftest import LATE

KINDS = ("exact", "exact", "exact", "near")
LIGHT = "the lamp that you sent does not light up at all"
BY_LETTERS = Similarity(unit="char", n=4, threshold=0.8)


def rows(texts: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": list(texts), "text": list(texts.values())}, schema={"id": pl.String, "text": pl.String}
    ).with_columns(guard=pl.lit(""), held_out=pl.lit(False))


# Three rows of one text, two of its near copy, and a family of its own.
FAMILY = dict.fromkeys("abc", LATE) | dict.fromkeys("de", LATE + " please") | dict.fromkeys("fg", LIGHT)
EXACT = {*combinations("abc", 2), ("d", "e"), ("f", "g")}
NEAR = set(product("abc", "de"))


def test_all_pairs_are_listed_up_to_the_limit_and_beyond_it_each_row_with_the_first_of_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(twins, "LISTED", len(EXACT) + len(NEAR))
    found = find_twins(rows(FAMILY), BY_LETTERS)
    assert found.listed == "all"
    assert set(found.pairs.select("left", "right", "kind").iter_rows()) == {
        *((left, right, "exact") for left, right in EXACT),
        *((left, right, "near") for left, right in NEAR),
    }
    monkeypatch.setattr(twins, "LISTED", len(EXACT) + len(NEAR) - 1)
    fewer = find_twins(rows(FAMILY), BY_LETTERS)
    assert fewer.listed == "representatives"
    # Documents come by priority: the longer text first, then the smaller id.
    assert fewer.pairs.select("left", "right", "kind").rows() == [
        ("a", "b", "exact"),
        ("a", "c", "exact"),
        ("a", "d", "near"),
        ("d", "e", "exact"),
        ("f", "g", "exact"),
    ]
    assert fewer.rows.equals(found.rows) and fewer.spared == found.spared == 0


def test_pairs_of_two_tables_are_listed_up_to_the_limit_and_beyond_it_with_the_first_held_row_of_a_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = rows(dict.fromkeys("abc", LATE) | {"d": LATE + " please"} | dict.fromkeys("ef", LIGHT))
    held = rows(dict.fromkeys("pq", LATE) | dict.fromkeys("rst", "a text that nobody has seen before"))
    every = [(left, right, kind) for right in "pq" for left, kind in zip("abcd", KINDS, strict=True)]
    monkeypatch.setattr(twins, "LISTED", len(every))
    pairs, complete = find_shared(seen, held, BY_LETTERS)
    assert complete and pairs.select("left", "right", "kind").rows() == every
    monkeypatch.setattr(twins, "LISTED", len(every) - 1)
    fewer, complete = find_shared(seen, held, BY_LETTERS)
    assert not complete
    assert fewer.select("left", "right", "kind").rows() == [pair for pair in every if pair[1] == "p"]
