"""Which part of a person's name a field of a target asks for, by what it is called: `first_name`, `Nachname`,
or `{"slot": "last_name", "value": ...}`, in the eight languages that the scan knows.

A word that elsewhere asks for the whole name (`nom`, `name`, `nombre`) asks for a part beside a field that
asks for the other one: `nom` beside `prénom`.
"""

# ruff: noqa: E501, SIM905 (a row of words reads better than a list of literals)

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from curate.pii.redact.identity import folded_words
from curate.pii.redact.leaves import Leaf, Steps
from curate.pii.redact.offsets import Located

FIRST, LAST = "FIRST", "LAST"
_OTHER = {FIRST: LAST, LAST: FIRST}
# Folded, without separators and numbers: `firstName`, `first-name` and `FIRST_NAME_1` are `firstname`.
_ASKS = dict.fromkeys(
    "first fname firstname firstnames given givenname givennames forename forenames christianname vorname vornamen "
    "rufname prenom prenoms nombredepila primernombre nombrepropio primonome voornaam voornamen roepnaam "
    "nomeproprio primeironome imie imiona namefirst namegiven".split(),
    FIRST,
) | dict.fromkeys(
    "last lname lastname lastnames surname surnames family familyname familynames maidenname nachname nachnamen "
    "familienname zuname geburtsname nomdefamille apellido apellidos cognome cognomi achternaam familienaam "
    "apelido apelidos sobrenome nomedefamilia nazwisko namelast namefamily".split(),
    LAST,
)
_EITHER = frozenset("name names nom nombre nombres nome naam".split())
# They end other words too ("blast"), so nothing stands before them; the rest may end a longer name of a field
# (`customer_surname`).
_WHOLE = frozenset("first last given family fname lname".split())
_ENDING = re.compile(rf"(?:{'|'.join(sorted(_ASKS.keys() - _WHOLE, key=lambda word: (-len(word), word)))})$")
# Keys of an object that say what it holds, and keys within it that say nothing of it.
_SAYS_WHAT = frozenset(
    "slot label type entity entitytype entitygroup name key field tag kind category role".split()
)
_HOLDS = re.compile(
    r"value|values|text|span|spans|start|end|begin|stop|offset|offsets|length|from|to|index|raw|content|exact|match|"
    r"(?:value|text|start|end|begin|char)(?:span|text|index|offset|start|end|char|pos|position)"
)


class Question(NamedTuple):
    """The part of a name that a leaf asks for, and the object or list whose other leaves ask for the rest."""

    part: str
    of: Steps


@lru_cache(maxsize=4_096)
def _folded(name: str) -> str:
    return "".join(mark for mark in "".join(folded_words(name.replace("ł", "l"))) if mark.isalpha())


@lru_cache(maxsize=4_096)
def part_of_field(name: str) -> str:
    """FIRST or LAST for a field that is called so; nothing for others."""
    folded = _folded(name)
    ending = _ENDING.search(folded)
    return _ASKS.get(folded) or (_ASKS[ending.group()] if ending else "")


def questions(found: Sequence[Leaf], spans: Sequence[Located]) -> dict[Leaf, Question]:
    """What each leaf of a target that asks for a part of a name asks for.

    Parameters
    ----------
    spans
        Character spans of the target: one without a value of its own is told by its last number.
    """
    numbers = {span.last for span in spans if span.value is None}
    leaves = [leaf for leaf in found if leaf.kind == "string" or leaf in numbers]
    said: dict[Steps, str] = {}
    for leaf in leaves:
        name = leaf.steps[-1] if leaf.steps else 0
        if leaf.kind != "string" or not isinstance(name, str) or _folded(name) not in _SAYS_WHAT:
            continue
        if _is_name(leaf.text) or leaf.steps[:-1] not in said:
            said[leaf.steps[:-1]] = leaf.text
    asked = {leaf: question for leaf in leaves if (question := _climb(leaf.steps, said)) is not None}
    return _with_either(asked)


def _climb(steps: Steps, said: dict[Steps, str]) -> Question | None:
    """The question of a leaf: by its own name, else by what its object says, else by the object's name where its
    own only says that it holds a value.
    """
    for at in range(len(steps) - 1, -1, -1):
        step, above = steps[at], steps[:at]
        if isinstance(step, int):
            continue
        if _is_name(step) and not (above in said and _is_name(said[above])):
            return Question(_part(step), _without_places(above))
        if _folded(step) and not _HOLDS.fullmatch(_folded(step)):
            return None
        if above in said and _is_name(said[above]):
            return Question(_part(said[above]), _without_places(above))
    return None


def _is_name(name: str) -> bool:
    return bool(_part(name))


def _part(name: str) -> str:
    return part_of_field(name) or ("either" if _folded(name) in _EITHER else "")


def _without_places(steps: Steps) -> Steps:
    """A list's element stands beside the others of the list."""
    return steps[:-1] if steps and isinstance(steps[-1], int) else steps


def _with_either(asked: dict[Leaf, Question]) -> dict[Leaf, Question]:
    """`asked`, `nom` and the like as the part that no other field of their object asks for."""
    parts: dict[Steps, set[str]] = defaultdict(set)
    for question in asked.values():
        parts[question.of].add(question.part)
    made = {}
    for leaf, question in asked.items():
        beside = parts[question.of] - {"either"}
        if question.part != "either":
            made[leaf] = question
        elif len(beside) == 1:
            made[leaf] = Question(_OTHER[min(beside)], question.of)
    return made


def full_names(texts: dict[Leaf, str], asked: dict[Leaf, Question]) -> list[str]:
    """First and last name of each object that asks for one of each, as one name: its parts are one person's
    though they stand apart ("first name Ann, surname Bell").
    """
    groups: dict[Steps, dict[str, list[str]]] = defaultdict(lambda: {FIRST: [], LAST: []})
    for leaf, question in asked.items():
        if text := texts.get(leaf, "").strip():
            groups[question.of][question.part].append(text)
    names = []
    for parts in groups.values():
        if len(parts[FIRST]) == len(parts[LAST]) == 1:
            first, last = folded_words(parts[FIRST][0]), folded_words(parts[LAST][0])
            if first and last and not set(first) & set(last):
                names.append(f"{parts[FIRST][0]} {parts[LAST][0]}")
    return names


def undisputed(leaf: Leaf, asked: dict[Leaf, Question]) -> str:
    """The part that `leaf` asks for, unless another field asks for the same words as the other part."""
    words = folded_words(leaf.text)
    parts = {question.part for one, question in asked.items() if folded_words(one.text) == words}
    return min(parts) if len(parts) == 1 else ""


def resolved(said: dict[str, set[tuple[str, ...]]]) -> dict[tuple[str, ...], str]:
    """The words of one person by the part that fields ask for them as, without what two fields dispute."""
    made: dict[tuple[str, ...], str] = {}
    for part, groups in said.items():
        others = {group for other, more in said.items() if other != part for group in more}
        if len(groups) == 1 and not groups & others:
            made |= dict.fromkeys(groups, part)
    return made
