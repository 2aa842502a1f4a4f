"""Rewriting figures: do the card's rules hold, is it near the house's own version, was anything done at all?

| column | counts |
|---|---|
| rows | 1 |
| rules | 1 if every rule of the card's `style` holds |
| kept | 1 if the answer is in the language of the row, or too short to tell |
| changed | 1 unless the answer is the input again where the truth is not |
| chrF | 18 counts of character n-grams (`train.kinds.chrf`) |

`rules_broken` lists how many answers break each rule: the mean hides which one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import polars as pl

from curate.style import style_checks
from curate.task import Style
from train.arrays import Bools, Floats
from train.kinds.base import Metric, Scoring, share
from train.kinds.chrf import chrf, chrf_columns

_ROWS, _RULES, _KEPT, _CHANGED, _CHRF = range(5)


class Rewriting(Scoring):
    """Scores of answers that are the input in other words.

    Parameters
    ----------
    style
        The card's rules.
    """

    metrics: ClassVar[Mapping[str, Metric]] = {
        "chrf": Metric("chrF", lambda totals: chrf(totals[..., _CHRF:])),
        "rules_passed": Metric("share that keeps every rule", share(_RULES, _ROWS)),
        "language_kept": Metric("language kept", share(_KEPT, _ROWS)),
        "changed": Metric("share not copied through", share(_CHANGED, _ROWS)),
    }
    share_right: ClassVar[str] = "rules_passed"

    def __init__(self, style: Style | None = None) -> None:
        self.style = style or Style()

    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Floats:
        """Dense `[rows, 22]`; see the table above."""
        broken = self._broken(rows, answers)
        rules = np.ones(rows.height)
        for one in broken.values():
            rules *= ~one
        copied = (_words(rows["input"]) == _words(answers)) & (_words(rows["output"]) != _words(answers))
        return np.column_stack(
            [
                np.ones(rows.height),
                rules,
                ~other_language(rows, answers),
                ~copied.to_numpy(),
                chrf_columns(rows["output"].to_list(), answers.to_list()),
            ]
        ).astype(np.float64)

    def _broken(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, Bools]:
        """Which answers break each rule, `[rows]` by rule."""
        texts = list(zip(rows["input"], answers, strict=True))
        return {
            name: np.array([breaks(*pair) for pair in texts], dtype=bool)
            for name, breaks in style_checks(self.style).items()
        }

    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Which answers keep every rule."""
        return np.asarray(self.matrix(rows, answers)[:, _RULES] > 0)

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`rules_broken`: `rule, answers`; and `per_language`: `language, rows, chrf, rules_passed`."""
        broken = {rule: int(which.sum()) for rule, which in self._broken(rows, answers).items()}
        tables = {
            "rules_broken": pl.DataFrame(
                {"rule": list(broken), "answers": list(broken.values())},
                schema={"rule": pl.String, "answers": pl.Int64},
            )
        }
        if "language" in rows.columns:
            tables["per_language"] = per_language(self, rows, answers, ("chrf", "rules_passed"))
        return tables


def per_language(
    scoring: Scoring, rows: pl.DataFrame, answers: pl.Series, names: tuple[str, ...]
) -> pl.DataFrame:
    """`language, rows` and the metrics `names`, a line a language."""
    matrix, lines = scoring.matrix(rows, answers), []
    for language in rows["language"].unique().sort():
        mine = rows["language"].eq_missing(language).to_numpy()
        figures = scoring.figures(matrix[mine])
        lines.append(
            {"language": language, "rows": int(mine.sum()), **{name: figures[name] for name in names}}
        )
    schema: Any = {"language": pl.String, "rows": pl.Int64, **dict.fromkeys(names, pl.Float64)}
    return pl.DataFrame(lines, schema=schema)


def other_language(rows: pl.DataFrame, answers: pl.Series) -> Bools:
    """Which answers are in another language than their row, as far as that can be detected, `[rows]`."""
    from curate.pii.detect.languages.identify import identify

    if "language" not in rows.columns:
        return np.zeros(rows.height, dtype=bool)
    languages = identify(answers.rename("answer"))
    asked = rows["language"].str.to_lowercase().str.slice(0, 2)
    return (languages != asked).fill_null(False).to_numpy()


def _words(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(r"\s+", " ").str.strip_chars()
