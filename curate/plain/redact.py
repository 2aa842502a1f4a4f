"""Personal data taken out of the text columns of any table, as stage `redact` does it.

A table is scanned, and what the policy names is replaced. Placeholders agree over the columns of a row and
link no two rows, unless the scope says so. The stage speaks of an example's three texts, so up to three
columns are redacted at a time.
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
        Columns to redact, three at most; by default every column of text but `id`.
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
        If a column is missing or holds no text, there are more than three, or the parameters are invalid.

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
    if fields is None:
        fields = _texts(without)
    findings = scan(without, fields, id=numbers, params=looked_for, name=name, progress=progress)
    nested = [field for field in findings.fields if frame.schema.get(field) != pl.String]
    if nested:
        raise AssayError(
            f"{', '.join(map(repr, nested))} of {name} cannot be redacted: only whole columns of text can",
            fix=f"name columns of text with {option('fields')}: {', '.join(_texts(without)) or 'none here'}",
        )
    if len(findings.fields) > len(TEXT_FIELDS):
        raise AssayError(
            f"{len(findings.fields)} columns of {name} hold text, and three can be redacted at a time",
            fix=f"name up to three with {option('fields')}",
        )
    roles = dict(zip(findings.fields, TEXT_FIELDS, strict=False))
    padded = numbers.cast(pl.String).str.zfill(12).alias("example_id")
    examples = conform(
        pl.DataFrame(
            [padded, *(frame[column].cast(pl.String).alias(role) for column, role in roles.items())]
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
        frame.filter(still).with_columns(texts.drop("_at").get_columns()),
        frame.filter(~still),
        done.sort("_at", "field", "entity").drop("_at"),
        findings.fields,
    )


def _texts(frame: pl.DataFrame) -> list[str]:
    """Columns of text."""
    return [name for name, dtype in frame.schema.items() if dtype == pl.String]
