"""All guardrails over a frame: which answers may be used, which are held back, and why. `assay.guard`.

Vectorised over the rows; Python looks only at written answers (`answers.py`). A classifier's answers cost
some 20 microseconds a row, most of it the search for orders in the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.plain.result import Result
from curate.project import Project
from curate.task import Kind, TaskCard
from curate.text import plural
from curate.validate.params import ValidateParams
from train.guard.answers import Answers
from train.guard.codes import CODES, CodeName, Level, words_of
from train.guard.derived import derived_in_gold
from train.guard.expressions import expressions
from train.guard.injection import is_order
from train.guard.params import PredictParams
from train.judge.personal import Policy
from train.kinds.extraction import Extraction

# Judged before the model is asked: a row that they refuse is not.
BEFORE: tuple[CodeName, ...] = ("unreadable", "empty_input", "input_too_long", "injection")
# What the rest is judged by makes no sense for these.
_ALONE: tuple[CodeName, ...] = ("unreadable", "empty_input", "no_answer")
ROWS = pl.Schema(
    {
        "row": pl.Int64(),
        "input": pl.String(),
        "output": pl.String(),
        "confidence": pl.Float64(),
        "language": pl.String(),
        "source": pl.String(),
        "unreadable": pl.Boolean(),
    }
)


@dataclass(frozen=True, repr=False)
class Guarded(Result):
    """Answers, and why some are held back.

    Parameters
    ----------
    frame
        `row, input, output, confidence` and `codes` (why it is refused, joined by commas; empty: it is kept),
        `flags` (what is told beside a kept answer).
    """

    frame: pl.DataFrame

    @property
    def kept(self) -> pl.DataFrame:
        """Rows whose answer may be used: `row, input, output, confidence, flags`."""
        return self.frame.filter(pl.col("codes") == "").drop("codes")

    @property
    def refused(self) -> pl.DataFrame:
        """The other rows, with `codes` and `reasons` in words."""
        rows = self.frame.filter(pl.col("codes") != "").drop("flags")
        reasons = [words_of(codes) for codes in rows["codes"]]
        return rows.with_columns(pl.Series("reasons", reasons, dtype=pl.String))

    @property
    def dropped(self) -> pl.DataFrame:
        """`refused`."""
        return self.refused

    def counts(self) -> dict[str, int]:
        """Rows by the code that refuses them, the commonest first."""
        return counted(self.frame["codes"])

    def flags(self) -> dict[str, int]:
        """Kept rows by the code that flags them."""
        return counted(self.kept["flags"])

    def details(self) -> pl.DataFrame:
        """`row, code, level, words`, a line for each reason; no text of the rows."""
        lines = [
            self.frame.select(
                "row", pl.col(column).str.split(",").alias("code"), pl.lit(level).alias("level")
            )
            .explode("code")
            .filter(pl.col("code") != "")
            for column, level in (("codes", "refuse"), ("flags", "flag"))
        ]
        told = pl.concat(lines).sort("row", "level", "code")
        return told.with_columns(pl.Series("words", [CODES[code].words for code in told["code"]], pl.String))

    def headline(self) -> str:
        """How many are refused."""
        refused = int((self.frame["codes"] != "").sum())
        return f"{refused:,} of {plural(self.frame.height, 'answer')} refused"


def counted(codes: pl.Series) -> dict[str, int]:
    """Rows by code, of codes joined by commas, the commonest first."""
    each = codes.str.split(",").explode().to_frame("code").filter(pl.col("code") != "")
    return dict(
        each.group_by("code").len("rows").sort(["rows", "code"], descending=[True, False]).iter_rows()
    )


@dataclass(frozen=True)
class Guard:
    """The guardrails of a task; call it with inputs and outputs.

    Parameters
    ----------
    task
        The task card.
    labels
        Answers allowed in a classification.
    above
        Confidence above which a classifier's answer is given; None: not asked.
    longest
        Characters of the longest input.
    policy
        How personal data is looked for.
    derived
        Fields of an extraction whose values need not stand in the input.
    """

    task: TaskCard
    params: PredictParams = field(default_factory=PredictParams)
    labels: tuple[str, ...] = ()
    above: float | None = None
    longest: int | None = None
    policy: Policy = field(default_factory=Policy)
    derived: frozenset[str] = frozenset()

    @cached_property
    def levels(self) -> dict[CodeName, Level]:
        """The codes that are looked at."""
        levels = self.params.levels(self.task.kind)
        return {code: level for code, level in levels.items() if code != "unsure" or self.above is not None}

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self.task, self.policy, self.derived)

    @cached_property
    def _expressions(self) -> dict[CodeName, pl.Expr]:
        style = self.task.style
        length = style.length if style and self.task.kind is Kind.REWRITING else self.params.length
        return expressions(labels=self.labels, above=self.above, longest=self.longest, length=length)

    def __call__(
        self,
        inputs: Iterable[str | None],
        outputs: Iterable[Any],
        *,
        confidence: Iterable[float | None] | None = None,
        language: str | Iterable[str | None] | None = None,
        row: Iterable[int] | None = None,
    ) -> Guarded:
        """Judge answers that were given elsewhere.

        Parameters
        ----------
        inputs
            What the model was given, texts.
        outputs
            What it answered, in the same order: texts, or objects where JSON is asked for; None where it gave
            no answer.
        confidence
            A classifier's probability of each answer; needs `above`.
        language
            Of the inputs, a tag such as `en`, or one a row; by default it is told by the text.
        row
            Numbers that name the rows; by default they are counted from 0.

        Raises
        ------
        AssayError
            If they are not of one length, or an input is not a text.
        """
        columns: dict[str, list[Any]] = {"input": list(inputs), "output": [_text(one) for one in outputs]}
        height = len(columns["input"])
        if confidence is not None:
            columns["confidence"] = list(confidence)
        if language is not None:
            columns["language"] = [language] * height if isinstance(language, str) else list(language)
        columns["row"] = list(range(height)) if row is None else list(row)
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(column):,}" for name, column in columns.items())
            raise AssayError(
                f"inputs and outputs are not of one length: {lengths}", fix="give one answer an input"
            )
        try:
            frame = pl.DataFrame(columns, schema={name: ROWS[name] for name in columns}, strict=True)
        except (TypeError, pl.exceptions.PolarsError):
            raise AssayError(
                "an input is not a text, or a confidence not a number", fix="give inputs as a list of texts"
            ) from None
        return Guarded(self.judge(frame).select("row", "input", "output", "confidence", "codes", "flags"))

    def judge(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with `codes` (refused for) and `flags`, each joined by commas in the order of the table.

        Parameters
        ----------
        rows
            Columns of `ROWS`; those that are absent are null.
        """
        return _told(_whole(rows), self._holds(_whole(rows), tuple(self.levels)), self.levels)

    def may_ask(self, rows: pl.DataFrame) -> pl.Series:
        """Whether the model is to be asked of each row: what would be refused whatever it says is not."""
        before = tuple(code for code in BEFORE if self.levels.get(code) == "refuse")
        holds = self._holds(_whole(rows), before)
        return ~holds.select(pl.any_horizontal(pl.all()).alias("asked")).to_series()

    def _holds(self, rows: pl.DataFrame, codes: Sequence[CodeName]) -> pl.DataFrame:
        """A Boolean column for each of `codes`."""
        named = {
            code: self._expressions[code].fill_null(False).alias(code)
            for code in codes
            if code in self._expressions
        }
        quick = rows.select(pl.col("unreadable").fill_null(False), **named)
        if "empty_input" in quick.columns:
            quick = quick.with_columns(pl.col("empty_input") & ~pl.col("unreadable"))
        alone = [name for name in _ALONE if name in quick.columns]
        judged = ~quick.select(pl.any_horizontal(alone).alias("alone")).to_series()
        found: dict[CodeName, pl.Series] = {}
        for code in codes:
            if code == "injection":
                found[code] = is_order(rows["input"])
            elif code in quick.columns:
                found[code] = quick[code]
            elif (judge := self._answers.judges.get(code)) is not None:
                found[code] = _spread(judge(rows.filter(judged)), judged)
        single = pl.DataFrame({code: found[code] for code in found if code in _ALONE})
        # What is said of the input alone holds whatever the answer, or without one.
        rest = {
            code: series if code in BEFORE else series & judged
            for code, series in found.items()
            if code not in _ALONE
        }
        return single.with_columns(**rest)


