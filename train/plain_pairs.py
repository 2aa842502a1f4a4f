"""Preference pairs that look exchanged, in any table: `train/pairs.py` on a frame."""

from __future__ import annotations

import polars as pl

from curate.errors import AssayError, option
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.text import plural
from train.labels import CUT_OFF
from train.pairs import pair_suspects
from train.plain import LabelsResult, need_extra

# Fewer pairs teach no order.
FEWEST = 20


def pairs(
    table: Table,
    input: str,
    chosen: str,
    rejected: str,
    *,
    id: str | pl.Series | None = None,
    threshold: float | None = None,
    name: str = "the table",
) -> LabelsResult:
    """Judge the order of every pair by the other pairs; needs the `train` extra.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    input, chosen, rejected
        Columns of the prompt and the two answers.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    threshold
        Probability of being exchanged above which a pair is flagged; 0.6 by default.

    Returns
    -------
    LabelsResult
        `given` is `chosen` throughout; `suggested` is `rejected` where that is the likelier order, so a
        threshold below 0.5 flags no more than 0.5 does.

    Raises
    ------
    AssayError
        If the extra is not installed, a column is missing, or there are too few pairs.
    """
    need_extra()
    frame = frame_of(table, name)
    rows = row_names(frame, id, name, once=False)
    number = pl.int_range(frame.height, eager=True).cast(pl.String).str.zfill(12).alias("number")
    texts = {"input": input, "output": chosen, "rejected": rejected}
    columns = [text_column(frame, column, role, name).alias(role) for role, column in texts.items()]
    filled = [pl.col(role).str.strip_chars() != "" for role in ("output", "rejected")]
    known = pl.DataFrame([number, *columns]).filter(*filled)
    if known.height < FEWEST:
        raise AssayError(
            f"{name} has {plural(known.height, 'pair')} of two answers; {FEWEST} are needed to judge them",
            fix=f"name the columns of the answers with {option('output')} and {option('rejected')}",
        )
    suspected = pair_suspects(known["number"], known["output"], known["rejected"])
    places = suspected["example_id"].cast(pl.Int64)
    likelier = pl.when(pl.col("score") > 0.5).then(pl.lit("rejected")).otherwise(pl.lit("chosen"))
    judged = suspected.select(
        rows.gather(places).alias("row"), "given", likelier.alias("suggested"), "score", "flagged"
    )
    none = pl.DataFrame(schema={"label": pl.String, "spelling": pl.String, "rows": pl.Int64})
    result = LabelsResult(frame, judged, CUT_OFF, frame.height - known.height, 0, none, places, what="pair")
    return result if threshold is None else result.at(threshold)
