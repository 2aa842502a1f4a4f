"""Recall of persons by what their names look like: letter case, place in the text, words, and the culture
whose lists hold them.

A culture counts where the lists of one alone hold the first or the last word of the name
(`recipes/name_tagger/lists.py`; its packages must be installed); most names are in the lists of several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from benchmarks.pii.score import Found, counts
from curate.pii.detect.names.tokens import fold, pieces_of
from recipes.name_tagger.rows import Row

# The lists by frequency are of the United States: names of every culture.
_AMERICAN = ("us_common", "us_rare", "census", "extra")


def by_trait(rows: Iterable[tuple[Row, list[Found]]]) -> dict[str, dict[str, int]]:
    """Persons and persons found by trait, `case: lower` for one; those most met first."""
    holders = _holders()
    persons, found = Counter[str](), Counter[str]()
    for row, hits in rows:
        for start, end, kind in row.spans:
            if kind != "PER":
                continue
            hit = counts(row.text, [Found(start, end, "PERSON")], hits, "PERSON")[1]
            for trait in _traits(row.text, start, end, holders):
                persons[trait] += 1
                found[trait] += hit
    order = ("case", "place", "words", "culture")
    return {
        trait: {"persons": count, "found": found[trait]}
        for trait, count in sorted(
            persons.items(), key=lambda pair: (order.index(pair[0].split(":")[0]), -pair[1])
        )
    }


def _traits(text: str, start: int, end: int, holders: dict[str, set[str]]) -> Iterator[str]:
    value = text[start:end]
    yield "case: " + (
        "lower"
        if value.islower()
        else "capitals"
        if value.isupper()
        else "title"
        if value.istitle()
        else "mixed"
    )
    before = any(mark.isalnum() for mark in text[:start])
    after = any(mark.isalnum() for mark in text[end:])
    yield "place: " + (
        "inside" if before and after else "at the end" if before else "at the start" if after else "alone"
    )
    words = [fold(token) for token in pieces_of(value) if fold(token)[:1].isalpha()]
    yield "words: " + ("one" if len(words) == 1 else "two" if len(words) == 2 else "more")
    cultures = (
        holders.get(f"first {words[0]}", set()) | holders.get(f"last {words[-1]}", set()) if words else set()
    )
    yield "culture: " + (
        min(cultures) if len(cultures) == 1 else "in several lists" if cultures else "in no list"
    )


def _holders() -> dict[str, set[str]]:
    """`first WORD` and `last WORD` -> the cultures whose lists of names hold it."""
    from recipes.name_tagger.lists import collect

    lists = collect()
    holders: dict[str, set[str]] = {}
    for part, by_culture in (("first", lists.first), ("last", lists.last)):
        for culture, names in by_culture.items():
            if culture not in _AMERICAN:
                for name in names:
                    for token in pieces_of(name):
                        holders.setdefault(f"{part} {fold(token)}", set()).add(culture)
    return holders
