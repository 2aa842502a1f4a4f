"""Rule `unit_slip`: an amount is said twice, in two units, and the two do not agree.

`42.2 km (about 62 miles)`, `3 kg = 300 g`, `150 minutes (1.5 hours)`. Only two amounts of one dimension that
are put side by side as the same are compared: in brackets with nothing else, with an equals sign, or with "is",
"are", "that is". The tolerance is 12 %, what rounding to one digit and "about" cost in the sample, and 25 %
behind a word such as "about". A gallon, a pint, a ton and a megabyte may be any of theirs.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re

import polars as pl

from curate.validate.faults.rowwise import judged

# Unit -> dimension and sizes in its base unit (SI, NIST SP 811; several where a word has several).
_TABLE: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    ("length", "mm|millimet(?:er|re)s?|millimètres?|milímetros?|millimetri", (0.001,)),
    ("length", "cm|centimet(?:er|re)s?|zentimeter|centimètres?|centímetros?|centimetri", (0.01,)),
    ("length", "m|met(?:er|re)s?|mètres?|metros?|metri|metr(?:y|ów)?", (1.0,)),
    (
        "length",
        "km|kms|kilomet(?:er|re)s?|kilomètres?|kilómetros?|quil[óô]metros?|chilometri|kilometr(?:y|ów)?",
        (1000.0,),
    ),
    ("length", "in|inch(?:es)?|zoll|pouces?|pulgadas?|polegadas?|pollici|cali|″", (0.0254,)),
    ("length", "ft|foot|feet|fuß|pieds?|pies|piedi|pés|voet|stóp", (0.3048,)),
    ("length", "yd|yds|yards?", (0.9144,)),
    ("length", "mi|miles?|meilen?|millas?|miglia|milhas?|mijl(?:en)?|mil", (1609.344, 1852.0)),
    ("mass", "mg|milligrams?|milligramm", (0.000001,)),
    ("mass", "g|gr|grams?|grammes?|gramm|gramos?|grammi", (0.001,)),
    ("mass", "kg|kgs|kilos?|kilograms?|kilogrammes?|kilogramm|kilogramos?|chili", (1.0,)),
    ("mass", "lbs?|pounds?|pfund|livres?|libras?|libbre|pond|funt(?:y|ów)?", (0.45359237, 0.5)),
    ("mass", "oz|ounces?|unzen?|onces?|onzas?|onças?", (0.028349523,)),
    ("mass", "mcg|µg|μg|micrograms?|mikrogramm", (1e-9,)),
    ("mass", "st|stones?", (6.35029318,)),
    ("mass", "tons?|tonnes?|tonnen?|toneladas?", (1000.0, 907.18474, 1016.0469)),
    ("volume", "ml|millilit(?:er|re)s?", (0.001,)),
    ("volume", "cl|centilit(?:er|re)s?", (0.01,)),
    ("volume", "l|lit(?:er|re)s?|litros?|litri", (1.0,)),
    ("volume", "dl|decilit(?:er|re)s?|deziliter", (0.1,)),
    ("volume", "tsps?|teaspoons?", (0.00492892, 0.005)),
    ("volume", "tbsps?|tablespoons?", (0.0147868, 0.015, 0.0177582)),
    ("volume", "quarts?|qt", (0.946352946, 1.1365225)),
    ("volume", "gal|gallons?", (3.785411784, 4.54609)),
    ("volume", "pints?", (0.473176473, 0.56826125)),
    ("volume", "cups?", (0.2365882365, 0.25)),
    ("volume", "fl\\.? ?oz|fluid ounces?", (0.0295735296, 0.0284130625)),
    ("area", "m²|m2|sq\\.? ?m|square met(?:er|re)s?|quadratmeter", (1.0,)),
    ("area", "km²|km2|square kilomet(?:er|re)s?|quadratkilometer", (1e6,)),
    ("area", "sq\\.? ?ft|ft²|square feet|square foot", (0.09290304,)),
    ("area", "sq\\.? ?mi|square miles?", (2589988.11,)),
    ("area", "ha|hectares?|hektar", (10000.0,)),
    ("area", "acres?", (4046.8564224,)),
    ("speed", "km/h|kph|kmh|kilomet(?:er|re)s? per hour|kilometers? an hour", (1 / 3.6,)),
    ("speed", "mph|miles per hour|miles an hour", (0.44704,)),
    ("speed", "m/s|met(?:er|re)s? per second", (1.0,)),
    ("speed", "knots?|kn", (0.514444,)),
    ("time", "s|sec|secs|seconds?|sekunden?|secondes?|segundos?|secondi", (1.0,)),
    ("time", "min|mins|minutes?|minuten?|minutos?|minuti|minut[ay]?", (60.0,)),
    ("time", "h|hrs?|hours?|stunden?|heures?|horas?|ore|uur|uren|godzin[ay]?", (3600.0,)),
    ("time", "days?|tage?n?|jours?|días?|giorni|dias?|dagen|dni", (86400.0,)),
    ("time", "weeks?|wochen?|semaines?|semanas?|settimane|weken|tygodni[ea]?", (604800.0,)),
    ("time", "months?|monate?n?|mois|meses|mes|mesi|mese|maanden|miesięcy|miesiące", (2629746.0, 2592000.0)),
    ("time", "years?|jahre?n?|ans|années?|años?|anni|anno|anos?|jaar|lata?", (31556952.0,)),
    ("energy", "kcal|kilocalories|calories", (4184.0,)),
    ("energy", "kj|kilojoules?", (1000.0,)),
    ("power", "kw|kilowatts?", (1000.0,)),
    ("power", "hp|bhp|horsepower|ps|cv", (745.7, 735.49875)),
    ("data", "kb|kilobytes?", (1e3, 1024.0)),
    ("data", "bytes?", (1.0,)),
    ("data", "mb|megabytes?", (1e6, 1024.0**2)),
    ("data", "gb|gigabytes?", (1e9, 1024.0**3)),
    ("data", "tb|terabytes?", (1e12, 1024.0**4)),
    ("pressure", "bar", (1.0,)),
    ("pressure", "psi", (0.0689476,)),
    ("pressure", "kpa", (0.01,)),
    ("pressure", "hpa|mbar", (0.001,)),
    ("pressure", "mmhg", (0.00133322,)),
    ("temperature", "°\\s?c|degrees celsius|grad celsius|celsius", (0.0,)),
    ("temperature", "°\\s?f|degrees fahrenheit|grad fahrenheit|fahrenheit", (1.0,)),
)
_UNITS = "|".join(names for _, names, _ in sorted(_TABLE, key=lambda row: -len(row[1])))
_PATTERNS = tuple(
    (re.compile(rf"(?:{names})\.?", re.IGNORECASE), dimension, sizes) for dimension, names, sizes in _TABLE
)
_NUMBER = r"\d{1,3}(?:[,.]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_ABOUT = (
    r"(?:about|approximately|approx\.?|around|roughly|some|nearly|almost|over|just over|just under|under|"
    r"a little (?:over|under)|more or less|etwa|ca\.?|circa|rund|environ|unos|unas|cerca de|około|ongeveer|prawie|c\.|~|≈)\s*"
)


def _amount(which: str) -> str:
    """A number and its unit, and a smaller one ("4 ft 2 in")."""
    return (
        rf"(?P<number{which}>{_NUMBER})\s?-?(?P<unit{which}>{_UNITS})"
        rf"(?:\s(?P<more{which}>\d{{1,2}})\s?(?P<part{which}>in|inch(?:es)?|oz|lbs?|min|minutes?))?"
    )


_BRACKETED = rf"\(\s*(?:=|or|i\.e\.,?|that is,?|equal to)?\s*(?P<about1>{_ABOUT})?{_amount('1')}\s*\)"
_SAID = (
    r"(?:\s*[=≈]\s*|,?\s+(?:is|are|equals?|is equal to|makes|that is|i\.e\.|also|das sind|das heißt|ist|sind|"
    r"entspr(?:icht|echen)|font|fait|son|equivalen? a|sono|(?:which|that) (?:is|comes to|makes|equals)|that['’]s|corresponds? to|works out (?:at|as)|das sind|was (?:etwa )?entspricht|soit|c['’]est-à-dire|ce qui fait|es decir|o sea|lo que equivale a|cioè|ossia|ovvero|pari a|oftewel|dat is|ofwel|ou seja|isto é|o que equivale a|czyli|to jest)\s+|\s?/\s?|,?\s+(?:or|oder|ou|o|of|lub)\s+(?=(?:about|approximately|approx|around|roughly|nearly|etwa|ca|circa|rund|environ|unos|unas|cerca|około|ongeveer|just)))"
    rf"(?P<about2>{_ABOUT})?{_amount('2')}(?![\w/²])"
)
_PAIR = re.compile(rf"(?<![\w.,/-]){_amount('0')}(?:\s*{_BRACKETED}|{_SAID})", re.IGNORECASE)
# A slip that the text itself calls one; in brackets "more than 4 kg (88 lb)" is still the same amount.
_CALLED_WRONG = r"(?i)\b(?:wrong|incorrect|mistakes?|error|falsch|fehler|faux|joke|myth|scale|instead of)\b"
_OTHERWISE = (
    r"(?i)\b(?:wrong|incorrect|mistakes?|error|instead|not|isn['’]t|falsch|fehler|faux|joke|myth|longer|shorter|more than|less than|heavier|lighter|difference|scale|per|each|"
    r"away|apart|wide|thick|later)\b"
)
_CHANGE = r"(?i)\b(?:by|difference|warm(?:er|ed|ing)|cool(?:er|ed|ing)|colder|hotter|rise|rose|rises|fell|falls?|drop(?:s|ped)?|increase[sd]?|decrease[sd]?|within|um|de plus|swing|range)\b"
# Degrees Fahrenheit that rounding a temperature to whole degrees may cost.
_DEGREES = 2.5
_TOLERANCE, _LOOSE = 0.12, 0.25
_LONGEST = 20_000


def may_hold_unit(field: str) -> pl.Expr:
    """The first gate: a number and a unit."""
    return pl.col(field).str.contains(rf"(?i)\d\s?-?(?:{_UNITS})\b")


def may_hold_two_units(field: str) -> pl.Expr:
    """The second gate: an amount with an amount in brackets or on the other side of "=" or "is"."""
    return pl.col(field).str.contains(
        r"\d\s?-?[a-zA-Z°²/., ]{1,24}(?:\(|=|≈|/|\b(?:is|are|also|ist|sind|equals?|entspr\w+|das|was|fait|font|son|sono|makes|that|which|corresponds?|works|soit|ce|c['’]est|es|sea|lo|equivale\w*|cioè|ossia|ovvero|pari|oftewel|dat|ofwel|ou|isto|o|czyli|to|or|oder|of|lub|i\.e)\b)[^\d\n]{0,24}\d"
    )


def _unit(word: str) -> tuple[str, tuple[float, ...]] | None:
    for pattern, dimension, sizes in _PATTERNS:
        if pattern.fullmatch(word):
            return dimension, sizes
    return None


def _number(text: str) -> list[float]:
    """What a number may mean, with a decimal point and with a decimal comma."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        comma = [float(text.replace(",", ""))]
        return comma + ([float(text.replace(",", "."))] if text.count(",") == 1 and "." not in text else [])
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text):
        dot = [float(text.replace(".", "").replace(",", "."))]
        return dot + ([float(text)] if text.count(".") == 1 and "," not in text else [])
    return [float(text.replace(",", "."))]


