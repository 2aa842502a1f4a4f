"""One part of the rows answered and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from train.guard.guard import Guard
from train.judge.answering import predict
from train.systems.base import Classifier, System


@dataclass(frozen=True)
class Answerer:
    """A loaded system and the guardrails around it.

    Parameters
    ----------
    batch_size
        Rows that a classifier is asked at a time.
    """

    system: System
    guard: Guard
    batch_size: int = 64

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` (columns of `train.guard.guard.ROWS` and others) with `output`, `confidence`, `codes` and
        `flags`; a row that is refused for its input alone is not asked.
        """
        asked = self.guard.may_ask(rows)
        output, confidence = self.answers(rows["input"].filter(asked).to_list())
        places = asked.arg_true()
        nothing = pl.Series("output", [None], dtype=pl.String).new_from_index(0, rows.height)
        unknown = pl.Series("confidence", [None], dtype=pl.Float64).new_from_index(0, rows.height)
        answered = rows.with_columns(
            nothing.scatter(places, output) if output else nothing,
            unknown.scatter(places, confidence) if confidence else unknown,
        )
        judged = self.guard.judge(answered)
        # What was not asked has no answer for that very reason.
        return judged.with_columns(
            pl.when(asked)
            .then("codes")
            .otherwise(pl.col("codes").str.replace(r",?\bno_answer\b", "").str.strip_chars(","))
            .alias("codes"),
            pl.col("confidence").round(6),
        )

    def answers(self, texts: Sequence[str]) -> tuple[list[str], list[float]]:
        """The answer to each text, and a classifier's confidence in it."""
        if not texts:
            return [], []
        if not self.system.classifies:
            return self.system.read(self.system.write(texts)), []
        assert isinstance(self.system, Classifier)
        labels = self.system.labels
        proba = predict(self.system, texts, labels, labels, self.batch_size)
        names = pl.Series("label", labels, dtype=pl.String)
        return names.gather(proba.argmax(axis=1)).to_list(), proba.max(axis=1).tolist()
