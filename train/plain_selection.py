"""Which rows to keep when there is room for a few, of any table: `train/selection.py` on a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from curate.errors import AssayError, option
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.task import Kind
from curate.text import plain, plural
from curate.validate.catalogue import REQUIREMENTS
from curate.validate.params import ValidateParams
from curate.validate.rules import RULES
from train.quality import qualities
from train.selection import Selection, selected
from train.vectors import embedded

# Values of a column that are told of in `spread`; a column of more names rows rather than groups.
MOST_VALUES = 200


@dataclass(frozen=True, repr=False)
class SelectResult(Result):
    """The rows chosen, and the rows that they stand for.

    Parameters
    ----------
    frame
        The table.
    chosen
        `row, rank, stratum, why, stands_for, gain, quality`, by rank (see `train.selection.CHOSEN`).
    passed_over
        `row, like, similarity, quality`: the other rows, and the chosen row that stands for each.
    spread
        `by, value, rows, share, chosen, chosen_share`: where the budget went, by column.
    places
        The place in `frame` of each row of `chosen`.
    vectors
        What the texts were compared by: an encoder's name, or `words`.
    judged
        Whether outputs were judged by the other rows, as quality.
    without_text
        Rows that could not be chosen.
    budget
        Rows that were asked for.
    over
        The columns over whose values the budget was divided, and how many values they have together.
    """

    frame: pl.DataFrame
    chosen: pl.DataFrame
    passed_over: pl.DataFrame
    spread: pl.DataFrame
    places: pl.Series
    vectors: str
    judged: bool
    without_text: int
    budget: int
    over: tuple[tuple[str, ...], int]

    @property
    def _taken(self) -> pl.Series:
        return among(pl.int_range(self.frame.height, eager=True), self.places)

    @property
    def kept(self) -> pl.DataFrame:
        """The chosen rows, in the order of the table."""
        return self.frame.filter(self._taken)

    @property
    def dropped(self) -> pl.DataFrame:
        """The rows passed over."""
        return self.frame.filter(~self._taken)

    def counts(self) -> dict[str, int]:
        """Chosen rows by why."""
        counted = self.chosen.group_by("why").len("rows")
        return dict(counted.sort(["rows", "why"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The chosen rows, by rank."""
        return self.chosen

    def notes(self) -> tuple[str, ...]:
        """Where the budget does not fit: it is more than the rows, or fewer than there are values."""
        columns, values = self.over
        said = []
        if self.budget > self.chosen.height:
            rows = plural(self.chosen.height, "row")
            said.append(f"the budget is {self.budget:,}, and all there is to choose from is {rows}")
        if self.chosen.height < values:
            said.append(
                f"{plain(' · '.join(columns), 80)} has {values:,} values, more than the budget of "
                f"{self.budget:,}: only the commonest get a row"
            )
        return tuple(said)

    def headline(self) -> str:
        """How many rows were chosen of how many."""
        said = f"{self.chosen.height:,} of {plural(self.frame.height, 'row')} chosen"
        if self.without_text:
            said += f"; {plural(self.without_text, 'row')} without a text or a label left out"
        return said


def select(
    table: Table,
    input: str,
    output: str | None = None,
    *,
    budget: int,
    kind: str = "classification",
    by: Sequence[str] = (),
    balance: Sequence[str] | None = None,
    evenness: float = 1.0,
    vectors: str = "auto",
    judge: bool = True,
    id: str | pl.Series | None = None,
    name: str = "the table",
    warned: Mapping[str, int] | None = None,
) -> SelectResult:
    """Choose `budget` rows of `table`: rows that stand for the others, evenly over the labels, the
    trustworthy first.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    input, output
        Columns of the text and of what is wanted for it; without `output` texts alone decide.
    budget
        Rows to choose.
    kind
        `classification` balances over labels and doubts them; any other kind only chooses by text and rules.
    by
        Columns of which is told how the budget spreads over their values.
    balance
        Columns over whose values the budget is divided; by default `output` where that is a label.
    evenness
        0: each value by its share of rows; 1: each the same.
    vectors
        `auto`: the bundled encoder where it is installed, else `words`; or an encoder's name.
    judge
        Whether outputs and rules count as quality.
    id
        The column (or a series) that names a row, each once; by default rows are numbered from 0.
    warned
        Rules that a row breaks, by its name, where they are known; else they are looked for here.

    Raises
    ------
    AssayError
        If a column is missing, an id repeats or has no value, the budget is not positive, or the encoder is
        not there.

    Examples
    --------
    >>> import polars as pl
    >>> texts = ["where is my parcel", "my parcel is late", "refund me", "a refund please", "pay me back"]
    >>> table = pl.DataFrame({"text": texts, "label": ["delivery"] * 2 + ["billing"] * 3})
    >>> select(table, "text", "label", budget=2, vectors="words").kept["label"].to_list()
    ['delivery', 'billing']
    """
    if budget < 1:
        raise AssayError(f"a budget of {budget} rows chooses nothing", fix=f"{option('budget')} 500")
    if not 0 <= evenness <= 1:
        raise AssayError(f"{option('evenness')} {evenness} is not from 0 to 1", fix=f"{option('evenness')} 1")
    frame = frame_of(table, name)
    rows = row_names(frame, id, name)
    chosen_kind = Kind(kind)
    texts = text_column(frame, input, "input", name).alias("input")
    if output is None:
        outputs = pl.repeat(None, frame.height, dtype=pl.String, eager=True).alias("output")
    else:
        outputs = text_column(frame, output, "output", name).alias("output")
    over = (
        balance if balance is not None else [output] if output and chosen_kind is Kind.CLASSIFICATION else []
    )
    named = dict.fromkeys(by, "by") | dict.fromkeys(balance or (), "balance")
    groups = {
        column: text_column(frame, column, named.get(column, "output"), name).fill_null("").alias(column)
        for column in dict.fromkeys([*over, *by])
    }
    number = pl.int_range(frame.height, eager=True).cast(pl.String).str.zfill(12).alias("example_id")
    known = pl.DataFrame(
        [number, texts, outputs, _stratum([groups[column] for column in over], frame.height)]
    )
    known = known.filter(pl.col("input").str.strip_chars() != "")
    if output:
        known = known.filter(pl.col("output").str.strip_chars() != "")
    if known.is_empty():
        raise AssayError(
            f"{name} has no row to choose from", fix=f"name the column of texts with {option('input')}"
        )
    points = embedded(known["input"].to_list(), vectors)
    quality, judged = None, False
    if judge and output:
        places = known["example_id"].cast(pl.Int64)
        if warned is None:
            broken = _warned(known, chosen_kind)
        else:
            broken = (
                rows.gather(places).cast(pl.String).replace_strict(warned, default=0, return_dtype=pl.Int64)
            )
        quality, judged = qualities(known, chosen_kind, points.values, broken)
    told = selected(
        known["example_id"],
        known["input"],
        known["stratum"],
        points.values,
        budget,
        quality=quality,
        evenness=evenness,
    )
    result = _result(frame, rows, told, groups, points.made_by, judged, frame.height - known.height)
    return replace(result, budget=budget, over=(tuple(over), known["stratum"].n_unique()))


