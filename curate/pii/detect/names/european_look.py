"""A second look at names in German, French, Spanish, Italian, Dutch, Portuguese and Polish.

The second tagger was taught on sentences of work; on other text it takes words for names that lists of names
hold too (`Bo`, `Luz`, `Ale`), and it misses names that its lists hold. So a word of the language that it
took for a name goes where it is written as a word: in lower case, or with the capital that begins a sentence.
And a first name that the lists hold is a finding where it is written as a name: with a capital within a
sentence (not in German, whose nouns have one), or under a title. What a title or a greeting stands before
keeps its score.

Cost: a few look-ups for each name and each capitalised word.
"""

# ruff: noqa: E501, SIM905 (word lists read better as words; a long list in a regex is read in a row)

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path

from curate.pii.detect.names import european_signs as signs
from curate.pii.detect.names.acting import is_famous, is_thing
from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`
# What a first name scores that lists alone vouch for: reported, not acted on.
LISTED = 0.5
# What a name scores at least that a title, a relation or an introduction stands before.
CALLED = 0.6
_WORD = re.compile(r"[^\W\d_][\w'’]*")
# A sentence or a line begins here, or a quotation, a list's item, what a speaker says.
_OPENS = re.compile(r"(?:^|[.!?…:;>\n]\s*|[-–—*]\s+)[\"'“”„«»¿¡(\[]*\s*$|[\"“„«(\[]\s*$")
_TITLE = re.compile(
    r"\b(?:herrn?|frau|hr|fr|dr|prof|familie|schwester|kolleg(?:e|in)|lieber?|hallo|sehr geehrter?"
    r"|m|mme|mlle|monsieur|madame|mademoiselle|maître|docteur|chère?|bonjour|salut"
    r"|sr|sra|srta|señor|señora|señorita|don|doña|d|dña|estimad[oa]|querid[oa]|hola"
    r"|sig|signor|signora|signorina|dott|dottor|dottoressa|avv|ing|gentile|car[oa]|egregio|ciao"
    r"|dhr|mevr|mw|heer|mevrouw|meneer|beste|geachte|hoi|dag"
    r"|senhor|senhora|dona|exm[oa]|car[oa]|prezad[oa]|olá|oi"
    r"|pan|pani|pana|panu|panem|panią|panie|państwo|inż|mgr|ks|drog[ia]|szanowny|szanowna|cześć|hej)\.?\s+$",
    re.IGNORECASE,
)
# A street or a school bears a name, and nobody is meant.
_STREET = re.compile(
    r"\b(?:rue|avenue|boulevard|place|quai|allée|square|lycée|calle|avenida|plaza|paseo|via|viale|corso|piazza|largo|rua"
    r"|travessa|praça|ul|ulica|ulicy|ulicę|plac|placu|aleja|alei|al|os|rondo|straat|plein|laan|colegio|instituto|scuola|liceo"
    r"|escola|szkoła|szkole|hotel|bar|san|santa|são|saint|sainte|sint|święt(?:y|ego|a|ej))\.? (?:\w+ )?$",
    re.IGNORECASE,
)
# Places stand behind these as well as persons.
_WHERE = re.compile(
    r"\b(?:in|en|em|a|à|au|de|do|da|di|del|della|du|dal|von|van|naar|te|uit|w|we|z|ze|na|od|nel|nella|no|na|per|por)\s+$",
    re.IGNORECASE,
)
# Cases of Polish names, folded: what ends the name, in place of what.
_POLISH = (
    ("iem", ""), ("iem", "i"), ("em", ""), ("owi", ""), ("ka", "ek"), ("kowi", "ek"), ("kiem", "ek"), ("ku", "ek"), ("ie", "a"),
    ("ie", ""), ("a", ""), ("a", "o"), ("e", "a"), ("y", "a"), ("i", "a"), ("u", ""), ("u", "o"), ("iu", ""), ("o", "a"),
    ("ego", "i"), ("emu", "i"), ("im", "i"), ("ii", "ia"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _all_words() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("plain_words_europe.txt").read_text(encoding="utf-8")
    parts = re.split(r"^\[(\w\w)\]$", text, flags=re.MULTILINE)
    return {name: frozenset(words.split()) for name, words in zip(parts[1::2], parts[2::2], strict=True)}


def look(text: str, hits: list[Hit], lexicon: Lexicon, language: str) -> list[Hit]:
    """`hits` of one text, in order, without words of the language, with first names that lists vouch for."""
    reader = _Reader(text, lexicon, language)
    persons = [hit for hit in hits if hit.entity == "PERSON"]
    kept = [one for hit in persons if (one := reader.trimmed(hit, persons)) is not None]
    kept = [one for hit in kept if (one := reader.judged(hit)) is not None]
    others = [hit for hit in hits if hit.entity != "PERSON"]
    return sorted([*others, *reader.with_called(reader.with_listed(kept))])


class _Reader:
    """One text with the words of its language."""

    def __init__(self, text: str, lexicon: Lexicon, language: str) -> None:
        self.text, self.ranks, self.language = text, lexicon.ranks, language
        self.lexicon = lexicon
        self.plain = _all_words()[language]

    def trimmed(self, hit: Hit, persons: list[Hit]) -> Hit | None:
        """A finding without a plain word before the name; None where nothing but plain words is left."""
        before = self.text[max(hit.start - 40, 0) : hit.start]
        if _TITLE.search(before) or self._in_a_list(hit, persons):
            return hit
        start = hit.start
        opens = _OPENS.search(before) is not None
        for found in _WORD.finditer(self.text, hit.start, hit.end):
            if not self._is_plain(
                found.group(),
                opens=opens and found.start() == start,
                lone=found.span() == (hit.start, hit.end),
            ):
                break
            start = found.end()
        else:
            return None
        rest = _WORD.search(self.text, start, hit.end) if start > hit.start else None
        return hit._replace(start=rest.start() if rest else self._with_first_name(hit.start))

    def _without_words(self, hit: Hit) -> Hit:
        """A finding without the words in lower case behind its capitalised ones ("Pablo Picasso pintó")."""
        words = list(_WORD.finditer(self.text, hit.start, hit.end))
        end = hit.end
        while len(words) > 1 and words[0].group()[0].isupper() and words[-1].group().islower():
            words.pop()
            end = words[-1].end()
        return hit._replace(end=end)

    def in_a_list_of_places(self, hit: Hit) -> bool:
        """Whether a name stands in an enumeration of places: half of it or more, and no first name that many
        bear.
        """
        for start, end, words in self._chains:
            if start <= hit.start and hit.end <= end:
                ranks = [self.ranks.get(fold(word), 0) for word in words]
                places = [(rank & _PLACE) >> 4 for rank in ranks]
                names = [rank & _FIRST > max(1, place) for rank, place in zip(ranks, places, strict=True)]
                return sum(map(bool, places)) * 2 >= len(words) > sum(names) * 2
        return False

    @cached_property
    def _chains(self) -> list[tuple[int, int, list[str]]]:
        return [(*match.span(), signs.LINK.split(match.group())) for match in signs.CHAIN.finditer(self.text)]

    def judged(self, hit: Hit) -> Hit | None:
        """A finding with the rest of a double name; None for a firm or a thing; a famous name and one among places
        are not acted on.
        """
        hit = self._without_words(hit)
        before, value = self.text[max(hit.start - 40, 0) : hit.start], self.text[hit.start : hit.end]
        if _TITLE.search(before):
            return hit._replace(end=self._double(hit.end))
        if (
            signs.FIRM_BEHIND.match(self.text, hit.end)
            or signs.FIRM_BEFORE.search(before)
            or is_thing(value, self.lexicon)
        ):
            return None
        if is_famous(value) or self.in_a_list_of_places(hit):
            return hit._replace(score=min(hit.score, LISTED))
        end = self._double(hit.end)
        lone = " " not in value
        if lone and end == hit.end and self.language != "de" and self._rank(value):
            end = self._with_surname(end)
        return hit._replace(end=end)

    def _double(self, end: int) -> int:
        """Behind the other half of "Neumann-Adjei"."""
        half = _HALF.match(self.text, end)
        return half.end() if half else end

    def with_called(self, hits: list[Hit]) -> list[Hit]:
        """`hits`, in order, and the names that a title, a relation or an introduction stands before."""
        made = list(hits)
        for form in (signs.TITLED, signs.RELATED, signs.CALLED, signs.SIGNED, signs.GREETED):
            for match in form.finditer(self.text):
                start, end = match.span("name")
                words = match["name"].split()
                lone_word = words[0].lower() in self.plain or words[0].lower() in signs.OFFICES
                if lone_word or (form is signs.TITLED and self._is_other(words[0])):
                    continue
                inside = [hit for hit in made if hit.start < end and start < hit.end]
                if len(words) > 1 and words[-1].lower() in self.plain:
                    continue
                score = max([CALLED, *(hit.score for hit in inside)])
                least = min([start, *(hit.start for hit in inside)])
                most = (
                    max([end, *(hit.end for hit in inside)])
                    if self.language != "de" or not inside
                    else max(hit.end for hit in inside)
                )
                made = [hit for hit in made if hit not in inside]
                made.append(Hit(least, most, "PERSON", score, "CalledName", False))
        return sorted(made)

    def _is_other(self, word: str) -> bool:
        """Whether a word behind a title is an abbreviation or in capitals: "Dr. SDN"."""
        return len(word) < 2 or (word.isupper() and len(word) > 3)

    def _with_first_name(self, start: int) -> int:
        """Where the name that goes on at `start` begins: a capitalised word before it, within a sentence, is its
        first name ("Otylia" before "Walewska"), but not in German.
        """
        found = _AHEAD.search(self.text, max(start - 40, 0), start) if self.language != "de" else None
        if found is None or not self._rank(found.group(1)) or _TITLE.match(found.group(1) + " "):
            return start
        if found.group(1).lower() in self.plain:
            return start
        before = self.text[max(found.start() - 40, 0) : found.start()]
        return start if _OPENS.search(before) or _STREET.search(before) else found.start()

    def _in_a_list(self, hit: Hit, persons: list[Hit]) -> bool:
        """Whether another name stands a comma apart: "Simons, de Wit, Haring"."""
        return any(
            self.text[one.end : hit.start].strip() == "," or self.text[hit.end : one.start].strip() == ","
            for one in persons
            if 0 < hit.start - one.end < 4 or 0 < one.start - hit.end < 4
        )

    def _is_plain(self, word: str, *, opens: bool, lone: bool) -> bool:
        """Whether a word of a finding is written as a word of the language."""
        lower = word.lower()
        rank = self.ranks.get(fold(word), 0)
        if word == lower:
            return lower in self.plain or (lone and not rank & (_FIRST | _SURNAME))
        if lower in _POLITE:
            return True
        if lower not in self.plain or word.isupper():
            return False
        # A polite capital ("Tobie", "Vous") stands anywhere; a first name that many bear is one within a
        # sentence, and before a surname ("Tom", a volume in Polish).
        first = rank & _FIRST
        return (opens and (lone or first < 3)) or (self.language != "de" and first < 2)

    def with_listed(self, hits: list[Hit]) -> list[Hit]:
        """`hits`, and the first names that none of them covers, each with the surname behind it."""
        found: list[Hit] = []
        at, done = 0, 0
        for match in _WORD.finditer(self.text):
            start, end = match.span()
            while at < len(hits) and hits[at].end <= start:
                found.append(hits[at])
                at += 1
            inside = at < len(hits) and hits[at].start < end
            if inside or start < done or not self._is_listed(match.group(), start, end):
                continue
            if at < len(hits) and self.text[end : hits[at].start] == " ":  # "Patryka" before "Lorenca"
                found.append(hits[at]._replace(start=start))
                done = hits[at].end
                at += 1
                continue
            done = self._with_surname(end)
            found.append(Hit(start, done, "PERSON", LISTED, "ListedName", False))
        return found + hits[at:]

    def _is_listed(self, word: str, start: int, end: int) -> bool:
        """Whether a word that is no finding is a first name by the lists, written as one."""
        if len(word) < 3 or not word[0].isupper() or not word[1:].islower() or word.lower() in self.plain:
            return False
        rank = 0 if word.lower() in _POLITE else self._rank(word)
        if not rank:
            return False
        before = self.text[max(start - 40, 0) : start]
        if before[-1:] in tuple("-@_/.#'’") or self.text[end : end + 1] in tuple("-@_/"):
            return False
        if _TITLE.search(before):
            return True
        if self.language == "de" or _STREET.search(before):
            return False
        if _OPENS.search(before) or _WHERE.search(before):
            return rank == 3
        return rank >= (1 if self.language == "pl" else 2)

    def _rank(self, word: str) -> int:
        """How common a first name lists have it, 0 where it is a place's too; in Polish in any of its
        cases.
        """
        lower = fold(word)
        if lower in _DATES:
            return 0
        forms = [lower]
        if self.language == "pl":
            forms += [
                lower.removesuffix(ending) + base
                for ending, base in _POLISH
                if lower.endswith(ending) and len(lower) - len(ending) >= 3
            ]
        ranks = (self.ranks.get(form, 0) for form in forms)
        return max((rank & _FIRST for rank in ranks if not rank & _PLACE), default=0)

    def _with_surname(self, end: int) -> int:
        """Behind the capitalised word after `end` that is not one of the language's; else `end`."""
        behind = _BEHIND.match(self.text, end)
        return behind.end() if behind and behind.group(1).lower() not in self.plain else end


# Pronouns with a capital of politeness that are names elsewhere.
_POLITE = frozenset("tobie tobą ty ci cię wam pani pan lei ella sie ihnen ihr usted vous vossa".split())
# Of machines' dates, in English whatever the text.
_DATES = frozenset(
    {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "sat", "sun"}
)
_HALF = re.compile(r"-[^\W\d_][^\W\d_]+")
_AHEAD = re.compile(r"(?<![\w@.-])([^\W\d_a-z][^\W\d_A-Z]{2,}) $")
_BEHIND = re.compile(r" ([^\W\d_a-z][^\W\d_]{2,})(?![\w@])")