def _spread(values: Any, where: pl.Series) -> pl.Series:
    """Values of the rows `where`, and False elsewhere."""
    found = pl.Series("found", [False]).new_from_index(0, len(where))
    return found.scatter(where.arg_true(), values.tolist()) if where.any() else found


def _told(rows: pl.DataFrame, holds: pl.DataFrame, levels: dict[CodeName, Level]) -> pl.DataFrame:
    """`rows` with `codes` and `flags`."""
    columns = []
    for name, level in (("codes", "refuse"), ("flags", "flag")):
        named = [
            pl.when(holds[code]).then(pl.lit(code))
            for code, mine in levels.items()
            if mine == level and code in holds.columns and holds[code].any()
        ]
        joined = pl.concat_str(named, separator=",", ignore_nulls=True) if named else pl.lit("")
        columns.append(joined.alias(name))
    return rows.with_columns(columns)


def _whole(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with every column of `ROWS`."""
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in ROWS.items() if name not in rows.columns]
    return rows.with_columns(absent)


def _text(output: Any) -> str | None:
    return canonical_json(output) if isinstance(output, dict | list) else output


def guard_of(project: Project, labels: Sequence[str] | None = None, above: float | None = None) -> Guard:
    """The guard of a project, by its card and params.

    Parameters
    ----------
    labels
        A model's; the card's own count before them.

    Raises
    ------
    AssayError
        If the task is a classification and nobody names its labels.
    """
    task, params = project.task, project.params("predict", PredictParams)
    allowed = tuple(task.labels) or tuple(labels or ())
    if task.kind is Kind.CLASSIFICATION and not allowed:
        raise AssayError("task.yaml names no labels, so none can be allowed", fix="add `labels` to task.yaml")
    longest = params.max_input_chars or project.params("validate", ValidateParams).input.max_chars
    policy = Policy(project.params("scan", ScanParams), project.params("redact", RedactParams), project.root)
    derived = frozenset(params.derived or ())
    if task.kind is Kind.EXTRACTION and params.derived is None:
        derived = derived_in_gold(project.gold, Extraction(task.output_schema))
    return Guard(task, params, allowed, above, longest, policy, derived)


def guard(project: Any = ".", *, above: float | None = None) -> Guard:
    """The guardrails of a project as a function, for answers of your own server.

    Parameters
    ----------
    project
        A folder in the project, or an `assay.Project`.
    above
        The confidence above which a classifier's answer is given (`assay predict` prints the one that holds
        the promised risk); by default confidence is not looked at.

    Returns
    -------
    Guard
        Called with inputs and outputs it gives a result: `kept`, `refused`, `counts()`, `details()`.

    Raises
    ------
    AssayError
        If there is no project, or its card or params are not valid.

    Examples
    --------
    >>> import assay
    >>> guarded = assay.guard("my-task")(inputs, outputs)  # doctest: +SKIP
    >>> guarded.kept["output"], guarded.counts()  # doctest: +SKIP
    """
    root = project if isinstance(project, str | Path) else project.root
    return guard_of(Project.find(Path(root)), above=above)
