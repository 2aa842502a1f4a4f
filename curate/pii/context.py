"""Context: the words around a match that make it more likely, or say that it is something else.

Presidio's own enhancer looks for context words one token at a time and as substrings, so its phrases ("national
insurance", "number plate") never match, "mot" matches "remote", and "order number 4412345678" passes for a phone number
because "number" stands near. This one looks for whole phrases of lemmas and asks which label is *nearest*:

- a supporting phrase before the match (or, failing that, just after it) raises the score by Presidio's 0.35, to 0.4 at least;
- where the nearest label says it is another thing (order, invoice, tracking, version, ...), nothing is raised;
- a code that only looks like a postcode falls where the words make it a thing ("do you stock SS67TN?");
- where such a label stands directly before it, with at most "number", "no", "#", ":" and the like between ("order no:
  07700900123"), the score falls below any sensible threshold.

A label belongs to the first number after it, so the look backwards stops at another number (unless "or", "and" or a comma
joins the two) and at the end of a sentence. Cost: a few token look-ups for each match, none for a text without one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from curate.pii.language import lemma, lemmas, stems_of

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
        "phoned", "dialled", "answer at", "switchboard", "helpline", "hotline", "direct line", "voicemail",
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

# Supporting words only where nothing but fillers stands between them and the match ("020 7946 0018 - office", "Office: 0161 ...").
ADJACENT: dict[str, tuple[str, ...]] = {"PHONE_NUMBER": ("office", "ph")}

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
    phrases = "|".join(
        sorted(
            {space.join(_inflected(stem) for stem in lemmas(phrase).split(" ")) for phrase in (*SUPPORT[entity], *ADJACENT.get(entity, ()))}
        )
    )
    start, label = "(?:^|[^0-9A-Za-z])", rf"(?i:{phrases})(?:\b|[^0-9A-Za-z.!?])"
    short = "(?:" + "|".join(rf"{_inflected(stem)}{space}\." for stem in sorted(_ABBREVIATIONS)) + ")"
    between = rf"(?:[^.!?]|[^0-9A-Za-z.!?](?i:{short})+)*"
    # A telephone number may go on with an extension; a form may have taken the one character before the label.
    rest = r"[^A-Za-z!?]*(?:(?i:x|e?xtn?|int)\.[^A-Za-z!?]*)?"
    # A telephone number may begin with a bracket and marks before its first digit.
    lead = r"(?:[(\[（［+＋][^0-9A-Za-z]{0,12})?"
    return rf"{start}{label}{space}\.?{between}{lead}(?:{form})|(?:{form})(?:{rest}{between}{start})?{label}"


def _inflected(stem: str) -> str:
    """A regex for every word that `lemma` brings to `stem`, and some more."""
    if not stem.isalpha():
        return re.escape(stem)
    body = f"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else stem
    return rf"{body}(?:{stem[-1]}?(?:ing|ed))?s?(?:['’]s){{0,2}}"


@cache
def contrary(entity: str) -> tuple[str, ...]:
    """The labels that say a match of `entity` is something else."""
    if entity in ("IP_ADDRESS", "DATE_TIME"):
        return tuple(dict.fromkeys(lemma(word) for word in VERSIONS))
    if entity not in NUMBER_LIKE:
        return ()
    others = PHONES if entity == "UK_NHS" else ()
    things = dict.fromkeys(lemma(word) for word in (*THINGS, *others))
    return tuple(thing for thing in things if entity != "UK_POSTCODE" or thing != "code")  # "post code"


# Characters before a number in which its direct label is looked for.
_LABEL_REACH = 40
# Characters on each side of a match in which most windows lie.
_NEAR = 60
# Tokens that an extension may add to a telephone number.
_EXTENSION = 12
_BETWEEN = {"IP_ADDRESS": _VERSION_FILLERS, "DATE_TIME": _VERSION_FILLERS, "UK_POSTCODE": _CODE_FILLERS}
_VERSIONED = frozenset({"IP_ADDRESS", "DATE_TIME"})
_VERSION_AFTER = (["build"], ["release"], ["version"], ["firmware"])  # "the 2.4.1.11 build hangs"
_PRERELEASE = re.compile(r"-?(?:rc|beta|alpha|dev|b)\d", re.IGNORECASE)
IDENTITY_STEMS = tuple(lemma(word) for word in IDENTITIES)


# A postcode in capitals with its space; any other form may be a part's code.
_PLAIN_POSTCODE = 0.5
# Nobody buys, fits or runs out of a postcode: a code right after one of these, or just before one of those, is a thing's.
_WANTED = frozenset(lemma(word) for word in (
    "need", "want", "stock", "sell", "buy", "bought", "buying", "order", "get", "got", "have", "had", "has", "replace", "replaced", "replacing", "with", "fit", "fitted", "use", "used", "using",
    "try", "tried", "supply", "supplied", "called", "some", "another", "any", "two", "three", "spare",
))  # fmt: skip
_WANTING = frozenset(
    lemma(word)
    for word in (
        "fit",
        "fits",
        "fitted",
        "left",
        "stock",
        "work",
        "works",
        "broke",
        "broken",
        "faulty",
        "compatible",
        "instead",
        "replacement",
        "spare",
    )
)


def _wanted(before: list[str], after: list[str]) -> bool:
    clause = after[: after.index(",")] if "," in after else after
    return bool(_WANTED.intersection(before[-1:]) or _WANTING.intersection(clause))


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
            before, after = _windows(text, result, nlp_artifacts)
            versioned = result.entity_type in _VERSIONED and (
                after[:1] in _VERSION_AFTER or _PRERELEASE.match(text, result.end) is not None
            )
            if versioned or (against and _direct_label(before, _BETWEEN.get(result.entity_type, _FILLERS)) in against):
                result.score = min(result.score, CONTRADICTED)
                continue
            word = _nearest(before, support, against, last=True)
            if word is None:
                word = _nearest(after, support, against, last=False)
            if word is None:
                word = _adjacent(before, after, ADJACENT.get(result.entity_type, ()))
            if word is None and context:
                word = next((given for given in self._lemmatised(tuple(context)) if given in support), None)
            if word:
                result.score = min(max(result.score + RAISE, RAISE_TO), 1.0)
                result.analysis_explanation.set_supportive_context_word(word)
                result.analysis_explanation.set_improved_score(result.score)
            elif result.entity_type == "UK_POSTCODE" and result.score < _PLAIN_POSTCODE and _wanted(before, after):
                result.score = min(result.score, CONTRADICTED)
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
        return contrary(result.entity_type) + (IDENTITY_STEMS if weak_phone else ())

    def _lemmatised(self, phrases: tuple[str, ...]) -> tuple[str, ...]:
        if phrases not in self._phrases:
            self._phrases[phrases] = tuple(dict.fromkeys(lemmas(phrase) for phrase in phrases))
        return self._phrases[phrases]


def _windows(text: str, result: Any, artifacts: Any) -> tuple[list[str], list[str]]:
    """Lemmas before and after a match, in reading order.

    The few words around the match fill most windows; where they do not, or it begins or ends within a word, all tokens are made.
    """
    start, end = result.start, result.end
    before = after = None
    if not _within_word(text, start):
        first = text.find(" ", max(start - _NEAR, 0), start) if start > _NEAR else 0
        before = _before(stems_of(text, first, start), whole=first == 0) if first >= 0 else None
    if not _within_word(text, end):
        last = text.find(" ", end + _NEAR)
        after = _after(stems_of(text, end, last if last >= 0 else len(text)), whole=last < 0)
    if before is None:
        before = _before(artifacts.lemmas[: max(bisect_right(artifacts.tokens_indices, start) - 1, 0)], whole=True)
    if after is None:
        after = _after(artifacts.lemmas[bisect_left(artifacts.tokens_indices, end) :], whole=True)
    assert before is not None and after is not None, "the whole text fills a window or ends"
    return before, after


def _within_word(text: str, at: int) -> bool:
    """Whether one token may stand on both sides of `at`."""
    around = text[max(at - 1, 0) : at + 1]
    return 0 < at < len(text) and all(character.isalnum() or character in "'’" for character in around)


def _before(stems: list[str], *, whole: bool) -> list[str] | None:
    """The window that ends with `stems`; None if it may go on before them."""
    before: list[str] = []
    at = len(stems) - 1
    while len(before) < BEFORE:
        if at < 0 or (at == 0 and not whole):
            if not whole:
                return None
            break
        stem = stems[at]
        if _ends_sentence(stems, at):
            break
        if _digits(stem) >= 3:
            if not before or not set(before) <= _JOINERS:
                break
            at -= 1
            while at >= 0 and (stems[at][:1].isdigit() or stems[at] in {"-", "+", "(", ")"}):
                at -= 1
            continue
        before.append(stem)
        at -= 1
    return before[::-1]


def _after(stems: list[str], *, whole: bool) -> list[str] | None:
    """The window that begins with `stems`; None if it may go on after them."""
    for at, stem in enumerate(stems):
        if at == AFTER or stem in _SENTENCE_END or _digits(stem):
            return stems[:at]
    return stems[:AFTER] if whole or len(stems) >= AFTER else None


def _adjacent(before: list[str], after: list[str], phrases: tuple[str, ...]) -> str | None:
    """The word that stands directly before the match, or else directly after it, if it is one of `phrases`."""
    if not phrases:
        return None
    word = _direct_label(before)
    if word is None or word not in phrases:
        word = _direct_label(after[::-1], _FILLERS | {"\\"})
    return word if word in phrases else None


def label_before(text: str, end: int) -> str | None:
    """The label that stands directly before `end`, as `_direct_label` of its window says where there is one; cheaper than a text's tokens."""
    start = max(end - _LABEL_REACH, 0)
    if _within_word(text, end):
        return None
    stems = stems_of(text, start, end)[bool(start) :]  # the first may be half a word
    for at in range(len(stems) - 1, max(len(stems) - BEFORE, 0) - 1, -1):
        if _ends_sentence(stems, at):
            return None
        if stems[at] not in _FILLERS:
            return stems[at]
    return None


