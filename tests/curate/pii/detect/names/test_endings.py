"""What stands right before a name: the quick look at the last word never says other than the pattern."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.pii.detect.names import signs, situations
from curate.pii.detect.names.endings import Ending, last_word

_ENDINGS = {
    f"{module.__name__.rsplit('.', 1)[-1]}.{name}": value
    for module in (signs, situations)
    for name, value in vars(module).items()
    if isinstance(value, Ending)
}
_ODD = str.maketrans("sk", "\u017f\u212a")  # the same letters to `re`, without regard to case
_GAPS = [*" -._3éŁß“’\u017f\u212aİı\xa0\x1f\n\t'\u0301", "  ", ", ", ": ", ' "', "", " my ", " the "]


def _words(ending: Ending) -> list[str]:
    """The words that a pattern is made of."""
    return sorted(set(re.findall(r"[^\W\d_]+(?:[ '’][^\W\d_]+)*", re.sub(r"\\.", " ", ending.form.pattern))))


def _agree(ending: Ending, text: str) -> None:
    assert ending.search(text) == (ending.form.search(text) is not None), text


@pytest.mark.parametrize("name", _ENDINGS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_last_word_settles_only_what_it_can(name: str, data: st.DataObject) -> None:
    ending = _ENDINGS[name]
    part = st.sampled_from(_words(ending)).flatmap(
        lambda word: st.sampled_from([word, word.upper(), word.title(), f"{word}s", f"x{word}"])
    )
    _agree(ending, "".join(data.draw(st.lists(st.one_of(part, st.sampled_from(_GAPS)), max_size=9))))


@pytest.mark.parametrize("name", _ENDINGS)
def test_every_word_of_a_pattern_may_come_last(name: str) -> None:
    ending = _ENDINGS[name]
    for word in _words(ending):
        for text in (
            word,
            word.upper(),
            f"my {word}",
            f"the {word}ed",
            word.replace("s", "ſ").replace("k", "K"),
        ):
            for gap in _GAPS:
                _agree(ending, text + gap)


_LITERALS = [
    "a",
    "b",
    "ab",
    " ",
    "'",
    r"\b",
    r"\s+",
    "[ab]",
    r"[\s,]*",
    "c?",
    r"\w+ ",
    "(?:a|b )",
    "(?:ab|)",
    "^",
]
_patterns = st.recursive(
    st.sampled_from(_LITERALS),
    lambda parts: (
        st.lists(parts, min_size=1, max_size=3).map("".join)
        | st.lists(parts, min_size=1, max_size=3).map(lambda some: f"(?:{'|'.join(some)})")
        | parts.map(lambda one: f"(?:{one})?")
        | parts.map(lambda one: f"(?:{one}){{0,2}}")
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(pattern=_patterns, texts=st.lists(st.text("abcé AB'_ ", max_size=6), max_size=12))
@example(pattern=r"\ba+", texts=["xaa", "aa"])
def test_words_are_read_off_any_pattern(pattern: str, texts: list[str]) -> None:
    ending = Ending(f"{pattern}$", re.IGNORECASE)
    for text in texts:
        _agree(ending, text)


def test_most_patterns_have_few_last_words() -> None:
    assert _ENDINGS["signs.CALLED"].last_words == {"called", "named", "nearby", "in", "burger"}
    assert sum(ending.last_words is not None for ending in _ENDINGS.values()) >= 11
    assert Ending(r"\w+ $").last_words is None
    assert Ending(r"(?:ab)+$").last_words is None


@pytest.mark.parametrize(
    ("text", "word"), [("", ""), ("!? 3", ""), ("Ask DAD's: ", "s"), ("a b_", "b"), ("fiancée, ", "fiancée")]
)
def test_the_last_word_is_the_last_run_of_letters(text: str, word: str) -> None:
    assert last_word(text) == word
