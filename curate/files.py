"""Atomic, deterministic files: an output appears whole or not at all, and the same frame gives the same
bytes.

A file or folder is written beside its place and swapped in by rename, so a killed or failed run leaves the
last good state; what it left half made is swept by the next writer of the same place. A symbolic link at the
place is replaced, never written through: it may point into DVC's cache. Costs one `fsync` a file. Works on
Linux, macOS and Windows; on Windows leftovers are swept once they are a day old, since there the death of
their writer cannot be found out cheaply.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError, native_errors
from curate.exchange import exchange
from curate.text import shell_word

# One row group per 122,880 rows whatever the thread count, so bytes do not follow the machine (DuckDB's
# default too).
ROW_GROUP = 122_880
# Seconds after which a leftover is swept where its writer cannot be asked for (Windows).
ABANDONED = 86_400

# The names of `_beside`.
_LEFT = re.compile(r"\.(?P<name>.+)\.\d+(?:-\d+)?\.(?:new|old)")

_number = itertools.count()  # two threads of one process may write the same place


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` as zstd Parquet, whole or not at all; bytes depend on the frame and the polars version
    only.
    """
    with replacing_file(path) as fresh:
        frame.rechunk().write_parquet(
            fresh, compression="zstd", compression_level=3, statistics=True, row_group_size=ROW_GROUP
        )


def dump_json(value: Any) -> str:
    """Readable JSON with sorted keys and a final newline: the same value gives the same bytes."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


# One for all values: `json.dumps` would make another at each call.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Any) -> str:
    """JSON on one line with sorted keys and no spaces: the form in which objects are compared and hashed."""
    return _CANONICAL.encode(value)


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
                fix=f"check its permissions: ls -ld {shell_word(target.parent)}",
            ) from error
        raise


@contextmanager
def replacing_file(target: Path) -> Iterator[Path]:
    """Yield an empty file beside `target`; on success it becomes `target`, on failure `target` is as it was.

    Parent folders are made. A device or pipe (`/dev/stdout`) cannot be replaced: it is yielded itself, but a
    link to one that lies elsewhere is replaced as every link is.
    """
    with space_errors(target):
        if _is_device(target):
            yield target
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        fresh = _beside(target, "new")
        # O_EXCL: a link that somebody planted at the name is an error, not a way to another file.
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            yield fresh
            _sync(fresh)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(target.parent)


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Yield an empty sibling folder; on success it becomes `target`, on failure `target` is as it was.

    The two swap places in one step where the system can (`curate.exchange`), so that `target` is never
    absent; elsewhere it is for the time between two renames, and the next run brings it back after a kill.
    """
    fresh, stale = _beside(target, "new"), _beside(target, "old")
    with space_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        fresh.mkdir()
        try:
            yield fresh
            for path in (*fresh.rglob("*"), fresh):
                _sync_folder(path) if path.is_dir() else _sync(path)
            # A link is replaced, never followed.
            if target.is_symlink() or not target.exists() or not exchange(fresh, target):
                if target.exists() or target.is_symlink():
                    target.rename(stale)
                fresh.rename(target)
        except BaseException:
            if not target.exists() and stale.exists():
                stale.rename(target)
            raise
        finally:
            _remove(fresh)
            _remove(stale)
        _sync_folder(target.parent)


def sweep(target: Path) -> None:
    """Remove what killed runs left beside `target`; bring back an old version that a kill left without a
    successor. What a run that is still going writes is left alone.
    """
    for left in sorted(target.parent.glob(f".{_escaped(target.name)}.*.old")):
        if not _abandoned(left):
            continue
        if target.exists():
            _remove(left)
        else:
            left.rename(target)
    for left in target.parent.glob(f".{_escaped(target.name)}.*.new"):
        if not _abandoned(left):
            continue
        _remove(left)


