"""The labels that context goes by: words that speak for a match, words that say it is another thing's number.

They are data, in `labels.toml`. And `near_label`, the same for the pre-filter: a regex in Rust's syntax for
every text in which a label can raise a match of a form.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from curate.params import Params, parse
from curate.pii.detect.context.lemmas import lemma, lemmas


class _Labels(Params):
    """The file: what each list is for stands beside it there."""

    things: tuple[str, ...]
    versions: tuple[str, ...]
    identities: tuple[str, ...]
    papers: tuple[str, ...]
    rooms: tuple[str, ...]
    contracts: tuple[str, ...]
    phones: tuple[str, ...]
    wanted: tuple[str, ...]
    wanting: tuple[str, ...]
    fillers: frozenset[str]
    version_fillers: frozenset[str]
    abbreviations: frozenset[str]
    support: dict[str, tuple[str, ...]]
    adjacent: dict[str, tuple[str, ...]]


_PATH = Path(__file__).with_name("labels.toml")
_LABELS = parse(_Labels, tomllib.loads(_PATH.read_text(encoding="utf-8")), _PATH.name)

THINGS, VERSIONS, IDENTITIES = _LABELS.things, _LABELS.versions, _LABELS.identities
PHONES, PAPERS = _LABELS.phones, _LABELS.papers
WANTED, WANTING = _LABELS.wanted, _LABELS.wanting
FILLERS, ABBREVIATIONS = _LABELS.fillers, _LABELS.abbreviations
VERSION_FILLERS = FILLERS | _LABELS.version_fillers
# More of what may stand between "item" and a code.
CODE_FILLERS = FILLERS | {"code"}
SUPPORT = {
    entity: (*PHONES, *phrases) if entity == "PHONE_NUMBER" else phrases
    for entity, phrases in _LABELS.support.items()
}
ADJACENT = _LABELS.adjacent

# Entities whose shape a number of another kind can take. (Not those whose own pattern holds their label.)
NUMBER_LIKE = frozenset(
    {
        "PHONE_NUMBER",
        "CREDIT_CARD",
        "UK_NHS",
        "UK_NINO",
        "UK_PASSPORT",
        "UK_DRIVING_LICENCE",
        "UK_VEHICLE_REGISTRATION",
        "UK_POSTCODE",
        "US_BANK_NUMBER",
        "US_DRIVER_LICENSE",
        "US_ITIN",
        "US_PASSPORT",
        "US_SSN",
        "MEDICAL_LICENSE",
        "EU_VAT",
        "UUID",
    }
)


@cache
def contrary(entity: str) -> tuple[str, ...]:
    """The labels (lemmas) that say a match of `entity` is something else."""
    if entity in ("IP_ADDRESS", "DATE_TIME"):
        return tuple(dict.fromkeys(lemma(word) for word in VERSIONS))
    if entity == "CRYPTO":
        return tuple(dict.fromkeys(lemma(word) for word in _LABELS.contracts))
    if entity not in NUMBER_LIKE:
        return ()
    others = {"UK_NHS": PHONES, "UK_POSTCODE": _LABELS.rooms}.get(entity, ())
    things = dict.fromkeys(lemma(word) for word in (*THINGS, *others))
    return tuple(thing for thing in things if entity != "UK_POSTCODE" or thing != "code")  # "post code"


@cache
def label_word(entity: str) -> str:
    """A regex (Rust's syntax) for every text with a word of each supporting phrase of `entity`: its longest.

    Every text that `near_label` matches holds it. It is compiled and run in a tenth of the time.
    """
    words = {max(lemmas(phrase).split(" "), key=len) for phrase in _phrases(entity)}
    return "(?i:" + "|".join(sorted(map(_stem, words))) + ")"


def _stem(word: str) -> str:
    """What a word and its plural have in common, as a regex."""
    return word[:-1] if _in_y(word) else re.escape(word)


def near_label(entity: str, form: str) -> str:
    """A regex (Rust's syntax) for every text in which a supporting phrase of `entity` can raise a match of
    `form` (a regex too).

    The two stand in one sentence, as the windows of `windows.py` see it; nothing but spaces stands between
    the words of a phrase.
    """
    space = r"[\s\x1c-\x1f]*"
    phrases = "|".join(
        sorted(
            {
                space.join(_inflected(stem) for stem in lemmas(phrase).split(" "))
                for phrase in _phrases(entity)
            }
        )
    )
    start, label = "(?:^|[^0-9A-Za-z])", rf"(?i:{phrases})(?:\b|[^0-9A-Za-z.!?])"
    short = "(?:" + "|".join(rf"{_inflected(stem)}{space}\." for stem in sorted(ABBREVIATIONS)) + ")"
    between = rf"(?:[^.!?]|[^0-9A-Za-z.!?](?i:{short})+)*"
    # A telephone number may go on with an extension; a form may have taken the one character before the
    # label.
    rest = r"[^A-Za-z!?]*(?:(?i:x|e?xtn?|int)\.[^A-Za-z!?]*)?"
    # A telephone number may begin with a bracket and marks before its first digit.
    lead = r"(?:[(\[（［+＋][^0-9A-Za-z]{0,12})?"
    return rf"{start}{label}{space}\.?{between}{lead}(?:{form})|(?:{form})(?:{rest}{between}{start})?{label}"


def _phrases(entity: str) -> tuple[str, ...]:
    return (*SUPPORT[entity], *ADJACENT.get(entity, ()))


def _in_y(stem: str) -> bool:
    """Whether `stem` has another plural: "surgery", "surgeries"."""
    return stem.isalpha() and stem.endswith("y")


def _inflected(stem: str) -> str:
    """A regex for every word that `lemma` brings to `stem`, and some more."""
    if not stem.isalpha():
        return re.escape(stem)
    body = f"{stem[:-1]}(?:y|ies)" if _in_y(stem) else stem
    return rf"{body}(?:{stem[-1]}?(?:ing|ed))?s?(?:['’]s){{0,2}}"
