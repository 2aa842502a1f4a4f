"""The JSON and Parquet files that this tool wrote, read as if somebody else had: strictly, and in words.

A file that is damaged, cut short or of another form is an `AssayError` that names it and the command that
makes it again; no message quotes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError, native_errors
from curate.strict_json import NotJson, parse_json

# Bytes of a document: the largest that this tool writes (the audit's baseline of a million values) has 40 MB.
LARGEST = 1 << 28


def load_json(path: Path, *, fix: str = "dvc repro", needs: Sequence[str] = ()) -> dict[str, Any]:
    """The JSON object in `path`, which must have the keys `needs`.

    Raises
    ------
    AssayError
        If there is no such file, it is too large, or it is not such an object.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise AssayError(f"{path} is larger than {LARGEST:,} bytes", fix=fix)
        value = parse_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssayError(f"{path} does not exist", fix=fix) from None
    except (NotJson, UnicodeDecodeError, OSError):
        raise AssayError(f"{path} is not valid JSON: damaged, or edited by hand", fix=fix) from None
    if not isinstance(value, dict):
        raise AssayError(f"{path} is not a JSON object", fix=fix)
    lacking = [name for name in needs if name not in value]
    if lacking:
        raise AssayError(f"{path} does not say its {', '.join(lacking)}", fix=fix)
    return value


def load_parquet(path: Path, *, fix: str = "dvc repro", columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The table in `path`, or its `columns`.

    Raises
    ------
    AssayError
        If it is missing, is not Parquet, is damaged, or lacks a column.
    """
    with native_errors(f"{path} is not a readable Parquet file, or lacks a column", fix):
        if not path.exists():
            raise AssayError(f"{path} does not exist", fix=fix)
        return pl.read_parquet(path, columns=list(columns) if columns is not None else None, glob=False)