def _stratum(columns: Sequence[pl.Series], height: int) -> pl.Series:
    """The values of several columns as one."""
    if not columns:
        return pl.repeat("", height, dtype=pl.String, eager=True).alias("stratum")
    joined = pl.DataFrame([column.alias(str(at)) for at, column in enumerate(columns)])
    return joined.select(pl.concat_str(pl.all(), separator=" · ")).to_series().alias("stratum")


def _warned(known: pl.DataFrame, kind: Kind) -> pl.Series:
    """Rules that each row breaks; one that keeps rows out of a gold set, as each requirement of the schema
    does, weighs as much as a hundred."""
    from curate.plain.rules import rules

    if kind is Kind.PREFERENCE:
        return pl.repeat(0, known.height, eager=True)
    params = ValidateParams()
    broken = rules(known, "input", "output", kind=str(kind), id="example_id").broken
    severe = [*REQUIREMENTS, *(code for code in RULES if params.level(code) == "quarantine")]
    weight = pl.when(pl.col("rule").is_in(severe)).then(100).otherwise(1)
    counted = broken.unique(["row", "rule"]).group_by("row").agg(weight.sum().alias("broken"))
    joined = known.join(counted, left_on="example_id", right_on="row", how="left", maintain_order="left")
    return joined["broken"].fill_null(0)


def _result(
    frame: pl.DataFrame,
    rows: pl.Series,
    told: Selection,
    groups: Mapping[str, pl.Series],
    made_by: str,
    judged: bool,
    without: int,
) -> SelectResult:
    """The selection, with rows named as the caller names them."""
    places = told.chosen["example_id"].cast(pl.Int64)
    like = told.passed_over["like"].cast(pl.Int64)
    passed = told.passed_over.select(
        rows.gather(told.passed_over["example_id"].cast(pl.Int64)).alias("row"),
        rows.gather(like).alias("like"),
        "similarity",
        "quality",
    )
    chosen = told.chosen.select(rows.gather(places).alias("row"), pl.exclude("example_id"))
    return SelectResult(
        frame,
        chosen,
        passed,
        _spread(groups, places),
        places,
        made_by,
        judged,
        without,
        places.len(),
        ((), 1),
    )


def _spread(groups: Mapping[str, pl.Series], places: pl.Series) -> pl.DataFrame:
    """Rows of each value of each column, in the table and among the chosen."""
    schema = {
        "by": pl.String,
        "value": pl.String,
        "rows": pl.Int64,
        "share": pl.Float64,
        "chosen": pl.Int64,
        "chosen_share": pl.Float64,
    }
    parts = [pl.DataFrame(schema=schema)]
    for column, values in groups.items():
        whole = values.rename("value").value_counts(name="rows")
        if whole.height > MOST_VALUES:
            continue
        taken = values.gather(places).rename("value").value_counts(name="chosen")
        parts.append(
            whole.join(taken, on="value", how="left")
            .with_columns(pl.col("chosen").fill_null(0), pl.lit(column).alias("by"))
            .with_columns(
                (pl.col("rows") / max(values.len(), 1)).round(6).alias("share"),
                (pl.col("chosen") / max(places.len(), 1)).round(6).alias("chosen_share"),
            )
            .sort(["rows", "value"], descending=[True, False])
            .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        )
    return pl.concat(parts)
