"""Recognizers in Presidio's form: where a stock one fires on too much or misses, a small subclass; and three of our own.

The stock patterns and checksums are kept wherever they serve. Each class here says what was wrong with its parent.
"""

# ruff: noqa: SIM905, RUF012 (word lists read better as words; PATTERNS is mutable in Presidio's form)

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
import tldextract
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer

from curate.pii.catalogue import STREET_TYPES, STREET_TYPES_STRONG, Entity
from curate.pii.keccak import checksummed
from curate.pii.labelled import LabelledRecognizer
from curate.pii.labels import SUPPORT

_ASCII_CASELESS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE | regex.ASCII


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list bundled with tldextract: its default fetches a new one from the network and caches it on disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


@lru_cache(maxsize=65_536)
def _has_suffix(host: str) -> bool:
    """Whether a host has a name under a public suffix. Few domains carry most addresses, hence the memory."""
    return bool(_suffixes()(host).fqdn)


def _shifted(result: Any, by: int) -> Any:
    result.start += by
    result.end += by
    return result


# `https://jo:secret@host` holds a log-in, not an address.
_LOGIN = regex.compile(r"://[^/\s]*$")
_ADDRESSED = regex.compile(r"\S*@\S*")


class OfflineEmailRecognizer(stock.EmailRecognizer):  # type: ignore[misc]
    """The stock one validates through the network, and drops addresses at private domains (`corp.local`), which are personal too."""

    def validate_result(self, pattern_text: str) -> bool | None:
        """True at a public suffix; else undecided, which keeps the pattern's 0.5."""
        return True if _has_suffix(pattern_text.rpartition("@")[2]) else None

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results. No address holds a space, so only the words with an @ are read: the stock pattern retries at every letter."""
        read = super().analyze
        return [
            _shifted(result, word.start())
            for word in _ADDRESSED.finditer(text)
            for result in read(word.group(), entities, nlp_artifacts, regex_flags)
            if not _LOGIN.search(word.group(), endpos=result.start)
        ]


# A country, two check digits and 11 to 30 more letters and digits (ISO 13616), with as many after them as a group may hold.
_IBAN = regex.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,34}(?![a-z0-9])", regex.IGNORECASE | regex.ASCII)
_IBAN_WORD = regex.compile(r"[a-z0-9]+", regex.IGNORECASE | regex.ASCII)


def _checks(number: str) -> bool:
    """Whether a possible IBAN passes mod 97 (ISO 7064)."""
    plain = [character for character in number if character.isalnum()]
    return int("".join(str(int(character, 36)) for character in (*plain[4:], *plain[:4]))) % 97 == 1


class AnyCaseIbanRecognizer(stock.IbanRecognizer):  # type: ignore[misc]
    """The stock one reads capitals only; people type `gb29 nwbk`. The mod-97 check (ISO 7064) still decides.

    It also takes the word after a number for its last group and drops both ("... 3856 Thanks"): here words are cut off until it fits.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex_flags=_ASCII_CASELESS, **kwargs)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        """The longest valid number from each place where one may begin."""
        results: list[Any] = []
        for candidate in _IBAN.finditer(text):
            for end in reversed([word.end() for word in _IBAN_WORD.finditer(text, candidate.start(), candidate.end())]):
                if not _checks(text[candidate.start() : end]):
                    continue
                found = super().analyze(text[candidate.start() : end], entities, nlp_artifacts)
                if found and found[0].end == end - candidate.start():
                    results.append(_shifted(found[0], candidate.start()))
                    break
        return results


# Top-level domains that are also words: "arrived.It was" is two sentences, not a link.
_WORD_SUFFIXES = frozenset(
    "am an as at be by call can care cash chat check click come date day deal do email fail family farm first food gift go help here home how id ill im in info is it "
    "la life link live ma me money my name new news no now on one ok or order page part parts pay pet phone photo pm post pro re read red rent report rest run sale "
    "save shop show site so store style support team tel this tips to today top town trade us vet watch we work world you".split()
)


