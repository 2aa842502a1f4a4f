"""Tweets in CoNLL columns as rows with spans; names swapped for others, cases changed, as the templates' are.

Broad Twitter Corpus (Derczynski et al., 2016) and WNUT-17 (Derczynski et al., 2017), both CC BY 4.0. Of these
only parts a, e, f, g and `train` are read here; part b and `dev` judge.
"""

from __future__ import annotations

import random
from pathlib import Path

from recipes.name_tagger.generate import Maker
from recipes.name_tagger.rows import Row

KINDS = {
    "PER": "PER",
    "person": "PER",
    "LOC": "LOC",
    "location": "LOC",
    "ORG": "ORG",
    "corporation": "ORG",
    "group": "ORG",
}
TRAINING = (
    "broad_twitter/a.conll",
    "broad_twitter/e.conll",
    "broad_twitter/f.conll",
    "broad_twitter/g.conll",
    "wnut17/train.conll",
)


def read(path: Path) -> list[list[tuple[str, str]]]:
    """Sentences of (token, tag)."""
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            columns = line.split("\t")
            sentences[-1].append((columns[0], columns[-1]))
        elif sentences[-1]:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def row(sentence: list[tuple[str, str]], kinds: dict[str, str] = KINDS) -> Row:
    """Tokens joined by spaces."""
    text, spans = "", list[tuple[int, int, str]]()
    for token, tag in sentence:
        text += " " if text else ""
        kind = kinds.get(tag[2:])
        if kind and tag[0] == "I" and spans and spans[-1][2] == kind and spans[-1][1] == len(text) - 1:
            spans[-1] = (spans[-1][0], len(text) + len(token), kind)
        elif kind:
            spans.append((len(text), len(text) + len(token), kind))
        text += token
    return Row(text, [(start, end, kind) for start, end, kind in spans])


def swapped(one: Row, maker: Maker) -> Row:
    """The row with its people (not handles) given other names of about the same form."""
    text, spans, at = "", [], 0
    for start, end, kind in one.spans:
        text += one.text[at:start]
        value = one.text[start:end]
        words = value.split()
        if (
            kind == "PER"
            and not {"@", "#"} & set(one.text[max(0, start - 2) : end])
            and all(word.isalpha() for word in words)
        ):
            value = (
                maker.full()
                if len(words) > 1
                else maker.rng.choice([maker.first, maker.first, maker.last])(maker._culture())
            )
        elif kind == "LOC" and maker.rng.random() < 0.5 and value.isalpha():
            value = maker.city()
        spans.append((len(text), len(text) + len(value), kind))
        text += value
        at = end
    return Row(text + one.text[at:], spans)


def tweets(folder: Path, seed: int) -> list[Row]:
    """Every training tweet as it is, once more with names swapped, a third of both in lower case."""
    maker = Maker(random.Random(seed))
    plain = [row(sentence) for name in TRAINING for sentence in read(folder / name)]
    other = [swapped(one, maker) for one in plain if any(kind == "PER" for _, _, kind in one.spans)]
    return [
        Row(one.text.lower(), one.spans)
        if maker.rng.random() < 0.3 and len(one.text.lower()) == len(one.text)
        else one
        for one in plain + other
    ]
