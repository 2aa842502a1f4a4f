"""Topics are named by words that stand in them more than elsewhere, never by a word of one or two rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from train.topics import FEWEST_ROWS, topic_name, topic_words, words_of

TEXTS = st.lists(
    st.sampled_from(["lamp", "hub", "parcel", "late", "refund", "the", "my"]).map(str), max_size=5
)
ROWS = st.lists(TEXTS.map(lambda words: words_of(" ".join(words))), max_size=30)


def test_a_topic_is_named_by_what_is_more_frequent_in_it_and_not_by_what_stands_everywhere() -> None:
    inside = [words_of(f"the lamp does not pair with the hub {n}") for n in range(8)]
    outside = [words_of(f"the parcel is late and not here {n}") for n in range(80)]
    assert topic_name(topic_words(inside, outside)) == "does, hub, lamp, pair"


def test_placeholders_numbers_and_words_of_few_rows_are_not_shown() -> None:
    inside = [words_of(f"<PERSON_{n}> order 12{n} of Zsuzsanna") for n in range(FEWEST_ROWS - 1)]
    inside += [words_of("order <EMAIL_ADDRESS> now")] * 5
    names = {found.word for found in topic_words(inside, [words_of("hello there")] * 50)}
    assert names == {"order", "now"}


@given(inside=ROWS, outside=ROWS)
def test_every_word_is_counted_as_it_stands_and_none_is_rarer_inside(
    inside: list[set[str]], outside: list[set[str]]
) -> None:
    for found in topic_words(inside, outside, most=100):
        assert found.inside == sum(found.word in row for row in inside) >= FEWEST_ROWS
        assert found.outside == sum(found.word in row for row in outside)
        assert found.inside * max(1, len(outside)) >= found.outside * len(inside)


def test_nothing_in_common_has_no_name() -> None:
    assert topic_name(topic_words([], [])) == "no word stands out"
