"""Context: the words around a match that make it more likely, or say that it is something else.

Presidio's own enhancer looks for context words one token at a time and as substrings, so its phrases ("national
insurance", "number plate") never match, "mot" matches "remote", and "order number 4412345678" passes for a phone number
because "number" stands near. This one looks for whole phrases of lemmas and asks which label is *nearest*:

- a supporting phrase before the match (or, failing that, just after it) raises the score by Presidio's 0.35, to 0.4 at least;
- where the nearest label says it is another thing (order, invoice, tracking, version, ...), nothing is raised;
- where such a label stands directly before it, with at most "number", "no", "#", ":" and the like between ("order no:
  07700900123"), the score falls below any sensible threshold.

A label belongs to the first number after it, so the look backwards stops at another number (unless "or", "and" or a comma
joins the two) and at the end of a sentence. Cost: a few token look-ups for each match, none for a text without one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from curate.pii.language import lemma, lemmas

RAISE = 0.35  # Presidio's `context_similarity_factor`
RAISE_TO = 0.4  # Presidio's `min_score_with_context_similarity`
CONTRADICTED = 0.05
UNDECIDED = 0.4
# Presidio looks at 5 content words before and none after. Ours are all words, function words too, so the reach is about the same.
BEFORE, AFTER = 8, 4

# Supporting phrases in place of Presidio's. Its lists were made for substrings ("us", "check", "save", "document", "number").
SUPPORT: dict[str, tuple[str, ...]] = {
    "PHONE_NUMBER": (
        "phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "landline", "whatsapp", "fax", "call", "ring", "dial", "text", "sms",
        "contact number", "my number", "contact me", "reach me", "reach", "phone number", "daytime number", "number is",
        "phoned", "dialled",
    ),
    "CREDIT_CARD": ("card", "credit", "debit", "visa", "mastercard", "amex", "maestro", "pan", "card number", "long number"),
    "UK_NHS": ("nhs", "national health service", "patient", "hospital", "surgery", "gp", "health", "medical"),
    "UK_NINO": ("national insurance", "ni number", "ni no", "ni", "nino", "nat ins"),
    "UK_PASSPORT": ("passport", "travel document", "hmpo"),
    "UK_DRIVING_LICENCE": ("driving licence", "driving license", "driver licence", "driver license", "dvla", "licence", "license", "licence number"),
    "UK_POSTCODE": ("postcode", "post code", "postal code", "zip", "address", "live", "live at", "deliver", "delivery", "ship", "post", "move", "moved", "lived", *(
        "street", "road", "avenue", "lane", "close", "drive", "crescent", "terrace", "house", "flat")),
    "UK_VEHICLE_REGISTRATION": (
        "vehicle", "registration", "number plate", "licence plate", "license plate", "plate", "reg", "vrn", "dvla", "v5c", "logbook", "log book", "mot", "car", "van",
    ),
    "US_BANK_NUMBER": ("account number", "account no", "bank account", "account", "acct", "checking account", "savings account"),
    "US_DRIVER_LICENSE": ("driver license", "driver licence", "driving licence", "driving license", "drivers license", "license number", "dl number", "cdl"),
    "US_ITIN": ("itin", "individual taxpayer", "taxpayer", "tax id", "taxid", "tin"),
    "US_PASSPORT": ("passport",),
    "US_SSN": ("ssn", "social security", "ssid"),
    "MEDICAL_LICENSE": ("dea", "prescriber", "medical license", "medical licence", "practitioner"),
    "DATE_OF_BIRTH": ("birth", "date of birth", "dob", "d.o.b", "born", "birthday"),
    "DATE_TIME": ("date", "birthday"),
    "IP_ADDRESS": ("ip", "ip address", "ipv4", "ipv6", "host", "server"),
}  # fmt: skip

# Labels of numbers that name things, not people.
THINGS = (
    "order", "purchase", "invoice", "bill", "tracking", "track", "parcel", "consignment", "shipment", "waybill", "sku", "item", "product", "part", "model",
    "serial", "ref", "reference", "ticket", "case", "booking", "reservation", "transaction", "txn", "basket", "quote", "batch", "version", "release", "firmware",
    "timestamp", "epoch", "ean", "gtin", "isbn", "barcode", "asin", "upc", "po", "rma", "receipt", "voucher", "coupon", "code",
)  # fmt: skip
VERSIONS = (
    "version",
    "ver",
    "v",
    "release",
    "firmware",
    "build",
    "section",
    "clause",
    "chapter",
    "software",
    "app",
    "upgrade",
    "upgraded",
    "update",
    "updated",
)
# Labels of other numbers of a person: a bare run of digits after one is not a telephone number, nor a telephone number an NHS one.
IDENTITIES = (
    "passport", "licence", "license", "nhs", "account", "card", "utr", "vat", "chi", "insurance", "policy", "sort", "iban", "customer", "member", "membership", "company",
)  # fmt: skip
PHONES = (
    "phone",
    "telephone",
    "tel",
    "mobile",
    "mob",
    "cell",
    "cellphone",
    "landline",
    "whatsapp",
    "fax",
    "call",
    "ring",
    "dial",
    "text",
    "sms",
)

# Entities whose shape a number of another kind can take. (Not those whose own pattern holds their label.)
NUMBER_LIKE = frozenset(
    {
        "PHONE_NUMBER", "CREDIT_CARD", "UK_NHS", "UK_NINO", "UK_PASSPORT", "UK_DRIVING_LICENCE", "UK_VEHICLE_REGISTRATION", "UK_POSTCODE",
        "US_BANK_NUMBER", "US_DRIVER_LICENSE", "US_ITIN", "US_PASSPORT", "US_SSN", "MEDICAL_LICENSE",
    }
)  # fmt: skip

# May stand between a label and its number.
_FILLERS = frozenset({"number", "no", "nos", "num", "nr", "id", "#", ":", "=", "is", "was", "-", "–", "(", "[", '"', "'", "."})
# More of what may stand between "updated the app" and its number, and between "item" and a code.
_VERSION_FILLERS = _FILLERS | {"to", "from", "installed", "install", "now"}
_CODE_FILLERS = _FILLERS | {"code"}
_JOINERS = frozenset({"and", "or", "&", "/", ",", "+"})
_SENTENCE_END = frozenset({".", "!", "?"})
# A full stop after these does not end a sentence ("tel. 0121", "acct. no. 123").
_ABBREVIATIONS = frozenset({"tel", "no", "nos", "acct", "acc", "ref", "mob", "ph", "num", "reg", "inv", "nr", "ext", "o", "b", "d"})


def near_label(entity: str, form: str) -> str:
    """A regex (Rust's syntax) for every text in which a supporting phrase of `entity` can raise a match of `form` (a regex too).

    The two stand in one sentence, as `_windows` sees it; nothing but spaces stands between the words of a phrase.
    """
    space = r"[\s\x1c-\x1f]*"
    phrases = "|".join(sorted({space.join(_inflected(stem) for stem in lemmas(phrase).split(" ")) for phrase in SUPPORT[entity]}))
    start, label = "(?:^|[^0-9A-Za-z])", rf"(?i:{phrases})(?:\b|[^0-9A-Za-z.!?])"
    short = "(?:" + "|".join(rf"{_inflected(stem)}{space}\." for stem in sorted(_ABBREVIATIONS)) + ")"
    between = rf"(?:[^.!?]|[^0-9A-Za-z.!?](?i:{short})+)*"
    # A telephone number may go on with an extension; a form may have taken the one character before the label.
    rest = r"[^A-Za-z!?]*(?:(?i:x|e?xtn?|int)\.[^A-Za-z!?]*)?"
    return rf"{start}{label}{space}\.?{between}(?:{form})|(?:{form})(?:{rest}{between}{start})?{label}"


def _inflected(stem: str) -> str:
    """A regex for every word that `lemma` brings to `stem`, and some more."""
    if not stem.isalpha():
        return re.escape(stem)
    body = f"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else stem
    return rf"{body}(?:{stem[-1]}?(?:ing|ed))?s?(?:['’]s){{0,2}}"


def contrary(entity: str) -> tuple[str, ...]:
    """The labels that say a match of `entity` is something else."""
    if entity in ("IP_ADDRESS", "DATE_TIME"):
        return tuple(dict.fromkeys(lemma(word) for word in VERSIONS))
    if entity not in NUMBER_LIKE:
        return ()
    others = PHONES if entity == "UK_NHS" else ()
    things = dict.fromkeys(lemma(word) for word in (*THINGS, *others))
    return tuple(thing for thing in things if entity != "UK_POSTCODE" or thing != "code")  # "post code"


_BETWEEN = {"IP_ADDRESS": _VERSION_FILLERS, "DATE_TIME": _VERSION_FILLERS, "UK_POSTCODE": _CODE_FILLERS}
_VERSIONED = frozenset({"IP_ADDRESS", "DATE_TIME"})
_VERSION_AFTER = (["build"], ["release"], ["version"], ["firmware"])  # "the 2.4.1.11 build hangs"
_PRERELEASE = re.compile(r"-?(?:rc|beta|alpha|dev|b)\d", re.IGNORECASE)
_IDENTITY_STEMS = tuple(lemma(word) for word in IDENTITIES)


class NearestLabelEnhancer(ContextAwareEnhancer):  # type: ignore[misc]
    """Presidio's context hook, by the rules of this module's docstring."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=RAISE,
            min_score_with_context_similarity=RAISE_TO,
            context_prefix_count=BEFORE,
            context_suffix_count=AFTER,
        )
        self._phrases: dict[tuple[str, ...], tuple[str, ...]] = {}

    def enhance_using_context(
        self, text: str, raw_results: list[Any], nlp_artifacts: Any, recognizers: list[Any], context: list[str] | None = None
    ) -> list[Any]:
        """Raise or lower each result's score in place; `context` (words given from outside) supports every result."""
        by_id = {recognizer.id: recognizer for recognizer in recognizers}
        for result in raw_results:
            recognizer = by_id[result.recognition_metadata["recognizer_identifier"]]
            support = self._lemmatised(tuple(recognizer.context or ()))
            against = self._against(text, result)
            if not support and not against:
                continue
            before, after = _windows(result, nlp_artifacts)
            versioned = result.entity_type in _VERSIONED and (
                after[:1] in _VERSION_AFTER or _PRERELEASE.match(text, result.end) is not None
            )
            if versioned or (against and _direct_label(before, _BETWEEN.get(result.entity_type, _FILLERS)) in against):
                result.score = min(result.score, CONTRADICTED)
                continue
            word = _nearest(before, support, against, last=True)
            if word is None:
                word = _nearest(after, support, against, last=False)
            if word is None and context:
                word = next((given for given in self._lemmatised(tuple(context)) if given in support), None)
            if word:
                result.score = min(max(result.score + RAISE, RAISE_TO), 1.0)
                result.analysis_explanation.set_supportive_context_word(word)
                result.analysis_explanation.set_improved_score(result.score)
            elif word == "" and result.entity_type == "UK_NHS":
                # Its check digit speaks for it, a telephone's label near it against: the form's score, without the check's.
                result.score = min(result.score, UNDECIDED)
        return raw_results

    @staticmethod
    def _against(text: str, result: Any) -> tuple[str, ...]:
        """The contrary labels of one match: a date is a version only if dotted, and only a weak telephone number is another's number."""
        if result.entity_type == "DATE_TIME" and "." not in text[result.start : result.end]:
            return ()
        weak_phone = result.entity_type == "PHONE_NUMBER" and result.score < RAISE_TO
        return contrary(result.entity_type) + (_IDENTITY_STEMS if weak_phone else ())

    def _lemmatised(self, phrases: tuple[str, ...]) -> tuple[str, ...]:
        if phrases not in self._phrases:
            self._phrases[phrases] = tuple(dict.fromkeys(lemmas(phrase) for phrase in phrases))
        return self._phrases[phrases]


