"""Rule `wrong_arithmetic`: a sum that is written out and does not come out.

Sums of numbers are looked at, with one unit or none (`12,50 € + 7,80 € = 20,50 €`), in signs or in words (`17
plus 5 is 23`): `17 × 23 = 381`, `20% of 350 = 75`, and a bare number that answers a prompt which is nothing but
a sum. They are evaluated over fractions by a parser of its own (no `eval`; four operations, powers, brackets; 200
characters). A result counts as right if it is the value rounded or cut to the digits that are shown, read with a
decimal point or a decimal comma. Left alone: what the text itself calls wrong, other bases, remainders, clocks,
equations with letters.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from fractions import Fraction

import polars as pl

from curate.validate.faults.rowwise import judged

_NUMBER = r"[$£€]?\s?\d{1,15}(?:[.,]\d{1,12})*"
_OPERATOR = r"(?:\s*[+*×·÷^]\s*|\s*\*\*\s*|\s+[xX]\s+|\s*[-−–/]\s*)"
_TERM = rf"[(\s]*(?:[-−]\s?)?{_NUMBER}[)\s]*?"
_SUM = rf"{_TERM}(?:{_OPERATOR}{_TERM}){{1,20}}"
# The two sides of an equation; what stands before the left one is looked at in `_stands_alone`.
_EQUATION = re.compile(
    rf"(?P<left>[(]*{_SUM})\s*=\s*(?P<right>(?:[-−]\s?)?{_NUMBER}(?:\s?/\s?\d{{1,6}})?)(?=(?P<after>.{{0,12}}))",
    re.DOTALL,
)
_PERCENT = re.compile(
    rf"(?P<share>\d{{1,4}}(?:[.,]\d{{1,4}})?)\s?%\s+(?:of|von|de|di|van)\s+(?P<whole>{_NUMBER})\s*(?:=|is|are|ist|sind|est|es|è)\s*(?P<right>{_NUMBER})(?=(?P<after>.{{0,12}}))",
    re.DOTALL,
)
_SPELT = (
    (r"\b(?:multiplied by|times|mal|fois|por|per|keer|vezes|razy)\b", "*"),
    (
        r"\b(?:divided by|over|geteilt durch|divisé par|dividido (?:por|entre)|diviso|gedeeld door|podzielić przez)\b",
        "/",
    ),
    (r"\b(?:plus|und|add(?:ed to)?|más|più|mais|dodać)\b", "+"),
    (r"\b(?:minus|less|take away|moins|menos|meno|min)\b", "-"),
    (r"\b(?:to the power of|hoch)\b", "^"),
)
_ASKED = re.compile(
    rf"(?i)^\W*(?:(?:what|how much|calculate|compute|work out|solve|evaluate|find|was|wie ?viel|berechne|combien|calcule|cuánto|calcula|quanto|calcola|hoeveel|bereken|ile)\W*(?:is|are|['’]s|ist|sind|font?|es|fa|ergibt|jest|the value of)?\s*)?(?P<sum>{_SUM})\s*(?:=\s*)?[?=.\s]*$"
)
_BARE = re.compile(
    rf"^\W*(?:(?:the |it |that )?(?:answer|result|total|sum)?\s*(?:is|are|equals|=|:)?\s*)?(?P<right>(?:[-−]\s?)?{_NUMBER})[.!\s]*$",
    re.IGNORECASE,
)
_OTHERWISE = (
    r"(?i)\b(?:wrong|incorrect|mistakes?|error|false|joke|binary|hexadecimal|hex|octal|base|mod|modulo|remainder|"
    r"not|isn['’]t|myth|floating|falsch|fehler|faux|erreur|incorrecto|sbagliato|fout|errado|instead|typo|rest|clock)\b|≠|≡"
)
_ROUGHLY = r"(?i)\b(?:approximately|approx|about|roughly|around|nearly|rund|etwa|ca|circa|environ|casi|cerca|około)\b|≈|~"
# A prompt of other numbers, or of mistakes.
_OTHER_SUMS = r"(?i)\b(?:wrong|incorrect|mistakes?|joke|binary|hexadecimal|hex|octal|base|mod|modulo|remainder|myth|floating|falsch|fehler\w*|faux|erreurs?|incorrect[oa]|sbagliat[oa]|fout\w*|errad[oa]|błąd|błędy)\b|≠|≡"
# A unit behind a number; it goes where all numbers of the sum have the same one, or where it is money.
_MONEY = (
    r"(?:€|£|\$|¥|zł|kr|EUR|USD|GBP|CHF|PLN|SEK|euros?|Euro|dollars?|pounds?|francs?|Franken|złotych|reais)"
)
_UNIT_BEHIND = re.compile(
    rf"(?<=\d)\s?(?P<unit>{_MONEY}|[^\W\d_]{{1,14}})(?=\s*[-+*×·÷/=−–)]|\s+[xX]\s|[.,;!?)]|$)"
)
_UNIT_OF_RESULT = re.compile(rf"=\s*[$£€]?\d[\d.,]*\s?({_MONEY}|[^\W\d_]{{1,14}})")
_SPELT_SUM = re.compile(
    r"(?i)(?<=\d)\s+(?P<sign>plus|minus|times|multiplied by|divided by|mal|geteilt durch|fois|moins|divisé par|por|más|menos|dividido (?:por|entre)|"
    r"più|meno|diviso|keer|gedeeld door|vezes|mais|razy|dodać|odjąć)\s+(?:(?:[^\W\d_]+\s+){1,2}(?=\d))?(?=[$£€]?\d)"
)
_SPELT_EQUALS = re.compile(
    r"(?i)(?P<sum>\d[\d.,]*(?: [-+*/] [$£€]?\d[\d.,]*)+)\s+(?:is|equals?|is equal to|makes?|gives?|comes to|ist|sind|macht|ergibt|ergeben|font|fait|égale?|donne|son|es|igual a|da|fa|sono|fanno|é|são|dá|maakt|to|daje|równa się)\s+(?=[$£€]?\d)"
)
_WORDS_OF_SUMS = r"\d (?i:plus|minus|times|multiplied by|divided by|mal|geteilt|fois|moins|divisé|por|más|menos|dividido|più|meno|diviso|keer|gedeeld|vezes|mais|razy|dodać|odjąć) (?:\p{L}+ ){0,2}[$£€]?\d"
_SIGN_OF = {
    "plus": "+", "más": "+", "più": "+", "mais": "+", "dodać": "+", "minus": "-", "moins": "-", "menos": "-", "meno": "-",
    "odjąć": "-", "divided by": "/", "geteilt durch": "/", "divisé par": "/", "dividido por": "/",
    "dividido entre": "/", "diviso": "/", "gedeeld door": "/",
}  # fmt: skip
# Where one counts in a circle, 22 + 9 is 7.
_CIRCLES = re.compile(
    r"(?i)\b(?:clock|o['’]clock|uhr|zifferblatt|horloge|cadran|reloj|orologio|klok|zegar\w*|relógio|a\.?m|p\.?m|weekdays?|wochentage?|months?|monate?|compass|degrees|grad|midnight|mitternacht|minuit|medianoche)\b"
)
_ROUND = (7, 12, 24, 60, 360)
_LONGEST = 20_000
_LARGEST_POWER = 64
# An answer that is a number alone has fewer characters.
_SHORT = 40


class _NoSum(ValueError):
    """What is written is not a sum that this file evaluates."""


def may_be_sum(field: str) -> pl.Expr:
    """The first gate: a sign or a word that every sum holds, or an answer as short as a number."""
    return (
        pl.col(field).str.contains("[=%]")
        | (pl.col(field).str.len_chars() <= _SHORT)
        | pl.col(field).str.contains(_WORDS_OF_SUMS)
    )


def may_hold_sum(field: str) -> pl.Expr:
    """The second gate: an equation between numbers, or a number that answers a prompt of numbers."""
    text = pl.col(field)
    equation = text.str.contains(
        r"\d[)\s]*(?:\p{L}{1,14}|\p{Sc})?[)\s]*=\s*[-−$£€]?\s?\d|\d\s?%\s+(?:of|von|de|di|van)\s+\S{0,2}\d"
    ) | text.str.contains(_WORDS_OF_SUMS)
    answer = (text.str.len_chars() <= _SHORT) & text.str.contains(r"\d")
    return equation | (
        answer
        & pl.col("input").str.contains(
            r"\d[)\s]*(?:[-+*×·÷/^−–]|\s(?:[xX]|times|plus|minus|mal|divided|multiplied|geteilt|hoch|to the|por|más|menos|fois|moins)\s)"
        )
    )


def _readings(number: str) -> set[Fraction]:
    """What a number may mean: `1,400` and `1.400` are 1400 or 1.4."""
    bare = re.sub(r"[$£€\s]", "", number).replace("−", "-")
    readings = set()
    for thousands, point in ((",", "."), (".", ",")):
        parts = bare.split(point)
        groups = parts[0].split(thousands)
        grouped = all(len(group) == 3 for group in groups[1:]) and len(groups[0].lstrip("-")) <= 3
        if (
            len(parts) <= 2
            and (len(groups) == 1 or grouped)
            and (len(parts) == 1 or thousands not in parts[1])
        ):
            readings.add(Fraction(".".join(["".join(groups), *parts[1:]])))
    if not readings:
        raise _NoSum
    return readings


def _digits(number: str) -> set[Fraction]:
    """The last place that is shown, for each reading of the number."""
    tail = re.search(r"[.,](\d+)$", number)
    places = {Fraction(1)}
    if tail:
        places.add(Fraction(1, 10 ** len(tail[1])))
    return places


class _Parser:
    """Recursive descent over tokens; `comma` says which sign is the decimal one."""

    def __init__(self, text: str, comma: bool) -> None:
        plain = re.sub(r"[$£€]", "", text).replace("**", "^")
        self.tokens = re.findall(r"\d[\d.,]*|[-+*×xX·÷/^()−–]", plain)
        self.comma, self.at = comma, 0

    def value(self) -> Fraction:
        result = self._terms()
        if self.at < len(self.tokens):
            raise _NoSum
        return result

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _terms(self) -> Fraction:
        total = self._factors()
        while self._peek() and self._peek() in "+-−–":
            total = total + self._factors() if self._next() == "+" else total - self._factors()
        return total

    def _factors(self) -> Fraction:
        product = self._power()
        while self._peek() and self._peek() in "*×xX·÷/":
            if self._next() in "÷/":
                divisor = self._power()
                if not divisor:
                    raise _NoSum
                product /= divisor
            else:
                product *= self._power()
        return product

    def _power(self) -> Fraction:
        base = self._atom()
        if self._peek() == "^":
            self._next()
            exponent = self._power()
            if exponent.denominator != 1 or abs(exponent) > _LARGEST_POWER or abs(base) > 10**6 or not base:
                raise _NoSum
            return base ** int(exponent)
        return base

    def _atom(self) -> Fraction:
        token = self._next()
        if token == "(":
            inner = self._terms()
            if self._next() != ")":
                raise _NoSum
            return inner
        if token and token in "-−–":
            return -self._atom()
        if not token or not token[0].isdigit():
            raise _NoSum
        return self._number(token.rstrip(".,"))

    def _number(self, token: str) -> Fraction:
        thousands, point = (".", ",") if self.comma else (",", ".")
        if not re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})*(?:\{point}\d+)?|\d+(?:\{point}\d+)?", token):
            raise _NoSum
        return Fraction(token.replace(thousands, "").replace(point, "."))


def values(text: str) -> set[Fraction]:
    """What a sum may come to, read with a decimal point and with a decimal comma; empty where it is none."""
    found = set()
    for comma in (False, True):
        parser = _Parser(text, comma)
        if len(parser.tokens) > 60:
            return set()
        try:
            found.add(parser.value())
        except (_NoSum, RecursionError):
            continue
    return found


def _comes_out(left: set[Fraction], right: str) -> bool:
    """Whether `right` is one of `left`, rounded or cut to the places that it shows."""
    if "/" in right:
        return bool(left & values(right))
    shown = right.rstrip(".,")
    return any(
        abs(value - number) < place and (place < 1 or abs(value - number) < 1)
        for value in left
        for number in _readings(shown)
        for place in _digits(shown)
        if place == 1 or abs(value - number) < place
        if not (place == 1 and number.denominator > 1)
    )


def _stands_alone(text: str, start: int, left: str) -> bool:
    """Whether a sum is whole: no letter, operator or number of a longer one before it."""
    before = text[max(0, start - 12) : start]
    if re.search(r"[\w)\]%²³°:.,/^√!&#_'\"“-]$", before) or re.search(r"[-+*×·÷/^−–<>≤≥√%|]\s*$", before):
        return False
    # "1 1/2 = 1.5"; "x mod 4 + 1"
    return not (re.search(r"\d\s+$", before) or re.match(r"\d+[-/]\d+[-/]\d+", left.strip()))


def _in_signs(text: str) -> str:
    """Sums in words as signs, and without the units that all numbers of a line's sum share."""
    said = _SPELT_SUM.search(text)
    if said:
        text = _SPELT_SUM.sub(lambda match: f" {_SIGN_OF.get(match['sign'].lower(), '*')} ", text)
        text = _SPELT_EQUALS.sub(r"\g<sum> = ", text)
    parts = re.split(r"(\n|[;:]\s|[.!?]\s)", text)
    return "".join(_without_units(part) for part in parts)


