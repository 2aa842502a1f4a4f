"""Facts for the public summary of training content, EU AI Act Art. 53(1)(d), in the order of the Commission's
template. They tell of the fine-tuning alone: what the base model learned from, its provider tells.

Which kind of source each one is (public, licensed, crawled, user, synthetic) is a judgement, and stays blank.
"""

from __future__ import annotations

import polars as pl

from curate.splits import SPLITS
from curate.task import BLANK
from governance.sheets.evidence import CARD, MANIFEST, ROWS, Evidence
from governance.sheets.laws import AI_ACT, TEMPLATE
from governance.sheets.processing import actions
from governance.sheets.sheet import Fact, Section, Sheet, stated
from train.export.card import base_of
from train.export.forms import published

_BILLION = 10**9
_KINDS = (
    ("2.1", "Publicly available datasets"),
    ("2.2.1", "Commercially licensed by rightsholders or their representatives"),
    ("2.2.2", "Private datasets obtained from other third parties"),
    ("2.3", "Crawled and scraped from online sources"),
    ("2.4", "User data"),
    ("2.5", "Synthetic data"),
    ("2.6", "Other sources"),
)


def training_summary(found: Evidence) -> Sheet:
    """The sheet."""
    return Sheet(
        "training-summary",
        "Public summary of training content: the facts",
        found.task.name,
        str(found.manifest["version"]),
        [
            Section("1. General information", _general(found)),
            Section("2. List of data sources", _sources(found)),
            Section("3. Data processing aspects", _processing(found)),
        ],
        [AI_ACT, TEMPLATE],
        dict(found.digests),
    )


def _general(found: Evidence) -> list[Fact]:
    people = found.processing
    tuned = {path: card for path, card in found.models.items() if base_of(card).get("sha256")}
    names = [f"{card['name']} of gold {str(card['gold'])[:12]}" for card in tuned.values()]
    bases = sorted(
        {f"{published(base_of(card)['name'])}, SHA-256 {base_of(card)['sha256']}" for card in tuned.values()}
    )
    size = _training_text(found)
    small = f"less than 1 billion tokens: {size:,} bytes of text, and a token has at least one byte"
    month = found.period[1][:7] if found.period else BLANK
    languages = found.rows["language"].drop_nulls().unique().sort().to_list()
    return [
        stated("1.1", "Provider", people.controller, CARD),
        stated("1.1", "Contact", people.contact, CARD),
        stated("1.1", "Authorised representative", people.representative, CARD),
        stated("1.2", "Versioned model names", names, *tuned),
        stated("1.2", "Model dependencies", bases, *tuned),
        Fact("1.2", "Date of placement on the Union market"),
        stated("1.3", "Modality", "text", MANIFEST),
        stated("1.3", "Training data size", small if size < _BILLION else BLANK, *ROWS),
        stated("1.3", "Training rows", found.manifest["splits"]["train"]["rows"], MANIFEST),
        stated("1.3", "Types of content: what the rows teach", found.task.behaviour, CARD),
        stated("1.3", "Latest date of data collection", month, *ROWS),
        stated("1.3", "Linguistic characteristics", languages, *ROWS),
        Fact("1.3", "Other characteristics: regional, demographic"),
    ]


def _training_text(found: Evidence) -> int:
    """Bytes of the texts that models learned from; the held-out rows are not among them."""
    texts = pl.read_parquet(
        [found.project.gold / f"{split}.parquet" for split in SPLITS if split != "test"],
        columns=["input", "output", "rejected"],
    )
    return int(sum(texts[column].str.len_bytes().sum() for column in texts.columns))


def _sources(found: Evidence) -> list[Fact]:
    """Each source with its facts, then the kinds of the template, which a person assigns."""
    facts = []
    for name, source in found.task.sources.items():
        facts += [
            Fact("2", f"{name}: which of 2.1 to 2.6"),
            stated("2", f"{name}: description", source.description, CARD),
            stated("2", f"{name}: licence", source.licence, CARD),
            stated("2", f"{name}: published rows", found.by_source(name), *ROWS),
        ]
    return facts + [Fact(place, label) for place, label in _KINDS]


def _processing(found: Evidence) -> list[Fact]:
    return [
        Fact("3.1", "Reservation of rights from text and data mining (Directive (EU) 2019/790, Art. 4(3))"),
        Fact("3.2", "Measures to remove illegal content"),
        stated(
            "3.3", "Other: personal data redacted before training", actions(found) or ["none found"], MANIFEST
        ),
        stated(
            "3.3",
            "Other: rows taken out",
            [f"{step['stage']}: {step['dropped']:,}" for step in found.manifest["funnel"] if step["dropped"]],
            MANIFEST,
        ),
    ]