_DOTTED = regex.compile(r"\S*\.\S*")
_DOTTED_NAME = regex.compile(r"[a-z0-9.-]*\.[a-z0-9-]+", regex.IGNORECASE)


def _may_link(word: str) -> bool:
    """False for a word (no spaces) in which `BoundedUrlRecognizer._is_link` can hold of no part: most are two sentences run together."""
    if "/" in word or "www." in word.lower():
        return True
    for name in _DOTTED_NAME.findall(word):
        first, *rest = name.split(".")
        endings = [label.partition("-")[0] for label in rest]
        if len(rest) > 1 or name.isupper() or any("-" in label for label in rest):
            if any(_known_ending(label.lower()) for label in endings):
                return True
        elif first and endings[0].islower() and endings[0] not in _WORD_SUFFIXES and _known_ending(endings[0]):
            return True
    return False


@lru_cache(maxsize=65_536)
def _known_ending(label: str) -> bool:
    return bool(_suffixes()(f"x.{label}").suffix)


class WalletRecognizer(stock.CryptoRecognizer):  # type: ignore[misc]
    """The stock one knows Bitcoin's addresses. Here Ethereum's too: 0x and 40 hexadecimal digits, whose mixed case is a checksum (EIP-55).

    In one case they hold no checksum: 0.6. In mixed case the right one is verified, the wrong one (a slip, or a shortened or
    made-up example) 0.45, still found.
    """

    PATTERNS = [*stock.CryptoRecognizer.PATTERNS, Pattern("Ethereum", r"\b0x[0-9a-f]{40}\b", 0.6)]
    _WRONG = 0.45

    def validate_result(self, pattern_text: str) -> bool | None:
        """The parent's checksums; for an Ethereum address True if its case is EIP-55's, else undecided."""
        if pattern_text[:2].lower() != "0x":
            return super().validate_result(pattern_text)  # type: ignore[no-any-return]
        return True if _mixed(pattern_text) and checksummed(pattern_text)[2:] == pattern_text[2:] else None

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results, mixed-case Ethereum addresses with a wrong checksum scored down."""
        results: list[Any] = super().analyze(text, entities, nlp_artifacts, regex_flags)
        for result in results:
            if result.score < EntityRecognizer.MAX_SCORE and _mixed(text[result.start : result.end]):
                result.score = self._WRONG
        return results


def _mixed(address: str) -> bool:
    """Whether the digits after the 0x are in capitals and small letters."""
    return not (address[2:].islower() or address[2:].isupper() or address[2:].isdigit())


class BoundedUrlRecognizer(stock.UrlRecognizer):  # type: ignore[misc]
    """The stock one ends a link in the middle of a word ("refund.please" -> `refund.pl`) and links any two sentences ("late.It")."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results that end at a word's end and look like a link by scheme, `www`, path or a suffix that is no word.

        No link holds a space, so the stock patterns (all top-level domains, four times over) read only the words that may be one.
        """
        read = super().analyze
        return [
            _shifted(result, word.start())
            for word in _DOTTED.finditer(text)
            if _may_link(word.group())
            for result in read(word.group(), entities, nlp_artifacts, regex_flags)
            if self._is_link(word.group(), result.start, result.end)
        ]

    def _is_link(self, text: str, start: int, end: int) -> bool:
        link = text[start:end].strip("\"'")
        if text[start - 1 : start] == "@" or (end < len(text) and (text[end].isalnum() or text[end] in "_@")):
            return False
        if "://" in link or link[:4].lower() == "www.":
            return True
        host, slash, _ = link.partition("/")
        name, _, suffix = host.rpartition(".")
        if ".." in host or not any(character.isalpha() for character in name) or not _known_ending(suffix.lower()):
            return False
        sentence_break = "." not in name and not host.isupper() and (suffix != suffix.lower() or suffix in _WORD_SUFFIXES)
        return bool(slash) or not sentence_break


_DOTTED_AFTER = regex.compile(r"\.\d")
_DOTTED_BEFORE = regex.compile(r"\d\.$")


class WholeDateRecognizer(stock.DateRecognizer):  # type: ignore[misc]
    """The stock one finds a date within a version of four numbers (30.[20.10.20])."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results that no further number is dotted to."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags)
        return [
            one
            for one in found
            if not (_DOTTED_AFTER.match(text, one.end) or _DOTTED_BEFORE.search(text, max(one.start - 2, 0), one.start))
        ]