def _without_units(part: str) -> str:
    """A part of a text, and if it is a sum of one unit, without that."""
    if "=" not in part:
        return part
    units = {match["unit"] for match in _UNIT_BEHIND.finditer(part)} - {"x", "X"}
    money = {unit for unit in units if re.fullmatch(_MONEY, unit)}
    if len(units - money) > 1 or (len(money) > 1) or (units - money and money):
        return part
    results = {unit.rstrip("s.") for unit in _UNIT_OF_RESULT.findall(part)}
    if not results <= {unit.rstrip("s.") for unit in units} and units:
        return part
    return _UNIT_BEHIND.sub(lambda match: match[0] if match["unit"] in "xX" else "", part)


def wrong(prompt: str, answer: str) -> int:
    """How many sums of `answer` do not come out."""
    text = answer[:_LONGEST]
    if "==" in text or re.search(_OTHER_SUMS, prompt[:2_000]):
        return 0
    said, text = text, _in_signs(text)
    circle = bool(_CIRCLES.search(said) or _CIRCLES.search(prompt[:2_000]))
    faults = 0
    for match in _EQUATION.finditer(text):
        left = match["left"]
        start = match.start() + len(left) - len(left.lstrip())
        if not _stands_alone(text, start, left) or _excused(text, match):
            continue
        faults += _fails(values(left), match["right"], circle=circle)
    for match in _PERCENT.finditer(text):
        if not _excused(text, match):
            whole = values(match["whole"])
            shares = {part * number / 100 for part in values(match["share"]) for number in whole}
            faults += _fails(shares, match["right"])
    return faults or _bare_answer(prompt, text)


