"""Parquet and Arrow IPC files: typed already, read as they are; categories become strings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import polars.selectors as cs

from curate.bounds import CELLS, COLUMNS
from curate.errors import AssayError, native_errors
from curate.read.records import NoRows, Records, record_numbers, reject_frame
from curate.text import shell_word


def read_columnar(path: Path, *, format: str) -> Records:
    """All rows of a Parquet or Arrow IPC (file or stream) file.

    Raises
    ------
    AssayError
        If it is damaged, is another format, or holds no rows.
    """
    return columnar_records(columnar_frame(path, format=format), str(path))


def columnar_frame(path: Path, *, format: str) -> pl.DataFrame:
    """As `read_columnar`, but a frame, which may be empty: a shard of many may hold no rows."""
    what = "Parquet" if format == "parquet" else "Arrow IPC"
    problem = f"{path} is not a readable {what} file: damaged, cut short, or another format"
    with native_errors(problem, f"copy it again, then: file {shell_word(path)}"):
        if format == "parquet":
            rows = pl.scan_parquet(path, glob=False, hive_partitioning=False)
            width = len(rows.collect_schema())
            COLUMNS.check(width, path)
            CELLS.check(width * rows.select(pl.len()).collect().item(), path)
            frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
        else:
            with path.open("rb") as file:
                is_file = file.read(6) == b"ARROW1"
            if _kills(path, is_file=is_file):
                raise AssayError(problem, fix=f"copy it again, then: file {shell_word(path)}")
            frame = pl.read_ipc(path) if is_file else pl.read_ipc_stream(path)
    return frame


_PROBE = (
    "import sys, polars as pl; (pl.read_ipc if sys.argv[2] == 'file' else pl.read_ipc_stream)(sys.argv[1])"
)


def _kills(path: Path, *, is_file: bool) -> bool:
    """Whether reading an Arrow file ends the process that does it, found out by another process.

    A flipped bit in a length makes the reader abort, which no handler can catch. Cost: half a second, and the
    file is read twice.
    """
    command = [sys.executable, "-I", "-c", _PROBE, str(path), "file" if is_file else "stream"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode < 0


def columnar_records(frame: pl.DataFrame, name: str) -> Records:
    """`frame` as records numbered from 0."""
    if frame.height == 0:
        raise NoRows(f"{name} holds no rows", fix="export it again with its rows")
    frame = frame.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))
    return Records(frame, record_numbers(frame), reject_frame([]), "record")
