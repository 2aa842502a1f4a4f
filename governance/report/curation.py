"""The report's sections on curation: what became of each row, and what the published rows are like."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.show.blocks import Block, Chart, Code, Details, Paragraph, Table
from curate.splits import SPLITS
from curate.task import Kind
from curate.text import plain, plural
from governance.report import charts
from governance.report.document import Section
from governance.report.facts import Facts
from governance.report.planted import Score


def planted_faults(scores: Sequence[Score]) -> Section:
    """How many of the faults that a sample was given each stage found."""
    rows = [
        [
            one.what,
            str(one.planted),
            str(one.found),
            str(one.missed),
            "" if one.wrongly is None else str(one.wrongly),
            one.note,
        ]
        for one in scores
    ]
    words = "This data's faults were planted and are known, so each stage can be judged against them."
    return Section(
        "planted",
        "Found against planted",
        [
            Paragraph(words),
            Table(
                ["what", "planted", "found", "missed", "false alarms", "note"], rows, frozenset({1, 2, 3, 4})
            ),
        ]
        if rows
        else [],
    )


def funnel(facts: Facts) -> Section:
    """Rows kept and dropped by each stage."""
    steps = facts.manifest["funnel"]
    rows = [
        [step["stage"], reason, f"{count:,}"]
        for step in steps
        for reason, count in sorted(step["reasons"].items(), key=lambda item: (-item[1], item[0]))
    ]
    return Section(
        "funnel",
        "Every row accounted for",
        [
            Paragraph(
                [
                    f"{plural(steps[0]['in'], 'row')} came in and {facts.manifest['rows']:,} "
                    f"{'is' if facts.manifest['rows'] == 1 else 'are'} published; "
                    "each of the others stands in gold/ledger.parquet with its reason, and ",
                    Code("assay why ROW"),
                    " tells its story.",
                ]
            ),
            Chart(
                charts.funnel(
                    [(step["stage"], step["kept"], step["dropped"]) for step in steps],
                    "Rows through the stages",
                ),
                description="Rows kept after each stage, and those dropped there.",
            ),
            Table(
                ["stage", "reason", "rows dropped"], rows, frozenset({2}), caption="Rows dropped, by reason"
            ),
        ],
    )


def duplicates(facts: Facts) -> Section:
    """Rows dropped as duplicates or leaks, by reason."""
    dropped = facts.ledger.filter(pl.col("stage") == "dedup")
    by_reason = (
        dropped.group_by("reason")
        .agg(pl.col("example_id").n_unique().alias("rows"), pl.col("score").median().alias("median"))
        .sort("reason")
    )
    rows = [
        [r["reason"], f"{r['rows']:,}", "" if r["median"] is None else f"{r['median']:.3f}"]
        for r in by_reason.iter_rows(named=True)
    ]
    report = facts.reports.get("dedup", {})
    leaks = report.get("leaks")
    parts: list[Block] = []
    if isinstance(leaks, dict) and facts.task.held_out:
        parts.append(
            Paragraph(
                "Rows of the data that also stand in the external held-out file: "
                + ", ".join(
                    f"{key.replace('_', ' ')} {value:,}"
                    for key, value in leaks.items()
                    if isinstance(value, int)
                )
                + "."
            )
        )
    parts.append(
        Table(["reason", "rows dropped", "median similarity"], rows, frozenset({1, 2}))
        if rows
        else Paragraph("No duplicates at this threshold.")
    )
    return Section("duplicates", "Duplicates, leaks and conflicts", parts)


def label_mix(facts: Facts) -> Section:
    """Rows of each label in each split."""
    labels = facts.manifest["labels"]
    if not labels:
        return Section("mix", "Label mix", [])
    names = sorted(
        {name for split in SPLITS for name in labels.get(split, {})},
        key=lambda name: (-sum(labels[s].get(name, 0) for s in SPLITS), name),
    )
    counts = [(name, [labels[split].get(name, 0) for split in SPLITS]) for name in names]
    table = Details(
        f"Rows of all {len(names)} labels",
        [
            Table(
                ["label", *SPLITS],
                [[plain(name, 60), *(f"{n:,}" for n in row)] for name, row in counts],
                frozenset({1, 2, 3}),
            )
        ],
    )
    return Section(
        "mix",
        "Label mix",
        [
            Chart(
                charts.label_mix(
                    [(plain(name, 24), row) for name, row in counts[:40]], SPLITS, "Rows by label"
                ),
                SPLITS,
                "Rows of each label in each split.",
            ),
            table,
        ],
    )


def label_suspects(facts: Facts) -> Section:
    """Labels, or the order of pairs, that disagree with what the other rows teach."""
    suspects = facts.tables.get("label_suspects")
    pairs = facts.task.kind is Kind.PREFERENCE
    title = "Pairs that look exchanged" if pairs else "Labels that look wrong"
    if suspects is None:
        return Section("suspects", title, [])
    flagged = suspects.filter("flagged")
    rows = [
        [r["example_id"], r["split"], plain(r["given"], 60), plain(r["suggested"], 60), f"{r['score']:.3f}"]
        for r in flagged.head(50).iter_rows(named=True)
    ]
    judged = plural(suspects.height, "pair" if pairs else "label")
    words = (
        f"{flagged.height:,} of {judged} disagree with what the other rows teach, worst first. They are for "
        "a person to look at; nothing is dropped for it."
    )
    return Section(
        "suspects",
        title,
        [
            Paragraph(words),
            *(
                [
                    Details(
                        "Rows to review",
                        [Table(["row", "split", "given", "suggested", "score"], rows, frozenset({4}))],
                    )
                ]
                if rows
                else []
            ),
        ],
    )


def provenance(facts: Facts) -> Section:
    """Digests and versions that the gold set was made with."""
    manifest = facts.manifest
    rows = [
        ["content digest", manifest["content_digest"]],
        ["held-out digest", manifest["held_out"]["digest"]],
        ["task card digest", manifest["task_digest"]],
        ["parameters digest", manifest["params_digest"]],
        ["code", ", ".join(f"{name} {value}" for name, value in sorted(manifest["code"].items()))],
        ["libraries", ", ".join(f"{name} {value}" for name, value in sorted(manifest["versions"].items()))],
        ["key id", manifest["key_id"]],
    ]
    return Section(
        "provenance", "Made with", [Table(["what", "value"], [[name, str(value)] for name, value in rows])]
    )
