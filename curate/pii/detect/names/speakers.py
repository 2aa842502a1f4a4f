"""A first name that is also a word ("Grant", "Mark") begins a sentence and does what a person does.

"Grant said no": the tagger, which sees twelve words and few such sentences, lets it go. Only first names that
many bear, and only before a verb of speech: a page says something, but hardly anybody is called Page. Cost:
one pattern a text.
"""

from __future__ import annotations

import re

from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

_SPEAKS = re.compile(
    r"(?:^|(?<=[.!?:;\n]))[ \"'“‘]*([A-Z][a-z]{2,})(?= (?:said|says|told|asked|rang|phoned|emailed|"
    r"texted|replied|complained|apologi[sz]ed|wrote|explained|promised|admitted|insisted|thinks)\b)"
)
_FIRST = 3  # the bits of `Lexicon.ranks` that say how common a first name it is, and its highest value
# As sure as a name that the text itself calls one.
_SCORE = 0.6


def with_speakers(text: str, hits: list[Hit], lexicon: Lexicon) -> list[Hit]:
    """`hits`, in order, and the first names before a verb of speech that none of them covers."""
    found = [
        Hit(*match.span(1), "PERSON", _SCORE, "Speaker", False)
        for match in _SPEAKS.finditer(text)
        if lexicon.ranks.get(fold(match.group(1)), 0) & _FIRST == _FIRST
        and not any(hit.start < match.end(1) and match.start(1) < hit.end for hit in hits)
    ]
    return sorted([*hits, *found]) if found else hits
