"""Any table in, one code path: whatever speaks the Arrow C stream becomes a polars frame without a copy.

polars, pandas, pyarrow, DuckDB and others hand over their columns through `__arrow_c_stream__`; a
`datasets.Dataset` hands over its Arrow table, with class labels by name. narwhals, which pandera brings
along, was not taken: it wraps what it is given and would be turned into polars by the same stream, and it
does not know `datasets`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias, runtime_checkable

import polars as pl
import polars.selectors as cs

from curate.errors import AssayError, option
from curate.ids import key_text
from curate.read import need_columns, shown_name
from curate.text import plain

# The column in which pandas hands over an index that is not a row number.
_INDEX = r"^__index_level_\d+__$"


@runtime_checkable
class ArrowStream(Protocol):
    """A table that exports itself through the Arrow C stream: pandas, pyarrow, polars, DuckDB, ..."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The PyCapsule of a stream of record batches."""
        ...


@runtime_checkable
class HubDataset(Protocol):
    """A `datasets.Dataset`."""

    features: Any

    def with_format(self, type: str | None = None) -> Any:
        """The same rows, handed out in another form."""
        ...


Table: TypeAlias = pl.DataFrame | pl.LazyFrame | ArrowStream | HubDataset


def frame_of(table: Table, name: str = "the table") -> pl.DataFrame:
    """`table` as a polars frame; categories become strings, and an index of pandas goes.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, a `datasets.Dataset`, or anything else with `__arrow_c_stream__`.
    name
        What errors call it.

    Raises
    ------
    AssayError
        If it is something else, or one of its columns holds values of several kinds.
    """
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if not isinstance(table, pl.DataFrame):
        table = _streamed(table, name)
    return table.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))


def _streamed(table: Any, name: str) -> pl.DataFrame:
    if isinstance(table, dict) and table and all(hasattr(part, "with_format") for part in table.values()):
        raise AssayError(
            f"{name} holds the splits {', '.join(sorted(table))}", fix=f"give one: data[{min(table)!r}]"
        )
    if hasattr(table, "with_format") and hasattr(table, "features"):
        from curate.read.hub import dataset_frame

        return dataset_frame(table)
    if not hasattr(table, "__arrow_c_stream__") or type(table).__name__ in ("Series", "ChunkedArray"):
        raise AssayError(
            f"{name} is a {type(table).__name__}, not a table",
            fix="give a polars, pandas or pyarrow table, or a datasets.Dataset",
        )
    try:
        frame = pl.DataFrame(table)
    except (ValueError, TypeError) as error:  # pyarrow's errors are subclasses of these two
        raise _mixed(table, name) or AssayError(
            f"{name} cannot be read as a table: {plain(str(error), 120)}",
            fix="give each column one kind of value",
        ) from error
    return frame.select(pl.exclude(_INDEX))


def _mixed(table: Any, name: str) -> AssayError | None:
    """The error that names the first row of a pandas column that holds another kind of value than most."""
    for column in getattr(table, "columns", []):
        kinds = [_kind(value) for value in table[column]]
        there = {kind for kind in kinds if kind}
        if len(there) < 2:
            continue
        usual = max(sorted(there), key=kinds.count)
        row, odd = next((row, kind) for row, kind in enumerate(kinds) if kind not in ("", usual))
        return AssayError(
            f"column {plain(str(column), 40)!r} of {name} holds {usual}, but a {odd} in row {row}",
            fix="give the column one kind of value, or drop that row",
        )
    return None


def _kind(value: Any) -> str:
    """The kind of a cell; empty for a missing one."""
    missing = value is None or value != value if isinstance(value, float | None) else False  # NaN
    return "" if missing else type(value).__name__


