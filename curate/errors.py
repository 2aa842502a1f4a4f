"""Errors that name the object, the cause and the command that fixes it.

Exit codes follow the command line's contract: 1 for a finding or a failed gate, 2 for usage or configuration,
70 for an error of this program itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Whether who reads an error typed a command: then an argument is `--field`, else it is `field`.
_typed = ContextVar("typed", default=False)
# Options that are not spelled as the argument is.
_SPELLED = {"fields": "--field"}


@contextmanager
def on_command_line() -> Iterator[None]:
    """While the block runs, errors spell arguments as the command line does."""
    before = _typed.set(True)
    try:
        yield
    finally:
        _typed.reset(before)


def option(name: str) -> str:
    """An argument's name as its caller spells it: `--min-rows` on the command line, `min_rows` in Python."""
    return _SPELLED.get(name, f"--{name.replace('_', '-')}") if _typed.get() else f"`{name}`"


class AssayError(Exception):
    """A fault a person can fix: bad input, bad configuration, a missing key or file. Exit code 2.

    Parameters
    ----------
    problem
        What is wrong, naming the object (file, row, column, parameter). Never holds a raw value of dataset
        text.
    fix
        The command to run or the edit to make, in one line.
    """

    exit_code = 2

    def __init__(self, problem: str, *, fix: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.problem}\n  fix: {self.fix}" if self.fix else self.problem


class GateFailed(AssayError):
    """A check ran well and its answer is no: a gate failed or findings stand. Exit code 1."""

    exit_code = 1


@contextmanager
def native_errors(problem: str, fix: str) -> Iterator[None]:
    """Turn what a native library (polars, pyarrow) raises of a damaged file into an `AssayError`.

    Polars panics on some files, and a panic is not an `Exception`; its text is left out, since it may quote a
    value. A fault of the disk goes on as it is.
    """
    try:
        yield
    except (AssayError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise AssayError(problem, fix=fix) from None
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise AssayError(problem, fix=fix) from None
        raise


class Unexpected(AssayError):
    """A mistake of this program, or input that it does not foresee. Exit code 70.

    Parameters
    ----------
    where
        What kind of error arose and where, without any text of the data.
    """

    # EX_SOFTWARE of sysexits.h: not 1, which says that a check ran and its answer is no.
    exit_code = 70

    def __init__(self, where: str) -> None:
        super().__init__(
            f"an error of assay itself ({where}); nothing can be concluded from this run",
            fix="run it again with --debug after `assay` to see the trace (it may show rows), and report it",
        )
