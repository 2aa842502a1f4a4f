"""The schema of a kind and the named quality rules, on any table.

What is found is what stage `validate` finds (`curate/validate/stage.py`), warnings included; for labels,
every rarer spelling of a label counts as well, since a plain table has no card that lists the right ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.errors import AssayError, option
from curate.examples import EXAMPLES, conform
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.plain.spellings import spellings
from curate.task import METRICS, Kind, Metric, TaskCard
from curate.text import plural
from curate.validate.own.load import load
from curate.validate.params import ValidateParams
from curate.validate.stage import breaches

VARIANT = "label_variant"


@dataclass(frozen=True, repr=False)
class RulesResult(Result):
    """Rows that break a rule.

    Parameters
    ----------
    frame
        The table.
    rows
        What names each of its rows.
    broken
        `row, rule, evidence`, in the order of the table; the evidence names the field, never its text.
    kind
        The kind whose schema was applied.
    spellings
        `label, spelling, rows`: labels that are spelt several ways (classification).
    marred
        Boolean, one per row: whether it breaks a rule. Several rows may share a name.
    """

    frame: pl.DataFrame
    rows: pl.Series
    broken: pl.DataFrame
    kind: str
    spellings: pl.DataFrame
    marred: pl.Series

    @property
    def kept(self) -> pl.DataFrame:
        """Rows that break no rule."""
        return self.frame.filter(~self.marred)

    @property
    def dropped(self) -> pl.DataFrame:
        """Rows that break one."""
        return self.frame.filter(self.marred)

    def counts(self) -> dict[str, int]:
        """Rows by rule, the commonest first."""
        counted = self.broken.group_by("rule").agg(pl.col("row").n_unique().alias("rows"))
        return dict(counted.sort(["rows", "rule"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """Every rule that each row breaks."""
        return self.broken

    def headline(self) -> str:
        """How many rows break a rule."""
        broken = int(self.marred.sum())
        return f"{plural(self.frame.height, 'row')}, {broken:,} {'breaks' if broken == 1 else 'break'} a rule"


def rules(
    table: Table,
    input: str,
    output: str,
    *,
    rejected: str | None = None,
    kind: str | None = None,
    card: TaskCard | None = None,
    id: str | pl.Series | None = None,
    params: ValidateParams | None = None,
    rules_file: str | Path | None = None,
    name: str = "the table",
) -> RulesResult:
    """Find the rows of `table` that break the schema of their kind or a named quality rule.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    input, output, rejected
        Columns: the text given, the label, JSON or text wanted, and a preference's rejected answer.
    kind
        `classification` (the default), `extraction`, `rewriting`, `summary` or `preference`.
    card
        A task card that says labels, schema, sections and languages; it brings its kind.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    params
        Lengths, and levels of rules: `ValidateParams(rules={"markup_left": "off"})`.
    rules_file
        A Python file with rules of one's own (`assay.rule`) and pandera schemas; it is run.

    Raises
    ------
    AssayError
        If a column is missing or holds no text, or the kind does not fit.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"text": ["my card is lost", "!!!"], "label": ["lost", "lost"]})
    >>> rules(table, "text", "label").counts()
    {'no_text': 1}
    """
    frame = frame_of(table, name)
    chosen = _kind(kind, card)
    if (chosen is Kind.PREFERENCE) != (rejected is not None):
        raise AssayError(
            f"{option('rejected')} goes with kind preference, and only with it",
            fix=f"name that column with {option('rejected')}, or another kind with {option('kind')}",
        )
    columns = {"input": input, "output": output} | ({"rejected": rejected} if rejected else {})
    rows = row_names(frame, id, name, once=False)
    texts = {role: text_column(frame, column, role, name) for role, column in columns.items()}
    # A padded row number stands in for the id: it is unique, and sorts as the table does.
    number = pl.int_range(frame.height, eager=True).cast(pl.String).str.zfill(12).alias("example_id")
    examples = pl.DataFrame([number, *(text.alias(role) for role, text in texts.items())]).with_columns(
        pl.lit(False).alias("held_out")
    )
    params = params or ValidateParams()
    if params.rules_file is not None and rules_file is None:
        raise AssayError(
            "`params` names a file of rules, which is run only where the call names it",
            fix="give rules_file=",
        )
    own = load(Path(rules_file)) if rules_file is not None else ()
    params.refuse_unknown([rule.code for rule in own])
    breached = breaches(conform(examples, EXAMPLES), card or _no_card(chosen), params, own)
    spelt = spellings(texts["output"].head(frame.height if chosen is Kind.CLASSIFICATION else 0))
    if params.level(VARIANT) != "off":
        breached = _with_variants(breached, examples, spelt)
    places = breached["example_id"].cast(pl.Int64)
    broken = breached.select(rows.gather(places).alias("row"), "rule", "evidence")
    marred = among(pl.int_range(frame.height, eager=True), places)
    return RulesResult(frame, rows, broken, str(chosen), spelt, marred)


def _kind(kind: str | None, card: TaskCard | None) -> Kind:
    if kind is not None and kind not in tuple(Kind):
        raise AssayError(f"{kind!r} is not a kind of task", fix=f"choose one of {', '.join(Kind)}")
    chosen = Kind(kind) if kind else card.kind if card else Kind.CLASSIFICATION
    if card and card.kind is not chosen:
        raise AssayError(
            f"{option('kind')} {chosen} is not the task card's kind, {card.kind}",
            fix=f"leave out {option('kind')} or {option('task')}",
        )
    return chosen


def _no_card(kind: Kind) -> TaskCard:
    return TaskCard(name=kind, kind=kind, behaviour="unsaid", metric=Metric(name=METRICS[kind][0], target=0))


def _with_variants(found: pl.DataFrame, examples: pl.DataFrame, spelt: pl.DataFrame) -> pl.DataFrame:
    """`found`, with a breach for every row whose label is not the commonest of its spellings."""
    rarer = spelt.filter(pl.col("spelling") != pl.col("label"))
    ways = spelt.group_by("label").len("ways")
    rows = (
        examples.join(rarer.join(ways, on="label"), left_on="output", right_on="spelling")
        .join(found.filter(pl.col("rule") == VARIANT), on="example_id", how="anti")
        .select(
            "example_id",
            pl.lit(VARIANT).alias("rule"),
            pl.format("output: one of {} spellings of a label, and not the commonest", "ways").alias(
                "evidence"
            ),
        )
    )
    return pl.concat([found, rows]).sort("example_id", "rule", "evidence")
