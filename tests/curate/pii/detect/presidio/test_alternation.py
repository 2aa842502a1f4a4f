"""A list of words as a tree matches what the list does."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from curate.pii.detect.presidio.alternation import as_tree

_letters = st.text("abc-1", min_size=1, max_size=4)


@given(
    words=st.lists(_letters, min_size=10, max_size=25),
    texts=st.lists(st.text("abcABC-1. ", max_size=12), max_size=5),
)
def test_the_tree_matches_where_and_what_the_list_matches(words: list[str], texts: list[str]) -> None:
    listed = "[a-c]*[.](?:" + "|".join(f"(?:{word})" for word in words) + ")(?:c|$)?"
    tree = as_tree(listed)
    assert tree != listed
    flags = regex.IGNORECASE | regex.MULTILINE
    for text in texts:
        assert [match.span() for match in regex.finditer(tree, text, flags)] == [
            match.span() for match in regex.finditer(listed, text, flags)
        ]


def test_a_pattern_without_such_a_list_is_left_as_it_is() -> None:
    assert as_tree(r"\b(?:GB|XI) ?\d{3}(?:(?:com)|(?:org))") == r"\b(?:GB|XI) ?\d{3}(?:(?:com)|(?:org))"
