"""What stands right before a name is found from the end as from the front."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.names import signs, situations
from curate.pii.detect.names.endings import Ending

_ENDINGS = {
    f"{module.__name__.rsplit('.', 1)[-1]}.{name}": value
    for module in (signs, situations)
    for name, value in vars(module).items()
    if isinstance(value, Ending)
}


def _words(ending: Ending) -> list[str]:
    """The words that a pattern is made of."""
    return sorted(set(re.findall(r"[A-Za-z'’]+(?: [A-Za-z'’]+)*", re.sub(r"\\.", " ", ending.pattern))))


@pytest.mark.parametrize("name", _ENDINGS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_from_the_end_as_from_the_front(name: str, data: st.DataObject) -> None:
    ending = _ENDINGS[name]
    part = st.sampled_from(_words(ending)).flatmap(
        lambda word: st.sampled_from([word, word.upper(), word.title(), f"{word}s", f"x{word}"])
    )
    gap = st.sampled_from(
        [" ", "  ", "\n", "\t", ", ", ": ", "-", ".", "'", ' "', "_", "3", "", "é", " my ", " the "]
    )
    text = "".join(data.draw(st.lists(st.one_of(part, gap), max_size=9)))
    assert ending.search(text) == (ending.forwards.search(text) is not None)


def test_each_kind_of_ending_is_tried() -> None:
    assert len(_ENDINGS) >= 12
    assert all(ending.pattern.rstrip(")").endswith("$") for ending in _ENDINGS.values())
