"""The report's section on rows of one meaning and on benchmark text, where stage `dedup` looked for them."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Code, Details, Paragraph, Table
from curate.text import plain, plural
from governance.report.document import Section
from governance.report.facts import Facts

# Pairs listed.
LISTED = 30


def meaning(facts: Facts) -> list[Section]:
    """One section, or none where nobody asked for either."""
    report = facts.reports.get("dedup", {})
    parts: list[Block] = []
    if found := report.get("semantic"):
        parts += _meaning(found, facts.tables.get("semantic"))
    if against := report.get("against"):
        rows = [
            [plain(each["path"], 80), f"{each['rows']:,}", f"{each['rows_found']:,}", f"{each['examples']:,}"]
            for each in against["files"]
        ]
        columns = ["benchmark", "rows", "rows found here", "examples that hold them"]
        words = f"{plural(against['examples'], 'example')} held benchmark text; "
        words += f"{against['examples_dropped']:,} left as benchmark_text."
        parts += [Paragraph([words]), Table(columns, rows, frozenset({1, 2, 3}), caption="Benchmarks")]
    return [Section("meaning", "Same meaning and benchmark text", parts)] if parts else []


def _meaning(found: dict[str, Any], table: pl.DataFrame | None) -> list[Block]:
    words = (
        f"{found['pairs']:,} pairs of rows in {found['clusters']:,} groups are near in meaning (cosine from "
        f"{found['threshold']} on). They are candidates: nothing was dropped, and some mean something else. "
        "A person decides: "
    )
    parts: list[Block] = [Paragraph([words, Code("assay triage --rows"), "."])]
    if table is not None and table.height:
        order = ["similarity", "left_id", "right_id"]
        first = table.sort(order, descending=[True, False, False]).head(LISTED)
        rows = [
            [left, right, f"{cosine:.3f}", "another" if conflict else ""]
            for left, right, cosine, conflict in first.select(
                *order[1:], order[0], "label_conflict"
            ).iter_rows()
        ]
        listed = Table(
            ["row", "other row", "cosine", "label"],
            rows,
            frozenset({2}),
            kinds={0: "code", 1: "code"},
            left_out=table.height - len(rows),
            caption="Rows near in meaning",
        )
        parts.append(Details(f"The nearest {len(rows):,}", [listed]))
    return parts
