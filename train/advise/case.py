"""What is judged: rows, their kind, and what the owner declares of the task."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from curate.dedup.normalise import folded
from curate.dedup.params import Similarity
from curate.dedup.twins import find_twins
from curate.task import Kind
from train.advise.params import AdviseParams
from train.arrays import Bools, Ints
from train.cost_params import CostParams

# Rows that are learned from and read one by one at most, drawn by a hash of their ids: what is asked are
# shares, which 2,000 rows tell to within two points, and every question stays within seconds. Repeats, dates
# and leaks are looked for among all.
MOST = 2_000
# What is taken for the target where none is named, so that a plain file is judged at all.
ASSUMED: Mapping[Kind, float] = {
    Kind.CLASSIFICATION: 0.9,
    Kind.EXTRACTION: 0.85,
    Kind.REWRITING: 0.7,
    Kind.SUMMARY: 0.6,
    Kind.PREFERENCE: 0.8,
}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Evidence:
    """A row that shows something, and what."""

    example_id: str
    why: str


@dataclass(frozen=True)
class Signal:
    """The answer to one question.

    Parameters
    ----------
    name
        Of the question.
    said
        The answer in words, with its figures.
    figures
        JSON-safe.
    evidence
        Rows that show it, the clearest first.
    """

    name: str
    said: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True)
class Case:
    """A task before training.

    Parameters
    ----------
    rows
        `example_id, input, output, group, language, collected_at, held_out`, sorted by id; `held_out` is null
        where no split is known.
    metric, target
        As the card names them; None: nobody did.
    asked
        Whether there is a card, which has to name them.
    closed
        Values that the schema spells out.
    """

    rows: pl.DataFrame
    kind: Kind
    metric: str | None = None
    target: float | None = None
    asked: bool = False
    fresh_facts: bool = False
    closed: frozenset[str] = frozenset()
    params: AdviseParams = field(default_factory=AdviseParams)
    cost: CostParams = field(default_factory=CostParams)
    worthwhile: float = 0.01

    @property
    def goal(self) -> float:
        """The target, or what is taken for one."""
        return ASSUMED[self.kind] if self.target is None else self.target

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.rows.height

    @cached_property
    def ids(self) -> list[str]:
        """Ids in order."""
        return self.rows["example_id"].to_list()

    @cached_property
    def inputs(self) -> list[str]:
        """Inputs in order."""
        return self.rows["input"].to_list()

    @cached_property
    def outputs(self) -> list[str]:
        """Outputs in order."""
        return self.rows["output"].to_list()

    @cached_property
    def words(self) -> list[list[str]]:
        """Words of each input."""
        return [words_of(text) for text in self.inputs]

    @cached_property
    def questions(self) -> pl.Series:
        """Inputs as they are compared: case, space and signs aside."""
        return pl.Series("question", [" ".join(words) for words in self.words], dtype=pl.String)

    @cached_property
    def answers(self) -> pl.Series:
        """Outputs as they are compared."""
        return folded(self.rows["output"]).alias("answer")

    @cached_property
    def families(self) -> Ints:
        """Number of the near-duplicate family of each row, `[rows]`."""
        named = self.rows.select(
            pl.col("example_id").alias("id"),
            pl.col("input").alias("text"),
            pl.lit("").alias("guard"),
            pl.lit(False).alias("held_out"),
        )
        twins = find_twins(named, Similarity()).rows.select("id", "keeper")
        joined = self.rows.select("example_id").join(twins, left_on="example_id", right_on="id", how="left")
        return joined.select(pl.col("keeper").rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()

    @cached_property
    def labels(self) -> list[str]:
        """Distinct labels, sorted."""
        return self.answers.unique().sort().to_list()

    @cached_property
    def codes(self) -> Ints:
        """Place of each row's label in `labels`, `[rows]`."""
        places = {label: at for at, label in enumerate(self.labels)}
        return np.array([places[answer] for answer in self.answers], dtype=np.int64)

    @cached_property
    def part(self) -> Case:
        """The same task with at most `MOST` of its rows."""
        if self.height <= MOST:
            return self
        draws = [hashlib.blake2b(name.encode(), digest_size=8).hexdigest() for name in self.ids]
        drawn = self.rows.with_columns(pl.Series("_draw", draws)).sort("_draw", "example_id").head(MOST)
        return replace(self, rows=drawn.drop("_draw").sort("example_id"))

    @cached_property
    def test(self) -> Bools | None:
        """Which rows are held out; None where no split is known."""
        held = self.rows["held_out"]
        if held.null_count() or not held.any() or held.all():
            return None
        return held.to_numpy().astype(bool)


def words_of(text: str) -> list[str]:
    """Words and numbers of a text, in lower case."""
    return _WORD.findall(text.casefold())


def case_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as `Case` takes them.

    Parameters
    ----------
    frame
        `example_id, input, output`, and maybe `group, language, collected_at, held_out`; rows without an
        input or an output are left out.
    """
    wanted = {
        "example_id": pl.String,
        "input": pl.String,
        "output": pl.String,
        "group": pl.String,
        "language": pl.String,
        "collected_at": pl.String,
        "held_out": pl.Boolean,
    }
    given = [
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in wanted.items()
    ]
    rows = frame.select(given).filter(
        pl.col("input").str.strip_chars() != "", pl.col("output").str.strip_chars() != ""
    )
    return rows.sort("example_id")
