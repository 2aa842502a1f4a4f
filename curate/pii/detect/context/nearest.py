"""Context: the words around a match that make it more likely, or say that it is something else.

Presidio's own enhancer looks for context words one token at a time and as substrings, so its phrases
("national insurance", "number plate") never match, "mot" matches "remote", and "order number 4412345678"
passes for a phone number because "number" stands near. This one looks for whole phrases of lemmas and asks
which label is *nearest*:

- a supporting phrase before the match (or, failing that, just after it) raises the score by Presidio's 0.35,
  to 0.4 at least;
- where the nearest label says it is another thing (order, invoice, tracking, version, ...), nothing is
  raised;
- a code that only looks like a postcode falls where the words make it a thing ("do you stock SS67TN?");
- where such a label stands directly before it, with at most "number", "no", "#", ":" and the like between
  ("order no: 07700900123"), the score falls below any sensible threshold.

A label belongs to the first number after it, so the look backwards stops at another number (unless "or",
"and" or a comma joins the two) and at the end of a sentence. The labels themselves are in `labels.toml`, how
far they reach in `windows.py`. Cost: a few token look-ups for each match, none for a text without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from curate.pii.detect.context.labels import (
    ADJACENT,
    CODE_FILLERS,
    FILLERS,
    IDENTITIES,
    PAPERS,
    VERSION_FILLERS,
    WANTED,
    WANTING,
    contrary,
)
from curate.pii.detect.context.lemmas import lemma, lemmas
from curate.pii.detect.context.windows import AFTER, BEFORE, direct_label, windows
from curate.pii.detect.languages.labels import FILLERS as FOREIGN_FILLERS
from curate.pii.detect.languages.labels import contrary as foreign_contrary

RAISE = 0.35  # Presidio's `context_similarity_factor`
RAISE_TO = 0.4  # Presidio's `min_score_with_context_similarity`
CONTRADICTED = 0.05
UNDECIDED = 0.4

IDENTITY_STEMS = tuple(lemma(word) for word in IDENTITIES)
_PAPERS = frozenset(lemma(word) for word in PAPERS)
# Below this a telephone number has no form but its groups, which other numbers have too.
_GROUPED_PHONE = 0.6
# What may stand between a label that speaks against a match and the match.
_BETWEEN = {"IP_ADDRESS": VERSION_FILLERS, "DATE_TIME": VERSION_FILLERS, "UK_POSTCODE": CODE_FILLERS}
_VERSIONED = frozenset({"IP_ADDRESS", "DATE_TIME"})
_VERSION_AFTER = (["build"], ["release"], ["version"], ["firmware"])  # "the 2.4.1.11 build hangs"
_PRERELEASE = re.compile(r"-?(?:rc|beta|alpha|dev|b)\d", re.IGNORECASE)
# Seconds since 1970, or thousandths, from 2014 on: of no telephone unless its word is right before

_EPOCH = re.compile(r"1[4-9]\d{8}(?:\d{3}){0,3}")
# A postcode in capitals with its space; any other form may be a part's code.
_PLAIN_POSTCODE = 0.5
_WANTED, _WANTING = frozenset(lemma(word) for word in WANTED), frozenset(lemma(word) for word in WANTING)


class NearestLabelEnhancer(ContextAwareEnhancer):  # type: ignore[misc]
    """Presidio's context hook, by the rules of this module's docstring."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=RAISE,
            min_score_with_context_similarity=RAISE_TO,
            context_prefix_count=BEFORE,
            context_suffix_count=AFTER,
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[Any],
        nlp_artifacts: Any,
        recognizers: list[Any],
        context: list[str] | None = None,
    ) -> list[Any]:
        """Raise or lower each result's score in place; `context` (words given from outside) supports every
        result.
        """
        by_id = {recognizer.id: recognizer for recognizer in recognizers}
        given = lemmatised(tuple(context or ()))
        for result in raw_results:
            recognizer = by_id[result.recognition_metadata["recognizer_identifier"]]
            weigh(text, result, nlp_artifacts, lemmatised(tuple(recognizer.context or ())), given)
        return raw_results


