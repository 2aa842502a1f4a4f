"""The report's section on costs: it differs from machine to machine, so the page that is tracked only points
at it.
"""

from __future__ import annotations

from typing import Any

from curate.show.blocks import Block, Listing, Paragraph, Table
from curate.show.blocks import Item as Entry
from governance.report.document import Section
from governance.report.facts import Facts
from train.cost_sheet import Line, Sheet, cost_sheet

# A figure of `reports/cost/`, what a reader calls it, and how it is written.
_COLUMNS = (
    ("train_seconds", "training s", ",.1f"),
    ("train_peak_mb", "training MB", ",.0f"),
    ("latency_ms_median", "ms a row", ",.1f"),
    ("latency_ms_p95", "p95", ",.1f"),
    ("rows_per_second", "rows a second, batched", ",.1f"),
    ("predict_peak_mb", "answering MB", ",.0f"),
    ("tokens_in", "tokens in", ",.0f"),
    ("tokens_out", "tokens out", ",.1f"),
)
_TITLE = "What does it cost?"


def costs(facts: Facts, comparison: dict[str, Any]) -> Section:
    """What training and answering take, what a thousand requests cost, and when fine-tuning pays."""
    if facts.measured is None:
        words = (
            "Seconds, memory, tokens and prices differ on every machine and stand on a page that is not "
            "tracked: reports/cost/index.html, where the evaluation ran."
        )
        return Section("cost", _TITLE, [Paragraph(words)])
    sheet = cost_sheet(
        comparison, facts.cost, facts.measured.samples, facts.measured.prices, facts.measured.endpoint
    )
    if not facts.cost.get("systems"):
        return Section("cost", _TITLE, [Paragraph(" ".join(sheet.notes))])
    blocks: list[Block] = [Paragraph(_words(comparison)), _table(sheet)]
    if sheet.break_even is not None:
        blocks.append(Paragraph(sheet.break_even.words()))
    return Section("cost", _TITLE, [*blocks, Listing([Entry(note) for note in sheet.notes])])


def _words(comparison: dict[str, Any]) -> str:
    return (
        f"Measured on this machine over the {comparison['rows']['test']:,} held-out rows: one request at a "
        "time (median, and the 95th percentile from 20 requests on), then in a batch. Memory is the most "
        "that the whole process held, Python and its libraries included. Tokens are those of a row: prompt "
        "with its examples, and answer. Empty: not measured, or there are none."
    )


def _table(sheet: Sheet) -> Table:
    used = [one for one in _COLUMNS if any(one[0] in line.figures for line in sheet.lines)]
    priced = any(line.per_thousand is not None for line in sheet.lines)
    money = [f"{sheet.currency or 'currency'} per 1,000 requests [95 %]", "by"] if priced else []
    columns = ["system", *(title for _, title, _ in used), *money]
    rows = [
        [
            line.title,
            *(format(line.figures[name], form) if name in line.figures else "" for name, _, form in used),
            *(_money(line) if priced else []),
        ]
        for line in sheet.lines
    ]
    numeric = frozenset(range(1, len(columns) - (1 if priced else 0)))
    return Table(columns, rows, numeric, caption="Costs of each system, as measured on this machine")


def _money(line: Line) -> list[str]:
    if line.per_thousand is None:
        return ["no price", ""]
    return [f"{line.per_thousand:,.4g} [{line.low:,.4g}, {line.high:,.4g}]", line.basis]
