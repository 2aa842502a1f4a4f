"""Sentences in seven languages with the persons in them marked, by hand, for the name tagger.

A file a language, 104 sentences: a part `tune`, on which scores are calibrated, and a part `judged` of other
wording and other names, from which nothing was chosen. Both are of the hand that wrote the training
templates.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = ("de", "fr", "es", "it", "nl", "pt", "pl")
# A text, and where its persons stand.
Sentence = tuple[str, list[tuple[int, int]]]
_MARKED = re.compile(r"\[([^\]]+)\]")


def sentences(language: str) -> dict[str, list[Sentence]]:
    """The sentences of a language by part; a name is marked by brackets, a title before it is not part of
    it.
    """
    parts: dict[str, list[Sentence]] = {}
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            part = parts.setdefault(line[2:], [])
            continue
        text, spans, at = "", [], 0
        for found in _MARKED.finditer(line):
            text += line[at : found.start()]
            spans.append((len(text), len(text) + len(found[1])))
            text, at = text + found[1], found.end()
        part.append((text + line[at:], spans))
    return parts
