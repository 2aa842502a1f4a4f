"""The pandera schema of a kind, built from the task card, and its failures as reasons per row.

A requirement is a named polars expression with the evidence to give where it fails; the schema holds one
pandera check per requirement. pandera checks only the column types of a LazyFrame, so it is given an eager
one, with `lazy=True` to collect every failure. Its failure cases carry the failing values: those are left
behind, and only the row's index is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from curate.errors import AssayError
from curate.examples import EXAMPLES
from curate.task import Kind, TaskCard
from curate.validate.json_outputs import json_faults
from curate.validate.labels import unknown_labels
from curate.validate.params import Lengths, ValidateParams
from curate.validate.rule import scope_fields

if TYPE_CHECKING:
    import pandera.polars as pa


@dataclass(frozen=True)
class Requirement:
    """One thing the card asks of every row.

    Parameters
    ----------
    code
        Reason code in the ledger.
    field
        The column it is about.
    holds
        Boolean expression over the Examples table; null counts as holding (emptiness is a requirement of its
        own).
    evidence
        String expression for rows where it does not hold; never made of the row's text.
    """

    code: str
    field: str
    holds: pl.Expr
    evidence: pl.Expr


def _present(field: str) -> Requirement:
    filled = pl.col(field).is_not_null() & (pl.col(field).str.strip_chars() != "")
    return Requirement("empty", field, filled.fill_null(False), pl.lit(f"{field}: nothing there"))


def _lengths(field: str, asked: Lengths) -> list[Requirement]:
    length = pl.col(field).str.strip_chars().str.len_chars()
    return [
        Requirement(
            "too_short",
            field,
            (length >= asked.min_chars) | (length == 0),
            pl.format(f"{field}: {{}} characters, at least {asked.min_chars} asked", length),
        ),
        Requirement(
            "too_long",
            field,
            length <= asked.max_chars,
            pl.format(f"{field}: {{}} characters, at most {asked.max_chars} asked", length),
        ),
    ]


def _none_of(code: str, field: str, faults: Mapping[str, str]) -> list[Requirement]:
    """A requirement that no row's `field` is one of `faults` (text -> evidence)."""
    if not faults:
        return []
    texts = pl.Series(list(faults), dtype=pl.String)
    return [
        Requirement(
            code,
            field,
            ~pl.col(field).is_in(texts.implode()),
            pl.col(field).replace_strict(texts, pl.Series(list(faults.values())), default=None),
        )
    ]


def heading(section: str) -> str:
    """Regex (multi-line, ignoring case) for a section's heading line.

    Takes `## Name`, `**Name**`, `2. Name`, `Name` alone on its line, and `Name:` with or without text after
    it.
    """
    name = r"\s+".join(pl.escape_regex(word) for word in section.split())
    return (
        rf"^[ \t]{{0,3}}(?:#{{1,6}}[ \t]*)?(?:\d{{1,2}}[.)][ \t]+)?(?:\*\*|__)?{name}(?:[ "
        rf"\t]*:.*|(?:\*\*|__)[ \t]*:?.*|[ \t#\r]*)$"
    )


def _sections(sections: tuple[str, ...]) -> list[Requirement]:
    found = [pl.col("output").str.contains(f"(?mi){heading(section)}") for section in sections]
    missing = pl.concat_str(
        [pl.when(~present).then(pl.lit(section)) for present, section in zip(found, sections, strict=True)],
        separator=", ",
        ignore_nulls=True,
    )
    ordered = pl.col("output").str.contains(
        "(?mi)" + r"(?s:.*?)".join(heading(section) for section in sections)
    )
    present = pl.all_horizontal(found)
    return [
        Requirement("missing_section", "output", present, pl.format("output: no heading {}", missing)),
        Requirement(
            "section_order",
            "output",
            ~present | ordered,
            pl.lit(f"output: headings are not in the order {', '.join(sections)}"),
        ),
    ]