# Lengths and first digits in use (ISO/IEC 7812): Visa, Mastercard, Amex, Discover and UnionPay, JCB, Diners, Maestro.
_ISSUED = regex.compile(
    r"4(?:\d{12}|\d{15})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|[245]\d\d)\d{12}|35\d{14}|3(?:0[0-5]|[68]\d)\d{11}|6[37]\d{14}"
)


_NO_DIGIT = regex.compile(r"\D")


class IssuedCardRecognizer(stock.CreditCardRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to any 13 to 17 digits from 1 up that pass Luhn, as one long order number in ten does.

    A length and prefix that some issuer uses keep 1.0; the rest keep the pattern's 0.3 and need context. Mastercard's 2-series
    (2017) is added.
    """

    PATTERNS = [
        *stock.CreditCardRecognizer.PATTERNS,
        Pattern("Mastercard 2-series", r"\b2[2-7]\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b", 0.3),
    ]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if Luhn fails, True for an issued prefix and length, else undecided."""
        if not super().validate_result(pattern_text):
            return False
        return True if _ISSUED.fullmatch(_NO_DIGIT.sub("", pattern_text)) else None


class FormedNhsRecognizer(stock.NhsRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to any ten digits that pass mod 11, as one order number in eleven does.

    Here the written form 3-3-4 keeps 1.0; a bare run that passes scores 0.1 and needs context. The parent's weighted sum is
    the NHS Data Dictionary's check, with a check digit of 10 (never issued) excluded by its range.
    """

    PATTERNS = [
        Pattern("NHS (3-3-4)", r"\b\d{3}([- ])\d{3}\1\d{4}\b", 0.5),
        Pattern("NHS (bare)", r"\b\d{10}\b", 0.1),
    ]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if the check digit is wrong; True if right and written 3-3-4; else undecided."""
        if not super().validate_result(pattern_text):
            return False
        return None if pattern_text.isdigit() else True


class EveryUkPassportRecognizer(stock.UkPassportRecognizer):  # type: ignore[misc]
    """The stock one knows two letters and seven digits; passports in use carry nine digits (HM Passport Office)."""

    PATTERNS = [*stock.UkPassportRecognizer.PATTERNS, Pattern("UK Passport (nine digits)", r"\b\d{9}\b", 0.1)]


class SpacedUkDrivingLicenceRecognizer(stock.UkDrivingLicenceRecognizer):  # type: ignore[misc]
    """The stock one reads 16 characters in a row; the card is often copied in groups (MORGA 657054 SM9IJ)."""

    PATTERNS = [
        *stock.UkDrivingLicenceRecognizer.PATTERNS,
        Pattern(
            "UK Driving Licence (grouped)",
            r"\b[A-Z9]{5} \d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d [A-Z9]{2}[A-Z0-9] ?[A-Z]{2}\b",
            0.5,
        ),
    ]


# The 121 postcode areas of the UK, with those of the Crown dependencies (Royal Mail, Postcode Address File).
POSTCODE_AREAS = frozenset(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV "
    "JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN "
    "TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE".split()
)


# Areas with a district 0 (BL0, SL0, ...): elsewhere "RM0 1WF" is none.
_AREA, _ZERO_DISTRICT = regex.compile("[A-Za-z]{1,2}"), regex.compile("[A-Za-z]{1,2}0")
_ZERO_DISTRICTS = frozenset("BL BS CM CR FY HA PR SL SS".split())


class AreaPostcodeRecognizer(stock.UkPostcodeRecognizer):  # type: ignore[misc]
    """The stock one gives every postcode 0.1. Here one in an area that exists scores by how much it looks like one.

    Capitals and a space 0.5; only one of the two, in a two-letter area, 0.45 ("wa4 5uf", "LA92AX"), and so one with a space that is the
    whole text, as an answer is ("n2w 0jj"); the rest, and districts that do not exist ("RM0 1WF"), 0.1, which needs context. "ip4 8gb" and "se1 2nd" are no postcodes in lower case.
    """

    _UNITS = frozenset({"GB", "TB", "ST", "ND", "RD", "TH", "PX", "FT", "LB"})

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results in areas that exist, scored by form."""
        results = []
        for result in super().analyze(text, entities, nlp_artifacts, regex_flags):
            code = text[result.start : result.end]
            area = _AREA.match(code)
            if area and (area.group().upper() in POSTCODE_AREAS or code.upper().startswith("GIR")):
                result.score = self._form_score(code, area.group(), alone=text.strip(" .,!?") == code)
                results.append(result)
        return results

    def _form_score(self, code: str, area: str, *, alone: bool) -> float:
        spaced, capitals = any(character.isspace() for character in code), code.isupper()
        if _ZERO_DISTRICT.match(code) and area.upper() not in _ZERO_DISTRICTS:
            return 0.1
        unit = code[-2:].upper() in self._UNITS and not capitals
        likely = (len(area) == 2 and (capitals or spaced) and not unit) or (alone and spaced)
        return 0.5 if capitals and spaced else 0.45 if likely else 0.1


class CasedVehicleRecognizer(stock.UkVehicleRegistrationRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to "LS12 and": a postcode district and the next word. A current plate is verified by nothing.

    Capitals throughout keep 0.5 unless the last three letters are a word; a plate typed in lower case needs context; one in
    mixed case is two words.
    """

    _WORDS = frozenset("AND ARE BUT CAN FOR GET GOT HAD HAS NEW NOT NOW OLD THE TWO WAS WHO YES YET YOU".split())

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None) -> list[Any]:
        """Stock results in one case, scored by form."""
        results = []
        for result in super().analyze(text, entities, nlp_artifacts, regex_flags):
            plate = text[result.start : result.end]
            if plate.isupper() or plate.islower():
                if result.score == EntityRecognizer.MAX_SCORE:
                    result.score = 0.5 if plate.isupper() and plate[-3:] not in self._WORDS else 0.2
                results.append(result)
        return results


class LabelledMedicalLicenseRecognizer(stock.MedicalLicenseRecognizer):  # type: ignore[misc]
    """The stock one gives 1.0 to a tenth of all part codes of a letter or two and seven digits, even inside longer words."""

    PATTERNS = [Pattern("USA DEA Certificate Number (weak)", r"\b(?:[abcdefghjklmprstux][a-z]\d{7}|[abcdefghjklmprstux]9\d{7})\b", 0.1)]

    def validate_result(self, pattern_text: str) -> bool | None:
        """False if the check digit is wrong, else undecided: context must agree."""
        return None if super().validate_result(pattern_text) else False


class UkBankAccountRecognizer(PatternRecognizer):  # type: ignore[misc]
    """A UK sort code and account number, together or either one with its label (Pay.UK: six digits and eight)."""

    COUNTRY_CODE = "uk"
    _SORT = r"\d{2}[- ]?\d{2}[- ]?\d{2}"
    _ACCOUNT_LABEL = r"(?:bank\s+)?(?:account|acct?|a/c)(?:\s+is)?(?:\s*(?:number|num|no)\.?|\s*\#)?(?:['’]s\b)?(?:\s*(?:is|:|=|-))?\s*"
    PATTERNS = [
        Pattern("Sort code and account", r"\b\d{2}-\d{2}-\d{2}[\s,/:;-]{0,3}(?:" + _ACCOUNT_LABEL + r")?\d{8}\b", 0.85),
        Pattern("Labelled sort code and account", r"(?<=\b(?:sort\s*code|s/c)(?:['’]s\b)?[^\w\n]{0,4}(?:is\s+)?)" + _SORT + r"(?:(?:[\s,/;&]|and|my|the){0,6}" + _ACCOUNT_LABEL + r"|[\s,/;]{1,3})\d{8}\b", 0.9),
        Pattern("Labelled sort code", r"(?<=\b(?:sort\s*code|s/c)(?:['’]s\b)?[^\w\n]{0,4}(?:is\s+)?)" + _SORT + r"\b", 0.85),
        Pattern("Labelled account", r"(?<=\b" + _ACCOUNT_LABEL + r")\d{8}\b", 0.7),
    ]  # fmt: skip

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(supported_entity="UK_BANK_ACCOUNT", patterns=self.PATTERNS, supported_language=supported_language)


_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    r"(?:" + _DAY + r"[./ -]" + _DAY + r"[./ -](?:19|20)?\d{2}|(?:19|20)\d{2}[./-](?:0?[1-9]|1[0-2])[./-]" + _DAY
    + r"|" + _DAY + r"(?:st|nd|rd|th)?[ -](?:of\s+)?" + _MONTH + r"[ ,-]{1,2}(?:(?:19|20)\d{2}|\d{2})|" + _MONTH + r"\s" + _DAY + r"(?:st|nd|rd|th)?,?\s(?:19|20)\d{2})"
)  # fmt: skip
_BIRTH = r"(?:\bd\.?o\.?b\b\.?|\bdate\s+of\s+birth\b|\bbirth\s*-?date\b|\bborn\b|\bbirthday\b|\bbirth\b)"


