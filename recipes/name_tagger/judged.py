"""Public sets that judge the tagger and are never trained on, each cut in two: `tune` chooses thresholds,
`test` reports.

- `generated` (microsoft/presidio-research, MIT): templated sentences, names of many cultures; cut by
  template, so the halves share none.
- `restaurant8k` (PolyAI, CC BY 4.0): bookings with first and last names; as typed, and once more in lower
  case.
- `evi` (PolyAI, CC BY 4.0): spoken turns that hold the caller's whole name as heard; other turns hold no name
  (spelt-out postcodes, dates).
- `bitext` (CDLA-Sharing 1.0): support requests, 161 of them with a person's name.
- `broad_twitter` part b and `wnut17` dev (CC BY 4.0): tweets and video comments.
- `banking77` (CC BY 4.0): customer queries without names; an alarm is false.

A set that annotates persons alone judges persons alone; `generated` judges addresses as well, whose ends it
draws otherwise (with the town, or the flat alone). What a set leaves unannotated counts as it is annotated:
handles, for one.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from recipes.name_tagger.conll import read, row
from recipes.name_tagger.rows import Row


@dataclass(frozen=True)
class Judged:
    """One half of a set: rows with their spans, and the kinds it annotates."""

    name: str
    half: str
    rows: list[Row]
    kinds: tuple[str, ...]


# Bare house numbers and boxes of soldiers' post are addresses there; a street has a word and a number.
_STREET = re.compile(r"(?s)^(?=.*\d)(?=.*[^\W\d_]{3})(?!PSC |Unit \d+ Box|USCGC |USNV |USNS |USS )")


def _half(key: object) -> str:
    return "tune" if blake2b(str(key).encode(), digest_size=1).digest()[0] % 2 else "test"


_GENERATED = {"PERSON": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG", "ADDRESS": "ADR"}


def _generated(folder: Path) -> Iterator[tuple[str, Row]]:
    for one in json.loads((folder / "presidio_generated/generated_large.json").read_text(encoding="utf-8")):
        spans = [
            (span["start_position"], span["end_position"], _GENERATED[span["entity_type"]])
            for span in one["spans"]
            if span["entity_type"] in _GENERATED
            and (span["entity_type"] != "ADDRESS" or _STREET.search(span["entity_value"]))
        ]
        yield _half(one["template_id"]), Row(one["full_text"], sorted(spans))


def _restaurant(folder: Path) -> Iterator[tuple[str, Row]]:
    for one in json.loads((folder / "restaurant8k/train.json").read_text(encoding="utf-8")):
        text = one["userInput"]["text"]
        spans = [
            (label["valueSpan"].get("startIndex", 0), label["valueSpan"]["endIndex"], "PER")
            for label in one.get("labels", [])
            if label["slot"] in ("first_name", "last_name")
        ]
        yield _half(text), Row(text, sorted(spans))


def _evi(folder: Path, named: bool) -> Iterator[tuple[str, Row]]:
    with (folder / "evi/records.en.csv").open(newline="", encoding="utf-8") as file:
        names = {one["scenario_id"].rpartition(".")[2]: one["name"] for one in csv.DictReader(file)}
    seen = set()
    with (folder / "evi/dialogues.en.tsv").open(newline="", encoding="utf-8") as file:
        for one in csv.DictReader(file, delimiter="\t"):
            text, name = one["transcription"], names[one["scenario_id"].rpartition(".")[2]]
            if text in seen:
                continue
            seen.add(text)
            found = re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
            if named and one["item"] == "name" and found:
                yield _half(name), Row(text, [(*found.span(), "PER")])
            elif not named and one["item"] != "name":
                yield _half(text), Row(text, [])


def _bitext(folder: Path) -> Iterator[tuple[str, Row]]:
    kinds = {"person_name": "PER", "delivery_city": "LOC", "delivery_country": "LOC"}
    with (folder / "bitext/customer_support.csv").open(newline="", encoding="utf-8") as file:
        for one in csv.DictReader(file):
            kind = kinds.get(one["entity_type"])
            spans = [(int(one["start_offset"]), int(one["end_offset"]), kind)] if kind else []
            yield _half(one["instruction"]), Row(one["instruction"], spans)


def _conll(path: Path) -> Iterator[tuple[str, Row]]:
    for number, sentence in enumerate(read(path)):
        one = row(sentence)
        # Part b gives the mark of some handles a span of its own: there is nothing in it to find.
        spans = [span for span in one.spans if any(mark.isalnum() for mark in one.text[span[0] : span[1]])]
        yield _half(number // 50), Row(one.text, spans)


def _banking(folder: Path) -> Iterator[tuple[str, Row]]:
    for name in ("train", "test"):
        with (folder / f"banking77/{name}.csv").open(newline="", encoding="utf-8") as file:
            for one in csv.DictReader(file):
                yield _half(one["text"]), Row(one["text"], [])


def sets(folder: Path, half: str) -> list[Judged]:
    """Every set's `half`, read from the folder of the public data."""
    per, every = ("PER",), ("PER", "LOC", "ORG")
    sources: dict[str, tuple[Iterator[tuple[str, Row]], tuple[str, ...]]] = {
        "generated": (_generated(folder), (*every, "ADR")),
        "restaurant8k": (_restaurant(folder), per),
        "restaurant8k lower": (
            ((one, Row(row.text.lower(), row.spans)) for one, row in _restaurant(folder)),
            per,
        ),
        "evi": (_evi(folder, named=True), per),
        "evi, no name": (_evi(folder, named=False), per),
        "bitext": (_bitext(folder), per),
        "tweets": (_conll(folder / "broad_twitter/b.conll"), every),
        "noisy": (_conll(folder / "wnut17/dev.conll"), every),
        "banking77": (_banking(folder), per),
    }
    return [
        Judged(name, half, [row for one, row in rows if one == half], kinds)
        for name, (rows, kinds) in sources.items()
    ]
