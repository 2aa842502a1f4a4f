"""Atomic, deterministic files: an output appears whole or not at all, and the same frame gives the same
bytes.

A folder is written beside its place and swapped in by rename, so a killed or failed run leaves the last good
state.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError

# One row group per 122,880 rows whatever the thread count, so bytes do not follow the machine (DuckDB's
# default too).
ROW_GROUP = 122_880


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` as zstd Parquet; bytes depend on the frame and the polars version only."""
    frame.rechunk().write_parquet(
        path, compression="zstd", compression_level=3, statistics=True, row_group_size=ROW_GROUP
    )


def dump_json(value: Any) -> str:
    """Readable JSON with sorted keys and a final newline: the same value gives the same bytes."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def canonical_json(value: Any) -> str:
    """JSON on one line with sorted keys and no spaces: the form in which objects are compared and hashed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@contextmanager
def space_errors(target: Path) -> Iterator[None]:
    """Turn a full disk or a read-only place into an `AssayError` that says what was left untouched."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise AssayError(
                f"no space left on the disk while writing {target}; the previous version, if any, is "
                f"untouched",
                fix="free some space and run the same command again",
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise AssayError(
                f"{target} cannot be written: {error.strerror}",
                fix=f"check its permissions: ls -ld {target.parent}",
            ) from error
        raise


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Yield an empty sibling folder; on success it becomes `target`, on failure `target` is as it was."""
    fresh = target.parent / f".{target.name}.{os.getpid()}.new"
    stale = target.parent / f".{target.name}.{os.getpid()}.old"
    with space_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        fresh.mkdir()
        try:
            yield fresh
            if target.exists():
                target.rename(stale)
            fresh.rename(target)
        except BaseException:
            if not target.exists() and stale.exists():
                stale.rename(target)
            raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.rmtree(stale, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside `target`; bring back an old version that a kill left without a
    successor.
    """
    for left in sorted(target.parent.glob(f".{target.name}.*.old")):
        if not target.exists():
            left.rename(target)
        else:
            shutil.rmtree(left, ignore_errors=True)
    for left in target.parent.glob(f".{target.name}.*.new"):
        shutil.rmtree(left, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    fresh = path.parent / f".{path.name}.{os.getpid()}.new"
    with space_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` with `dump_json`, whole or not at all."""
    write_text(path, dump_json(value))


def write_folder(target: Path, frames: Mapping[str, pl.DataFrame], documents: Mapping[str, Any]) -> None:
    """Replace the folder `target` by Parquet `frames` and JSON `documents`, all or nothing."""
    with replacing_folder(target) as folder:
        for name, frame in frames.items():
            write_parquet(frame, folder / f"{name}.parquet")
        for name, document in documents.items():
            (folder / f"{name}.json").write_text(dump_json(document), encoding="utf-8")


def read_stage_frame(path: Path, *, made_by: str) -> pl.DataFrame:
    """Read a stage's Parquet output, or say which stage makes it.

    Raises
    ------
    AssayError
        If the file is missing or is not Parquet.
    """
    if not path.exists():
        raise AssayError(
            f"{path} does not exist: stage `{made_by}` has not run",
            fix=f"assay {made_by}   (or: dvc repro {made_by})",
        )
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.ComputeError, OSError) as error:
        raise AssayError(
            f"{path} is not a readable Parquet file", fix=f"assay {made_by}   (or: dvc repro -f -s {made_by})"
        ) from error


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock file for the time of a run; released by the system even if the process is
    killed.

    Raises
    ------
    AssayError
        If another process holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AssayError(
                f"another assay run is writing to this project ({lock} is held)",
                fix="wait for it to finish, then run the same command again",
            ) from error
        yield
