"""What a rule of one's own is, and the decorator that makes one.

    import polars as pl
    from assay import rule

    @rule(level="quarantine", kinds=["rewriting"])
    def shouting() -> pl.Expr:
        "more than half of the letters are capitals"
        letters = pl.col("output").str.count_matches(r"\\p{L}")
        return pl.col("output").str.count_matches(r"\\p{Lu}") * 2 > letters

    @rule(field="input")
    def odd_number(rows: pl.DataFrame) -> pl.Series:
        "an order number that no shop of ours gives"
        ...

A function without an argument gives a polars expression over a row's columns; one with an argument is given
the rows and gives a boolean column of the same length. True means that the row breaks the rule. The name is
the reason code, the docstring what it means.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, overload

import polars as pl

from curate.errors import AssayError
from curate.task import Kind
from curate.text import plain

Level = Literal["quarantine", "warn", "off"]
Judge = Callable[..., pl.Expr | pl.Series]
LEVELS: tuple[Level, ...] = ("quarantine", "warn", "off")
FIELDS = ("input", "output", "rejected")
# The rules of the file that is being loaded: a second one of a name hides the first in the file itself.
being_declared: ContextVar[list[OwnRule] | None] = ContextVar("being_declared", default=None)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class OwnRule:
    """A rule of a user's file.

    Parameters
    ----------
    code
        Reason code in the ledger: the function's name, or the name of a pandera check.
    description
        What it means, for a person: the first line of the docstring.
    level
        What happens by default: `quarantine`, `warn` or `off`.
    kinds
        Kinds of task whose rows it looks at.
    field
        The field that the evidence names.
    judge
        Without an argument an expression, with one a column of the rows given.
    where
        File and line, for errors.
    """

    code: str
    description: str
    level: Level
    kinds: tuple[Kind, ...]
    field: str
    judge: Judge
    where: str = ""

    def at(self, where: str) -> OwnRule:
        """The same rule, found at `where`."""
        return replace(self, where=where)


@overload
def rule(judge: Judge, /) -> OwnRule: ...


@overload
def rule(
    *, level: Level = "warn", kinds: Iterable[str] = tuple(Kind), field: str = "output"
) -> Callable[[Judge], OwnRule]: ...


def rule(
    judge: Judge | None = None,
    /,
    *,
    level: Level = "warn",
    kinds: Iterable[str] = tuple(Kind),
    field: str = "output",
) -> OwnRule | Callable[[Judge], OwnRule]:
    """Declare a function as a quality rule; see the module for its two forms.

    Parameters
    ----------
    level
        `quarantine` drops the row, `warn` counts it, `off` does not look.
    kinds
        Kinds of task whose rows it looks at; default all.
    field
        The field that it is about: `input`, `output` or `rejected`.

    Raises
    ------
    AssayError
        If a name, a level or a kind cannot be used; it says which line.

    Examples
    --------
    >>> import polars as pl
    >>> @rule(level="quarantine")
    ... def too_brief() -> pl.Expr:
    ...     "fewer than three characters"
    ...     return pl.col("output").str.len_chars() < 3
    >>> too_brief.code, too_brief.level
    ('too_brief', 'quarantine')
    """
    if judge is None:
        return lambda function: _declared(function, level, kinds, field)
    return _declared(judge, level, kinds, field)


def _declared(judge: Judge, level: Level, kinds: Iterable[str], field: str) -> OwnRule:
    name = getattr(judge, "__name__", "")
    line = getattr(getattr(judge, "__code__", None), "co_firstlineno", 0)
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    faults = (
        (not callable(judge), "is not a function", "put @rule over a function"),
        (
            not _CODE.fullmatch(name),
            "has a name that is not a reason code",
            "use small letters, digits and _",
        ),
        (level not in LEVELS, f"has level {level!r}", f"choose one of {', '.join(LEVELS)}"),
        (field not in FIELDS, f"has field {field!r}", f"choose one of {', '.join(FIELDS)}"),
        (
            not wanted or bool(set(wanted) - set(Kind)),
            f"has kinds {list(wanted)!r}",
            f"choose among {', '.join(Kind)}",
        ),
        (_arguments(judge) > 1, "takes more than one argument", "take no argument, or the rows"),
    )
    for fault, what, fix in faults:
        if fault:
            raise AssayError(f"line {line}: rule `{plain(name, 60)}` {plain(what, 120)}", fix=fix)
    description = plain((inspect.getdoc(judge) or name.replace("_", " ")).split("\n")[0], 160)
    wanted_kinds = tuple(Kind(kind) for kind in wanted)
    own = OwnRule(name, description, level, wanted_kinds, field, judge, f"line {line}")
    if (declared := being_declared.get()) is not None:
        declared.append(own)
    return own


def _arguments(judge: Any) -> int:
    try:
        return len(inspect.signature(judge).parameters)
    except (TypeError, ValueError):
        return 0