def row_names(
    frame: pl.DataFrame,
    id: str | pl.Series | None,
    name: str = "the table",
    *,
    once: bool = True,
    numbers: pl.Series | None = None,
) -> pl.Series:
    """What names each row: a column, a series, or else the 0-based number.

    Parameters
    ----------
    once
        Whether a name must stand on one row only.
    numbers
        What an error calls the rows; by default their place in `frame`.

    Raises
    ------
    AssayError
        If a row has no name, or shares it with another.
    """
    if id is None:
        return pl.int_range(frame.height, dtype=pl.Int64, eager=True).alias("row")
    if isinstance(id, pl.Series):
        return id.alias("row")
    need_columns(frame, [id], name, option=option("id"))
    dtype = frame.schema[id]
    whole = dtype.is_integer() or dtype == pl.String
    names = frame[id] if whole else frame.select(key_text(pl.col(id), dtype)).to_series()
    wrong = names.is_null() | names.is_duplicated()
    if once and wrong.any():
        at = int(wrong.arg_true()[0])
        called = pl.int_range(frame.height, eager=True) if numbers is None else numbers
        said = "has no value"
        if names[at] is not None:
            same = names.eq(names[at]).fill_null(False).arg_true()
            said = f"has the value of row {called[int(same[1])]}"
        raise AssayError(
            f"column {plain(id, 40)!r} of {name} does not name each row once: row {called[at]} {said}",
            fix=f"name another column with {option('id')}, or leave it out for record numbers",
        )
    return names.alias("row")


def text_column(frame: pl.DataFrame, column: str, argument: str, name: str = "the table") -> pl.Series:
    """A column, or the values at a dotted path into a nested one (`user.text`, `messages.content`), as
    String; numbers and dates as they are written, values of a list joined by line breaks.

    Parameters
    ----------
    argument
        The parameter that named the column, for the error.

    Raises
    ------
    AssayError
        If the column is missing, or holds lists, structs or bytes.
    """
    from curate.read.paths import is_path, text_at

    if is_path(frame, column) and (texts := text_at(frame, column)) is not None:
        return texts
    if column not in frame.columns and (held := _inside(frame, column)):
        raise AssayError(
            f"{name} has no column {plain(column, 40)!r}, but column {shown_name(held)} holds it",
            fix=f"name its path with {option(argument)}: {shown_name(held)}.{plain(column, 40)}",
        )
    need_columns(frame, [column], name, option=option(argument))
    dtype = frame.schema[column]
    if dtype.is_nested():
        raise AssayError(
            f"column {plain(column, 40)!r} of {name} holds {_nested_words(dtype)}, not text",
            fix=f"name a path into it with {option(argument)}: {plain(_path_example(column, dtype), 80)}",
        )
    if dtype in (pl.Binary, pl.Object):
        raise AssayError(
            f"column {plain(column, 40)!r} of {name} holds {dtype}, not text",
            fix=f"name a column of text with {option(argument)}",
        )
    return frame.select(key_text(pl.col(column), dtype)).to_series()


def _inside(frame: pl.DataFrame, wanted: str) -> str | None:
    """The nested column that holds values under the name `wanted`, if there is one."""
    from curate.read.paths import at_path

    head = frame.head(20)
    for column, dtype in frame.schema.items():
        nested = "." not in column and (dtype.is_nested() or dtype == pl.String)
        if nested and at_path(head, f"{column}.{wanted}"):
            return column
    return None


def _nested_words(dtype: pl.DataType) -> str:
    return "lists" if isinstance(dtype, pl.List | pl.Array) else "objects"


def _path_example(column: str, dtype: pl.DataType) -> str:
    """A dotted path into a nested column: to its first text, else to its first item."""
    if isinstance(dtype, pl.List | pl.Array):
        inner = dtype.inner
        return _path_example(column, inner) if isinstance(inner, pl.Struct) else f"{column}.0"
    if isinstance(dtype, pl.Struct) and dtype.fields:
        texts = [held for held in dtype.fields if held.dtype == pl.String]
        usual = [held for held in texts if held.name in ("content", "text", "value")]
        return f"{column}.{(usual or texts or dtype.fields)[0].name}"
    return column


def chosen_columns(
    frame: pl.DataFrame, fields: str | Iterable[str] | None, without: Iterable[str | None] = ()
) -> list[str]:
    """The named columns, each once; else every column of text but those of `without`."""
    if fields is not None:
        return list(dict.fromkeys([fields] if isinstance(fields, str) else fields))
    return [name for name, dtype in frame.schema.items() if dtype == pl.String and name not in set(without)]