def _languages(languages: tuple[str, ...]) -> Requirement:
    primary = [tag.split("-")[0].lower() for tag in languages]
    given = pl.col("language").str.split("-").list.first().str.to_lowercase()
    return Requirement(
        "wrong_language",
        "language",
        given.is_in(primary),
        pl.lit(f"language: not one of {', '.join(languages)}"),
    )


def requirements(examples: pl.DataFrame, task: TaskCard, params: ValidateParams) -> list[Requirement]:
    """What the card and the parameters ask of each row of `examples`; only column `output` is looked at.

    Raises
    ------
    AssayError
        If the card's `output_schema` cannot be used.
    """
    texts = scope_fields("every", task.kind)
    asked = [_present(field) for field in texts]
    asked += _lengths("input", params.input)
    for field in texts[1:]:
        asked += _lengths(field, params.output)
    if task.languages:
        asked.append(_languages(task.languages))
    outputs = examples["output"].drop_nulls().unique()
    match task.kind:
        case Kind.CLASSIFICATION if task.labels:
            asked += _none_of("unknown_label", "output", unknown_labels(outputs, task.labels))
        case Kind.EXTRACTION:
            invalid, violating = json_faults(
                (text for text in outputs.sort() if text.strip()), task.output_schema
            )
            asked += _none_of("invalid_json", "output", invalid) + _none_of(
                "schema_violation", "output", violating
            )
        case Kind.SUMMARY if task.sections:
            asked += _sections(task.sections)
        case Kind.PREFERENCE:
            same = pl.col("output").str.strip_chars() == pl.col("rejected").str.strip_chars()
            asked.append(
                Requirement(
                    "same_answers",
                    "rejected",
                    ~same | (pl.col("rejected").str.strip_chars() == ""),
                    pl.lit("rejected: the same text as the chosen answer"),
                )
            )
    return asked


def row_schema(asked: list[Requirement]) -> pa.DataFrameSchema:
    """The pandera schema of the Examples table with one check per requirement, named `code`."""
    import pandera.polars as pa

    def check(requirement: Requirement) -> pa.Check:
        return pa.Check(
            lambda data: data.lazyframe.select(requirement.holds),
            name=requirement.code,
            error=requirement.code,
        )

    columns = {
        name: pa.Column(
            dtype,
            nullable=name not in ("example_id", "held_out"),
            unique=name == "example_id",
            checks=[check(one) for one in asked if one.field == name],
        )
        for name, dtype in EXAMPLES.items()
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def schema_failures(examples: pl.DataFrame, asked: list[Requirement]) -> pl.DataFrame:
    """Every requirement that each row fails.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`.
    asked
        From `requirements`.

    Returns
    -------
    pl.DataFrame
        `example_id, reason, evidence`, one row per failure.

    Raises
    ------
    AssayError
        If the table itself breaks its contract: a column missing, of another type, or an id that is null or
        not unique.
    """
    import pandera.errors

    none = pl.DataFrame(schema={"example_id": pl.String, "reason": pl.String, "evidence": pl.String})
    try:
        row_schema(asked).validate(examples, lazy=True)
        return none
    except pandera.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    # A failing value is read only where it is the name of a column that is missing, extra or out of place.
    column = (
        pl.when(pl.col("check").str.starts_with("column_"))
        .then("failure_case")
        .otherwise("column")
        .cast(pl.String)
    )
    cases = cases.select(column.alias("column"), "check", "index")
    known = {(one.field, one.code) for one in asked}
    broken = sorted(set(cases.select("column", "check").unique().iter_rows()) - known)
    if broken:
        raise AssayError(
            f"the Examples table breaks its contract: "
            f"{'; '.join(f'column `{column}`: {check}' for column, check in broken)}",
            fix="assay dedup   (or: dvc repro -f -s dedup)",
        )
    failures = [none]
    for one in asked:
        rows = examples[
            cases.filter((pl.col("column") == one.field) & (pl.col("check") == one.code))["index"]
        ]
        failures.append(
            rows.select("example_id", pl.lit(one.code).alias("reason"), one.evidence.alias("evidence"))
        )
    return pl.concat(failures)
