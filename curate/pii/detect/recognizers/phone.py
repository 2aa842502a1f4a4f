"""Telephone numbers: libphonenumber by form and context, parsing only what can become a finding.

Parsing a candidate in a region costs a tenth of a millisecond and more, as much as everything else a text
needs. So where a number of no telephone's form could only be lifted by a label, and no label in reach can, it
is not parsed; nor is one whose own label says that it is an order or an account. What is left out is exactly
what context would have kept under the threshold: a property test holds it against Presidio's engine, which
parses everything.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import Any, NamedTuple

import phonenumbers
import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]

from curate.pii.detect.catalogue import PHONE_FORM
from curate.pii.detect.context.labels import ADJACENT, SUPPORT, contrary
from curate.pii.detect.context.lemmas import lemmas
from curate.pii.detect.context.nearest import IDENTITY_STEMS
from curate.pii.detect.context.windows import in_reach, label_before
from curate.pii.detect.recognizers.national import LONGEST, SEPARATED_US, dials_nobody, exists, plain_score

# Letters that may begin an extension (x, ext, int, anexo, доб), by which a number goes on.
_MAY_EXTEND = frozenset("xeia") | frozenset("дｅｘｉ")
# A country code, which is one in any region.
_DIALLED = regex.compile(r"[+＋]|(?<!\d)00")
# A bracket or plus with which a number may begin, and the marks between it and the digits.
_LEAD = regex.compile(r"[(\[（［+＋]\W*$")
# Joins a number to the next (`context._JOINERS`).
_JOINED = regex.compile("[&/,+]")
# What begins an extension, or another number's text.
_EXTENSION = regex.compile(r"[a-zA-Z;,]")
_DIALLED_US = regex.compile(r"001[-. ]\d{3}[-. ]\d{3}[-. ]\d{4}")
# As many digits as hang together by no more than four marks.
_PHONE_STRETCH = regex.compile(r"\d(?:[^a-zA-Z\d]{0,4}\d){6,}")
_PHONE_FORM = regex.compile(PHONE_FORM)
_PHONE_LABELS = tuple(
    dict.fromkeys(lemmas(phrase) for phrase in (*SUPPORT["PHONE_NUMBER"], *ADJACENT["PHONE_NUMBER"]))
)
_OWN_LABELS = frozenset(label.split()[-1] for label in _PHONE_LABELS)
_NUMBERED_THINGS = frozenset(contrary("PHONE_NUMBER"))
_OTHER_LABELS = _NUMBERED_THINGS | frozenset(IDENTITY_STEMS)
_UUID = regex.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", regex.IGNORECASE)


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a match is a stretch of a longer code: letters or digits touch it on both sides, or it stands
    in a UUID.
    """
    if text[start - 1 : start].isalnum() and text[end : end + 1].isalnum():
        return True
    if "-" not in text[max(start - 13, 0) : end + 13]:  # its groups hold at most twelve
        return False
    first = max(start - 36, 0)
    return any(found.start() < end and start < found.end() for found in _UUID.finditer(text, first, end + 36))


def _is_counter(text: str, start: int, end: int) -> bool:
    """Whether digits behind a letter, with nothing behind them that they could go on in, begin with zeros and
    dial nobody ("R00012345").
    """
    return (
        text.startswith("00", start, end)
        and text[start - 1 : start].isalpha()
        and dials_nobody(text[start + 2 : start + 5], end - start - 2)
        and not any(map(str.isalnum, text[end : end + _GOES_ON]))
    )


# Characters behind a number in which its extension begins.
_GOES_ON = 24


def _may_rise(text: str, stretch: tuple[int, int], artifacts: Any) -> bool:
    """Whether context can raise a number in the stretch: a phone word is in reach, and no label says that it
    is something else.

    The label belongs to the first number of the stretch; one further on, unless joined to it, has only what
    stands after the stretch.
    """
    if artifacts is None:
        return True
    lead = _LEAD.search(text, max(stretch[0] - 12, 0), stretch[0])
    before, after = in_reach(text, artifacts, lead.start() if lead else stretch[0], stretch[1], _PHONE_LABELS)
    if not before and not after:
        return False
    digits = text[slice(*stretch)]
    one = digits.isdigit() or (digits[:3].isdigit() and not after and not _JOINED.search(digits))
    return not (one and label_before(text, stretch[0]) in _OTHER_LABELS)


# Letters that stand in no number, not even in the word for its extension ("ext", "int", "anexo",
# "extensión"): none reaches over one.
_APART, _APART_BEFORE = (
    regex.compile(direction + "[bcdfghjklmpqruvwyz]", regex.IGNORECASE) for direction in ("", "(?r)")
)


class _Plain(NamedTuple):
    """A match in the form of libphonenumber's, judged by its digits."""

    start: int
    end: int
    score: float


class _Matcher(phonenumbers.PhoneNumberMatcher):
    """libphonenumber's matcher, which looks only near the `live` stretches and parses only candidates that
    touch one: parsing is its cost.
    """

    def __init__(self, text: str, region: str, live: list[tuple[int, int]], *, plain: bool) -> None:
        before, after = _APART_BEFORE.search(text, 0, live[0][0]), _APART.search(text, live[-1][1])
        self._from = before.end() if before else 0
        super().__init__(
            text[self._from : after.start() if after else len(text)],
            region,
            leniency=phonenumbers.Leniency.POSSIBLE,
        )
        self._live, self._plain, self._parsed_to = live, plain, 0

    def _extract_match(self, candidate: str, offset: int) -> Any:
        start, end = self._from + offset, self._from + offset + len(candidate)
        touched = _touched(self._live, start, end)
        if not touched:
            return None
        # What is left of a candidate, or a part of a stretch, may be another region's to judge.
        if (
            self._plain
            and start >= self._parsed_to
            and all(start <= first and last <= end for first, last in touched)
        ):
            score = plain_score(candidate)
            if score is not None:
                return _Plain(offset, offset + len(candidate), score) if score else None
        self._parsed_to = max(self._parsed_to, end)
        return super()._extract_match(candidate, offset)

    def found(self) -> Iterator[tuple[int, int, Any]]:
        """Each match with its place in the whole text."""
        for match in self:
            yield self._from + match.start, self._from + match.end, match


