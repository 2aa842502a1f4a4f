"""The words around a match: how far a label reaches, and which one stands directly before it.

A label belongs to the first number after it, so the look backwards stops at another number (unless "or",
"and" or a comma joins the two) and at the end of a sentence; the look forwards stops at a number too. The few
characters around a match fill most windows, so only they are cut into tokens, and only the words of a window
are brought to their stems.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache

from curate.pii.detect.context.labels import ABBREVIATIONS, FILLERS
from curate.pii.detect.context.language import LightArtifacts
from curate.pii.detect.context.lemmas import lemma, tokens_of

# Presidio looks at 5 content words before and none after. Ours are all words, function words too, so the
# reach is about the same.
BEFORE, AFTER = 8, 4

_JOINERS = frozenset({"and", "or", "&", "/", ",", "+"})
_SENTENCE_END = frozenset({".", "!", "?"})
_SIGNS = frozenset({"-", "+", "(", ")"})
# Characters before a number in which its direct label is looked for.
_LABEL_REACH = 40
# Characters on each side of a match in which most windows lie.
_NEAR = 60
# Characters within which they are looked for first.
_FAR = 240
# Tokens before a match that are looked at: numbers joined by commas count as no words, and a list of them may
# fill a text (cost would grow with its square).
_TOKENS = 160
# Tokens that an extension may add to a telephone number.
_EXTENSION = 12


@lru_cache(maxsize=65_536)
def _read(token: str) -> tuple[str, int]:
    """A token's stem and how many digits that holds."""
    stem = lemma(token)
    return stem, sum(character.isdigit() for character in stem)


def windows(text: str, start: int, end: int, artifacts: LightArtifacts) -> tuple[list[str], list[str]]:
    """Lemmas before and after the match `text[start:end]`, in reading order.

    Where the characters around it do not fill a window, or it begins or ends within a word, all tokens of
    `artifacts` are used.
    """
    before = after = None
    if not _within_word(text, start):
        first = text.find(" ", start - _NEAR, start) if start > _NEAR else 0
        before = _before(tokens_of(text, first, start), whole=first == 0) if first >= 0 else None
    if not _within_word(text, end):
        last = _space_after(text, end + _NEAR)
        after = _after(tokens_of(text, end, last), whole=last == len(text)) if last >= 0 else None
    if before is None:
        at = max(bisect_right(artifacts.tokens_indices, start) - 1, 0)
        before = _before(artifacts.tokens[max(at - _TOKENS, 0) : at], whole=True)
    if after is None:
        at = bisect_left(artifacts.tokens_indices, end)
        after = _after(artifacts.tokens[at : at + AFTER + 1], whole=True)
    assert before is not None and after is not None, "the whole text fills a window or ends"
    return before, after


def _space_after(text: str, start: int) -> int:
    """The first space from `start` on, or the text's end if that is no further; -1 if neither is near."""
    found = text.find(" ", start, start + _FAR)
    return len(text) if found < 0 and len(text) <= start + _FAR else found


def _within_word(text: str, at: int) -> bool:
    """Whether one token may stand on both sides of `at`."""
    return 0 < at < len(text) and _of_word(text[at - 1]) and _of_word(text[at])


def _of_word(character: str) -> bool:
    return character.isalnum() or character in "'’"


def _before(tokens: Sequence[str], *, whole: bool) -> list[str] | None:
    """The window that ends with `tokens`; None if it may go on before them."""
    before: list[str] = []
    at = len(tokens) - 1
    while len(before) < BEFORE:
        if at < 0 or (at == 0 and not whole):
            if not whole:
                return None
            break
        stem, digits = _read(tokens[at])
        if stem in _SENTENCE_END and _ends_sentence(tokens, at):
            break
        if digits >= 3:
            if not before or not _JOINERS.issuperset(before):
                break
            at -= 1
            while at >= 0 and (tokens[at][:1].isdigit() or tokens[at] in _SIGNS):
                at -= 1
            continue
        before.append(stem)
        at -= 1
    return before[::-1]


