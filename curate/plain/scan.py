"""Personal data in the text columns of any table: what it is and where, never the values themselves.

The findings are those of stage `scan` with the same parameters (`curate/pii/scan/search.py`). Building a
detector takes a second or two, so one is kept for each set of parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.errors import AssayError, option
from curate.params import parse
from curate.pii.detect.languages import LANGUAGES
from curate.pii.detect.params import ScanParams
from curate.plain.frames import Table, chosen_columns, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.read import need_columns
from curate.stage import Progress
from curate.text import mask, plain, plural

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

# The contract of `assay scan FILE -o`.
COLUMNS = ("row", "field", "entity", "start", "end", "score", "detector", "verified")


@dataclass(frozen=True, repr=False)
class ScanResult(Result):
    """Findings of personal data in a table.

    Parameters
    ----------
    frame
        The table that was scanned.
    rows
        What names each of its rows.
    fields
        The columns scanned.
    findings
        `row, field, entity, start, end, score, detector, verified`, in the order of the table; offsets in
        characters of the field as read.
    inventory
        A mapping for each entity, most findings first: `entity, findings, verified, rows, values, columns`
        (findings by column, the most first), `example` (masked).
    threshold
        The lowest score among those asked for.
    other_languages
        Rows by language, where a column says one that no detector was made for: read as the first that params
        list.
    """

    frame: pl.DataFrame
    rows: pl.Series
    fields: tuple[str, ...]
    findings: pl.DataFrame
    threshold: float
    other_languages: dict[str, int] = field(default_factory=dict)
    # With the values found: what inventories count and mask. Never shown, never written.
    hits: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def kept(self) -> pl.DataFrame:
        """Rows in which nothing was found."""
        return self.frame.filter(~among(self.rows, self.findings["row"]))

    @property
    def dropped(self) -> pl.DataFrame:
        """Rows in which something was found."""
        return self.frame.filter(among(self.rows, self.findings["row"]))

    @property
    def inventory(self) -> list[dict[str, Any]]:
        """See the class."""
        return _inventory(self.hits, self.findings)

    def counts(self) -> dict[str, int]:
        """Rows by entity, the commonest first."""
        rows = self.findings.group_by("entity").agg(pl.col("row").n_unique().alias("rows"))
        return dict(rows.sort(["rows", "entity"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The findings."""
        return self.findings

    def headline(self) -> str:
        """How many findings in how many rows."""
        rows = self.findings["row"].n_unique()
        return (
            f"{plural(self.findings.height, 'finding')} of personal data in {rows:,} of "
            f"{plural(self.frame.height, 'row')}"
        )

    def at(self, threshold: float) -> ScanResult:
        """The findings that score at least `threshold`, without scanning again.

        Raises
        ------
        AssayError
            If it lies below the score that was asked for: what scores less was not kept.
        """
        if threshold < self.threshold:
            raise AssayError(
                f"this table was scanned from score {self.threshold} on, and {threshold} is lower",
                fix=f"scan again: assay.scan(table, threshold={threshold})",
            )
        enough = pl.col("score") >= threshold
        return replace(
            self, findings=self.findings.filter(enough), hits=self.hits.filter(enough), threshold=threshold
        )


def scan(
    table: Table,
    fields: str | Iterable[str] | None = None,
    *,
    id: str | pl.Series | None = None,
    threshold: float | None = None,
    entities: Iterable[str] | None = None,
    params: ScanParams | None = None,
    root: Path | None = None,
    name: str = "the table",
    progress: Progress | None = None,
) -> ScanResult:
    """Find personal data in the text columns of `table`.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    fields
        Columns to scan, and dotted paths into nested ones (`user.phone`); by default every column of text,
        whole numbers, dates of birth or nested values but `id`. A column's name (`ssn`, `phone`) is the label
        of its bare values.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    threshold
        Score from which on a finding counts, 0 to 1; 0.4 by default (measured: `ScanParams`).
    entities
        Entities to look for, as `curate/pii/detect/catalogue.py` names them; by default all but the dates.
    params
        Every knob of stage `scan`; `threshold` and `entities` go over it.
    root
        The folder that files of deny and allow lists are relative to; default: the working folder.

    Raises
    ------
    AssayError
        If a column is missing or holds no text, or the parameters are invalid.

    Examples
    --------
    >>> import polars as pl
    >>> found = scan(pl.DataFrame({"text": ["write to jo@example.org", "thanks"]}))
    >>> found.counts()
    {'EMAIL_ADDRESS': 1}
    >>> found.kept["text"].to_list()
    ['thanks']
    """
    frame = frame_of(table, name)
    asked = {"threshold": threshold, "entities": None if entities is None else tuple(entities)}
    given = {key: value for key, value in asked.items() if value is not None}
    wanted = parse(ScanParams, {**dict(params or ScanParams()), **given}, "")
    from curate.pii.detect.context.identifiers import label_of
    from curate.pii.scan.rows import languages, search_rows

    read = _columns(frame, fields, id, name)
    if not read:
        raise AssayError(
            f"{name} has no column to scan; its columns are: {', '.join(frame.columns[:20])}",
            fix=f"name one with {option('fields')}",
        )
    columns = [column.name for column in read]
    rows = row_names(frame, id, name)
    # Columns get names of their own: `row` may be one of the table's.
    texts = pl.DataFrame([rows.alias("row"), *(column.alias(f"_{column.name}") for column in read)])
    fields_read = [f"_{column}" for column in columns]
    labels = {f"_{column}": label for column in columns if (label := label_of(column))}
    spoken = languages(texts.with_columns(_said(frame)), fields_read, _by_column(wanted))
    finder = detector(wanted, root)
    finder = finder.of(finder.language, finder.own.fitted(columns)) if finder.own.scoped else finder
    shown = {f"_{column}": column for column in columns}
    hits = search_rows(texts, fields_read, spoken.of, finder, progress, labels=labels, names=shown)
    names = {f"_{column}": column for column in columns}
    lowest = min([wanted.threshold, *wanted.thresholds.values()])
    return ScanResult(frame, rows, tuple(columns), _findings(hits, rows, names), lowest, spoken.others, hits)


