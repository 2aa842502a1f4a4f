"""Shared runs of words, against a slow oracle over lists of words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.overlap.find import overlaps
from curate.overlap.grams import Words
from curate.overlap.params import OverlapParams

SMALL = OverlapParams(long=5, short=3, share=0.6, least=2, common=2)


def table(texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": [f"{at:03}" for at in range(len(texts))], "text": texts},
        schema={"id": pl.String, "text": pl.String},
    )


def runs(words: list[str], n: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + n]) for at in range(len(words) - n + 1)}


def slow(train: list[str], test: list[str], params: OverlapParams) -> set[tuple[str, str, str, float]]:
    seen, asked = [text.split() for text in train], [text.split() for text in test]
    distinct = {tuple(words) for words in asked}

    def counting(words: list[str], n: int) -> set[tuple[str, ...]]:
        rows = {run: sum(run in runs(list(other), n) for other in distinct) for run in runs(words, n)}
        return {run for run, count in rows.items() if count <= params.common}

    found = set()
    for i, words in enumerate(seen):
        for j, wanted in enumerate(asked):
            short = counting(wanted, params.short)
            share = len(short & runs(words, params.short)) / len(short) if short else 0.0
            if len(wanted) >= params.least and tuple(wanted) in runs(words, len(wanted)):
                found.add((f"{i:03}", f"{j:03}", "whole", 1.0))
            elif counting(wanted, params.long) & runs(words, params.long):
                found.add((f"{i:03}", f"{j:03}", "long", round(share, 4)))
            elif short and share >= params.share:
                found.add((f"{i:03}", f"{j:03}", "short", round(share, 4)))
    return found


texts = st.lists(st.lists(st.sampled_from("abc"), max_size=24).map(" ".join), max_size=6)


@given(texts, texts)
def test_overlaps_are_those_of_the_oracle(train: list[str], test: list[str]) -> None:
    found = overlaps(table(train), table(test), SMALL).pairs
    assert set(found.select("train_row", "test_row", "kind", "share").rows()) == slow(train, test, SMALL)
    assert found.height == len(set(found.select("train_row", "test_row").rows()))


@given(texts, texts)
def test_two_runs_of_one_hash_are_told_apart(train: list[str], test: list[str]) -> None:
    found = overlaps(table(train), table(test), SMALL).pairs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Words, "_hashes", lambda self, n, places: np.zeros(len(places), np.uint64))
        assert overlaps(table(train), table(test), SMALL).pairs.equals(found)


@given(texts, texts, st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(train: list[str], test: list[str], seed: int) -> None:
    sides = (table(train), table(test))
    shuffled = [side.sample(fraction=1, shuffle=True, seed=seed) for side in sides]
    assert overlaps(*sides, SMALL).pairs.equals(overlaps(*shuffled, SMALL).pairs)


QUESTION = "which planet of the solar system has the largest number of known moons today"


def test_a_test_row_inside_a_longer_training_row_is_found_whatever_its_signs_and_case() -> None:
    book = (
        "word " * 500
        + "Which planet -- of the Solar System -- has the\nlargest number of known moons, today?"
        + " x" * 500
    )
    pairs = overlaps(table([book, "nothing"]), table([QUESTION])).pairs
    assert pairs.rows() == [("000", "000", "whole", 1.0, 14)]


def test_a_shared_run_of_thirteen_words_counts_and_twelve_do_not() -> None:
    words = str.split(QUESTION)
    more = [f"w{at}" for at in range(12)]
    long, short = " ".join(words[:13] + more), " ".join(words[:12] + more)
    assert overlaps(table([QUESTION + " yes"]), table([long])).pairs["kind"].to_list() == ["long"]
    assert overlaps(table([QUESTION + " yes"]), table([short])).pairs.is_empty()


def test_a_heading_of_every_test_row_is_no_copy() -> None:
    heading = "read the following passage with care and then choose the one best answer from these four"
    tests = [f"{heading} {at}" for at in range(30)]
    found = overlaps(table([f"{heading} and go on"]), table(tests))
    assert found.pairs.is_empty() and found.template_runs > 0


def test_a_template_in_both_tables_does_not_multiply_them() -> None:
    heading = " ".join(f"h{at}" for at in range(20))
    rows = table([f"{heading} {at}" for at in range(3_000)])
    found = overlaps(rows, rows)
    # Each row stands whole in itself, and nowhere else.
    assert found.pairs.height == 3_000 and set(found.pairs["kind"]) == {"whole"}


def test_a_short_phrase_is_not_looked_for() -> None:
    assert overlaps(table(["i want to cancel my order now"]), table(["cancel my order"])).pairs.is_empty()


def test_empty_tables() -> None:
    for train, test in (([], []), ([QUESTION], []), ([], [QUESTION]), (["", " "], [""])):
        assert overlaps(table(train), table(test)).pairs.is_empty()
