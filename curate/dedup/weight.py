"""What weighs more than letters: the numbers, dates and negations of a text.

"A table for the 17th of September" and "... the 27th of September" share nearly all their shingles and ask
for different things. Two texts however alike in their letters are apart if what weighs in them differs: the
sequence of their numbers (digits, number words, days and months), or how many negations they hold.

Words are listed for the eight languages that the scan knows besides patterns; a word that is missing costs a
row that might have stayed, never one that is wrong. Cost: one pass of a regular expression over texts of the
kinds that need it.
"""

from __future__ import annotations

import polars as pl

# Numbers as words, days, months and what says when, without articles ("un", "eine"), which say nothing.
_NUMBERS = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
half quarter dozen double first third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth today
tonight tomorrow yesterday morning noon afternoon evening midnight midday am pm monday tuesday wednesday
thursday friday saturday sunday january february march april june july august september october november
december jan feb mar apr jun jul aug sep sept oct nov dec zwei drei vier fünf sechs sieben acht neun zehn
elf zwölf zwanzig hundert tausend heute morgen gestern montag dienstag mittwoch donnerstag freitag samstag
sonntag januar februar märz mai juni juli oktober dezember deux trois quatre cinq sept huit neuf dix onze
douze vingt cent mille demain hier aujourdhui lundi mardi mercredi jeudi vendredi samedi dimanche janvier
février mars avril juin juillet août septembre octobre novembre décembre dos tres cuatro cinco seis siete
ocho nueve diez veinte cien mil hoy mañana ayer lunes martes miércoles jueves viernes sábado domingo enero
febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre due tre quattro cinque
sei sette otto nove dieci venti cento oggi domani ieri lunedì martedì mercoledì giovedì venerdì sabato
domenica gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre twee drie vijf zes zeven
negen tien elf twaalf twintig honderd duizend vandaag gisteren maandag dinsdag woensdag donderdag vrijdag
zaterdag zondag januari februari maart mei augustus dois duas três quatro oito dez vinte hoje amanhã ontem
segunda terça quarta quinta sexta janeiro fevereiro março maio junho julho setembro outubro dezembro dwa
trzy cztery pięć sześć siedem osiem dziewięć dziesięć sto tysiąc dziś dzisiaj jutro wczoraj poniedziałek
wtorek środa czwartek piątek sobota niedziela
"""

# As folded: without apostrophes.
_NEGATIONS = """
no not never none nothing nobody nowhere neither nor without cannot dont doesnt didnt isnt arent wasnt
werent cant couldnt wont wouldnt shouldnt mustnt neednt havent hasnt hadnt aint shant nicht kein keine
keinen keinem keiner nie niemals ohne nichts ne pas jamais sans aucun aucune rien non nunca jamás sin ningún
ninguna ninguno nada mai senza nessun nessuna nessuno niente niet geen nooit zonder niets não nem sem nenhum
nenhuma nie nigdy bez żaden
"""

# A run that holds a digit, with the signs inside it: 17th, 3.50, 12/09/2024, AB-12.
_DIGITS = r"[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*(?:[.,:/\-][\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*)*"


def _any_of(words: str) -> str:
    """A pattern of any of `words`, the longest first."""
    return rf"\b(?:{'|'.join(sorted(set(words.split()), key=lambda word: (-len(word), word)))})\b"


_NUMBER_WORD = _any_of(_NUMBERS)
_WEIGHTY = f"{_DIGITS}|{_NUMBER_WORD}"
_NEGATION = _any_of(_NEGATIONS)


def weighed(folded: pl.Series, *, negations_only: bool = False) -> pl.Series:
    """What weighs in each folded text, as one String: equal for two texts that may be twins, another for two
    that are apart.
    """
    negations = _negations(folded).cast(pl.String)
    if negations_only:
        return negations
    numbers = pl.repeat("", len(folded), dtype=pl.String, eager=True)
    # Most texts hold no digit, and what a run with one may be takes most of the time.
    has_digit = folded.str.contains(r"\p{N}")
    if has_digit.any():
        some = _times(folded.filter(has_digit))
        numbers = numbers.scatter(has_digit.arg_true(), some.str.extract_all(_WEIGHTY).list.join(" "))
    if not has_digit.all():
        words = folded.filter(~has_digit).str.extract_all(_NUMBER_WORD).list.join(" ")
        numbers = numbers.scatter((~has_digit).arg_true(), words)
    return pl.select(pl.concat_str(numbers, negations, separator="\x1f")).to_series()


def _times(folded: pl.Series) -> pl.Series:
    """Times of day in one form: "6:45pm", "6.45 pm" and "06:45 p.m." are "6:45 pm", "7:00 pm" is "7 pm",
    "at 4.30" is "at 4:30".
    """
    return (
        folded.str.replace_all(r"(\d) ?([ap])\.?m\b", "${1} ${2}m")
        .str.replace_all(r"\b0?(\d{1,2})[.:](\d{2}) ([ap]m)\b", "${1}:${2} ${3}")
        .str.replace_all(r":00 ([ap]m)\b", " ${1}")
        .str.replace_all(r"\b0(\d [ap]m)\b", "${1}")
        .str.replace_all(r"\b(at|by|until|till|around) 0?(\d{1,2})\.([0-5]\d)\b", "${1} ${2}:${3}")
    )


def _negations(folded: pl.Series) -> pl.Series:
    """How many negations each text holds, without a "no" before or behind a sentence that denies by itself
    ("No, that is not right").
    """
    count = folded.str.count_matches(_NEGATION)
    edge = (folded.str.starts_with("no") | folded.str.contains(r"no[^\p{L}\p{N}]*$")).arg_true()
    if not len(edge):
        return count
    text = folded.gather(edge)
    rest = text.str.replace(r"^no\b[^\p{L}\p{N}]+", "").str.replace(r"[^\p{L}\p{N}]+no[^\p{L}\p{N}]*$", "")
    denies = rest.str.contains(_NEGATION) | rest.str.contains(r"\b(?:incorrect|wrong)\b")
    return count.scatter(edge.filter(denies), rest.filter(denies).str.count_matches(_NEGATION))
