"""What redaction changed: by entity and action, and field by field."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Notice, Paragraph, Table
from governance.report.document import Section
from governance.report.facts import Facts


def personal_data(facts: Facts) -> Section:
    """Findings by action; then which fields were rewritten, targets apart."""
    edits = facts.edits
    acted = edits.filter(pl.col("action") != "keep")
    scope = facts.manifest["redaction"].get("scope")
    if edits.is_empty():
        nothing = Paragraph("Nothing that the configured detectors look for was found.")
        return Section("personal-data", "Personal data", [nothing])
    words = (
        f"What was found and what was done about it, field by field. Placeholders are consistent within "
        f"each {scope}."
    )
    parts: list[Block] = [
        Paragraph(words),
        _table(edits, ["entity", "action"], "Findings by entity and action"),
        _table(
            acted,
            ["field", "entity", "action"],
            "What was changed in each field",
        ),
    ]
    changed = acted.filter(pl.col("field") != "input")["example_id"].n_unique()
    if changed:
        rows = "1 row had its output" if changed == 1 else f"{changed:,} rows had their output"
        parts.append(
            Notice(
                f"{rows} changed: what a system learns to answer is no longer what was written. "
                f"`assay diff` and `assay why ROW` show them.",
                title="targets",
                level="warning",
            )
        )
    redaction = facts.reports.get("redact", {})
    parts += _entries(redaction.get("targets", []), "Changes of targets, as stage redact counts them")
    parts += _entries(redaction.get("underivable", []), "Outputs that the redacted input no longer gives")
    return Section("personal-data", "Personal data", parts)


def _table(edits: pl.DataFrame, by: list[str], caption: str) -> Table:
    counted = (
        edits.group_by(by)
        .agg(
            pl.len().alias("findings"),
            pl.col("example_id").n_unique().alias("rows"),
            pl.col("value_id").n_unique().alias("values"),
        )
        .sort("findings", *by, descending=[True, *[False] * len(by)])
    )
    rows = [
        [*(str(row[name]) for name in by), *(f"{row[name]:,}" for name in ("findings", "rows", "values"))]
        for row in counted.iter_rows(named=True)
    ]
    places = range(len(by), len(by) + 3)
    return Table([*by, "findings", "rows", "values"], rows, frozenset(places), caption=caption)


def _entries(lines: list[Any], caption: str) -> list[Block]:
    """What the stage says of fields of the output, where it does: one row an entry, whatever its keys."""
    entries = [entry for entry in lines if isinstance(entry, dict)]
    if not entries:
        return []
    columns = list(dict.fromkeys(key for entry in entries for key in entry))
    rows = [[_cell(entry.get(column)) for column in columns] for entry in entries]
    numeric = frozenset(
        at
        for at, column in enumerate(columns)
        if all(isinstance(entry.get(column), int | float) for entry in entries)
    )
    names = [column.replace("_", " ") for column in columns]
    return [Table(names, rows, numeric, caption=caption)]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1%}" if 0 <= value <= 1 else f"{value:,.2f}"
    return (
        f"{value:,}"
        if isinstance(value, int) and not isinstance(value, bool)
        else ""
        if value is None
        else str(value)
    )
