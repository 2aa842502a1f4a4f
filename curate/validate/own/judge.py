"""What a user's rules say of rows: `example_id, rule, evidence`, as the named rules give it.

Rows come sorted by id, whatever their order. A verdict must be a boolean for every row: a null counts as
"does not break it" only where `input` or `output` is null. Each rule has `validate.rules_seconds` of time;
one that takes longer is an error (it is left to itself: Python cannot stop it, and code that holds the
interpreter for itself, as a hopeless regular expression does, is not noticed before it returns).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from pathlib import Path
from threading import Thread

import polars as pl

from curate.errors import AssayError
from curate.task import Kind
from curate.validate.own.declare import OwnRule

BREACHES = pl.Schema({"example_id": pl.String, "rule": pl.String, "evidence": pl.String})


def own_breaches(
    examples: pl.DataFrame, kind: Kind, rules: Iterable[OwnRule], seconds: float
) -> pl.DataFrame:
    """Every breach of a user's rules.

    Raises
    ------
    AssayError
        If a rule fails, takes too long, or gives something else than a boolean for each row; it names the
        file, the line and the rule.
    """
    rows = examples.sort("example_id")
    breaches = [BREACHES.to_frame()]
    for rule in rules:
        if kind in rule.kinds:
            broken = rows.filter(_verdicts(rule, rows, seconds))
            breaches.append(
                broken.select(
                    "example_id",
                    pl.lit(rule.code).alias("rule"),
                    pl.lit(f"{rule.field}: {rule.description}").alias("evidence"),
                )
            )
    return pl.concat(breaches)


def _verdicts(rule: OwnRule, rows: pl.DataFrame, seconds: float) -> pl.Series:
    def judge() -> object:
        takes_rows = len(inspect.signature(rule.judge).parameters) == 1
        said = rule.judge(rows) if takes_rows else rule.judge()
        return rows.select(said.alias("verdict")).to_series() if isinstance(said, pl.Expr) else said

    said = _within(rule, seconds, judge)
    if not isinstance(said, pl.Series):
        raise _wrong(rule, f"gives {type(said).__name__}", "return a polars expression, or a Series")
    if said.len() != rows.height:
        raise _wrong(rule, f"gives {said.len():,} verdicts for {rows.height:,} rows", "give one for each row")
    if said.dtype != pl.Boolean:
        raise _wrong(rule, f"gives {said.dtype}, not Boolean", "compare: ... > 0, ... != ''")
    empty = rows["input"].is_null() | rows["output"].is_null()
    undecided = int((said.is_null() & ~empty).sum())
    if undecided:
        raise _wrong(rule, f"gives no verdict (null) for {undecided:,} rows", "end it with .fill_null(False)")
    return said.fill_null(False)


def _within(rule: OwnRule, seconds: float, judge: Callable[[], object]) -> object:
    """The value of `judge`, run beside this thread for `seconds` at most."""
    results: list[object] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(judge())
        except BaseException as error:  # raised again below
            errors.append(error)

    with redirect_stdout(sys.stderr):
        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(seconds)
    if thread.is_alive():
        raise _wrong(
            rule,
            f"takes longer than {seconds:g} seconds",
            "make it an expression, or raise validate.rules_seconds",
        )
    if errors:
        from curate.validate.own.load import line_of

        error, file = errors[0], rule.where.rpartition(":")[0]
        # Only these words are known to hold names of columns and no values of rows.
        told = (
            f": {str(error).splitlines()[0]}" if isinstance(error, pl.exceptions.ColumnNotFoundError) else ""
        )
        line = line_of(error, Path(file)) if file else None
        at = f" at line {line}" if line else ""
        raise _wrong(rule, f"fails{at}: {type(error).__name__}{told}", "correct it") from error
    return results[0]


def _wrong(rule: OwnRule, what: str, fix: str) -> AssayError:
    return AssayError(f"{rule.where}: rule `{rule.code}` {what}", fix=fix)
