"""Words that are no names, counted."""

from __future__ import annotations

from curate.pii.detect.names.recognizer import bundled
from recipes.name_tagger.plain_europe import judging, plain_words


def test_a_listed_word_counts_where_it_is_written_as_a_word() -> None:
    said = [f"El pan y el vino {at} para Luz y el lobo" for at in range(40)]
    words = plain_words(said, bundled("es"), "es")
    assert "vino" in words
    assert "luz" not in words  # always with a capital within a sentence
    left_out = [one for one in said if judging(one)]
    assert 0 < len(left_out) < len(said)
