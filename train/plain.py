"""Labels that look wrong, in any table: `train/labels.py` on a frame, spellings of one label taken together.

Each row is judged by models that never saw it. Where nothing can be compared, that is an error and not a
clean bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from curate.errors import AssayError, option
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.plain.spellings import folded_labels, spellings
from curate.read import need_columns
from curate.text import plural

if TYPE_CHECKING:
    from train.encoded import Decisions

# Packages of the `train` extra that judging takes.
_NEEDS = ("torch", "transformers", "sklearn")


@dataclass(frozen=True, repr=False)
class LabelsResult(Result):
    """Every row's label with the doubt about it.

    Parameters
    ----------
    frame
        The table.
    judged
        `row, given, suggested, score, flagged`, worst first: `score` is the probability that the given label
        is wrong. `given` is spelt as in the table, `suggested` as the label is spelt most often.
    threshold
        Score above which a row is flagged.
    incomplete
        Rows without a text or a label, which are not judged.
    alone
        Rows whose label stands on no other text, which cannot be judged: their score is 0.
    spellings
        `label, spelling, rows`: labels that are spelt several ways, taken as one.
    places
        The place in `frame` of each row of `judged`.
    decided
        What one slice of the rows gives otherwise than the rest, where columns were named to slice them by
        (see `train.encoded`).
    what
        What is doubted: `label`, or `pair` where it is the order of two answers.
    """

    frame: pl.DataFrame
    judged: pl.DataFrame
    threshold: float
    incomplete: int
    alone: int
    spellings: pl.DataFrame
    places: pl.Series = field(default_factory=pl.Series)
    decided: Decisions | None = None
    what: str = "label"

    @property
    def _doubted(self) -> pl.Series:
        numbers = pl.int_range(self.frame.height, eager=True)
        return among(numbers, self.places.filter(self.judged["flagged"]).cast(pl.Int64))

    @property
    def kept(self) -> pl.DataFrame:
        """Rows whose label is not doubted."""
        return self.frame.filter(~self._doubted)

    @property
    def dropped(self) -> pl.DataFrame:
        """Rows whose label looks wrong."""
        return self.frame.filter(self._doubted)

    @property
    def suspects(self) -> pl.DataFrame:
        """The flagged rows of `judged`, without that column."""
        return self.judged.filter("flagged").drop("flagged")

    def counts(self) -> dict[str, int]:
        """Flagged rows by given label, the commonest first."""
        counted = self.suspects.group_by("given").len("rows")
        return dict(counted.sort(["rows", "given"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The flagged rows, worst first."""
        return self.suspects

    def headline(self) -> str:
        """How many labels look wrong, and how many could not be judged."""
        wrong = "answers that look exchanged" if self.what == "pair" else "a label that looks wrong"
        said = f"{plural(self.judged.height, 'row')}, {self.suspects.height:,} with {wrong}"
        if self.alone:
            verb = (
                "has a label of its own and cannot"
                if self.alone == 1
                else "have a label of their own and cannot"
            )
            said += f"; {plural(self.alone, 'row')} {verb} be judged"
        return said

    def at(self, threshold: float) -> LabelsResult:
        """The same scores, cut at another threshold."""
        same = folded_labels(self.judged["given"]) == folded_labels(self.judged["suggested"])
        flagged = (self.judged["score"] > threshold) & ~same
        return replace(self, judged=self.judged.with_columns(flagged.alias("flagged")), threshold=threshold)


def labels(
    table: Table,
    input: str,
    output: str,
    *,
    id: str | pl.Series | None = None,
    threshold: float | None = None,
    by: Sequence[str] = (),
    name: str = "the table",
) -> LabelsResult:
    """Judge every label of `table` by the other rows; needs the `train` extra.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    input, output
        Columns of the text and of the label.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    threshold
        Probability above which a label is flagged; 0.6 by default (measured: `train/labels.py`).
    by
        Columns such as a source, an annotator or a month: is there one that gives one label where the rest
        give another?

    Raises
    ------
    AssayError
        If the extra is not installed, a column is missing, or the labels cannot be judged: there is only one,
        or each stands on one text only.

    Examples
    --------
    >>> import polars as pl
    >>> texts = [f"{word} number {n}" for word in ("refund", "parcel") for n in range(6)]
    >>> given = ["refund"] * 6 + ["parcel"] * 5 + ["refund"]
    >>> result = labels(pl.DataFrame({"text": texts, "label": given}), "text", "label")
    >>> result.suspects["row"].to_list()
    [11]
    """
    need_extra()
    from train.labels import CUT_OFF, suspects

    frame = frame_of(table, name)
    rows = row_names(frame, id, name, once=False)
    texts = text_column(frame, input, "input", name).alias("text")
    given = text_column(frame, output, "output", name).alias("given")
    need_columns(frame, by, name, option=option("by"))
    spelt = spellings(given)
    usual = dict(spelt.select("spelling", "label").iter_rows())
    number = pl.int_range(frame.height, eager=True).cast(pl.String).str.zfill(12).alias("number")
    known = pl.DataFrame([number, texts, given]).filter(
        pl.col("text").str.strip_chars() != "", pl.col("given").str.strip_chars() != ""
    )
    known = known.with_columns(pl.col("given").replace(usual).alias("label"))
    alone = _alone(known, output, name)
    suspected = suspects(known["number"], known["text"], known["label"])
    places = suspected["example_id"].cast(pl.Int64)
    judged = suspected.select(
        rows.gather(places).alias("row"), given.gather(places).alias("given"), "suggested", "score", "flagged"
    )
    decided = _decided(frame, known, by, rows) if by else None
    result = LabelsResult(frame, judged, CUT_OFF, frame.height - known.height, alone, spelt, places, decided)
    return result if threshold is None else result.at(threshold)


def _decided(frame: pl.DataFrame, known: pl.DataFrame, by: Sequence[str], rows: pl.Series) -> Decisions:
    """The decisions that one value of a column takes otherwise than the rest, with rows as they are named."""
    from train.encoded import decisions

    places = known["number"].cast(pl.Int64)
    slices = frame.select(pl.col(column).cast(pl.String) for column in by)[places]
    found = decisions(known["number"], known["text"], known["label"], slices)
    named = rows.gather(found.rows["example_id"].cast(pl.Int64)).cast(pl.String).alias("example_id")
    return replace(found, rows=found.rows.with_columns(named))


def need_extra() -> None:
    """Fail unless the `train` extra is installed."""
    from importlib.util import find_spec

    absent = [package for package in _NEEDS if find_spec(package) is None]
    if absent:
        raise AssayError(
            f"labels are judged with a language model, and {', '.join(absent)} is not installed",
            fix="pip install 'assay[train]'",
        )


def _alone(known: pl.DataFrame, output: str, name: str) -> int:
    """Rows whose label stands on one text only, so that no other row speaks for or against it.

    Raises
    ------
    AssayError
        If that leaves nothing to compare.
    """
    texts = known.group_by("label").agg(pl.col("text").n_unique().alias("texts"), pl.len().alias("rows"))
    why = ""
    if texts.height == 0:
        why = "no row has both a text and a label"
    elif texts.height == 1:
        why = f"{plural(known.height, 'row')}, and all have one label"
    elif (texts["texts"] < 2).all():
        why = f"{plural(texts.height, 'label')}, and each stands on one text only"
    if why:
        raise AssayError(
            f"the labels of {name} cannot be judged: {why}",
            fix=f"name the column of the class with {option('output')}; its values repeat",
        )
    return int(texts.filter(pl.col("texts") < 2)["rows"].sum())
