"""The same question asked twice: does its answer change with the date, or contradict itself?

Rows ask the same question where their words are the same, signs and case aside. Two answers differ where they
are not the same text or JSON; written answers (rewriting, summary) of which several are right differ only
where each states a number that the other does not, or where they share less than half of their words.

Answers change with the date where most repeated questions with dates apart have several answers, and rows of
one question from the same day do not differ as often. Otherwise differing answers are contradictions, and
count as the fewest rows that would have to be changed: what caps the score of any system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from curate.task import Kind
from train.advise.case import Case, Evidence, Signal, words_of

# Share of the repeated questions whose answer changed from which the date decides, and questions at least: of
# labels given by chance in one row of ten, a fifth of the repeated pairs differ.
MOST_CHANGED, QUESTIONS = 0.5, 3
# Rows of a question whose dates are so near ask the same thing.
NEAR_DAYS = 1
_WRITTEN = (Kind.REWRITING, Kind.SUMMARY)
# Two written answers that share so many of their words say the same.
_ALIKE = 0.5


@dataclass(frozen=True)
class Repeats:
    """Questions that were asked more than once.

    Parameters
    ----------
    questions, changed
        How many there are, and how many have answers that differ.
    dated
        How many have rows of different days.
    by_date
        How many of these changed.
    near_pairs, near_differing
        Pairs of rows of one question from the same day, and how many differ.
    to_change
        Places of the fewest rows that contradict the rest of their question.
    evidence
        Rows of the questions that changed.
    """

    questions: int
    changed: int
    dated: int
    by_date: int
    near_pairs: int
    near_differing: int
    to_change: tuple[int, ...]
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def change_with_date(self) -> bool:
        """Whether the date decides."""
        if self.by_date < QUESTIONS or self.by_date < MOST_CHANGED * self.dated:
            return False
        near = self.near_differing / self.near_pairs if self.near_pairs else 0.0
        return near < MOST_CHANGED * self.by_date / self.dated

    def signal(self, rows: int) -> Signal:
        """In words."""
        figures = {
            "repeated_questions": self.questions,
            "with_several_answers": self.changed,
            "of_different_days": self.dated,
            "changed_between_days": self.by_date,
            "rows_to_change": len(self.to_change),
            "changes_with_date": self.change_with_date,
        }
        if not self.questions:
            return Signal("changing", "no question is asked twice", figures)
        said = f"{self.changed:,} of {self.questions:,} questions that are asked twice have several answers"
        if self.change_with_date:
            said += f"; of {self.dated:,} that were asked on different days {self.by_date:,} changed"
        return Signal("changing", said, figures, self.evidence)


def repeats(case: Case) -> Repeats:
    """What questions that were asked more than once say."""
    groups = (
        pl.DataFrame({"question": case.questions})
        .with_row_index("row")
        .filter(pl.len().over("question") > 1)
        .group_by("question", maintain_order=True)
        .agg("row")["row"]
        .to_list()
    )
    days = [_day(told) for told in case.rows["collected_at"]]
    changed = dated = by_date = near = near_differing = 0
    to_change: list[int] = []
    evidence: list[Evidence] = []
    for rows in groups:
        answers = _answers(case, rows)
        differ = len(set(answers)) > 1
        changed += differ
        known = [day for row in rows if (day := days[row]) is not None]
        apart = len(known) == len(rows) and (max(known) - min(known)).days > NEAR_DAYS
        dated += apart
        by_date += apart and differ
        for at, one in enumerate(rows):
            for later in range(at + 1, len(rows)):
                first, second = days[one], days[rows[later]]
                if first is not None and second is not None and abs((first - second).days) <= NEAR_DAYS:
                    near += 1
                    near_differing += answers[at] != answers[later]
        if differ:
            usual = max(sorted(set(answers)), key=answers.count)
            to_change += [row for row, answer in zip(rows, answers, strict=True) if answer != usual]
            when = f" between {min(known)} and {max(known)}" if apart else ""
            words = f"{len(set(answers))} answers to one question{when}"
            evidence += [Evidence(case.ids[row], words) for row in rows[:2]]
    return Repeats(
        len(groups), changed, dated, by_date, near, near_differing, tuple(sorted(to_change)), tuple(evidence)
    )


def _day(told: str | None) -> date | None:
    try:
        return date.fromisoformat(told[:10]) if told else None
    except ValueError:
        return None


def _answers(case: Case, rows: list[int]) -> list[int]:
    """A number for each row's answer; answers that say the same have the same."""
    said = [case.answers[row] for row in rows]
    if case.kind not in _WRITTEN:
        distinct = sorted(set(said))
        return [distinct.index(answer) for answer in said]
    firsts: list[list[str]] = []
    numbers = []
    for answer in said:
        words = words_of(answer)
        place = next((at for at, first in enumerate(firsts) if _same(first, words)), len(firsts))
        if place == len(firsts):
            firsts.append(words)
        numbers.append(place)
    return numbers


def _same(one: list[str], other: list[str]) -> bool:
    mine, theirs = set(one), set(other)
    figures = ({word for word in words if word.isdigit()} for words in (mine - theirs, theirs - mine))
    if all(figures):
        return False
    return len(mine & theirs) >= _ALIKE * max(len(mine | theirs), 1)
