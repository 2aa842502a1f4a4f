"""`validate` of partitions, on an engine: the same tables as of the whole.

Rules look at a row by itself, but for three facts: how many rows have each label (a rare spelling is one
among all of them), how many answers are in another language than asked for (where many are, the task asks for
it), and whether an id stands twice. Labels are counted first; then each partition is judged; then what stays
is brought out. In memory: ids, breaches, edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from curate.engine import Part, current
from curate.examples import EXAMPLES
from curate.stage import Progress, StageResult
from curate.task import Kind, TaskCard
from curate.validate.answers import is_usual, known_answers, writes
from curate.validate.params import ValidateParams
from curate.validate.stage import Tally, breaches, cleaned, levels_of, parted, result_of, tally_of


@dataclass(frozen=True)
class _Judged:
    """What is known of a partition: breaches and edits, its held-out ids, and how many answers tell their
    language.
    """

    breached: pl.DataFrame
    edits: pl.DataFrame
    held_out: pl.DataFrame
    known: int


def validate_parts(
    parts: Sequence[Part],
    ids: pl.Series,
    task: TaskCard,
    params: ValidateParams,
    verdicts: pl.DataFrame | None = None,
    progress: Progress | None = None,
) -> StageResult | None:
    """`curate.validate.stage.validate` of partitions, without rules of the user's; None if the table breaks
    its contract, so that the whole is refused.

    Parameters
    ----------
    parts
        Schema `EXAMPLES`, sorted by id from the first row to the last.
    ids
        Of all rows.
    """
    engine = current()
    if ids.null_count() or ids.is_duplicated().any() or parts[0].read().schema != EXAMPLES:
        return None
    labels = None
    if task.kind is Kind.CLASSIFICATION:
        counts = engine.map(partial(_labels, task=task, params=params), parts)
        labels = pl.concat(list(counts)).group_by("output").agg(pl.col("rows").sum()).sort("output")
    judged: list[_Judged] = []
    for one in engine.map(partial(_judged, task=task, params=params, labels=labels), parts):
        judged.append(one)
        if progress:
            progress(len(judged), 2 * len(parts))
    breached = pl.concat([one.breached for one in judged])
    others = breached.filter(pl.col("rule") == "answer_language").height
    if is_usual(others, sum(one.known for one in judged)):
        breached = breached.filter(pl.col("rule") != "answer_language")
    levels = levels_of(params)
    faults, warnings = parted(breached.sort("example_id", "rule", "evidence"), levels, verdicts)
    tallies: list[Tally] = []

    def staying() -> Iterator[pl.DataFrame]:
        """The rows of each partition that stay."""
        out = faults.select("example_id").unique()
        for at, (part, one) in enumerate(zip(parts, judged, strict=True), 1):
            rows = part.read()
            if one.edits.height:
                rows, _ = cleaned(rows, task, params)
            kept = rows.join(out, on="example_id", how="anti", maintain_order="left")
            tallies.append(tally_of(kept, task.kind))
            yield kept
            if progress:
                progress(len(parts) + at, 2 * len(parts))

    kept = engine.store(_itself, staying())
    edits = pl.concat([one.edits for one in judged]).sort("example_id", "field", "rule")
    held_out = pl.concat([one.held_out for one in judged])
    result = result_of(faults, warnings, edits, held_out, _added(tallies), task, levels, EXAMPLES.to_frame())
    return replace(result, parts=kept)


def _itself(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _labels(part: Part, task: TaskCard, params: ValidateParams) -> pl.DataFrame:
    """`output, rows`: how often each label stands in a partition, as the rules with a fix leave it. What they
    do to a label follows from it alone, so the inputs are not read.
    """
    none = [pl.lit(None, dtype=EXAMPLES[name]).alias(name) for name in EXAMPLES if name not in _FOR_LABELS]
    rows = part.read(_FOR_LABELS).with_columns(none).select(EXAMPLES.names())
    rows, _ = cleaned(rows, task, params)
    return rows.group_by("output").agg(pl.len().cast(pl.UInt64).alias("rows"))


_FOR_LABELS = ("example_id", "output", "held_out")


def _judged(part: Part, task: TaskCard, params: ValidateParams, labels: pl.DataFrame | None) -> _Judged:
    rows, edits = cleaned(part.read(), task, params)
    return _Judged(
        breaches(rows, task, params, labels=labels, whole=False),
        edits,
        rows.filter("held_out").select("example_id"),
        known_answers(rows) if writes(task.kind) and params.level("answer_language") != "off" else 0,
    )


def _added(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        sum(one.held_out for one in tallies),
        sum(one.language_unknown for one in tallies),
        pl.concat([one.labels for one in tallies]).group_by("output").agg(pl.col("rows").sum()),
    )
