"""The report's section on the decisions that examples encode: one slice gives a label where the rest give
another.
"""

from __future__ import annotations

import polars as pl

from curate.show.blocks import Block, Code, Details, Paragraph, Table
from curate.text import plain, plural
from governance.report.document import Section
from governance.report.facts import Facts

# Decisions listed, and rows named of each.
LISTED, NAMED = 20, 12


def encoded_decisions(facts: Facts) -> Section:
    """What one source, month or group labels otherwise than the rest, with the test behind it."""
    title = "Decisions your examples encode"
    looked = facts.looked
    if looked is None:
        return Section("decisions", title, [])
    if looked.decisions is None:
        said = [Paragraph(f"Not judged: {looked.why_not}.")] if looked.why_not else []
        return Section("decisions", title, said)
    found, slices = looked.decisions.found, looked.decisions.slices
    compared = ", ".join(f"{by} ({count:,} values)" for by, count in slices.items())
    test = (
        "Each row is judged by models that never saw it. Among rows that look alike so, does one slice give "
        "a label more often than the rest do? The test is exact, and corrected for the number of tests: the "
        "chance of any false alarm is at most 5 %."
    )
    if found.is_empty():
        words = f"No slice gives a label where the rest give another. Compared: {compared}. {test}"
        return Section("decisions", title, [Paragraph(words)])
    words = (
        f"{plural(found.height, 'decision')}, compared by {compared}. A model learns such a decision as the "
        f"truth; a person says which side is right. {test}"
    )
    rows = [
        [
            f"{one['by']} {plain(one['slice'], 60)}",
            plain(one["gives"], 60),
            plain(one["where_others_give"], 60),
            f"{one['rows']:,} of {one['of']:,}",
            f"{one['others_rows']:,} of {one['others_of']:,}",
            f"{one['p_adjusted']:.2g}",
        ]
        for one in found.head(LISTED).iter_rows(named=True)
    ]
    columns = ["slice", "gives", "where others give", "its rows", "others' rows", "p"]
    table = Table(columns, rows, frozenset({3, 4, 5}), caption=title, left_out=max(0, found.height - LISTED))
    return Section("decisions", title, [Paragraph(words), table, _rows(looked.decisions.rows, found)])


def _rows(rows: pl.DataFrame, found: pl.DataFrame) -> Block:
    """The rows behind each decision."""
    keys = ["by", "slice", "gives", "where_others_give"]
    lines = []
    for one in found.head(LISTED).select(keys).iter_rows(named=True):
        mine = rows.filter(*(pl.col(name) == value for name, value in one.items()))["example_id"].to_list()
        for name in mine[:NAMED]:
            slice_ = f"{one['by']} {plain(one['slice'], 40)}"
            lines.append([name, slice_, plain(one["gives"], 40), plain(one["where_others_give"], 40)])
    table = Table(["row", "slice", "given", "others give"], lines, kinds={0: "code"}, caption="Rows to read")
    asked: list[str | Code] = ["Decide over a row with ", Code("assay triage --row ID --relabel LABEL"), "."]
    return Details("Rows behind them", [Paragraph(asked), table])
