"""What tells two texts of near meaning apart: an encoder scarcely sees a number, a denial or who does what.

"I was charged twice" and "I was not charged twice" have a cosine of 0.96, higher than nearly every true
paraphrase. Four signs, each of which says that a pair is no paraphrase:

- `number`: both state numbers, dates or times of day, and not the same ones; number words count as their
  digits.
- `denial`: one text denies something (the negations of `curate.dedup.weight`), the other denies nothing and
  says of nothing that it fails or is missing.
- `opposite`: one says "before" where the other says "after", and so on.
- `order`: nearly the same words in another order, unless one clause moved to the front: who lends to whom.

On the development half of `benchmarks/paraphrases` these take out 0.74 of the pairs with another number, 0.58
of those with another date, 0.75 of the denials, 0.61 of the opposite directions and half of the exchanged
roles, and with them a fifth of the true paraphrases, chiefly those of which one says with a negation what the
other says without ("cannot", "unable"). Another product or person is not seen.

Cost: words of the texts that stand in a pair, once, and a comparison of sets a pair in Python's loop.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from curate.dedup.weight import weighed

SIGNS = ("number", "denial", "opposite", "order")

_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve",
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
)
_DIGITS = {word: str(at) for words in _COUNTED for at, word in enumerate(words.split())} | {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5",
    "noon": "12", "midday": "12", "twenty": "20", "thirty": "30",
}  # fmt: skip
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")

# Pairs of opposites, `one:other`, in the four languages of the paraphrase set. Words of many meanings (in,
# my, new) would part too many paraphrases and are left out.
_OPPOSITES = """
before:after before:since open:close opened:closed opening:closing opens:closes activate:deactivate
active:inactive block:unblock blocked:unblocked enable:disable enabled:disabled increase:decrease
increase:reduce raise:lower raise:cut up:down upgrade:downgrade buy:sell bought:sold add:remove add:delete
above:below over:under more:less more:fewer start:stop starts:stops started:stopped on:off
install:uninstall accept:refuse accept:reject accepted:refused accepted:rejected approve:reject
approved:rejected deposit:withdraw deposits:withdrawals deposit:withdrawal arrive:leave early:late
earlier:later win:lose lock:unlock locked:unlocked high:low higher:lower sent:received send:receive pass:fail
passed:failed renew:cancel extend:cancel book:cancel confirm:cancel keep:return subscribe:unsubscribe
present:absent promote:demote promoted:demoted bigger:smaller doubled:halved rose:fell rise:fall rises:falls
admitted:discharged always:never full:empty wrong:right lent:borrowed hire:fire hired:fired past:upcoming
last:next day:night morning:evening inside:outside indoors:outdoors indoor:outdoor outside:within
include:exclude included:excluded import:export
vor:nach an:aus kündigen:verlängern öffnen:schließen öffnet:schließt hoch:niedrig mehr:weniger früher:später
avant:après ouvrir:fermer ouvre:ferme annuler:renouveler plus:moins
antes:después abrir:cerrar abre:cierra cancelar:renovar más:menos
"""
# Words that say without a negation what others say with one: "is missing", "was unable to".
_LACKING_WORDS = """
unable impossible fail fails failed failing lack lacks lacking missing forgot forgotten stopped refuses
refused declined pending still empty zero wrong unmöglich fehlt fehlen vergessen gescheitert manque oublié
échoué imposible falta faltan olvidé todavía toujours
"""
_LACKING = frozenset(_LACKING_WORDS.split())
_WORD = re.compile(r"[^\W_]+")
# Words that a rewording adds and drops freely.
_SMALL_WORDS = """
a an the to of is are was were has have had been be will would please do does did i you we they he she it my
your our their his her me us him them this that
"""
_SMALL = frozenset(_SMALL_WORDS.split())
# Of the longer text's words, those that the other must hold too before their order says anything.
_SHARED = 0.75


def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for pair in _OPPOSITES.split():
        one, other = pair.split(":")
        table[one].add(other)
        table[other].add(one)
    return {word: frozenset(against) for word, against in table.items()}


_AGAINST = _opposites()


@dataclass(frozen=True)
class _Told:
    """What is compared of one text."""

    numbers: frozenset[str]
    denies: bool
    lacks: bool
    words: frozenset[str]
    telling: tuple[str, ...]  # each that stands once, in order
    length: int


def signs(folded: pl.Series, pairs: Sequence[tuple[int, int]]) -> list[str]:
    """For each pair of places in `folded` the first of `SIGNS` that parts it; empty where none does."""
    needed = sorted({at for pair in pairs for at in pair})
    chosen = folded.gather(needed)
    told = {
        at: _told(text, weight)
        for at, text, weight in zip(needed, chosen.to_list(), weighed(chosen).to_list(), strict=True)
    }
    return [_sign(told[one], told[other]) for one, other in pairs]


def _told(text: str, weight: str) -> _Told:
    numbers, denials = weight.split("\x1f")
    words = _WORD.findall(text)
    content = [word for word in words if word not in _SMALL]
    once = tuple(word for word in content if content.count(word) == 1)
    every = frozenset(words)
    denies, lacks = denials != "0", bool(every & _LACKING)
    return _Told(frozenset(map(_digits, numbers.split())), denies, lacks, every, once, len(content))


def _digits(number: str) -> str:
    ordinal = _ORDINAL.fullmatch(number)
    return _DIGITS.get(number, ordinal[1] if ordinal else number)


def _sign(one: _Told, other: _Told) -> str:
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return "number"
    if one.denies != other.denies and not (other.lacks if one.denies else one.lacks):
        return "denial"
    here, there = one.words - other.words, other.words - one.words
    if any(_AGAINST[word] & there for word in here if word in _AGAINST):
        return "opposite"
    shared = set(one.telling) & set(other.telling)
    if len(shared) >= _SHARED * max(one.length, other.length):
        here_in_order, there_in_order = (
            [word for word in side.telling if word in shared] for side in (one, other)
        )
        if not _turned(here_in_order, there_in_order):
            return "order"
    return ""


def _turned(one: list[str], other: list[str]) -> bool:
    """Whether `other` is `one`, or begins with what `one` ends with: "last night my card was stolen"."""
    return not one or any(one[at:] + one[:at] == other for at in range(len(one)))