def _amounts(match: re.Match[str], which: str) -> tuple[str, str, list[float]] | None:
    """Dimension, unit, and the sizes that an amount may have in the base unit."""
    known = _unit(match[f"unit{which}"])
    if not known:
        return None
    dimension, sizes = known
    numbers = _number(match[f"number{which}"])
    if dimension == "temperature":
        return dimension, "f" if sizes[0] else "c", numbers
    values = [number * size for number in numbers for size in sizes]
    more, part = match[f"more{which}"], _unit(match[f"part{which}"] or "")
    if more and part and part[0] == dimension:
        values = [value + float(more) * part[1][0] for value in values]
    return dimension, match[f"unit{which}"].lower().rstrip("s."), values


def _agree(first: list[float], second: list[float], tolerance: float) -> bool:
    return any(abs(a - b) <= tolerance * max(abs(a), abs(b)) for a in first for b in second)


def _same_heat(
    first: tuple[str, str, list[float]], second: tuple[str, str, list[float]], change: bool
) -> bool:
    """Whether two temperatures, or with `change` two differences of temperature, agree to 2.5 °F."""
    celsius, fahrenheit = (first[2], second[2]) if first[1] == "c" else (second[2], first[2])
    readings = [(c * 1.8 + 32 - f, -c * 1.8 + 32 - f, c * 1.8 - f) for c in celsius for f in fahrenheit]
    considered = 3 if change else 2
    return any(abs(off) <= _DEGREES for reading in readings for off in reading[:considered])


def slips(_prompt: str, answer: str) -> int:
    """How many amounts of `answer` do not agree with themselves in another unit."""
    text, faults = answer[:_LONGEST], 0
    for match in _PAIR.finditer(text):
        if re.search(
            _CALLED_WRONG if match["number1"] else _OTHERWISE,
            text[max(0, match.start() - 40) : match.end() + 40],
        ):
            continue
        first = _amounts(match, "0")
        second = _amounts(match, "1" if match["number1"] else "2")
        if not first or not second or first[0] != second[0] or first[1] == second[1]:
            continue
        if first[0] == "temperature":
            change = re.search(_CHANGE, text[max(0, match.start() - 60) : match.end() + 30])
            faults += not _same_heat(first, second, bool(change))
            continue
        loose = match["about1"] or match["about2"] or "≈" in match[0]
        faults += not _agree(first[2], second[2], _LOOSE if loose else _TOLERANCE)
    return faults


def unit_slip(field: str) -> pl.Expr:
    """How many amounts of the field do not agree with themselves in another unit."""
    return judged(field, slips)
