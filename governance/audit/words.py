"""The audit in words that every format for people shares."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Heading, Table
from curate.text import plural
from governance.audit.project import Audit

# Why a value waits; `_why` adds what tells it from its neighbours.
WHY = {
    "kept_unreviewed": "kept by policy, nobody has said it may stay",
    "expired_verdict": "kept on a verdict that has expired",
    "real_but_kept": "judged real, kept by policy all the same",
    "not_acted_on": "left in the text: too weak to act on until a person says so",
    "uncertain": "taken out on a weak finding; a person may say it need not be",
    "unsure": "a reviewer was unsure",
}
STALE = {
    "other_key": "made under another key: matches nothing",
    "value_gone": "the value is no longer found",
    "finding_gone": "the finding is no longer there",
}
# Rows shown of what waits; the rest is counted. `-o FILE.parquet` has all.
SHOWN = 20
# A value whose verdict clears at least this share of a table is named as worth it.
WORTH_NAMING = 0.05


def headline(audit: Audit) -> str:
    """The audit's answer in a sentence."""
    findings = audit.inventory.findings
    blocks, queued = audit.inventory.standing("blocks").height, audit.inventory.standing("queued").height
    rows = f"{findings['example_id'].n_unique():,} of {plural(audit.rows, 'row')}"
    where = f"{plural(findings.height, 'finding')} in {rows}"
    answer = (
        f"{blocks:,} stand over policy without a review"
        if blocks
        else "none stands over policy without a review"
    )
    return f"{where}: {answer}" + (f"; {queued:,} uncertain ones wait in the queue" if queued else "")


def fix(audit: Audit) -> str:
    """What to run next, empty where nothing waits."""
    if audit.inventory.standing("blocks").height:
        return (
            "assay triage, or set an action in params.redact and: dvc repro; to accept what stands: "
            "assay audit --write-baseline"
        )
    return "assay triage" if audit.inventory.standing("queued").height else ""


def tables(audit: Audit) -> list[Block]:
    """Every table that has something to say under its title, in the order in which a steward reads them."""
    titled = [
        ("Inventory", _inventory(audit)),
        ("Stands over policy", _waiting(audit, "blocks")),
        ("In the queue", _waiting(audit, "queued")),
        *_change(audit),
        ("Outputs that redaction changed, by field", _targets(audit)),
        ("Outputs that the redacted input no longer gives", _underivable(audit)),
        ("Verdicts in force", _verdicts(audit)),
        ("Re-opened: expired verdicts", _reopened(audit)),
        ("Stale verdicts", _stale(audit)),
    ]
    return [block for title, table in titled if table.rows for block in (Heading(title), table)]


def _targets(audit: Audit) -> Table:
    lines = [
        (
            line["field"] or "(the whole output)",
            f"{line['changed']:,}",
            f"{line['rows']:,}",
            f"{line['share']:.0%}",
            ", ".join(f"{name} {count:,}" for name, count in line["entities"].items()),
            line["rule"],
            line["reason"],
        )
        for line in audit.targets
    ]
    columns = ("field", "changed", "rows", "share", "entities", "rule", "reason")
    return Table(columns, tuple(lines), frozenset({1, 2, 3}))


def _underivable(audit: Audit) -> Table:
    lines = tuple(
        (line["field"], line["kind"], f"{line['rows']:,}", line["example"], line["row"])
        for line in audit.underivable
    )
    return Table(("field", "kind", "rows", "example", "row"), lines, frozenset({2}))


def _inventory(audit: Audit) -> Table:
    columns = (
        "tier",
        "entity",
        "field",
        "source",
        "findings",
        "rows",
        "values",
        "action",
        "reviewed",
        "unreviewed",
        "blocks",
    )
    rows = [
        [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
        for row in audit.inventory.lines.select(columns).iter_rows()
    ]
    return Table(columns, rows, frozenset({4, 5, 6, 8, 9, 10}))


def _waiting(audit: Audit, standing: str) -> Table:
    """By value, the one with most findings first: one verdict clears all its repeats."""
    waiting = audit.inventory.standing(standing)
    values = (
        waiting.group_by("value_id", "entity", "why", maintain_order=True)
        .agg(
            pl.len().alias("findings"),
            pl.col("example_id").n_unique().alias("rows"),
            pl.col("example_id").first(),
            pl.col("field").first(),
            pl.col("tier").unique().sort().str.join(" or ").alias("tier"),
            pl.col("score").min().alias("low"),
            pl.col("score").max().alias("high"),
            pl.col("field").unique().sort().str.join(" and ").alias("fields"),
            pl.col("decided_on").max().alias("decided"),
        )
        .sort(["findings", "rows", "entity", "value_id", "why"], descending=[True, True, False, False, False])
    )
    rows = tuple(
        (
            value["entity"],
            value["value_id"][:10],
            f"{value['findings']:,}",
            f"{value['rows']:,}",
            f"{value['example_id']} {value['field']}",
            _why(value, waiting.height),
        )
        for value in values.head(SHOWN).iter_rows(named=True)
    )
    more = (
        f"{values.height - SHOWN:,} more values; `assay audit -o findings.parquet` has all"
        if values.height > SHOWN
        else ""
    )
    return Table(
        ("entity", "value", "findings", "rows", "first in", "why"), rows, frozenset({2, 3}), note=more
    )


def _why(value: dict[str, Any], waiting: int) -> str:
    """Why a value waits, how sure its findings are, where it stands and what share of the table a verdict
    clears.
    """
    scores = f"{value['low']:.2f}" + (f" to {value['high']:.2f}" if value["high"] > value["low"] else "")
    share = value["findings"] / waiting
    parts = [
        WHY[value["why"]] + (f" (said {value['decided']})" if value["decided"] else ""),
        f"{value['tier']} at {scores}, in {value['fields']}",
        *([f"{share:.0%} of this table"] if share >= WORTH_NAMING and value["findings"] > 1 else []),
    ]
    return "; ".join(parts)


def _change(audit: Audit) -> list[tuple[str, Table]]:
    change = audit.change
    if change is None:
        return []
    rows = tuple(
        (entity, f"{new:,}", f"{gone:,}", f"{still:,}")
        for entity, new, gone, still in change.lines.iter_rows()
    )
    columns = (f"{change.unit} of", "new", "gone", "persisting")
    return [(f"Since {change.than}", Table(columns, rows, frozenset({1, 2, 3})))]


def _verdicts(audit: Audit) -> Table:
    rows = tuple((word.replace("_", " "), f"{count:,}") for word, count in audit.verdicts.items())
    return Table(("verdict", "values and findings"), rows, frozenset({1}))


def _reopened(audit: Audit) -> Table:
    rows = audit.inventory.reopened.select("entity", "value_id", "verdict", "reviewer", "date", "expires")
    shown = tuple((entity, value[:10], *rest) for entity, value, *rest in rows.head(SHOWN).iter_rows())
    return Table(
        ("entity", "value", "verdict", "reviewer", "decided", "expired"),
        shown,
        note=_more(rows),
    )


def _stale(audit: Audit) -> Table:
    rows = audit.inventory.stale.select("entity", "value_id", "verdict", "reviewer", "date", "why")
    shown = tuple(
        (entity, value[:10], *rest, STALE[why]) for entity, value, *rest, why in rows.head(SHOWN).iter_rows()
    )
    return Table(
        ("entity", "value", "verdict", "reviewer", "decided", "why"),
        shown,
        note=_more(rows),
    )


def _more(rows: pl.DataFrame) -> str:
    return f"{rows.height - SHOWN:,} more" if rows.height > SHOWN else ""