def in_reach(artifacts: Any, start: int, end: int, phrases: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether one of `phrases` (lemmas) stands where the windows of a match in `text[start:end]` may reach, before it and after it.

    Before, that is its sentence; after, the words that an extension ("ext. 12") and the window take.
    """
    stems, starts = artifacts.lemmas, artifacts.tokens_indices
    at = max(bisect_right(starts, start) - 1, 0)
    first, last = at, bisect_right(starts, end)
    while first and not _ends_sentence(stems, first - 1):
        first -= 1
    before, after = f" {' '.join(stems[first:at])} ", f" {' '.join(stems[max(last - 1, 0) : last + _EXTENSION + AFTER])} "
    return any(f" {phrase} " in before for phrase in phrases), any(f" {phrase} " in after for phrase in phrases)


def _ends_sentence(stems: Sequence[str], at: int) -> bool:
    return stems[at] in _SENTENCE_END and (stems[at] != "." or at == 0 or stems[at - 1] not in _ABBREVIATIONS)


def _direct_label(before: list[str], fillers: frozenset[str] = _FILLERS) -> str | None:
    """The last lemma before the match that is no filler."""
    return next((stem for stem in reversed(before) if stem not in fillers), None)


@lru_cache(maxsize=65_536)
def _digits(stem: str) -> int:
    return sum(character.isdigit() for character in stem)


@cache
def _known(support: tuple[str, ...], against: tuple[str, ...]) -> tuple[dict[str, str], int]:
    """What each phrase means (itself, or "" if contrary alone), and the words of the longest."""
    known = dict.fromkeys(against, "") | {phrase: phrase for phrase in support}
    return known, max(phrase.count(" ") for phrase in known) + 1


def _nearest(window: list[str], support: tuple[str, ...], against: tuple[str, ...], *, last: bool) -> str | None:
    """The supporting phrase nearest the match; "" if a contrary label is nearer, None if the window holds neither.

    Of two that end together (begin, after the match) the longer: "contact number" beats "number".
    """
    known, longest = _known(support, against)
    for near in range(len(window)):
        for words in range(min(longest, len(window) - near), 0, -1):
            first = len(window) - near - words if last else near
            meaning = known.get(" ".join(window[first : first + words]))
            if meaning is not None:
                return meaning
    return None
