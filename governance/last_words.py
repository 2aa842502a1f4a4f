"""What is said, and with which exit code, of an error that ends a run.

Errors that somebody can fix come as `AssayError`. Everything else, from a full disk that a library met to a
mistake of ours, ends here: in words that hold no text of the data, since the message of a foreign exception
may quote a row. `--debug` shows the trace, which may.
"""

from __future__ import annotations

import errno
import os
import traceback
from contextlib import suppress
from pathlib import Path

from curate.errors import AssayError, Unexpected
from curate.text import neutral, plain

_ROOT = Path(__file__).resolve().parents[1]
# Faults of the machine rather than of a file: what to do about each.
_MACHINE = {
    errno.ENOSPC: ("no space is left on the disk", "free some space and run the same command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the same command again"),
    errno.EROFS: ("the file system is read-only", "run in a folder that can be written"),
    errno.EACCES: ("a file may not be opened", "check its owner and permissions: ls -l"),
    errno.EPERM: ("an operation is not permitted", "check the owner and permissions of the project's files"),
    errno.EMFILE: ("too many files are open", "ulimit -n 4096"),
    errno.ELOOP: ("a symbolic link leads back to itself", "ls -l"),
    errno.ENAMETOOLONG: ("a file name is too long", "use a shorter one"),
    errno.EIO: ("the disk cannot be read or written", "check the disk; then run the same command again"),
}
# How libraries without an errno of their own say the same (polars and DVC write it into a text).
_WORDS = {
    "no space left on device": errno.ENOSPC,
    "disk quota exceeded": errno.EDQUOT,
    "read-only file system": errno.EROFS,
    "permission denied": errno.EACCES,
    "too many open files": errno.EMFILE,
}


def last_words(error: BaseException) -> tuple[str, int]:
    """The words for `error`, after `assay: `, and the exit code."""
    ended = as_error(error)
    if "`task." in ended.problem and ended.exit_code == AssayError.exit_code:
        from curate.project import Project
        from governance.bare_dates import with_quotes

        with suppress(AssayError):  # no project here: then the words stay as they are
            ended = with_quotes(Project.find(), ended)
    return shown(ended), ended.exit_code


def as_error(error: BaseException) -> AssayError:
    """`error` in words: itself, a fault of the machine behind it, or a mistake of ours."""
    if isinstance(error, AssayError):
        return error
    machine = _machine_fault(error)
    if machine is not None:
        problem, fix = _MACHINE.get(machine, (os.strerror(machine), "check that path and its owner: ls -ld"))
        named = getattr(error, "filename", None)
        where = f": {plain(str(named), 300)}" if isinstance(named, str | bytes | Path) else ""
        return AssayError(problem + where, fix=fix)
    if isinstance(error, MemoryError):
        return AssayError("memory ran out", fix="use a machine with more, or fewer rows at once")
    return Unexpected(cause(error))


def shown(error: AssayError) -> str:
    """An error as it may be printed: its problem on one line, its fix on the next."""
    problem = neutral(" ".join(error.problem.splitlines()))
    fix = neutral(" ".join(error.fix.splitlines()))
    return f"{problem}\n  fix: {fix}" if fix else problem


def cause(error: BaseException) -> str:
    """What kind of error it is and where it arose, without its message: that may quote the data."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve().is_relative_to(_ROOT)
        and not Path(frame.filename).resolve().is_relative_to(_ROOT / ".venv")
    ]
    kind = type(error).__name__
    if not ours:
        return kind
    path = Path(ours[-1].filename).resolve().relative_to(_ROOT)
    return f"{kind} in {path} line {ours[-1].lineno}, {ours[-1].name}"


def _machine_fault(error: BaseException) -> int | None:
    """The errno of a fault of the machine in `error` or one of its causes."""
    seen: BaseException | None = error
    while seen is not None:
        number = getattr(seen, "errno", None)
        if isinstance(seen, OSError) and number is not None and number in errno.errorcode:
            return int(number)
        text = str(seen)[:10_000].lower() if isinstance(seen, Exception) else ""
        for words, known in _WORDS.items():
            if words in text and type(seen).__module__.partition(".")[0] in ("polars", "dvc", "builtins"):
                return known
        seen = seen.__cause__
    return None
