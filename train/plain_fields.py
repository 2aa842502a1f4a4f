"""Fields of extracted JSON that look wrong, in any table: `train/fields.py` on a frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from curate.errors import AssayError, option
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.text import plural
from train.fields import FEWEST, field_suspects, is_object


@dataclass(frozen=True, repr=False)
class FieldsResult(Result):
    """Fields that look wrong.

    Parameters
    ----------
    frame
        The table.
    suspects
        `row, field, why, score`, worst first: `why` is `absent` (the input does not hold the value, where it
        holds nearly all others of the field) or `form` (it is written unlike nearly all others); `score` is
        the share of the field's values that are as this one should be. No value is told.
    objects
        Rows whose output is a JSON object; the others are not judged.
    places
        The place in `frame` of each row of `suspects`.
    """

    frame: pl.DataFrame
    suspects: pl.DataFrame
    objects: int
    places: pl.Series = field(default_factory=pl.Series)

    @property
    def _doubted(self) -> pl.Series:
        return among(pl.int_range(self.frame.height, eager=True), self.places.cast(pl.Int64))

    @property
    def kept(self) -> pl.DataFrame:
        """Rows of which no field is doubted."""
        return self.frame.filter(~self._doubted)

    @property
    def dropped(self) -> pl.DataFrame:
        """Rows of which one is."""
        return self.frame.filter(self._doubted)

    def counts(self) -> dict[str, int]:
        """Doubted values by field, the commonest first."""
        counted = self.suspects.group_by("field").len("rows")
        return dict(counted.sort(["rows", "field"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The suspects, worst first."""
        return self.suspects

    def headline(self) -> str:
        """How many rows hold a field that looks wrong."""
        rows = self.places.n_unique() if self.places.len() else 0
        said = f"{plural(self.objects, 'row')} of JSON, {rows:,} with a field that looks wrong"
        if other := self.frame.height - self.objects:
            said += f"; {plural(other, 'row')} without a JSON object not judged"
        return said


def fields(
    table: Table, input: str, output: str, *, id: str | pl.Series | None = None, name: str = "the table"
) -> FieldsResult:
    """Find fields of JSON outputs that look wrong; nothing is learned from a model.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    input, output
        Columns of the text and of the JSON.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.

    Raises
    ------
    AssayError
        If a column is missing, or too few outputs are JSON objects to judge any.

    Examples
    --------
    >>> import json
    >>> import polars as pl
    >>> texts = [f"table for {n % 7 + 2} please" for n in range(30)]
    >>> forms = [json.dumps({"people": str(n % 7 + 2)}) for n in range(30)]
    >>> forms[4] = json.dumps({"people": "9"})
    >>> fields(pl.DataFrame({"text": texts, "form": forms}), "text", "form").suspects.rows()
    [(4, 'people', 'absent', 0.966667)]
    """
    frame = frame_of(table, name)
    rows = row_names(frame, id, name, once=False)
    texts = text_column(frame, input, "input", name).fill_null("")
    outputs = text_column(frame, output, "output", name).fill_null("")
    objects = sum(is_object(text) for text in outputs)
    if objects < FEWEST:
        raise AssayError(
            f"{plural(objects, 'row')} of {name} {'has' if objects == 1 else 'have'} a JSON object as "
            f"output, and {FEWEST} are needed to tell what is odd",
            fix=f"name the column of the JSON with {option('output')}",
        )
    number = pl.int_range(frame.height, eager=True).cast(pl.String).str.zfill(12)
    odd = field_suspects(number, texts, outputs)
    places = odd["example_id"].cast(pl.Int64)
    suspects = odd.select(rows.gather(places).alias("row"), "field", "why", "score")
    return FieldsResult(frame, suspects, objects, places)
