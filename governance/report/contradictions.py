"""The report's section on contradictions: rows of one text that teach different things, and what was decided
on rows.
"""

from __future__ import annotations

import polars as pl

from curate.show.blocks import Block, Code, Details, Paragraph, Table
from curate.text import plain, plural
from governance.report.document import Section
from governance.report.facts import Facts

# Contradictions listed, and characters of a value.
LISTED, EXCERPT = 30, 120


def contradictions(facts: Facts) -> Section:
    """Every field in which alike inputs have other outputs, and the worst of them."""
    title = "Contradictions"
    table = facts.tables.get("contradictions")
    parts: list[Block] = []
    if table is not None and table.height:
        parts += _told(table)
    parts += _verdicts(facts)
    return Section("contradictions", title, parts)


def _told(table: pl.DataFrame) -> list[Block]:
    count, rows = table["cluster"].n_unique(), table["example_id"].n_unique()
    gone = table.filter("dropped")["example_id"].n_unique()
    words = (
        f"{plural(rows, 'row')} in {plural(count, 'group')} of the same or nearly the same input teach "
        f"different things; {gone:,} of them left for it or as repeats. A person decides: "
    )
    by_field = (
        table.group_by("field")
        .agg(pl.col("cluster").n_unique().alias("groups"), pl.col("example_id").n_unique().alias("rows"))
        .sort(["groups", "field"], descending=[True, False])
    )
    fields = [[plain(field, 60), f"{groups:,}", f"{rows:,}"] for field, groups, rows in by_field.iter_rows()]
    listed = [
        [row["example_id"], plain(row["field"], 40), plain(row["value"] or "nothing", EXCERPT), row["alike"]]
        for row in table.sort("cluster", "field", "example_id").head(LISTED).iter_rows(named=True)
    ]
    return [
        Paragraph([words, Code("assay triage --rows"), "."]),
        Table(["field", "groups", "rows"], fields, frozenset({1, 2}), caption="Where they contradict"),
        Details(
            f"The first {len(listed):,} of them",
            [
                Table(
                    ["row", "field", "says", "inputs"],
                    listed,
                    kinds={0: "code"},
                    caption="Rows that contradict each other",
                    left_out=table.height - len(listed),
                )
            ],
        ),
    ]


def _verdicts(facts: Facts) -> list[Block]:
    """Verdicts on rows, where there are any."""
    counts = facts.reports.get("redact", {}).get("row_verdicts")
    if not counts:
        return []
    rows = [[word, f"{count:,}"] for word, count in counts["in_force"].items()]
    rows += [
        [f"not carried out: {state}", f"{counts[state]:,}"]
        for state in ("stale", "refused", "gone")
        if counts[state]
    ]
    return [
        Paragraph(
            "Decided by people in decisions/rows.jsonl, and carried out before duplicates were sought:"
        ),
        Table(["verdict on a row", "rows"], rows, frozenset({1}), caption="Verdicts on rows"),
    ]
