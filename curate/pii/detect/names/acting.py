"""A second look at a name, with its place in the text and the text's own kind: acting on a name asks for more
than reporting it.

The tagger sees a name and cannot tell whose. Two things follow from this look. What is not a name at all
goes: identifiers in code, words in lower case that no list of names has, eponyms (`Ohm's law`), products
(`the Margot dress`), streets and companies. And what names nobody of the writer's own acquaintance is kept as
a finding at `NOT_ACTED`, below the score from which redaction acts by default: public and fictional persons,
names in texts about books, history, science or food and in exercises. A name that the text itself introduces
as a person's ("my name is", "Dear", "my sister", "patient:") keeps its score wherever it stands.

Only texts with a name are looked at, a few compiled patterns each. English; texts of other languages hold
none of these words, and their names keep their scores.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from pathlib import Path

from curate.pii.detect.names import signs, situations
from curate.pii.detect.names.borders import name_borders
from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

# Reported, for 0.4 is the threshold of a finding, and not acted on, for that takes 0.6
# (`redact.act_threshold`).
NOT_ACTED = 0.5
_REPORTED = 0.4
# What a name scores at least that the text itself calls one.
NAMED = 0.6
_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`
_MANY = 2  # of the ranks 0 to 3
# Called by "hey" and greeted as people are.
_ASSISTANTS = frozenset({"siri", "cortana", "bixby"})


@lru_cache(maxsize=1)
def known() -> tuple[frozenset[str], frozenset[str]]:
    """Folded names of public and fictional persons, and of things, from `known.txt`."""
    text = Path(__file__).with_name("known.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    middle = lines.index("")
    persons, things = (
        frozenset(_plain(name) for line in part for name in line.split(",") if name.strip())
        for part in (lines[:middle], lines[middle:])
    )
    return persons, things


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Words of the language that are names as well."""
    return frozenset(Path(__file__).with_name("plain_words.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=8_192)
def _plain(name: str) -> str:
    return " ".join(fold(word) for word in _SPACES.split(name.strip(" .,'’")))


_SPACES, _WORDS = re.compile(r"[\s]+"), re.compile(r"[^\W\d_]+")
_EPONYM = re.compile(rf"\s(?:{signs.EPONYM})$", re.IGNORECASE)
_THING = re.compile(rf"\s(?:{signs.THING})$", re.IGNORECASE)


def is_thing(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is what `known.txt` lists as a thing, and no first name that many bear."""
    return _plain(word) in known()[1] and lexicon.ranks.get(fold(word), 0) & _FIRST < _MANY


def is_famous(value: str) -> bool:
    """Whether `known.txt` lists it as a public or fictional person."""
    return _plain(value) in known()[0]


class Look:
    """One text and what kind of text it is; each kind is worked out when it is asked for.

    Parameters
    ----------
    lexicon
        The tagger's lists of names.
    public
        Whether somebody known to all is named in it: then it speaks of such people.
    """

    def __init__(self, text: str, lexicon: Lexicon, public: bool = False) -> None:
        self.text, self.lexicon, self.public = text, lexicon, public
        self._judged: dict[tuple[str, str, str, float], float] = {}

    @cached_property
    def code(self) -> bool:
        """Whether the text is a program, a query, markup, or speaks of one."""
        return signs.is_code(self.text) or "```" in self.text

    @cached_property
    def general(self) -> bool:
        """Whether the text is about books, history, science, food or an exercise, or is a till receipt."""
        text = self.text
        # Without regard to case a regex takes three times as long; the small letters say the same.
        plain = text.isascii() or signs.ODD_CASES.search(text) is None
        about, hints, sums, food = signs.OF_SMALL if plain else signs.OF_ANY
        lowered = text.lower() if plain else text
        return bool(
            about.search(lowered)
            or len({word.lower() for word in hints.findall(lowered)}) >= 2
            or signs.ASKS.match(text)
            or sums.search(lowered)
            or len(set(food.findall(text.lower()))) >= 2
            or self.public
            or self.till
            or self.code
            or signs.TABLE.search(text)
        )

    @cached_property
    def till(self) -> bool:
        """Whether it is a till receipt: two of its words, in capitals."""
        return len(set(signs.TILL.findall(self.text))) >= 2

    def score(self, hit: Hit) -> float:
        """The score of a found person: as it was, `NOT_ACTED`, or 0 where it is none.

        A hostile text repeats one name a hundred thousand times: the same name between the same words is
        judged once.
        """
        text, start, end = self.text, hit.start, hit.end
        place = (text[start:end], text[max(0, start - 60) : start], text[end : end + 40], hit.score)
        if place not in self._judged:
            self._judged[place] = self._judge(*place)
        return self._judged[place]

    def is_named(self, hit: Hit) -> bool:
        """Whether the words around a found person call it one."""
        value, before = self.text[hit.start : hit.end], self.text[max(0, hit.start - 60) : hit.start]
        behind, lone = self.text[hit.end : hit.end + 40], " " not in value
        said = bool(signs.SAYS_BEFORE.search(before) or signs.SAYS_BEHIND.match(behind))
        return said or self._titled(value, before) or self._is_person(value, lone, False, before, behind)

    def _judge(self, value: str, before: str, behind: str, found: float) -> float:
        """`score` of the name `value` between `before` and `behind`, found with the score `found`."""
        value = value if value.isascii() else unicodedata.normalize("NFC", value)
        words = _WORDS.findall(value)
        lone = len(words) == 1
        lower = value == value.lower() and value != value.upper()
        said = bool(signs.SAYS_BEFORE.search(before) or signs.SAYS_BEHIND.match(behind))
        if self._is_code(words, lower, before, behind):
            return 0.0
        if lone and value.istitle() and situations.is_order(value, before, behind):
            return 0.0
        if lone and fold(value) in situations.MONTHS and situations.TIMES_BEHIND.match(behind):
            return 0.0
        if situations.is_label(value):
            return 0.0
        if self._is_person(value, lone, lower, before, behind):
            return max(found, NAMED)
        if _plain(value) in _ASSISTANTS and not signs.NAMES_IT.search(before):
            return 0.0
        if said and not (lower and lone and self._is_word(value)):
            named = signs.NAMES_IT.search(before) or (
                found >= _REPORTED and situations.is_introduced(before, behind)
            )
            return max(found, NAMED) if named else found
        if self._is_thing(value, lone, before, behind):
            return 0.0
        if lower and lone and not self._is_name(value):
            return min(found, NOT_ACTED)
        opens = not before.strip() or before.rstrip()[-1:] in ".!?:\n\"'"
        if lone and opens and self._is_word(value) and signs.AUXILIARY.match(behind) and value[0].isupper():
            return 0.0
        persons, things = known()
        if _plain(value) in things:
            return 0.0
        if _plain(value) in persons:
            return min(found, NOT_ACTED)
        if self._titled(value, before) and not self.general:
            return found
        if lone and signs.ARTICLE.search(before):
            return min(found, NOT_ACTED)
        if self.general or (lone and self._is_place(value, before)):
            return min(found, NOT_ACTED)
        if situations.is_establishment(before, behind):
            return min(found, NOT_ACTED)
        if situations.WANTED.search(before) and not self._begins_with_first_name(value):
            return min(found, NOT_ACTED)
        return max(found, NAMED) if found >= _REPORTED and self._is_full_name(words, value) else found

    def _is_full_name(self, words: list[str], value: str) -> bool:
        """A common first name with a surname that is no word of the language, both with a capital."""
        if len(words) != 2 or not all(word.istitle() for word in words) or " " not in value:
            return False
        first, last = (self.lexicon.ranks.get(fold(word), 0) for word in words)
        if first & _FIRST < _MANY or last & _PLACE or any(map(self._is_word, words)):
            return False
        return bool(last & _SURNAME) or fold(words[1]) not in self.lexicon.pieces

    def _is_code(self, words: list[str], lower: bool, before: str, behind: str) -> bool:
        """A name in a program: keywords, or one word right beside a sign of code or in lower case."""
        lone = len(words) == 1
        if lower and all(len(word) == 1 or word in signs.KEYWORDS for word in words):
            return True
        if before[-1:].isdigit() or (lone and words[0].lower() in signs.TITLES):  # "4chan"; "Rev. A"
            return True
        if not lone:
            return False
        beside = before[-1:] in tuple(".([{=<>`_/\\#$'\"&") or bool(signs.IN_CODE.match(behind))
        return (beside or lower) and self.code

    def _is_person(self, value: str, lone: bool, lower: bool, before: str, behind: str) -> bool:
        """Whether the words around it say that a name is a private person's; in a text about
        books or history they say nothing.
        """
        rank = self.lexicon.ranks.get(fold(value.split()[0]), 0)
        if rank & _FIRST < 2 or _plain(value) in known()[0] or self.general:
            return False
        return situations.is_person(
            before,
            behind,
            word=lone and self._is_word(value),
            place=lone and (rank & _PLACE) >> 4 >= _MANY,
            lower=lower,
        )

    def _is_thing(self, value: str, lone: bool, before: str, behind: str) -> bool:
        """An eponym, a product, a street, a place, a company."""
        if self._titled(value, before) or "\n" in value:
            return False
        if signs.EPONYM_BEHIND.match(behind) or _EPONYM.search(value):
            return True
        if lone and signs.THING_BEHIND.match(behind) and value[0].isupper():
            return True
        if _THING.search(value):
            return True
        if signs.CALLED.search(before) or situations.NAMED_PLACE.search(before):
            return True
        if value[0].isupper() and (
            situations.KIND.search(before)
            or situations.FIRM_BEHIND.match(behind)
            or situations.ITS_BEHIND.match(behind)
        ):
            return True
        return (
            bool(signs.PLACE_BEFORE.search(before) or signs.STREET_FIRST.match(value)) and value[0].isupper()
        )

    def _begins_with_first_name(self, value: str) -> bool:
        rank = self.lexicon.ranks.get(fold(value.split()[0]), 0)
        return rank & _FIRST > 1 and rank & _FIRST > (rank & _PLACE) >> 4

    def _is_name(self, value: str) -> bool:
        """Whether a lower-case word is on a list of names and no word of the language."""
        rank = self.lexicon.ranks.get(fold(value), 0)
        return bool(rank & (_FIRST | _SURNAME)) and not self._is_word(value)

    def _is_word(self, value: str) -> bool:
        return fold(value) in plain_words()

    def _titled(self, value: str, before: str) -> bool:
        return bool(signs.TITLED.match(value) or signs.TITLE_BEFORE.search(before))

    def _is_place(self, value: str, before: str) -> bool:
        """A place's name where a place stands, unless it is at least as common as a first name."""
        rank = self.lexicon.ranks.get(fold(value), 0)
        place, first = (rank & _PLACE) >> 4, rank & _FIRST
        return place > first and bool(signs.WHERE.search(before))


def _bordered(text: str, hit: Hit) -> Hit:
    start, end = name_borders(text, hit.start, hit.end)
    return hit if (start, end) == (hit.start, hit.end) else hit._replace(start=start, end=end)


def second_look(text: str, hits: list[Hit], lexicon: Lexicon) -> list[Hit]:
    """`hits` of one text with the scores of persons as `Look` judges them; those that are none left out."""
    if not any(hit.entity == "PERSON" for hit in hits):
        return hits
    hits = [_bordered(text, hit) if hit.entity == "PERSON" else hit for hit in hits]
    persons = known()[0]
    values = {text[hit.start : hit.end] for hit in hits}
    public = any(_plain(value) in persons for value in values)
    look = Look(text, lexicon, public)
    chains: list[tuple[int, int]] | None = None  # dear, and asked for by few
    judged = []
    for hit in hits:
        score = look.score(hit) if hit.entity == "PERSON" else hit.score
        if score > NOT_ACTED:
            chains = situations.chained(text, lexicon) if chains is None else chains
            if any(start <= hit.start and hit.end <= end for start, end in chains):
                score = score if look.is_named(hit) else NOT_ACTED
        if score > 0:
            judged.append(hit if score == hit.score else hit._replace(score=score))
    return _in_two_cases(text, judged, look)


def _in_two_cases(text: str, hits: list[Hit], look: Look) -> list[Hit]:
    """`hits` with a full name acted on that stands in two cases ("john smith ... JOHN SMITH"): words of the
    language do not, nor do the names of a text about books or history.
    """
    written: dict[str, set[str]] = {}
    for hit in hits:
        value = text[hit.start : hit.end]
        if hit.entity == "PERSON" and " " in value:
            written.setdefault(_plain(value), set()).add(value)
    twice = {name for name, values in written.items() if len(values) > 1} - known()[0] - known()[1]
    if not twice or look.general:
        return hits
    return [
        hit._replace(score=NAMED)
        if hit.score < NAMED and hit.entity == "PERSON" and _plain(text[hit.start : hit.end]) in twice
        else hit
        for hit in hits
    ]
