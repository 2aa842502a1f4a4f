"""Fields of an extraction whose values are reckoned and not read: pence of an amount in pounds, a priority.

A value that is derived does not stand in its input, so asking for it would refuse every answer. Which fields
are so, gold's own training rows say: where more than a tenth of a field's values cannot be read off
their inputs, the field is not asked about: of any other field at most a tenth of right answers is refused.
Cost: some microseconds a value, over at most 500 rows.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from curate.errors import AssayError
from curate.publish.gold import load_gold
from train.judge.answering import evenly
from train.kinds.extraction import Extraction

_ROWS = 500
_ALLOWED = 0.1


def derived_fields(scoring: Extraction, rows: pl.DataFrame) -> frozenset[str]:
    """Paths of the fields that cannot be read off the input.

    Parameters
    ----------
    rows
        `example_id, input, output` of gold.
    """
    told: Counter[str] = Counter()
    absent: Counter[str] = Counter()
    for text, answer in evenly(rows, _ROWS).select("input", "output").iter_rows():
        told.update(scoring.paths(answer))
        absent.update(set(scoring.not_in(text, answer)))
    return frozenset(path for path, count in absent.items() if count > _ALLOWED * told[path])


def derived_in_gold(folder: Path, scoring: Extraction) -> frozenset[str]:
    """The same, of the training rows of the gold version in `folder`; none where there is no gold."""
    try:
        return derived_fields(scoring, load_gold(folder).train)
    except AssayError:
        return frozenset()
