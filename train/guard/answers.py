"""Guardrails on written answers that no expression can judge: row by row in Python, on rows that have an
answer.

Writing an answer takes a language model a second; judging it takes far less than a millisecond (the search
for personal data some milliseconds), so there is nothing to win by vectorising.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from curate.plain.scan import detector
from curate.style import word_checks
from curate.task import Kind, TaskCard
from train.arrays import Bools
from train.guard.codes import CodeName
from train.guard.dates import unsupported_dates
from train.judge.personal import Policy, new_values
from train.kinds import scoring_of
from train.kinds.extraction import Extraction
from train.kinds.rewriting import other_language
from train.kinds.summary import Summary

if TYPE_CHECKING:
    from curate.style import Breaks

# Rule of a card's style, by how its name begins, and the code it stands for.
_STYLE: dict[str, CodeName] = {
    "never:": "never_word",
    "always:": "always_word",
    "protected:": "protected_term",
}
Judge = Callable[[pl.DataFrame], Bools]


class Answers:
    """What is judged of written answers, by code.

    Parameters
    ----------
    policy
        How the project looks for personal data.
    derived
        Fields of an extraction whose values need not stand in the input.
    """

    def __init__(self, task: TaskCard, policy: Policy, derived: frozenset[str] = frozenset()) -> None:
        self.task, self.policy, self.derived = task, policy, derived

    @cached_property
    def judges(self) -> dict[CodeName, Judge]:
        """Each takes rows with an input and an answer (`input, output, language, source`)."""
        judges: dict[CodeName, Judge] = {"personal_data": self._personal_data}
        if self.task.kind is Kind.EXTRACTION:
            judges |= {"schema": self._schema, "not_in_source": self._not_in_source}
            return judges
        judges |= {"language": self._language}
        if self.task.style is not None:
            judges |= {code: self._style(code) for code in _STYLE.values()}
        if self.task.kind is Kind.REWRITING:
            judges |= {"numbers": self._numbers, "unsupported_date": self._dates}
        if self.task.kind is Kind.SUMMARY:
            judges |= {
                "sections": self._sections,
                "unsupported_number": lambda rows: self._unsupported(rows, numbers=True),
                "unsupported_name": lambda rows: self._unsupported(rows, numbers=False),
                "unsupported_date": self._dates,
            }
        return judges

    def _personal_data(self, rows: pl.DataFrame) -> Bools:
        named = rows.with_columns(pl.int_range(pl.len()).cast(pl.String).alias("example_id"))
        params = self.policy.scan.model_copy(update={"unsupported_language": "scan_as_default"})
        finder = detector(params, self.policy.root)
        found = new_values(named, {"answer": rows["output"]}, self.policy, finder)
        return _at(found["example_id"].cast(pl.Int64).unique().to_list(), rows.height)

    @cached_property
    def _extraction(self) -> Extraction:
        scoring = scoring_of(self.task)
        assert isinstance(scoring, Extraction)
        return scoring

    @cached_property
    def _summary(self) -> Summary:
        scoring = scoring_of(self.task)
        assert isinstance(scoring, Summary)
        return scoring

    def _schema(self, rows: pl.DataFrame) -> Bools:
        return _where(not self._extraction.read(answer)[1] for answer in rows["output"])

    def _not_in_source(self, rows: pl.DataFrame) -> Bools:
        return _where(
            bool(set(self._extraction.not_in(text, answer)) - self.derived)
            for text, answer in rows["input", "output"].iter_rows()
        )

    def _sections(self, rows: pl.DataFrame) -> Bools:
        return _where(not self._summary.complete(answer) for answer in rows["output"])

    def _unsupported(self, rows: pl.DataFrame, *, numbers: bool) -> Bools:
        """Statements with a digit, which are numbers, or without one, which are names."""
        pairs = rows["input", "output", "language"].iter_rows()
        return _where(
            any(
                any(map(str.isdigit, statement)) is numbers
                for statement in self._summary.unsupported(text, answer, language)
                if not statement.startswith("<")  # placeholders have a code of their own
            )
            for text, answer, language in pairs
        )

    def _dates(self, rows: pl.DataFrame) -> Bools:
        return _where(
            bool(unsupported_dates(text, answer)) for text, answer in rows["input", "output"].iter_rows()
        )

    def _style(self, code: CodeName) -> Judge:
        assert self.task.style is not None
        checks = [
            breaks
            for name, breaks in word_checks(self.task.style).items()
            if _STYLE[name.partition(" ")[0]] == code
        ]
        return lambda rows: _broken(checks, rows)

    def _numbers(self, rows: pl.DataFrame) -> Bools:
        from curate.style import numbers

        if self.task.style is not None and not self.task.style.keep_numbers:
            return np.zeros(rows.height, dtype=bool)
        return _where(
            numbers(text) != numbers(answer) for text, answer in rows["input", "output"].iter_rows()
        )

    def _language(self, rows: pl.DataFrame) -> Bools:
        """In another language than the row says, or than its input is in."""
        from curate.pii.detect.languages.identify import identify

        said = rows["language"]
        asked = rows.with_columns(said.fill_null(identify(rows["input"])).alias("language"))
        return other_language(asked, rows["output"])


def _broken(checks: list[Breaks], rows: pl.DataFrame) -> Bools:
    return _where(any(breaks(*pair) for breaks in checks) for pair in rows["input", "output"].iter_rows())


def _where(holds: Iterable[bool]) -> Bools:
    return np.array(list(holds), dtype=bool)


def _at(places: list[int], rows: int) -> Bools:
    found = np.zeros(rows, dtype=bool)
    found[places] = True
    return found
