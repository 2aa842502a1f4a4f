"""Personal data masked in whatever a face of the diff is about to show.

An old version may hold values that a newer policy takes out, and a plain file was never scanned at all;
neither may reach a public pull request. So the few texts that are really shown are searched once more, with
the default detectors, whatever the project's own configuration is. A text is searched before it is cut or
compared word by word, so that half a value is never left over.

Costs a pass of regular expressions over the distinct texts (some 100,000 a second), and Presidio (1.5 s to
load, then half a millisecond a text) only if one of them can hold a value. Names of persons are sought, by
the tagger that `scan` has, in the texts of rows alone (a quarter of a millisecond each): in a label, an id or
a cause they would be false alarms more often than names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from curate.pii.detect.catalogue import DEFAULT, Entity
from curate.pii.detect.view import CHANGED
from curate.text import mask

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

# Not masked: a date by itself names nobody (as in `redact`), and UUIDs are what many data sets use as ids of
# rows.
OPEN = ("DATE_TIME", "UUID")
# Texts handed to the tagger at a time.
_CHUNK = 1_000
_SOUGHT = tuple(entity for entity in DEFAULT if entity.name not in OPEN)


def masks(texts: Iterable[str | None], *, named: Iterable[str | None] = ()) -> dict[str, str]:
    """The texts that hold personal data, each with its values masked; in those that are `named` too, names of
    persons as well.

    What was read is remembered, up to a bound: a face that is cut to its limit shows the same texts again and
    again.
    """
    people = {text for text in named if text}
    asked = {text for text in texts if text} | people
    new = {(text, text in people) for text in asked} - _seen.keys()
    if len(_seen) + len(new) > _REMEMBERED:
        _seen.clear()
        new = {(text, text in people) for text in asked}
    findings = _read([text for text, _ in new], [text for text, by_name in new if by_name])
    _seen.update({one: findings.get(one[0]) for one in new})
    return {text: masked for text in asked if (masked := _seen[text, text in people]) is not None}


_REMEMBERED = 100_000
# (text, whether names were sought) -> the text masked, or None if nothing in it is to be.
_seen: dict[tuple[str, bool], str | None] = {}


def _read(texts: Iterable[str], named: Iterable[str]) -> dict[str, str]:
    people = _texts(named)
    distinct = pl.concat([_texts(texts), people]).unique().sort()
    spans: dict[str, list[tuple[int, int]]] = {}
    changed = pl.col("text").str.contains(CHANGED)  # its view may hold what it does not
    able = distinct.to_frame().filter(changed | pl.any_horizontal(map(_may_hold, _SOUGHT)))
    if able.height:
        from curate.pii.scan.search import search

        findings = search(able.with_row_index("row"), ["text"], _detector())
        for row, start, end in (
            findings.filter(~pl.col("entity").is_in(OPEN)).select("row", "start", "end").iter_rows()
        ):
            spans.setdefault(able["text"][int(row)], []).append((start, end))
    for text, places in _people(people):
        spans.setdefault(text, []).extend(places)
    return {text: _masked(text, places) for text, places in spans.items()}


def _may_hold(entity: Entity) -> pl.Expr:
    """Whether a text can hold a value: in its form, and where that says little ("queue7") with a label."""
    from curate.pii.detect.context.labels import label_word
    from curate.pii.detect.params import ScanParams

    text, params = pl.col("text").str, ScanParams(ner=None)
    formed = pl.any_horizontal(text.contains(form) for form in entity.forms)
    if params.thresholds.get(entity.name, params.threshold) <= entity.unlabelled:
        return formed
    sure = text.contains(label_word(entity.name))
    return formed & (sure | text.contains(entity.speaks) if entity.speaks else sure)


def _texts(texts: Iterable[str | None]) -> pl.Series:
    return pl.Series("text", [text for text in texts if text], dtype=pl.String).unique().sort()


def _people(texts: pl.Series) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The texts that name a person, as `scan` finds them by default, with where."""
    from curate.pii.detect.names.recognizer import bundled
    from curate.pii.detect.params import NerParams, ScanParams

    wanted, params = frozenset(NerParams().entities), ScanParams()
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK].to_list()
        for text, hits in zip(chunk, bundled().find(chunk, wanted), strict=True):
            places = [
                (hit.start, hit.end)
                for hit in hits
                if hit.score >= params.thresholds.get(hit.entity, params.threshold)
            ]
            if places:
                yield text, places


def mask_columns(
    frame: pl.DataFrame, columns: Sequence[str], named: Iterable[str | None] = ()
) -> pl.DataFrame:
    """`frame` with the personal data in its text `columns` masked; see `masks`."""
    masked = masks((text for name in columns for text in frame[name].unique()), named=named)
    if not masked:
        return frame
    return frame.with_columns(pl.col(name).replace(list(masked), list(masked.values())) for name in columns)


def _masked(text: str, places: Collection[tuple[int, int]]) -> str:
    """Overlapping places are masked as one."""
    out, done = [], 0
    for start, end in sorted(places):
        if end <= done:
            continue
        out += [text[done:start], mask(text[max(start, done) : end])]
        done = end
    return "".join(out) + text[done:]


@cache
def _detector() -> Detector:
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams

    return Detector(ScanParams(ner=None))
