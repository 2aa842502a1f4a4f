"""Readers: any export into one frame, with the rows that could not be read kept aside.

`read_table` is for who wants the rows, `read_records` for who must account for all of them, `need_columns`
for who knows which columns must be there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from curate.bounds import CELL_BYTES, COLUMNS
from curate.errors import AssayError
from curate.read.columnar import read_columnar
from curate.read.delimited import read_delimited
from curate.read.formats import FORMATS, detect_format
from curate.read.hub import is_hub_name, read_hub, read_saved
from curate.read.jsonfile import read_json, read_jsonl
from curate.read.records import REJECTS, Records, shown_name
from curate.read.shards import find_shards
from curate.read.together import read_shards
from curate.text import plain

__all__ = [
    "FORMATS",
    "REJECTS",
    "Records",
    "bounded",
    "need_columns",
    "read_records",
    "read_table",
    "shown_columns",
    "shown_name",
]


def read_table(
    path: Path | str, *, format: str = "auto", encoding: str = "utf-8", delimiter: str | None = None
) -> pl.DataFrame:
    """The readable rows of `path`, all columns as they are, in file order.

    Parameters
    ----------
    path
        CSV, TSV, JSON Lines, JSON (each also `.gz` or `.zst`), Parquet, Arrow, a folder or glob of such files
        (`key=value` folders are columns), a `save_to_disk` folder, any of these at an address that fsspec
        knows (`s3://bucket/folder`), or `hf://owner/name`.
    format
        One of `FORMATS`, or `auto` to go by the suffix.
    encoding
        Of a text file.
    delimiter
        Of a CSV or TSV file; by default read off its header and first records.

    Returns
    -------
    pl.DataFrame
        CSV and TSV columns are String; a nested JSON value is canonical JSON text; Parquet and Arrow keep
        their types.

    Raises
    ------
    AssayError
        If the file is missing, empty, binary, of another encoding, or has duplicate columns.
    """
    return read_records(path, format=format, encoding=encoding, delimiter=delimiter).frame


def read_records(
    path: Path | str, *, format: str = "auto", encoding: str = "utf-8", delimiter: str | None = None
) -> Records:
    """Like `read_table`, with each row's line and the rows that could not be read."""
    return bounded(_read(path, format, encoding, delimiter), path)


def bounded(records: Records, path: Path | str) -> Records:
    """`records`, if no more columns and no longer cells stand in it than a stage can bear."""
    frame = records.frame
    COLUMNS.check(frame.width, path)
    texts = frame.select(pl.col(pl.String).str.len_bytes().max())
    if texts.width:
        CELL_BYTES.check(texts.select(pl.max_horizontal(pl.all()).fill_null(0)).item(), path)
    return records


def _read(path: Path | str, format: str, encoding: str, delimiter: str | None) -> Records:
    if is_hub_name(path):
        return read_hub(str(path))
    shards = find_shards(path, format)
    if shards is None:
        return _read_one(Path(path), format, encoding, delimiter)
    return read_shards(
        shards,
        lambda one: _read_one(one, shards.format, encoding, delimiter),
        encoding=encoding,
        delimiter=delimiter,
    )


def _read_one(path: Path, format: str, encoding: str, delimiter: str | None) -> Records:
    match detect_format(path, format):
        case "csv" | "tsv" as text:
            default = {"csv": ",", "tsv": "\t"}[text]
            return read_delimited(path, default=default, delimiter=delimiter, encoding=encoding)
        case "jsonl":
            return read_jsonl(path, encoding=encoding)
        case "json":
            return read_json(path, encoding=encoding)
        case "dataset":
            return read_saved(path)
        case columnar:
            return read_columnar(path, format=columnar)


def shown_columns(frame: pl.DataFrame) -> str:
    """The column names as an error may show them."""
    return ", ".join(map(shown_name, frame.columns[:40])) + (
        f" and {frame.width - 40} more" if frame.width > 40 else ""
    )


# From which likeness on (difflib's, 0 to 1) a column is named as what was meant: `lable` is 0.8 from `label`,
# `msg` 0.6 from `message`, and half of the letters in order, as of `nosuch` and `source`, is chance.
_NEAR = 0.6


def need_columns(frame: pl.DataFrame, wanted: Iterable[str], path: Path | str, *, option: str = "") -> None:
    """Fail unless `frame` has every wanted column.

    Raises
    ------
    AssayError
        Naming what is missing, what is there, and the nearest name.
    """
    missing = [name for name in wanted if name not in frame.columns]
    if not missing:
        return
    near = difflib.get_close_matches(missing[0].lower(), [name.lower() for name in frame.columns], 1, _NEAR)
    nearest = next((shown_name(name) for name in frame.columns if near and name.lower() == near[0]), None)
    raise AssayError(
        f"{path} has no column {', '.join(repr(plain(name, 40)) for name in missing)}; its columns are: "
        f"{shown_columns(frame)}",
        fix=(f"did you mean {nearest!r}? " if nearest else "")
        + f"name a column that is there{f' with {option}' if option else ''}",
    )
