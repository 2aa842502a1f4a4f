"""A finding as a steward may see it: its value masked, the words around it, every other value of the row
masked too.

Repeats of a found value are masked wherever they stand in the text. Around a finding, runs of four digits and
more and whatever holds an `@` are masked as well, found or not: a value that the detectors missed is still a
value. Work is done for the rows on the screen alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import polars as pl

from curate.pii.redact.forms import whole as pattern
from curate.text import mask, plain

Style = Literal["plain", "masked", "shown", "suspect"]
Segments = list[tuple[str, Style]]

# Characters of context each side: some fifteen words.
AROUND = 90
# Private-use marks that put a masked value's place through `plain`; taken out of the text first.
_OPEN, _SHOWN, _SHUT, _LOOSE = "\ue000", "\ue001", "\ue002", "\ue003"
_STYLES: dict[str, Style] = {_OPEN: "masked", _SHOWN: "shown", _LOOSE: "suspect"}
_MARKS = re.compile(f"[{_OPEN}{_SHOWN}{_SHUT}{_LOOSE}]")
_SUSPECT = re.compile(r"\S*@\S+|\d(?:[\s\-./()]{0,2}\d){3,}")


@dataclass(frozen=True)
class Rows:
    """The texts and findings of a scan, looked up by row."""

    examples: pl.DataFrame
    findings: pl.DataFrame

    def places(self, value_id: str, limit: int) -> list[dict[str, object]]:
        """The first findings of a value, in the order of their rows, from as many rows as can be."""
        mine = self.findings.filter(pl.col("value_id") == value_id).sort("example_id", "field", "start")
        return mine.unique("example_id", keep="first", maintain_order=True).head(limit).to_dicts()

    def masked_value(self, value_id: str) -> str:
        """The value's masked form, as it stands in the first of its rows."""
        places = self.places(value_id, 1)
        if not places:
            return ""
        text = self._texts(str(places[0]["example_id"]))[str(places[0]["field"])]
        return mask(text[int(str(places[0]["start"])) : int(str(places[0]["end"]))])

    def raw_value(self, value_id: str) -> str:
        """The value as it stands in the first of its rows, safe for a terminal: only for a recorded
        reveal.
        """
        places = self.places(value_id, 1)
        if not places:
            return ""
        text = self._texts(str(places[0]["example_id"]))[str(places[0]["field"])]
        return plain(text[int(str(places[0]["start"])) : int(str(places[0]["end"]))], 200)

    def context(self, place: dict[str, object]) -> Segments:
        """The words around one finding, its value marked as `shown`."""
        example_id, field = str(place["example_id"]), str(place["field"])
        texts = self._texts(example_id)
        windows = self._found(example_id, texts)
        here = (int(str(place["start"])), int(str(place["end"])))
        return render(texts[field], _spans(texts[field], field, windows), here)

    def whole(self, example_id: str, field: str) -> Segments:
        """A field of a row, for judging what was missed: what was found masked, and what else looks like a
        value marked as `suspect`.
        """
        texts = self._texts(example_id)
        return render(texts[field], _spans(texts[field], field, self._found(example_id, texts)), None)

    def _texts(self, example_id: str) -> dict[str, str]:
        row = self.examples.filter(pl.col("example_id") == example_id).row(0, named=True)
        return {field: row[field] or "" for field in ("input", "output", "rejected")}

    def _found(self, example_id: str, texts: dict[str, str]) -> list[tuple[str, str, int, int, str]]:
        """Field, entity, start, end and value of each finding of the row."""
        mine = self.findings.filter(pl.col("example_id") == example_id).select(
            "field", "entity", "start", "end"
        )
        return [
            (field, entity, start, end, texts[field][start:end])
            for field, entity, start, end in mine.iter_rows()
        ]


def _spans(text: str, field: str, found: list[tuple[str, str, int, int, str]]) -> list[tuple[int, int]]:
    """Places in `text` that are masked: its findings, and every repeat of any of the row's values;
    overlapping ones joined.
    """
    places = [(start, end) for where, _, start, end, _ in found if where == field]
    for _, entity, _, _, value in found:
        if value.strip():
            places += [
                match.span() for match in pattern(entity, value).finditer(text) if match.group().strip()
            ]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def render(text: str, spans: list[tuple[int, int]], here: tuple[int, int] | None) -> Segments:
    """`text` in segments, safe for a terminal.

    Parameters
    ----------
    spans
        Disjoint places to mask, in order; the one that overlaps `here` is marked as shown, and the text is
        cut around it. Digits and addresses in no span are masked too, as `suspect`.
    """
    parts: list[str] = []
    at, centre = 0, None
    for start, end in [*spans, (len(text), len(text))]:
        between = _MARKS.sub("", text[at:start])
        parts.append(_SUSPECT.sub(lambda found: _LOOSE + mask(found.group()) + _SHUT, between))
        if start < end:
            is_here = here is not None and start < here[1] and here[0] < end
            centre = len(parts) if is_here else centre
            parts.append((_SHOWN if is_here else _OPEN) + mask(_MARKS.sub("", text[start:end])) + _SHUT)
        at = end
    if here is not None and centre is not None:
        before, after = "".join(parts[:centre]), "".join(parts[centre + 1 :])
        parts = [_cut(before, head=False), parts[centre], _cut(after, head=True)]
    line = plain("".join(parts), limit=2_000_000)
    segments: Segments = []
    for piece in re.split(f"([{_OPEN}{_SHOWN}{_LOOSE}][^{_SHUT}]*{_SHUT}?)", line):
        if piece:
            segments.append((_MARKS.sub("", piece), _STYLES.get(piece[0], "plain")))
    return segments


def _cut(text: str, *, head: bool) -> str:
    """The near `AROUND` characters of `text`; a mark cut in two is closed or opened again."""
    if len(text) <= AROUND:
        return text
    if head:
        kept = text[:AROUND]
        return kept + (_SHUT if max(kept.rfind(_OPEN), kept.rfind(_LOOSE)) > kept.rfind(_SHUT) else "") + "…"
    kept = text[-AROUND:]
    shut = kept.find(_SHUT)
    opened = min((at for at in (kept.find(_OPEN), kept.find(_LOOSE)) if at >= 0), default=-1)
    return "…" + (_OPEN + kept if shut >= 0 and (opened < 0 or shut < opened) else kept)
