"""The rules of a rewriting card that can be checked, one by one: which of them does an answer break?

Used on the gold set's own answers (stage `validate`) and on what systems write (`train.kinds.rewriting`), so
that nobody is taught what they will be marked down for. Numbers are compared as they are written, but for
times of day: "2 pm", "14h", "14 Uhr" and "14:00" are one time, since how to write it is a matter of style.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from curate.placeholders import PLACEHOLDER
from curate.task import Style

# Whether an answer, given after its input, breaks a rule.
Breaks = Callable[[str, str], bool]

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_TIME = r"(?<![\d.,:])(\d{1,2})(?:[.:]([0-5]\d))?"
# The first time of "7 to 9 am" has no half of the day of its own.
_HALF_DAY = re.compile(
    rf"(?i){_TIME}(?:\s?(?:[-–]|to|until|and)\s?(\d{{1,2}})(?:[.:]([0-5]\d))?)?\s?([ap])\.?\s?m\b\.?"
)
_CLOCK = re.compile(
    r"(?i)(?<![\d.,:])(\d{1,2})"
    r"(?:[.:]([0-5]\d)\s?Uhr\b|\s?Uhr(?:\s([0-5]\d)\b)?|\s?h(?:\s?([0-5]\d))?\b|:([0-5]\d)(?![\d:]))"
)


def style_checks(style: Style) -> dict[str, Breaks]:
    """A check for each rule, by what the rule is called in tables and in the drop ledger."""
    checks = {**word_checks(style), "length": _wrong_length(style.length)}
    if style.keep_numbers:
        checks["numbers"] = lambda said, answer: numbers(said) != numbers(answer)
    return checks


def word_checks(style: Style) -> dict[str, Breaks]:
    """The rules that name a word or a term: somebody wrote each of them down."""
    return {
        **{f"never: {word}": _saying(word) for word in style.never},
        **{f"always: {word}": _lacking(word) for word in style.always},
        **{f"protected: {term}": _losing(term) for term in style.protected},
    }


def broken(checks: Mapping[str, Breaks], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Names of the rules that each answer of the pairs (input, answer) breaks."""
    return [[name for name, breaks in checks.items() if breaks(said, answer)] for said, answer in pairs]


def numbers(text: str) -> list[str]:
    """The numbers of a text, sorted; times of day in one form (`14`, `14.30`) however they are written.

    Those in placeholders are names of what was taken out and do not count.
    """
    text = _HALF_DAY.sub(_of_half_day, re.sub(PLACEHOLDER, " ", text))
    return sorted(_NUMBER.findall(_CLOCK.sub(_of_clock, text)))


def _of_half_day(time: re.Match[str]) -> str:
    first, minutes, second, other_minutes, half = time.groups()
    if int(first) > 12 or int(second or 1) > 12:
        return time[0]
    late = 12 if half.lower() == "p" else 0
    if second is None:
        return _written(int(first) % 12 + late, minutes)
    # "11 to 1 pm" begins before noon.
    begins = int(first) % 12 + (late if int(first) % 12 <= int(second) % 12 else 0)
    return f"{_written(begins, minutes)} {_written(int(second) % 12 + late, other_minutes)}"


def _of_clock(time: re.Match[str]) -> str:
    hour, *minutes = time.groups()
    return _written(int(hour), next(filter(None, minutes), None)) if int(hour) <= 24 else time[0]


def _written(hour: int, minutes: str | None) -> str:
    """With a sign that no clock has, so that a time is not read a second time."""
    return f" {hour} " if minutes in (None, "00") else f" {hour}.{minutes} "


def _wrong_length(shares: tuple[float, float]) -> Breaks:
    low, high = shares
    return lambda said, answer: not low * len(said.strip()) <= len(answer.strip()) <= high * len(said.strip())


def _whole(term: str) -> re.Pattern[str]:
    """A term as a whole word, whatever its case; where it ends in a sign ("!"), anything may stand beside."""
    before = r"(?<!\w)" if re.match(r"\w", term) else ""
    after = r"(?!\w)" if re.search(r"\w$", term) else ""
    return re.compile(f"{before}{re.escape(term)}{after}", re.IGNORECASE)


def _saying(word: str) -> Breaks:
    pattern = _whole(word)
    return lambda said, answer: pattern.search(answer) is not None


def _lacking(word: str) -> Breaks:
    pattern = _whole(word)
    return lambda said, answer: pattern.search(answer) is None


def _losing(term: str) -> Breaks:
    """Whether a protected term of the input is absent or spelt otherwise in the answer."""
    pattern = _whole(term)
    return lambda said, answer: pattern.search(said) is not None and term not in answer
