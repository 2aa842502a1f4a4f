"""Public data sets in the corpus's form: texts, what should be found in them, and which entities a set can
judge.

Read from a folder outside the repository; a set that is not there is left out and named. Their annotations
are their own:

- `presidio_generated` (microsoft/presidio-research, MIT): templated sentences with spans. Its entities in our
  names; its `ADDRESS` (bare house numbers and codes, whole addresses of all countries) and its dates
  ("Sunday") are not judged.
- `evi` (PolyAI, CC BY 4.0): each UK record written as one line of a form, with its postcode, date of birth
  and e-mail; and its spoken dialogues, where a postcode was asked for and the transcript holds something of
  its shape.
- `bitext` (CDLA-Sharing 1.0) and `banking77` (CC BY 4.0): no personal identifiers; every finding of one is a
  false alarm. (bitext's instructions do hold persons' names and places, which are not identifiers by
  pattern.)

Names are judged on sets of their own, the halves of `recipes/name_tagger/judged.py` on which no threshold was
chosen.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pii.score import Found
from curate.pii.detect.names.recognizer import ENTITIES
from recipes.name_tagger.judged import sets


@dataclass(frozen=True)
class Labelled:
    """A data set: texts, their values, and the entities it can judge (`None`: none is right, but for those in
    `benign`).
    """

    name: str
    texts: list[str]
    values: list[list[Found]]
    entities: tuple[str, ...]
    benign: frozenset[str] = frozenset()


GENERATED = {
    "CREDIT_CARD": "CREDIT_CARD",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "EMAIL_ADDRESS": "EMAIL_ADDRESS",
    "US_SSN": "US_SSN",
    "IBAN_CODE": "IBAN_CODE",
    "DOMAIN_NAME": "URL",
    "US_DRIVER_LICENSE": "US_DRIVER_LICENSE",
    "IP_ADDRESS": "IP_ADDRESS",
}
NAMES = ("PERSON", "LOCATION", "ORGANIZATION")


def generated(folder: Path) -> Labelled:
    """`presidio_generated`."""
    rows = json.loads((folder / "presidio_generated" / "generated_large.json").read_text())
    values = [
        [
            Found(span["start_position"], span["end_position"], GENERATED[span["entity_type"]])
            for span in row["spans"]
            if span["entity_type"] in GENERATED
        ]
        for row in rows
    ]
    return Labelled(
        "presidio_generated",
        [row["full_text"] for row in rows],
        values,
        tuple(dict.fromkeys(GENERATED.values())),
    )


def evi_records(folder: Path) -> Labelled:
    """EVI's records as lines of a form."""
    texts, values = [], []
    with (folder / "evi" / "records.en.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            text, found = f"Name: {row['name']}, DOB: ", []
            for entity, value, after in (
                ("DATE_OF_BIRTH", row["dob"], ", postcode: "),
                ("UK_POSTCODE", row["postcode"], ", e-mail: "),
                ("EMAIL_ADDRESS", row["email"], ""),
            ):
                found.append(Found(len(text), len(text) + len(value), entity))
                text += value + after
            texts.append(text)
            values.append(found)
    return Labelled("evi records", texts, values, ("DATE_OF_BIRTH", "UK_POSTCODE", "EMAIL_ADDRESS"))


_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b", re.IGNORECASE)


def evi_dialogues(folder: Path) -> Labelled:
    """EVI's spoken turns: what has a postcode's shape is one where a postcode was asked for (as heard; often
    not the record's).
    """
    texts, values = [], []
    with (folder / "evi" / "dialogues.en.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            texts.append(row["transcription"])
            asked = row["item"] == "postcode"
            values.append(
                [Found(*match.span(), "UK_POSTCODE") for match in _POSTCODE.finditer(row["transcription"])]
                if asked
                else []
            )
    return Labelled("evi dialogues", texts, values, ("UK_POSTCODE",))


def _negative(name: str, texts: list[str]) -> Labelled:
    return Labelled(name, texts, [[] for _ in texts], (), frozenset({"DATE_TIME", "URL", *NAMES, "NRP"}))


def bitext(folder: Path) -> Labelled:
    """Bitext's instructions: 632 of them with an order or invoice id."""
    with (folder / "bitext" / "customer_support.csv").open(newline="") as file:
        return _negative("bitext", [row["instruction"] for row in csv.DictReader(file)])


def bitext_ids(folder: Path) -> Labelled:
    """Those of Bitext's instructions that hold an order or invoice id."""
    with (folder / "bitext" / "customer_support.csv").open(newline="") as file:
        return _negative(
            "bitext, order and invoice ids",
            [
                row["instruction"]
                for row in csv.DictReader(file)
                if row["entity_type"] in ("order_id", "invoice_id")
            ],
        )


def banking77(folder: Path) -> Labelled:
    """Banking77's queries, both splits."""
    texts = []
    for name in ("train", "test"):
        with (folder / "banking77" / f"{name}.csv").open(newline="") as file:
            texts += [row["text"] for row in csv.DictReader(file)]
    return _negative("banking77", texts)


def named(folder: Path) -> list[Labelled]:
    """Sets with names of persons, some of them of places and organisations too."""
    return [
        Labelled(
            f"names: {one.name}",
            [row.text for row in one.rows],
            [[Found(start, end, ENTITIES[kind]) for start, end, kind in row.spans] for row in one.rows],
            tuple(ENTITIES[kind] for kind in one.kinds),
        )
        for one in sets(folder, "test")
    ]


def all_sets(folder: Path) -> Iterator[Labelled | str]:
    """Every set that is there; the name of one that is not."""
    for name, read in (
        ("presidio_generated", lambda: generated(folder)),
        ("evi", lambda: evi_records(folder)),
        ("evi", lambda: evi_dialogues(folder)),
        ("bitext", lambda: bitext(folder)),
        ("bitext", lambda: bitext_ids(folder)),
        ("banking77", lambda: banking77(folder)),
    ):
        yield read() if (folder / name).exists() else name