def _is_of_a_thing(text: str, start: int, end: int) -> bool:
    """Whether digits of a telephone number's form are a date with the hour behind it, or a barcode without a
    telephone's label.
    """
    value = text[start:end]
    if _DATED.fullmatch(value):
        return True
    return _is_barcode(value) and label_before(text, start) not in _OWN_LABELS


# "08-01-2016 11" before ":56".
_DATED = regex.compile(r"(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d(?: \d{1,2})?")


def _is_barcode(value: str) -> bool:
    """Whether thirteen digits that begin with two zeros pass the check of an EAN (GS1)."""
    if len(value) != 13 or not value.isdigit() or not value.startswith("00"):
        return False
    odd, even = (sum(map(int, value[at::2])) for at in (0, 1))
    return (odd + 3 * even) % 10 == 0


def _touched(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Those of `spans` (in order, none over another) that `[start, end)` touches."""
    at = max(bisect_right(spans, (start, start)) - 1, 0)
    touched = []
    while at < len(spans) and spans[at][0] < end:
        if start < spans[at][1]:
            touched.append(spans[at])
        at += 1
    return touched


class PlausiblePhoneRecognizer(stock.PhoneRecognizer):  # type: ignore[misc]
    """The stock one calls any ten digits a phone number: 88 % of order numbers.

    Here a number scores by its form: with a country code 0.75 (0.6 where libphonenumber knows no such
    number); a UK number with its leading 0, separated or of all 11 digits, 0.6; a US one written in its
    groups 0.5. Any other form (a bare run of digits, another country's national form) scores 0.1 and needs a
    word of context. GB is tried first, since its pass also finds every `+` form; the US next; then whatever
    may be a number anywhere.
    """

    # Germany's plan has numbers of every length, so what is possible there is possible in any country.
    REGIONS = ("GB", "US", "DE")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(supported_regions=self.REGIONS, leniency=phonenumbers.Leniency.POSSIBLE, **kwargs)

    # Whether matches that no context can lift over the threshold may be left out (`lean` says so): then they
    # are not parsed.
    skips = False

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        """At most one result for each stretch of digits, from the first region that explains it."""
        stretches = self._stretches(text, nlp_artifacts)
        taken: list[tuple[int, int]] = []
        results = []
        for region in self.supported_regions:
            live = [span for span in stretches if not _touched(taken, *span)]
            if region == "DE" and self.skips:
                live = [
                    span
                    for span in live
                    if _DIALLED.search(text, max(span[0] - 12, 0), span[1])
                    or _may_rise(text, span, nlp_artifacts)
                ]
            if not live:
                break
            for start, end, match in _Matcher(text, region, live, plain=self.skips).found():
                if _touched(taken, start, end) or _inside_word(text, start, end):
                    continue
                score = match.score if isinstance(match, _Plain) else self._form_score(match, region)
                if score and not _is_of_a_thing(text, start, end):
                    insort(taken, (start, end))
                    result = self._get_recognizer_result(match, text, region, nlp_artifacts)
                    result.start, result.end, result.score = start, end, score
                    results.append(result)
        return results

    def _stretches(self, text: str, artifacts: Any) -> list[tuple[int, int]]:
        """The stretches of digits that are parsed: all, or those that form or context may lift over the
        threshold.
        """
        if not self.skips:
            return [found.span() for found in _PHONE_STRETCH.finditer(text)]
        kept = []
        for found in _PHONE_STRETCH.finditer(text):
            start, end = stretch = found.span()
            one = found.group().isdigit()
            if one and _inside_word(text, start, end) and text[end : end + 1].lower() not in _MAY_EXTEND:
                continue
            if one and _is_counter(text, start, end):
                continue
            if _PHONE_FORM.search(text, max(start - 12, 0), end) is not None:
                if one and label_before(text, start) in _NUMBERED_THINGS:
                    continue
            elif not _may_rise(text, stretch, artifacts):
                continue
            kept.append(stretch)
        return kept

    @staticmethod
    def _form_score(match: Any, region: str) -> float:
        raw = _EXTENSION.split(match.raw_string.lstrip("( "), maxsplit=1)[0].strip()
        digits = sum(character.isdigit() for character in raw)
        if digits < 7:  # "+49 12": possible in some country's plan, a number nowhere
            return 0.0
        if raw.startswith(("+", "＋")):
            return 0.75 if exists(match.number) else 0.6
        if raw.startswith("00"):
            return 0.75 if exists(match.number) else 0.6 if _DIALLED_US.match(raw) else 0.0
        if region == "GB" and raw.startswith("0") and digits in (10, 11):
            if digits == 11 and raw.startswith("07"):
                return 0.6
            if not raw.isdigit() and raw[1] in "12389":
                return 0.6
        if region == "DE":
            return 0.1 if digits <= LONGEST else 0.0
        if not exists(match.number):
            return 0.0
        if (
            region == "GB"
            and raw.startswith("0")
            and (digits == 11 or (digits == 10 and not raw.isdigit()) or raw.startswith("0800"))
        ):
            return 0.6
        return 0.5 if region == "US" and SEPARATED_US.search(raw) else 0.1