class BirthDateRecognizer(LabelledRecognizer):
    """A date of birth as distinct from a date: within 30 characters after a word of birth, or just before one; no number between.

    Scored above a plain date whose own context word ("date") stands near.
    """

    _LABELLED = _BIRTH + r"[^\d\n.!?]{0,30}\b"
    PATTERNS = [
        Pattern("Date of birth (label before)", _LABELLED + "(" + _DATE + r")\b", 0.95),
        Pattern("Date of birth (label after)", r"\b(" + _DATE + r")[^\w\n.!?]{1,3}(?:(?:is|as|was)\s+)?(?:my\s+|the\s+|her\s+|his\s+|their\s+)?" + _BIRTH, 0.95),
        # "date of birth 01/01/1900 is wrong, it should be 22.02.2000"
        Pattern(
            "Date of birth (corrected)",
            _LABELLED + _DATE + r"\b[^\d\n]{0,40}\b(?:real|right|correct|actual|should|not|instead|to)\b[^\d\n]{0,20}\b(" + _DATE + r")\b",
            0.95,
        ),
    ]  # fmt: skip

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(supported_entity="DATE_OF_BIRTH", patterns=self.PATTERNS, supported_language=supported_language)


class StreetAddressRecognizer(PatternRecognizer):  # type: ignore[misc]
    """A house number, a street's name and a word that ends one, with the town after a comma where there is one.

    Names are read in capitals as people write them, or in lower case where the last word is plain ("14 albert road"). A
    street without a number is a place and not an address. In lower case the name has one or two words, none of them a word
    that follows a plain number ("3 days on the road").
    """

    _UNIT = r"(?:\b(?:Flat|Apt\.?|Apartment|Unit|Suite|Room)[ \t]\d{1,4}[A-Z]?,?[ \t])?"
    _NUMBER = r"\b\d{1,5}[A-Za-z]?(?:[ \t]?[-–/][ \t]?\d{1,4}[A-Za-z]?)?,?[ \t]"
    _NOT_A_NAME = (
        r"(?!(?:days?|weeks?|months?|years?|hours?|hrs?|mins?|minutes?|miles?|times?|items?|orders?|parcels?|people|pounds|of|the|on|in|at|to|from|and|or|for|by|a|an|my|"
        r"is|are|was|were|more|different|other|wide|way|main|per|percent|off|am|pm|cars?|lanes?|th|st|nd|rd|x)\b)"
    )
    # A capitalised word or two after the comma, closed by a mark, a line's end or a postcode, and not the next sentence.
    _TOWN = (
        r"(?:,[ \t](?!(?:Thanks?|Thx|Please|Pls|Regards|Cheers|Kind|Best|Many|Order|My|The|This|That|It|I|We|You|And|But|Could|Can|Is|Not|No|Yes|Hi|Hello|Dear"
        r"|When|Where|Why|How|What|Who|If|They|He|She|Your|Our|His|Her|There|Now|Then|Still|Just|Also|After|Before|Since|As|At|In|On|For|From|To|So|Or)\b)"
        r"[A-Z][a-z'’]+(?:[ -][A-Z][a-z'’]+){0,2}(?=[ \t]*(?:[,.;:!?)\n]|$|[A-Za-z]{1,2}\d)|[ \t]+[a-z]))?"
    )
    # A US address ends with its town, state and ZIP code; a direction and a flat may stand before them (USPS Publication 28).
    _US_TOWN = (
        r"(?:[ \t](?:NE|NW|SE|SW|N|S|E|W)\b\.?)?(?:,?[ \t](?:(?:Apt|Apartment|Suite|Ste|Unit)\.?[ \t]#?|#[ \t]?)\w{1,5})?(?:,[ \t]?|[ \t])[A-Z][a-z'’]+(?:[ -][A-Z][a-z'’]+){0,2},?"
        r"[ \t](?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])[ \t]\d{5}(?:-\d{4})?\b"
    )
    _TYPES = "|".join(word.capitalize() for word in STREET_TYPES)
    PATTERNS = [
        Pattern("Street (capitalised)", r"(?-i:" + _UNIT + _NUMBER + r"(?:(?:[A-Z][\w'’.-]*|of|the|St\.?|\d{1,3}(?:st|nd|rd|th))[ \t]){1,4}?(?:" + _TYPES + r")\b\.?(?:" + _US_TOWN + "|" + _TOWN + "))", 0.7),
        # One-word names of the old towns (Northgate, Briggate) and named rows (The Maltings).
        Pattern("Street (one word)", r"(?-i:" + _UNIT + _NUMBER + r"(?:[A-Z][a-z]+gate\b|The[ \t][A-Z][a-z]+(?=[,.\n]|$))" + _TOWN + ")", 0.6),
        Pattern("Street (any case)", _UNIT + _NUMBER + r"(?:" + _NOT_A_NAME + r"[a-z][a-z'’-]{2,}[ \t]){1,2}?(?:" + "|".join(STREET_TYPES_STRONG) + r")\b", 0.5),
    ]  # fmt: skip

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(supported_entity="STREET_ADDRESS", patterns=self.PATTERNS, supported_language=supported_language)


def build(entity: Entity, language: str) -> Any:
    """The recognizer of `entity`, answering to `language`, with our context phrases where there are any."""
    from curate.pii import credentials, phone, uk

    ours = next(
        (found for module in (globals(), vars(uk), vars(credentials), vars(phone)) if (found := module.get(entity.recognizer))), None
    )
    cls = ours or getattr(stock, entity.recognizer)
    recognizer = cls(supported_language=language)
    if entity.name in SUPPORT:
        recognizer.context = list(SUPPORT[entity.name])
    return recognizer