def _columns(
    frame: pl.DataFrame, fields: str | Iterable[str] | None, id: str | pl.Series | None, name: str
) -> list[pl.Series]:
    """The columns and paths asked for as text; by default every one that may hold something personal."""
    from curate.pii.scan.columns import is_scanned
    from curate.read.paths import as_text, at_path, is_path

    if fields is None:
        without = id if isinstance(id, str) else None
        kinds = frame.schema.items()
        chosen = [column for column, dtype in kinds if column != without and is_scanned(column, dtype)]
    else:
        chosen = chosen_columns(frame, fields)
    read: list[pl.Series] = []
    for column in chosen:
        if is_path(frame, column):
            values = at_path(frame, column)
            if not values:
                raise AssayError(
                    f"no row of {name} has a value at {plain(column, 60)!r}",
                    fix=f"name a column, or a path into one, with {option('fields')}",
                )
            read += values.values()
            continue
        if fields is not None:
            need_columns(frame, [column], name, option=option("fields"))
        read.append(text_column(as_text(frame[column]).to_frame(), column, "fields", name))
    return read


@lru_cache(maxsize=2)
def _detector(params: str, root: Path | None) -> Detector:
    from curate.pii.detect.detector import Detector

    return Detector(ScanParams.model_validate_json(params), root=root)


def detector(params: ScanParams, root: Path | None = None) -> Detector:
    """The detector of `params`, made once unless a steward's lists belong to it, which no cache may hold."""
    if params.deny or params.allow:
        from curate.pii.detect.detector import Detector

        return Detector(params, root=root)
    return _detector(params.model_dump_json(), root)


def _said(frame: pl.DataFrame) -> pl.Series:
    """The primary tag that a column `language` or `lang` says of each row (en-GB: en); null without one."""
    said = next((name for name in ("language", "lang") if frame.schema.get(name) == pl.String), None)
    if not said:
        return pl.Series("language", [None] * frame.height, dtype=pl.String)
    tag = pl.col(said).str.strip_chars().str.extract(r"^([A-Za-z]{2,3})(?:[-_]|$)").str.to_lowercase()
    return frame.select(tag.alias("language")).to_series()


def _by_column(params: ScanParams) -> ScanParams:
    """`params` for a table whose column may say any language: known ones are read as such, others counted."""
    first = params.languages[0]
    every = (first, *(language for language in LANGUAGES if language != first))
    return params.model_copy(
        update={
            "language": params.language if params.language == "auto" else every,
            "unsupported_language": "scan_as_default",
        }
    )


def _findings(hits: pl.DataFrame, rows: pl.Series, names: dict[str, str]) -> pl.DataFrame:
    """The contract's columns, in the order of the table; `row` as the table has it."""
    where = pl.DataFrame({"_row": rows.cast(pl.String), "row": rows}).with_row_index("_at")
    return (
        hits.rename({"row": "_row"})
        .join(where, on="_row", how="left")
        .with_columns(pl.col("field").replace_strict(names, return_dtype=pl.String))
        .sort("_at", "field", "start")
        .select(COLUMNS)
    )


def _inventory(hits: pl.DataFrame, findings: pl.DataFrame) -> list[dict[str, Any]]:
    """Counts by entity with one masked example, most findings first."""
    from curate.pii.values import normalise

    pairs = hits.select("entity", "value").unique().sort("entity", "value")
    forms = pairs.with_columns(
        pl.Series("form", [normalise(entity, value) for entity, value in pairs.iter_rows()], dtype=pl.String)
    )
    counts = (
        hits.join(forms, on=["entity", "value"], how="left")
        .sort("row", "field", "start")
        .group_by("entity")
        .agg(
            pl.len().alias("findings"),
            pl.col("verified").sum(),
            pl.col("row").n_unique().alias("rows"),
            pl.col("form").n_unique().alias("values"),
            pl.col("value").sort_by("value").first().alias("example"),
        )
        .sort(["findings", "entity"], descending=[True, False])
    )
    by_column: dict[str, dict[str, int]] = {}
    columns = findings.group_by("entity", "field").len().sort("len", "field", descending=[True, False])
    for entity, column, found in columns.iter_rows():
        by_column.setdefault(entity, {})[column] = found
    return [
        {**row, "columns": by_column[row["entity"]], "example": mask(row["example"])}
        for row in counts.select("entity", "findings", "verified", "rows", "values", "example").iter_rows(
            named=True
        )
    ]