def _fails(left: set[Fraction], right: str, *, circle: bool = False) -> int:
    try:
        if circle and any(
            (value - number) % way == 0 for value in left for number in _readings(right) for way in _ROUND
        ):
            return 0
        return int(bool(left) and not _comes_out(left, right))
    except (_NoSum, ValueError):
        return 0


def _excused(text: str, match: re.Match[str]) -> bool:
    sentence = text[max(0, match.start() - 60) : match.end() + 60]
    # "= 12 x", "= 5y", "= 1e9", "= 12:30", "= 4 R 2", "= 3 × 4": not the end of a sum
    goes_on = re.match(r"\s*[-+*×·÷/^:%²³!]|\s?[xXyzeRr]\b|\d", match["after"])
    near = text[max(0, match.start() - 20) : match.end() + 12]
    return bool(re.search(_OTHERWISE, sentence) or re.search(_ROUGHLY, near) or goes_on)


def _bare_answer(prompt: str, answer: str) -> int:
    """A number that answers a prompt which is a sum."""
    if len(prompt) > 200 or not (given := _BARE.match(answer)):
        return 0
    asked = prompt.strip()
    for words, sign in _SPELT:
        asked = re.sub(words, sign, asked, flags=re.IGNORECASE)
    match = _ASKED.match(asked)
    if not match or not re.search(r"[+*×·÷^−–]|\s[-/xX]\s|/", match["sum"]):
        return 0
    return _fails(values(match["sum"]), given["right"])


def wrong_arithmetic(field: str) -> pl.Expr:
    """How many sums of the field do not come out."""
    return judged(field, wrong)