def _after(tokens: Sequence[str], *, whole: bool) -> list[str] | None:
    """The window that begins with `tokens`; None if it may go on after them."""
    after: list[str] = []
    for token in tokens:
        stem, digits = _read(token)
        if len(after) == AFTER or stem in _SENTENCE_END or digits:
            return after
        after.append(stem)
    return after if whole or len(after) >= AFTER else None


def _ends_sentence(tokens: Sequence[str], at: int) -> bool:
    """Whether the mark at `at` ends a sentence."""
    return tokens[at] != "." or at == 0 or lemma(tokens[at - 1]) not in ABBREVIATIONS


def direct_label(before: Sequence[str], fillers: frozenset[str] = FILLERS) -> str | None:
    """The last lemma before the match that is not a filler."""
    for stem in reversed(before):
        if stem not in fillers:
            return stem
    return None


def label_before(text: str, end: int) -> str | None:
    """The label that stands directly before `end`, as `direct_label` of its window says where there is one;
    cheaper than a window.
    """
    start = max(end - _LABEL_REACH, 0)
    if _within_word(text, end):
        return None
    tokens = tokens_of(text, start, end)[bool(start) :]  # the first may be half a word
    for at in range(len(tokens) - 1, max(len(tokens) - BEFORE, 0) - 1, -1):
        stem = lemma(tokens[at])
        if stem in _SENTENCE_END and _ends_sentence(tokens, at):
            return None
        if stem not in FILLERS:
            return stem
    return None


def in_reach(
    text: str, artifacts: LightArtifacts, start: int, end: int, phrases: tuple[str, ...]
) -> tuple[bool, bool]:
    """Whether one of `phrases` (lemmas) stands where the windows of a match in `text[start:end]` may reach,
    before it and after it.

    Before, that is its sentence, as far as a window goes; after, the words that an extension ("ext. 12") and
    the window take.
    """
    words = _first_words(phrases)
    return _holds(_preceding(text, start, artifacts), words, phrases), _holds(
        _following(text, end, artifacts), words, phrases
    )


def _preceding(text: str, start: int, artifacts: LightArtifacts) -> Sequence[str]:
    """The tokens before `start` that a window may hold: of its sentence, with as many words as a window
    has.
    """
    first = text.find(" ", start - _FAR, start) if start > _FAR else 0
    if first >= 0 and not _within_word(text, start):
        tokens = tokens_of(text, first, start)
        reached = _reached(tokens, whole=first == 0)
        if reached is not None:
            return reached
    at = max(bisect_right(artifacts.tokens_indices, start) - 1, 0)
    return _reached(artifacts.tokens[max(at - _TOKENS, 0) : at], whole=True) or ()


def _reached(tokens: Sequence[str], *, whole: bool) -> Sequence[str] | None:
    """What `_before` may see of `tokens`, wherever among the last numbers it begins; None if it may see
    more than these.
    """
    words = 0
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if at == 0 and not whole:
            break
        if token in _SENTENCE_END and _ends_sentence(tokens, at):
            return tokens[at + 1 :]
        words += _read(token)[1] < 3 and not token[:1].isdigit() and token not in _SIGNS
        if words == BEFORE:
            return tokens[at:]
    return tokens if whole else None


def _following(text: str, end: int, artifacts: LightArtifacts) -> Sequence[str]:
    """The tokens from the one that holds or follows `end` on."""
    last = _space_after(text, end + _FAR)
    if last >= 0 and not _within_word(text, end):
        tokens = tokens_of(text, end, last)
        if last == len(text) or len(tokens) > _EXTENSION + AFTER:
            return tokens[: _EXTENSION + AFTER]
    at = max(bisect_right(artifacts.tokens_indices, end) - 1, 0)
    return artifacts.tokens[at : at + 1 + _EXTENSION + AFTER]


@cache
def _first_words(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in phrases)


def _holds(tokens: Sequence[str], words: frozenset[str], phrases: tuple[str, ...]) -> bool:
    stems = [lemma(token) for token in tokens]
    if words.isdisjoint(stems):
        return False
    joined = f" {' '.join(stems)} "
    return any(f" {phrase} " in joined for phrase in phrases)
