"""A first name found alone takes in the rare capitalised word right behind it ("Nia Cholmondeley"): half a
name left standing is a leak.
"""

from __future__ import annotations

import re

from curate.pii.detect.names.features import Lexicon, casing
from curate.pii.detect.names.tokens import fold

_BEHIND = re.compile(r" ([^\W\d_]{4,})(?![\w@])")
_FIRST_NAME = 3  # the bits of `Lexicon.ranks` that say how common a first name it is
_MIXED = 0


def whole_name(text: str, start: int, end: int, lexicon: Lexicon) -> int:
    """Where the name that begins at `start` ends: behind the word after `end` if that is not a common word
    and both look like names.
    """
    first, behind = text[start:end], _BEHIND.match(text, end)
    if not (
        behind and first.istitle() and first.isalpha() and lexicon.ranks.get(fold(first), 0) & _FIRST_NAME
    ):
        return end
    word = behind.group(1)
    # A word that is a piece of its own is a common one: "Nia Please".
    if not word.istitle() or fold(word) in lexicon.pieces or casing(text) != _MIXED:
        return end
    return behind.end()
