"""Summary figures: are the sections there, is it near the house's own version, does it say what the case does
not?

| column | counts |
|---|---|
| rows | 1 |
| complete | 1 if every heading of the card stands once, in the card's order |
| rouge_l | ROUGE-L F1 of the row (Lin, 2004, W04-1013): longest common subsequence of words |
| supported | 1 if the input holds each number, name and placeholder (`curate.validate.unsupported`) |
| chrF | 18 counts of character n-grams (`train.kinds.chrf`) |

ROUGE-L is rapidfuzz's longest common subsequence over words of any script; Google's rouge-score, which drops
every letter beyond a to z, is the oracle in the tests for text without such letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import polars as pl

from curate.validate.schema import heading
from curate.validate.unsupported import unsupported
from train.arrays import Bools, Floats
from train.kinds.base import Metric, Scoring, share
from train.kinds.chrf import chrf, chrf_columns
from train.kinds.rewriting import per_language

_ROWS, _COMPLETE, _ROUGE, _SUPPORTED, _CHRF = range(5)
_WORD = re.compile(r"[^\W_]+")


class Summary(Scoring):
    """Scores of answers in fixed sections.

    Parameters
    ----------
    sections
        Headings that every answer must have, in order.
    """

    metrics: ClassVar[Mapping[str, Metric]] = {
        "chrf": Metric("chrF", lambda totals: chrf(totals[..., _CHRF:])),
        "rouge_l": Metric("ROUGE-L", share(_ROUGE, _ROWS)),
        "sections_complete": Metric("share with every section", share(_COMPLETE, _ROWS)),
        "supported": Metric("share that invents no number or name", share(_SUPPORTED, _ROWS)),
    }
    share_right: ClassVar[str] = "sections_complete"

    def __init__(self, sections: Sequence[str]) -> None:
        self.sections = tuple(sections)
        self._headings = [re.compile(f"(?mi){heading(section)}") for section in sections]

    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Floats:
        """Dense `[rows, 22]`; see the table above."""
        languages = (
            rows["language"] if "language" in rows.columns else pl.repeat(None, rows.height, eager=True)
        )
        scored = [
            (
                1.0,
                float(self.complete(answer)),
                rouge_l(truth, answer),
                float(not self.unsupported(text, answer, language)),
            )
            for text, truth, answer, language in zip(
                rows["input"], rows["output"], answers, languages, strict=True
            )
        ]
        return np.column_stack(
            [
                np.array(scored, dtype=np.float64).reshape(len(scored), _CHRF),
                chrf_columns(rows["output"].to_list(), answers.to_list()),
            ]
        )

    def read(self, answer: Any) -> tuple[Any, bool]:
        """The text behind each heading that stands once, and whether all do, in order."""
        found = {
            section: [match.start() for match in pattern.finditer(answer)]
            for section, pattern in zip(self.sections, self._headings, strict=True)
        }
        starts = {section: places[0] for section, places in found.items() if len(places) == 1}
        read = {}
        for section, start in starts.items():
            end = min((place for place in starts.values() if place > start), default=len(answer))
            title = re.match(rf"[\W\d]*{re.escape(section)}", answer[start:end], re.IGNORECASE)
            read[section] = answer[start + (title.end() if title else 0) : end].strip(" \t\r\n:-*#")
        return read or None, self.complete(answer)

    def complete(self, answer: str) -> bool:
        """Whether every heading stands once, in order."""
        places = [[match.start() for match in pattern.finditer(answer)] for pattern in self._headings]
        once = [positions[0] for positions in places if len(positions) == 1]
        return len(once) == len(places) and once == sorted(once)

    def unsupported(self, text: str, answer: str, language: str | None = None) -> list[str]:
        """Numbers, names and placeholders of the answer that the input does not hold."""
        body = answer
        for section in self.sections:  # the heading's own words; what stands behind it on its line stays
            body = re.sub(rf"(?mi)^[\W\d]{{0,9}}{re.escape(section)}\b", " ", body)
        return unsupported(text, body, language)

    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Which answers have every section."""
        return np.array([self.complete(answer) for answer in answers], dtype=bool)

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`per_section`: `section, present`; and `per_language` where rows have one."""
        present = [sum(bool(pattern.search(answer)) for answer in answers) for pattern in self._headings]
        tables = {
            "per_section": pl.DataFrame(
                {"section": list(self.sections), "present": present},
                schema={"section": pl.String, "present": pl.Int64},
            )
        }
        if "language" in rows.columns:
            names = ("chrf", "rouge_l", "sections_complete", "supported")
            tables["per_language"] = per_language(self, rows, answers, names)
        return tables


def rouge_l(truth: str, answer: str) -> float:
    """F1 of the longest common subsequence of words, lower case; 0 where one has no words."""
    from rapidfuzz.distance import LCSseq

    wanted, given = ([word.lower() for word in _WORD.findall(text)] for text in (truth, answer))
    if not wanted or not given:
        return 0.0
    return 2 * LCSseq.similarity(wanted, given) / (len(wanted) + len(given))
