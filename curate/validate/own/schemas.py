"""pandera schemas of a user's file as rules: one for each check of a column or of the rows.

A rule's code is the name of the schema, the column and the check (`support_output_str_length`); a check with
a `name` of its own has that. The level is `metadata={"level": ...}` of the schema, else `warn`. A column that
must not be null, or must be unique, is a rule too; types of columns are assay's business.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.examples import EXAMPLES
from curate.task import Kind
from curate.text import plain
from curate.validate.own.declare import FIELDS, LEVELS, OwnRule


def schema_rules(name: str, declared: Any, file: str) -> list[OwnRule]:
    """The rules of one schema or model.

    Raises
    ------
    AssayError
        If it names a column that rows do not have, or a level that does not exist.
    """
    model: Any = declared
    schema = model.to_schema() if isinstance(declared, type) else model
    where = f"{file} (schema {plain(name, 60)})"
    if unknown := sorted(set(schema.columns) - set(EXAMPLES.names())):
        raise AssayError(
            f"{where} names column {plain(unknown[0], 60)}, which rows do not have",
            fix=f"columns are {', '.join(EXAMPLES.names())}",
        )
    level = (schema.metadata or {}).get("level", "warn")
    if level not in LEVELS:
        raise AssayError(
            f"{where} has level {plain(str(level), 40)!r}", fix=f"choose one of {', '.join(LEVELS)}"
        )
    rules = []
    for column, asked in schema.columns.items():
        checks: list[tuple[str, Any, str]] = [
            (_code(name, column, check), check, _words(check)) for check in asked.checks
        ]
        if not asked.nullable:
            checks.append((_slug(f"{name}_{column}_null"), "null", "there is none"))
        if asked.unique:
            checks.append((_slug(f"{name}_{column}_not_unique"), "unique", "another row has the same"))
        field = column if column in FIELDS else "output"
        rules += [
            OwnRule(
                code,
                plain(words if field == column else f"{column}: {words}", 160),
                level,
                tuple(Kind),
                field,
                _judge(column, check),
                where,
            )
            for code, check, words in checks
        ]
    rules += [
        OwnRule(
            _code(name, "rows", check), plain(_words(check), 160), level, tuple(Kind), "output",
            _judge(None, check), where,
        )
        for check in schema.checks
    ]  # fmt: skip
    return rules


def _slug(text: str) -> str:
    slug = re.sub(r"\W+", "_", text).strip("_").lower()
    return slug[:60] if slug[:1].isalpha() else f"schema_{slug}"[:60]


def _code(schema: str, column: str, check: Any) -> str:
    """A check's own name where its writer gave one; pandera's name of the built-in check otherwise."""
    name = check.name or "check"
    builtin = check.statistics or name in ("check", "<lambda>")
    return _slug(f"{schema}_{column}_{name}") if builtin else _slug(name)


def _words(check: Any) -> str:
    return str(check.description or check.title or check.error or check.name or "a check of the schema")


def _judge(column: str | None, check: Any) -> Any:
    """Rows -> whether each fails the check: pandera's own machinery, for one check at a time."""

    def judge(rows: pl.DataFrame) -> pl.Series:
        if column is not None and check == "null":
            return rows[column].is_null()
        if column is not None and check == "unique":
            return rows[column].is_duplicated()
        import pandera.polars as pa

        numbered = rows.with_row_index("_number")
        if column is None:
            schema = pa.DataFrameSchema(checks=[check])
        else:
            schema = pa.DataFrameSchema({column: pa.Column(checks=[check], nullable=True)})
        return _failed(schema, numbered)

    return judge


def _failed(schema: Any, rows: pl.DataFrame) -> pl.Series:
    import pandera.errors

    try:
        schema.validate(rows, lazy=True)
        return pl.repeat(False, rows.height, eager=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    # What fails while it is judged, and what judges the table as a whole, names no row.
    if cases["index"].null_count():
        raise TypeError("the check names no rows")
    return rows["_number"].is_in(cases["index"].cast(rows["_number"].dtype).unique().implode())
