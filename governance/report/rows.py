"""What the gold rows look like: samples, lengths, fill rates, and the warnings with rows to see.

All of it is of the published text, which redaction has been over.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

import polars as pl

from curate.show.blocks import Block, Details, Paragraph, Table
from curate.splits import SPLITS
from curate.task import Kind
from curate.text import plain, plural
from curate.validate.rules import RULES
from governance.report.document import Section
from governance.report.facts import Facts

# Rows shown as a sample, and of each warning.
SAMPLE = 8
EXAMPLES_OF_WARNING = 3
# Characters shown of a text: enough to judge it by, short enough for a table.
EXCERPT = 240
TEXTS = ("input", "output", "rejected")
ABOUT = ("language", "source", "group", "subject", "licence", "lawful_basis", "collected_at")


def sample_rows(facts: Facts) -> Section:
    """A few rows of every split, the same at every run; of a classification one for each of the commonest
    labels.
    """
    rows = facts.gold.with_columns(
        pl.Series("draw", [_draw(name) for name in facts.gold["example_id"]], dtype=pl.String)
    ).sort("draw")
    if facts.task.kind is Kind.CLASSIFICATION:
        rows = (
            rows.with_columns(pl.len().over("output").alias("common"))
            .sort(["common", "output", "draw"], descending=[True, False, False])
            .unique("output", keep="first", maintain_order=True)
        )
    fields = [field for field in TEXTS if rows[field].drop_nulls().len()]
    shown = [
        [row["example_id"], row["split"], *(plain(row[field] or "", EXCERPT) for field in fields)]
        for row in rows.head(SAMPLE).iter_rows(named=True)
    ]
    words = (
        "Drawn by a digest of the row's id, so the same at every run; texts as published, after redaction."
    )
    table = Table(["row", "split", *fields], shown, kinds={0: "code"}, caption="Sample rows of the gold set")
    return Section("rows", "What a row looks like", [Paragraph(words), table] if shown else [])


def _draw(example_id: str) -> str:
    return hashlib.blake2b(example_id.encode(), digest_size=8).hexdigest()


def fields(facts: Facts) -> Section:
    """Lengths of the texts and how often each field is filled; for JSON outputs each of its keys."""
    gold = facts.gold
    filled = [field for field in TEXTS if gold[field].drop_nulls().len()]
    lengths = [
        [field, split, *_lengths(gold.filter(pl.col("split") == split)[field])]
        for field in filled
        for split in SPLITS
        if gold.filter(pl.col("split") == split).height
    ]
    rates = [
        [field, *(_share(gold.filter(pl.col("split") == split)[field]) for split in SPLITS)]
        for field in (*filled, *ABOUT)
    ]
    parts: list[Block] = [
        Table(
            ["text", "split", "shortest", "median", "95 % are below", "longest"],
            lengths,
            frozenset(range(2, 6)),
            caption="Characters of each text field by split",
        ),
        Table(
            ["field", *(f"filled in {split}" for split in SPLITS)],
            rates,
            frozenset(range(1, 4)),
            caption="Share of rows in which each field is filled",
        ),
    ]
    if facts.task.kind is Kind.EXTRACTION:
        parts.append(_keys(gold["output"].drop_nulls().to_list()))
    return Section("fields", "Fields: how long, how full", parts if gold.height else [])


def _lengths(texts: pl.Series) -> list[str]:
    characters = texts.drop_nulls().str.len_chars()
    if characters.is_empty():
        return ["", "", "", ""]
    figures = [float(characters.quantile(share, "nearest") or 0) for share in (0.0, 0.5, 0.95, 1.0)]
    return [f"{figure:,.0f}" for figure in figures]


def _share(values: pl.Series) -> str:
    full = values.drop_nulls()
    count = full.len() if full.dtype != pl.String else int((full.str.strip_chars() != "").sum())
    return f"{count / values.len():.0%}" if values.len() else ""


def _keys(outputs: Sequence[str]) -> Table:
    """How often each key of the JSON outputs holds a value; one document at a time, as json reads them."""
    filled: Counter[str] = Counter()
    for text in outputs:
        document = json.loads(text)
        if isinstance(document, dict):
            filled.update(key for key, value in document.items() if value not in (None, "", [], {}))
            for key in document:
                filled.setdefault(key, 0)
    rows = [
        [plain(key, 60), f"{count:,}", f"{count / len(outputs):.0%}"]
        for key, count in sorted(filled.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return Table(
        ["key of the output", "rows with a value", "share"],
        rows,
        frozenset({1, 2}),
        caption="How often each key of the output holds a value",
    )


def warnings(facts: Facts) -> Section:
    """Each rule that kept rows break, with a few of them; and what was put right."""
    rules = Counter(dict(facts.warnings.group_by("rule").agg(pl.col("example_id").n_unique()).iter_rows()))
    gold = facts.gold.select("example_id", "split", *TEXTS)
    parts: list[Block] = []
    order = sorted(rules, key=lambda code: (-rules[code], code))
    if rules:
        parts.append(
            Table(
                ["rule", "what it means", "rows"],
                [
                    [code, _meaning(code), f"{rules[code]:,}"]
                    for code in sorted(rules, key=lambda c: (-rules[c], c))
                ],
                frozenset({2}),
                kinds={0: "code"},
                caption="Rules that kept rows break",
            )
        )
    examples = facts.warnings.join(gold, on="example_id").sort("rule", "example_id", "evidence")
    for code in order:
        rows = [
            [row["example_id"], row["split"], row["evidence"].split(":")[0], _excerpt(row)]
            for row in examples.filter(pl.col("rule") == code).head(EXAMPLES_OF_WARNING).iter_rows(named=True)
        ]
        if rows:
            table = Table(
                ["row", "split", "field", "text as published"],
                rows,
                kinds={0: "code"},
                caption=f"Rows of {code}",
            )
            parts.append(Details(f"{code}: {len(rows)} of {plural(rules[code], 'row')}", [table]))
    edited = facts.validate_edits
    if edited.height:
        counted = edited.group_by("rule", "field").agg(
            pl.col("example_id").n_unique().alias("rows"), pl.col("places").sum()
        )
        parts += [
            Paragraph("Put right in the text, so that the rows could stay:"),
            Table(
                ["rule", "field", "rows", "places"],
                [
                    [rule, field, f"{rows:,}", f"{places:,}"]
                    for rule, field, rows, places in counted.sort("rule", "field").iter_rows()
                ],
                frozenset({2, 3}),
                kinds={0: "code"},
                caption="What rules with a fix rewrote",
            ),
        ]
    if parts:
        parts.insert(
            0,
            Paragraph(
                "Kept all the same; a person may look, and set a rule to quarantine in params.validate."
            ),
        )
    return Section("warnings", "Warnings", parts)


def _meaning(code: str) -> str:
    return RULES[code].description if code in RULES else ""


def _excerpt(row: dict[str, str | None]) -> str:
    field = (row["evidence"] or "").split(":")[0]
    return plain(row.get(field) or "", EXCERPT)