@cache
def lemmatised(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases in the form in which they are looked for."""
    return tuple(dict.fromkeys(lemmas(phrase) for phrase in phrases))


def weigh(
    text: str, result: Any, artifacts: Any, support: tuple[str, ...], given: Sequence[str] = ()
) -> None:
    """Raise or lower one result's score in place.

    Parameters
    ----------
    support
        The phrases (lemmas) that speak for it.
    given
        Words of context from outside the text.
    """
    entity = result.entity_type
    english = artifacts.language == "en"
    against = _against(text, result, english)
    if not support and not against:
        return
    before, after = windows(text, result.start, result.end, artifacts)
    if entity == "PHONE_NUMBER" and _EPOCH.fullmatch(text, result.start, result.end):
        before, after = _direct(before), []
    versioned = entity in _VERSIONED and (
        after[:1] in _VERSION_AFTER or _PRERELEASE.match(text, result.end) is not None
    )
    if versioned or (
        against
        and direct_label(before, _BETWEEN.get(entity, FILLERS if english else FOREIGN_FILLERS)) in against
    ):
        result.score = min(result.score, CONTRADICTED)
        return
    word = _nearest(before, support, against, last=True)
    if word is None:
        word = _nearest(after, support, against, last=False)
    if word is None:
        word = _adjacent(before, after, ADJACENT.get(entity, ()))
    if word is None and given:
        word = next((one for one in given if one in support), None)
    if word and entity == "CRYPTO":
        return  # its form says enough: its words only stand against a contract's
    if word:
        result.score = min(max(result.score + RAISE, RAISE_TO), 1.0)
        result.analysis_explanation.set_supportive_context_word(word)
        result.analysis_explanation.set_improved_score(result.score)
    elif _is_things(result, word, before, after):
        result.score = min(result.score, CONTRADICTED)
    elif word == "" and entity == "UK_NHS":
        # Its check digit speaks for it, a telephone's label near it against: the form's score, without the
        # check's.
        result.score = min(result.score, UNDECIDED)


def _against(text: str, result: Any, english: bool) -> tuple[str, ...]:
    """The contrary labels of one match: a date is a version only if dotted, and only a weak telephone number
    is another's number.
    """
    if not english and result.entity_type not in _VERSIONED:
        return foreign_contrary(result.entity_type)
    if result.entity_type == "DATE_TIME" and "." not in text[result.start : result.end]:
        return ()
    if result.entity_type != "PHONE_NUMBER" or result.score >= _GROUPED_PHONE:
        return contrary(result.entity_type)
    return contrary("PHONE_NUMBER") + (IDENTITY_STEMS if result.score < RAISE_TO else tuple(_PAPERS))


def _is_things(result: Any, word: str | None, before: list[str], after: list[str]) -> bool:
    """Whether the words around a match that nothing supports say that it is something else: a code that is
    asked for as a thing is, a contract's address, a number in a telephone's groups under a paper's label.
    """
    if result.entity_type == "UK_POSTCODE":
        return result.score < _PLAIN_POSTCODE and _wanted(before, after)
    if word != "":
        return False
    grouped = result.entity_type == "PHONE_NUMBER" and result.score < _GROUPED_PHONE
    return result.entity_type == "CRYPTO" or (grouped and not _PAPERS.isdisjoint(before))


def _direct(before: list[str]) -> list[str]:
    """The word that stands directly before the match, fillers apart."""
    word = direct_label(before)
    return [] if word is None else [word]


def _wanted(before: list[str], after: list[str]) -> bool:
    """Whether the words around a code ask for it, or say what is wrong with it, as with a thing."""
    clause = after[: after.index(",")] if "," in after else after
    return bool(_WANTED.intersection(before[-1:]) or _WANTING.intersection(clause))


def _adjacent(before: list[str], after: list[str], phrases: tuple[str, ...]) -> str | None:
    """The word that stands directly before the match, or else directly after it, if it is one of
    `phrases`.
    """
    if not phrases:
        return None
    word = direct_label(before)
    if word is None or word not in phrases:
        word = direct_label(after[::-1], FILLERS | {"\\"})
    return word if word in phrases else None


@cache
def _known(
    support: tuple[str, ...], against: tuple[str, ...], *, last: bool
) -> tuple[dict[str, str], frozenset[str], int]:
    """What each phrase means (itself, or "" if contrary alone), the words that stand nearest the match in
    any, the words of the longest.
    """
    known = dict.fromkeys(against, "") | {phrase: phrase for phrase in support}
    end = -1 if last else 0
    nearest = frozenset(phrase.split(" ")[end] for phrase in known)
    return known, nearest, max(phrase.count(" ") for phrase in known) + 1


def _nearest(
    window: list[str], support: tuple[str, ...], against: tuple[str, ...], *, last: bool
) -> str | None:
    """The supporting phrase nearest the match; "" if a contrary label is nearer, None if the window holds
    neither.

    Of two that end together (begin, after the match) the longer: "contact number" beats "number".
    """
    known, edges, longest = _known(support, against, last=last)
    for near in range(len(window)):
        if window[-1 - near if last else near] not in edges:
            continue
        for words in range(min(longest, len(window) - near), 0, -1):
            first = len(window) - near - words if last else near
            meaning = known.get(" ".join(window[first : first + words]))
            if meaning is not None:
                return meaning
    return None