def _windows(result: Any, artifacts: Any) -> tuple[list[str], list[str]]:
    """Lemmas before and after a match, in reading order."""
    stems, starts = artifacts.lemmas, artifacts.tokens_indices
    first = max(bisect_right(starts, result.start) - 1, 0)
    before: list[str] = []
    at = first - 1
    while at >= 0 and len(before) < BEFORE:
        stem = stems[at]
        if stem in _SENTENCE_END and (stem != "." or at == 0 or stems[at - 1] not in _ABBREVIATIONS):
            break
        if sum(character.isdigit() for character in stem) >= 3:
            if not before or not set(before) <= _JOINERS:
                break
            at -= 1
            while at >= 0 and (stems[at][:1].isdigit() or stems[at] in {"-", "+", "(", ")"}):
                at -= 1
            continue
        before.append(stem)
        at -= 1
    after: list[str] = []
    for stem, start in zip(stems[first:], starts[first:], strict=True):
        if start < result.end:
            continue
        if len(after) == AFTER or stem in _SENTENCE_END or any(character.isdigit() for character in stem):
            break
        after.append(stem)
    return before[::-1], after


def _direct_label(before: list[str], fillers: frozenset[str] = _FILLERS) -> str | None:
    """The last lemma before the match that is no filler."""
    return next((stem for stem in reversed(before) if stem not in fillers), None)


def _nearest(window: list[str], support: tuple[str, ...], against: tuple[str, ...], *, last: bool) -> str | None:
    """The supporting phrase nearest the match; "" if a contrary label is nearer, None if the window holds neither."""
    line = f" {' '.join(window)} "
    best: tuple[int, int, str] | None = None
    for phrases, helps in ((support, True), (against, False)):
        for phrase in phrases:
            at = line.rfind(f" {phrase} ") if last else line.find(f" {phrase} ")
            if at >= 0:
                # Nearer first; of two that end (or begin) together the longer: "contact number" beats "number".
                candidate = ((at + len(phrase) if last else -at), len(phrase), phrase if helps else "")
                best = candidate if best is None else max(best, candidate)
    return best[2] if best else None
