"""Where people live: UK postcodes, UK and US street addresses."""

# ruff: noqa: SIM905, RUF012, E501 (word lists and regexes read better whole; PATTERNS is mutable in
# Presidio's form)

from __future__ import annotations

from typing import Any

import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
from presidio_analyzer import Pattern, PatternRecognizer

from curate.pii.detect.catalogue import STREET_TYPES, STREET_TYPES_STRONG

# The 121 postcode areas of the UK, with those of the Crown dependencies (Royal Mail, Postcode Address File).
POSTCODE_AREAS = frozenset(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH "
    "EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV "
    "JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH "
    "RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN "
    "TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE".split()
)


# Areas with a district 0 (BL0, SL0, ...): elsewhere, as in "RM0 1WF", it is not a postcode.
_AREA, _ZERO_DISTRICT = regex.compile("[A-Za-z]{1,2}"), regex.compile("[A-Za-z]{1,2}0")
# A code goes on where a postcode ends: "W12 7RJ-3".
_CODE_AROUND = regex.compile(r"\d[A-Za-z]{2}[-/]\d|\d[-/][A-Za-z]{1,2}\d")
_ZERO_DISTRICTS = frozenset("BL BS CM CR FY HA PR SL SS".split())


class AreaPostcodeRecognizer(stock.UkPostcodeRecognizer):  # type: ignore[misc]
    """The stock one gives every postcode 0.1. Here one in an area that exists scores by how much it looks
    like one.

    Capitals and a space 0.5; only one of the two, in a two-letter area, 0.45 ("wa4 5uf", "LA92AX"), and so
    one with a space that is the whole text, as an answer is ("n2w 0jj"); the rest, and districts that do not
    exist ("RM0 1WF"), 0.1, which needs context. "ip4 8gb" and "se1 2nd" are not postcodes in lower case.
    """

    _UNITS = frozenset({"GB", "TB", "ST", "ND", "RD", "TH", "PX", "FT", "LB"})

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results in areas that exist, scored by form."""
        results = []
        for result in super().analyze(text, entities, nlp_artifacts, regex_flags):
            code = text[result.start : result.end]
            area = _AREA.match(code)
            if _CODE_AROUND.search(text, max(result.start - 2, 0), result.end + 2):
                continue
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


class StreetAddressRecognizer(PatternRecognizer):  # type: ignore[misc]
    """A house number, a street's name and a word that ends one, with the town after a comma where there is
    one.

    Names are read in capitals as people write them, or in lower case where the last word is plain ("14 albert
    road"). A street without a number is a place and not an address. In lower case the name has one or two
    words, none of them a word that follows a plain number ("3 days on the road").
    """

    _UNIT = r"(?:\b(?:Flat|Apt\.?|Apartment|Unit|Suite|Room)[ \t]\d{1,4}[A-Z]?,?[ \t])?"
    _NUMBER = r"\b\d{1,5}[A-Za-z]?(?:[ \t]?[-–/][ \t]?\d{1,4}[A-Za-z]?)?,?[ \t]"
    _NOT_A_NAME = (
        r"(?!(?:days?|weeks?|months?|years?|hours?|hrs?|mins?|minutes?|miles?|times?|items?|orders?|parcels?|people|pounds|of|the|on|in|at|to|from|and|or|for|by|a|an|my|"
        r"is|are|was|were|more|different|other|wide|way|main|per|percent|off|am|pm|cars?|lanes?|th|st|nd|rd|x)\b)"
    )
    # A capitalised word or two after the comma, closed by a mark, a line's end or a postcode, and not the
    # next sentence.
    _TOWN = (
        r"(?:,[ "
        r"\t](?!(?:Thanks?|Thx|Please|Pls|Regards|Cheers|Kind|Best|Many|Order|My|The|This|That|It|I|We|You|And|But|Could|Can|Is|Not|No|Yes|Hi|Hello|Dear"
        r"|When|Where|Why|How|What|Who|If|They|He|She|Your|Our|His|Her|There|Now|Then|Still|Just|Also|After|Before|Since|As|At|In|On|For|From|To|So|Or)\b)"
        r"[A-Z][a-z'’]+(?:[ -][A-Z][a-z'’]+){0,2}(?=[ \t]*(?:[,.;:!?)\n]|$|[A-Za-z]{1,2}\d)|[ \t]+[a-z]))?"
    )
    # A US address ends with its town, state and ZIP code; a direction and a flat may stand before them (USPS
    # Publication 28).
    _US_TOWN = (
        r"(?:[ \t](?:NE|NW|SE|SW|N|S|E|W)\b\.?)?(?:,?[ \t](?:(?:Apt|Apartment|Suite|Ste|Unit)\.?[ "
        r"\t]#?|#[ \t]?)\w{1,5})?(?:,[ \t]?|[ \t])[A-Z][a-z'’]+(?:[ -][A-Z][a-z'’]+){0,2},?"
        r"[ "
        r"\t](?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])[ "
        r""
        r""
        r"\t]\d{5}(?:-\d{4})?\b"
    )
    _CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆ][\w'’-]{1,30}"
    # A postcode and a town behind a street elsewhere.
    _ABROAD = (
        r"(?:,?[ \t](?:[A-Z]{1,2}-)?(?:\d{4,5}(?:-\d{3})?|\d{2}-\d{3})(?:[ \t][A-Z]{2}\b)?[ \t]"
        rf"{_CAPITAL}(?:[ -]{_CAPITAL}){{0,2}})?"
    )
    _OF = r"(?:(?:de|del|della|delle|di|du|des|d[oa]s?|la|las|los|le|les|e|y)[ \t]|[ld][’'])"
    _LONG_NAME = rf"{_OF}{{0,3}}{_CAPITAL}(?:[ \t]{_OF}{{0,2}}{_CAPITAL}){{0,3}}"
    _TYPES = "|".join(word.capitalize() for word in STREET_TYPES)
    PATTERNS = [
        Pattern(
            "Street (capitalised)",
            r"(?-i:"
            + _UNIT
            + _NUMBER
            + r"(?:(?:[A-Z][\w'’.-]*|of|the|St\.?|\d{1,3}(?:st|nd|rd|th))[ \t]){1,4}?(?:"
            + _TYPES
            + r")\b\.?(?:"
            + _US_TOWN
            + "|"
            + _TOWN
            + "))",
            0.7,
        ),
        # One-word names of the old towns (Northgate, Briggate) and named rows (The Maltings).
        Pattern(
            "Street (one word)",
            r"(?-i:"
            + _UNIT
            + r"\b\d{1,5}[A-Za-z]?(?:[ \t]?[-–/][ \t]?\d{1,4}[A-Za-z]?)?[ \t]"
            + r"(?:(?!(?:Har|Mar|Rams|Rei)gate)[A-Z][a-z]+gate\b|The[ \t][A-Z][a-z]+(?=[,.\n]|$))"
            + _TOWN
            + ")",
            0.6,
        ),
        # Rose Cottage, Mill Lane: a house without a number
        Pattern(
            "Street (named house)",
            rf"(?-i:\b(?:The[ \t])?(?:{_CAPITAL}[ \t]){{0,2}}(?:Cottage|House|Rectory|Farm|Lodge|Barn|Vicarage|Villa|Manor"
            rf"|Bungalow|Grange),[ \t](?:{_CAPITAL}[ \t]){{1,3}}?(?:Lane|Road|Street|Avenue|Close|Drive|Way|Hill|Row|Green)\b"
            + _TOWN
            + ")",
            0.6,
        ),
        Pattern(
            "Street (estate)",
            rf"(?-i:\b(?i:unit)[ \t]\w{{1,4}},?[ \t](?:{_CAPITAL}[ \t]){{1,3}}?(?:Industrial|Trading|Business|Retail|Enterprise"
            r"|Science|Technology)[ \t](?:Estate|Park|Centre)\b" + _TOWN + ")",
            0.6,
        ),
        # Musterweg 14, 50667 Köln; 12 Hauptstraße; Keizersgracht 123
        Pattern(
            "Street (abroad, kind last)",
            rf"(?-i:\b(?:{_CAPITAL}?(?:weg|gasse|platz|allee|damm|laan|plein|singel|straat|gracht|str\.|stra(?:ß|ss)e)"
            rf"|{_CAPITAL}[ -](?:Stra(?:ß|ss)e|Str\.))[ \t]\d{{1,4}}[ \t]?[a-z]?\b"
            rf"|\b\d{{1,4}}[a-z]?[ \t]{_CAPITAL}?(?:stra(?:ß|ss)e|straat|gracht)\b)(?-i:{_ABROAD})",
            0.6,
        ),
        Pattern(
            "Street (abroad, number first)",
            r"(?-i:\b\d{1,4}(?:[ \t]?(?:bis|ter))?,?[ \t](?:rue|impasse|chemin|quai|allée|(?:avenue|boulevard|place|cours|route)"
            rf"(?=[ \t](?:de|du|des|d[’'])\b))[ \t]{_LONG_NAME}{_ABROAD})",
            0.6,
        ),
        Pattern(
            "Street (abroad, kind first)",
            rf"(?-i:\b(?:(?:Calle|C/|Avenida|Avda\.?|Paseo|Carrer|Viale|Piazza|Corso|Rua|Travessa|Praça|ul\.)[ \t]?{_LONG_NAME},?"
            rf"[ \t](?:n\.?[ \t]?[º°o]\.?[ \t]?)?\d{{1,4}}(?:/\d{{1,4}})?\b(?:,[ \t]\d{{1,2}}[º°](?:[ \t]?[A-Z]\b)?)?{_ABROAD}"
            rf"|Via[ \t]{_LONG_NAME},?[ \t]\d{{1,4}}(?=,?[ \t]\d{{5}}\b){_ABROAD}))",
            0.6,
        ),
        Pattern(
            "Street (numbered)",
            r"\b\d{1,5}[ \t](?:(?:north|south|east|west|[nsew])\.?[ \t])?\d{1,3}(?:st|nd|rd|th)[ \t](?:street|st|avenue|ave)\b",
            0.5,
        ),
        Pattern("Post office box", r"\bp\.?[ \t]?o\.?[ \t]box[ \t]\d{1,6}\b", 0.6),
        Pattern(
            "Street (any case)",
            r"\b(?=\d|flat|apt|apartment|unit|suite|room)"
            + _UNIT
            + _NUMBER
            + r"(?:"
            + _NOT_A_NAME
            + r"[a-z][a-z'’-]{2,}[ \t]){1,2}?(?:"
            + "|".join(STREET_TYPES_STRONG)
            + r")\b",
            0.5,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="STREET_ADDRESS", patterns=self.PATTERNS, supported_language=supported_language
        )
