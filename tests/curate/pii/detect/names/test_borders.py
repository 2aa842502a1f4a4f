"""A name's finding covers the name: words of the sentence beside it stay."""

from __future__ import annotations

import pytest

from curate.pii.detect.names.borders import name_borders


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bill Jack Brown", "Jack Brown"),
        ("Mail Wei Zhang", "Wei Zhang"),
        ("May Liam O'Connor", "Liam O'Connor"),
        ("Maria Lopez Tel", "Maria Lopez"),
        ("Anna Parker Monday", "Anna Parker"),
        ("Bill Invoice", "Bill"),
        ("Jordan muesli", "Jordan"),
        ("Bill Brown", "Bill Brown"),
        ("Maria de la Cruz", "Maria de la Cruz"),
        ("jack brown", "jack brown"),
        ("Anna Maria Lopez", "Anna Maria Lopez"),
    ],
)
def test_words_beside_a_name_go_back_to_the_sentence(text: str, name: str) -> None:
    start, end = name_borders(text, 0, len(text))
    assert text[start:end] == name
