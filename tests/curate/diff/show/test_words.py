"""Word diffs rebuild both texts, are as short as dynamic programming says, and cannot be made slow."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.diff.show.words import _opcodes, word_diff

TOKENS = st.lists(st.sampled_from("abcd"), max_size=12)


def rebuilt(stretches: list[tuple[str, str]], side: str) -> str:
    return "".join(text for op, text in stretches if op in ("equal", side))


@settings(max_examples=200, deadline=None)
@given(before=st.text("ab _.\né\u0301", max_size=60), after=st.text("ab _.\né\u0301", max_size=60))
def test_both_texts_are_made_up_by_their_stretches(before: str, after: str) -> None:
    found = word_diff(before, after)
    assert (rebuilt(found, "delete"), rebuilt(found, "insert")) == (before, after)
    assert all(text for _, text in found)
    kinds = [op for op, _ in found]
    assert all(left != right for left, right in pairwise(kinds))
    assert ("insert", "delete") not in list(pairwise(kinds))
    mirrored = word_diff(after, before)
    assert (rebuilt(mirrored, "insert"), rebuilt(mirrored, "delete")) == (before, after)


@settings(max_examples=200, deadline=None)
@given(old=TOKENS, new=TOKENS)
def test_the_edit_script_is_as_short_as_the_longest_common_subsequence_allows(
    old: list[str], new: list[str]
) -> None:
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row, left in enumerate(old, 1):
        for column, right in enumerate(new, 1):
            table[row][column] = (
                table[row - 1][column - 1] + 1
                if left == right
                else max(table[row - 1][column], table[row][column - 1])
            )
    found = _opcodes(old, new)
    assert found is not None
    assert sum(len(text) for op, text in found if op == "equal") == table[-1][-1]  # tokens of one character
    assert "".join(text for op, text in found if op != "insert") == "".join(old)
    assert "".join(text for op, text in found if op != "delete") == "".join(new)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "pay by card",
            "pay with card",
            [("equal", "pay "), ("delete", "by"), ("insert", "with"), ("equal", " card")],
        ),
        ("walking", "walked", [("delete", "walking"), ("insert", "walked")]),
        ("a b c d", "a x y d", [("equal", "a "), ("delete", "b c"), ("insert", "x y"), ("equal", " d")]),
        ("same", "same", [("equal", "same")]),
        ("", "new", [("insert", "new")]),
        ("one two", "one", [("equal", "one"), ("delete", " two")]),
        ("", "", []),
    ],
)
def test_whole_words_are_shown_with_what_stands_around_them(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert word_diff(before, after) == expected


def adversarial() -> list[tuple[str, str]]:
    chance = random.Random(0)
    words = lambda many, size: " ".join(str(chance.randrange(size)) for _ in range(many))
    return [
        (words(10_000, 10**6), words(10_000, 10**6)),
        (words(7_000, 2), words(7_000, 2)),
        ("a " * 9_000, "b " + "a b " * 4_500),
        ("x" * 1_000_000 + "y", "x" * 1_000_000 + "z"),
        (words(150_000, 5), words(150_000, 5)),
        (". ".join(words(1, 9) for _ in range(9_000)), ". ".join(words(1, 9) for _ in range(9_000))),
        ("a\n" * 50_000, "b\n" * 50_000),
        ("\u0301 " * 15_000, " \u0301" * 15_000 + "!"),
    ]


def test_no_pair_of_texts_takes_long() -> None:
    for before, after in adversarial():
        start = time.process_time()
        found = word_diff(before, after)
        spent = time.process_time() - start
        assert spent < 0.25, (
            before[:20],
            spent,
        )  # 50 ms on a quiet machine; a loaded one gets five times that
        assert (rebuilt(found, "delete"), rebuilt(found, "insert")) == (before, after)


def test_a_pair_beyond_the_budget_is_compared_by_sentences() -> None:
    chance = random.Random(1)
    noise = [" ".join(str(chance.randrange(10**6)) for _ in range(1_500)) for _ in range(2)]
    kept = "This sentence stays. "
    found = word_diff(
        "X. " + noise[0] + ". " + kept + noise[1] + ".", "Y. " + noise[1] + "! " + kept + noise[0] + "!"
    )
    assert any(op == "equal" and kept in text for op, text in found)
