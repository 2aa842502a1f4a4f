"""Personal data taken out of the text columns of any table, as stage `redact` does it.

A table is scanned, and what the policy names is replaced. Placeholders agree over the columns of a row and
link no two rows, unless the scope says so. The stage speaks of an example's three texts, so up to three
columns are redacted at a time. A nested column is redacted as JSON text and written back in its own shape. A
column that holds personal data and cannot be redacted is an error: nothing stays in silence.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from curate.errors import AssayError, option
from curate.examples import EXAMPLES, TEXT_FIELDS, conform
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.plain.frames import Table, frame_of, row_names
from curate.plain.result import Result, among
from curate.plain.scan import scan
from curate.read import shown_name
from curate.read.paths import as_text
from curate.task import Kind
from curate.text import plural

if TYPE_CHECKING:
    from curate.stage import Progress


@dataclass(frozen=True, repr=False)
class RedactResult(Result):
    """A table without the personal data that the policy names.

    Parameters
    ----------
    redacted
        The rows without what the policy names, in their order, with all columns of the table.
    taken_out
        Rows that the policy takes out whole (action `drop_row`), as they were.
    edits
        `row, field, entity, action`: a line for each value taken out, in the order of the table.
    fields
        The columns redacted.
    """

    redacted: pl.DataFrame
    taken_out: pl.DataFrame
    edits: pl.DataFrame
    fields: tuple[str, ...]

    @property
    def kept(self) -> pl.DataFrame:
        """`redacted`."""
        return self.redacted

    @property
    def dropped(self) -> pl.DataFrame:
        """`taken_out`."""
        return self.taken_out

    def counts(self) -> dict[str, int]:
        """Values taken out by entity, the commonest first."""
        counted = self.edits.group_by("entity").len("edits")
        return dict(counted.sort(["edits", "entity"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The edits."""
        return self.edits

    def headline(self) -> str:
        """How many values went from how many rows."""
        rows = self.edits["row"].n_unique()
        height = self.kept.height + self.dropped.height
        return f"{plural(self.edits.height, 'value')} taken out of {rows:,} of {plural(height, 'row')}"


def redact(
    table: Table,
    fields: str | Iterable[str] | None = None,
    *,
    id: str | pl.Series | None = None,
    params: RedactParams | None = None,
    scan_params: ScanParams | None = None,
    key: bytes | None = None,
    name: str = "the table",
    progress: Progress | None = None,
) -> RedactResult:
    """Take personal data out of the text columns of `table`.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    fields
        Columns to redact, three at most; by default every one but `id` in which `scan` finds something.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    params
        The policy: every knob of stage `redact`, such as `RedactParams(actions={"PERSON": "keep"})`.
    scan_params
        What is looked for: every knob of stage `scan`.
    key
        Secret of 32 bytes from which surrogates and tags across rows are made; by default a fresh one, so
        that two calls give other surrogates. Placeholders within a row do not depend on it.

    Raises
    ------
    AssayError
        If a column is missing, holds numbers (no placeholder fits there), there are more than three, or the
        parameters are invalid.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"text": ["write to jo@example.org or ring 07700 900123"]})
    >>> redact(table).kept["text"][0]
    'write to <EMAIL_ADDRESS_1> or ring <PHONE_NUMBER_1>'
    """
    from curate.pii.redact.stage import redact as redacted
    from curate.pii.values import with_ids

    frame = frame_of(table, name)
    rows = row_names(frame, id, name)
    looked_for = scan_params or ScanParams()
    numbers = pl.int_range(frame.height, eager=True)
    without = frame.drop(id) if isinstance(id, str) and fields is None else frame
    findings = scan(without, fields, id=numbers, params=looked_for, name=name, progress=progress)
    personal = set(findings.findings["field"])
    columns = [column for column in findings.fields if fields is not None or column in personal]
    _redactable(without, columns, name)
    roles = dict(zip(columns, TEXT_FIELDS, strict=False))
    padded = numbers.cast(pl.String).str.zfill(12).alias("example_id")
    examples = conform(
        pl.DataFrame(
            [padded, *(as_text(frame[column]).cast(pl.String).alias(role) for column, role in roles.items())]
        ).with_columns(pl.lit(False).alias("held_out")),
        EXAMPLES,
    )
    secret = Key(key or secrets.token_bytes(32), "argument")
    hits = findings.hits.with_columns(
        pl.col("row").str.zfill(12).alias("example_id"),
        pl.col("field").str.slice(1).replace_strict(roles, return_dtype=pl.String),
    )
    result = redacted(
        examples,
        with_ids(hits, secret),
        params or RedactParams(),
        secret,
        Kind.PREFERENCE if len(roles) == 3 else Kind.REWRITING,
        progress,
    )
    texts = result.kept.select(
        pl.col("example_id").cast(pl.Int64).alias("_at"),
        *(pl.col(role).alias(column) for column, role in roles.items()),
    ).sort("_at")
    still = among(numbers, texts["_at"])
    edits = result.tables["edits"].filter(~pl.col("action").is_in(["keep", "exempt"]))
    places = edits["example_id"].cast(pl.Int64)
    fields_of = {role: column for column, role in roles.items()}
    done = edits.select(
        rows.gather(places).alias("row"),
        pl.col("field").str.extract(r"^(\w+)").replace_strict(fields_of, default=None),
        "entity",
        "action",
        places.alias("_at"),
    )
    return RedactResult(
        frame.filter(still).with_columns(
            _shaped(texts[column], frame.schema[column], name) for column in roles
        ),
        frame.filter(~still),
        done.sort("_at", "field", "entity").drop("_at"),
        findings.fields,
    )