def sweep_folder(folder: Path) -> None:
    """`sweep` for every file and folder that a killed run left half made in `folder`."""
    if not folder.is_dir():
        return
    left = (_LEFT.fullmatch(path.name) for path in folder.iterdir())
    for name in sorted({entry["name"] for entry in left if entry}):
        sweep(folder / name)


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder; what cannot be removed is left for the next sweep."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_device(path: Path) -> bool:
    """Whether `path` is a device or pipe itself, or one of the names in `/dev`."""
    if path.is_symlink() and path.absolute().parent != Path("/dev"):
        return False
    return path.exists() and not path.is_file() and not path.is_dir()


def _beside(target: Path, ending: str) -> Path:
    """A name that no other run or thread uses: `.NAME.PROCESS-NUMBER.ENDING`."""
    return target.parent / f".{target.name}.{os.getpid()}-{next(_number)}.{ending}"


def _escaped(name: str) -> str:
    """`name` for a glob pattern, meaning itself."""
    return re.sub(r"[*?[]", r"[\g<0>]", name)


def _abandoned(left: Path) -> bool:
    """Whether the process that made `left` is gone; files that other programs named are not ours to judge."""
    number = left.name.rsplit(".", 2)[1].split("-")[0]
    if not number.isdecimal():
        return False
    if sys.platform == "win32":  # `os.kill` would end the process there
        return time.time() - left.lstat().st_mtime > ABANDONED
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _sync(path: Path) -> None:
    """Have the system write a file out, so that the rename cannot overtake its bytes when the power fails."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the rename itself written out, where a folder can be opened (not on Windows)."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all; line ends stay as they are on every system."""
    with replacing_file(path) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="")


def write_json(path: Path, value: Any) -> None:
    """Write `value` with `dump_json`, whole or not at all."""
    write_text(path, dump_json(value))


def write_folder(target: Path, frames: Mapping[str, pl.DataFrame], documents: Mapping[str, Any]) -> None:
    """Replace the folder `target` by Parquet `frames` and JSON `documents`, all or nothing."""
    with replacing_folder(target) as folder:
        for name, frame in frames.items():
            write_parquet(frame, folder / f"{name}.parquet")
        for name, document in documents.items():
            write_json(folder / f"{name}.json", document)


def read_stage_frame(
    path: Path, *, made_by: str, where: pl.Expr | None = None, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read a stage's Parquet output, or say which stage makes it.

    Parameters
    ----------
    where
        Of all rows those for which this holds; row groups that hold none are not read.
    columns
        Of all columns these.

    Raises
    ------
    AssayError
        If the file is missing or is not Parquet.
    """
    with _made(path, made_by):
        if where is None:
            return pl.read_parquet(path, columns=list(columns) if columns is not None else None)
        rows = pl.scan_parquet(path).filter(where)
        return (rows if columns is None else rows.select(columns)).collect()


def stage_schema(path: Path, *, made_by: str) -> pl.Schema:
    """The columns of a stage's Parquet output; errors as of `read_stage_frame`."""
    with _made(path, made_by):
        return pl.Schema(pl.read_parquet_schema(path))


@contextmanager
def _made(path: Path, stage: str) -> Iterator[None]:
    if not path.exists():
        raise AssayError(
            f"{path} does not exist: stage `{stage}` has not run",
            fix=f"assay {stage}   (or: dvc repro {stage})",
        )
    fix = f"assay {stage}   (or: dvc repro -f -s {stage})"
    with native_errors(f"{path} is not a readable Parquet file", fix):
        yield


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock file for the time of a run; released by the system even if the process is
    killed.

    Raises
    ------
    AssayError
        If another process holds it.
    """
    from filelock import Timeout

    try:
        with locked(lock, wait=False):
            yield
    except Timeout as error:
        raise AssayError(
            f"another assay run is writing to this project ({lock} is held)",
            fix="wait for it to finish, then run the same command again",
        ) from error


@contextmanager
def locked(lock: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold an exclusive lock file (`filelock`: flock on Linux and macOS, LockFile on Windows).

    Raises
    ------
    filelock.Timeout
        Without `wait`, if another process or thread holds it.
    """
    from filelock import FileLock

    with space_errors(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        hold = FileLock(lock, thread_local=False)
        hold.acquire(timeout=-1 if wait else 0)
    try:
        yield
    finally:
        hold.release()