def _redactable(frame: pl.DataFrame, columns: list[str], name: str) -> None:
    """Fail if a column cannot be redacted, or there are too many.

    Raises
    ------
    AssayError
        Naming the columns and what to do.
    """
    for column in columns:
        if column not in frame.columns:
            whole = next(head for head in frame.columns if column.startswith(f"{head}."))
            raise AssayError(
                f"{shown_name(column)!r} of {name} is a path: columns are redacted whole",
                fix=f"name the column with {option('fields')}: {shown_name(whole)}",
            )
        dtype = frame.schema[column]
        if dtype != pl.String and not dtype.is_nested():
            raise AssayError(
                f"column {shown_name(column)!r} of {name} holds personal data as {dtype}, in which no "
                f"placeholder can stand",
                fix=f"drop the column or make it text; or name the columns to redact with {option('fields')}",
            )
        if dtype.is_nested() and not _comes_back(frame[column]):
            raise AssayError(
                f"column {shown_name(column)!r} of {name} holds {dtype}, which JSON does not give back",
                fix="flatten it, or write its dates, decimals and bytes as text",
            )
    if len(columns) > len(TEXT_FIELDS):
        raise AssayError(
            f"{len(columns)} columns of {name} hold personal data, and three can be redacted at a time: "
            f"{', '.join(map(shown_name, columns))}",
            fix=f"name up to three with {option('fields')}, and redact the result again for the others",
        )


def _comes_back(column: pl.Series) -> bool:
    """Whether nested values survive the way to JSON text and back."""
    try:
        return _decoded(as_text(column), column.dtype).equals(column, null_equal=True)
    except (pl.exceptions.PolarsError, ValueError):
        return False


def _decoded(texts: pl.Series, dtype: pl.DataType) -> pl.Series:
    return texts.str.json_decode(dtype)


def _shaped(texts: pl.Series, dtype: pl.DataType, name: str) -> pl.Series:
    """Redacted texts as their column had them.

    Raises
    ------
    AssayError
        If what was put into a nested value broke its JSON.
    """
    if not dtype.is_nested():
        return texts
    try:
        return _decoded(texts, dtype)
    except pl.exceptions.PolarsError as error:
        raise AssayError(
            f"column {shown_name(texts.name)!r} of {name} is not JSON any more once it is redacted",
            fix="redact with placeholders (action replace), or flatten the column",
        ) from error
