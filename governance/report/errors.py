"""Where the recommended system goes wrong: its confusions, its labels, and the rows themselves."""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Chart, Details, Paragraph, Table
from curate.task import Kind
from curate.text import plain
from governance.report import charts
from governance.report.document import Section
from governance.report.facts import Facts

# A confusion matrix of more labels than this is unreadable; the pairs most often confused are listed instead.
HEAT_MAP_LABELS = 24
# Wrong answers listed, the surest first: those say most.
ERRORS = 25
EXCERPT = 240


def recommended(comparison: dict[str, Any]) -> str:
    """The system that the verdict speaks for: the fine-tuned one, or the cheapest simpler one that meets the
    target, or the best simpler one.
    """
    if comparison["verdict"]["outcome"] == "fine_tune":
        return str(comparison["fine_tuned"])
    metric, target = comparison["metric"]["name"], comparison["metric"]["target"]
    meeting = [
        (one["trainable_parameters"], -one[metric]["point"], one["name"])
        for one in comparison["systems"]
        if one["name"] != comparison["fine_tuned"] and one[metric]["point"] >= target
    ]
    return str(min(meeting)[2]) if meeting else str(comparison["best_simpler"])


def where_it_goes_wrong(facts: Facts, comparison: dict[str, Any]) -> Section:
    """The recommended system's errors on the held-out rows."""
    title = "Where it goes wrong"
    predictions = facts.tables.get("predictions")
    if predictions is None:
        return Section("confusion", title, [])
    name = recommended(comparison)
    named = next(one["title"] for one in comparison["systems"] if one["name"] == name)
    mine = predictions.filter(pl.col("system") == name).cast({"label": pl.String, "predicted": pl.String})
    if facts.task.kind is not Kind.CLASSIFICATION:
        return Section("confusion", title, _written(facts, comparison, named, name, mine))
    labels = sorted(set(mine["label"]) | set(mine["predicted"]))
    counts = {(a, p): n for a, p, n in mine.group_by("label", "predicted").len().iter_rows()}
    wrong = mine.filter(pl.col("label") != pl.col("predicted"))
    parts: list[Block] = [
        Paragraph(
            f"{named}, the system that the verdict speaks for, is wrong on {wrong.height:,} of "
            f"{mine.height:,} held-out rows."
        )
    ]
    if 1 < len(labels) <= HEAT_MAP_LABELS:
        names = [plain(label, 28) for label in labels]
        matrix = [[counts.get((a, p), 0) for p in labels] for a in labels]
        parts.append(
            Chart(
                charts.heat_map(names, matrix, f"Confusion matrix of {named}"),
                description="True label down, answer across; the stronger the colour, the larger the share "
                "of its row.",
            )
        )
    parts += [_rows(facts, wrong), _pairs(wrong)] if wrong.height else []
    parts += _per_label(facts, name)
    return Section("confusion", title, parts)


# Finer figures of the kinds that write, by table, and what they are of.
_FINER = {
    "per_field": "Per field",
    "per_language": "Per language",
    "per_section": "Per section",
    "rules_broken": "Rules of the card that answers break",
}


def _written(
    facts: Facts, comparison: dict[str, Any], named: str, name: str, mine: pl.DataFrame
) -> list[Block]:
    """Answers in words that miss, beside what was expected, and the kind's finer tables."""
    wrong = mine.filter(~pl.col("correct"))
    right = comparison["metrics"][comparison["share_right"]]
    parts: list[Block] = [
        Paragraph(
            f"{named}, the system that the verdict speaks for, misses on {wrong.height:,} of "
            f"{mine.height:,} held-out rows (counted by: {right})."
        )
    ]
    if wrong.height:
        listed = wrong.join(facts.gold.select("example_id", "input"), on="example_id", how="left")
        rows = [
            [
                row["example_id"],
                plain(row["input"] or "", EXCERPT),
                plain(row["label"], EXCERPT),
                plain(row["predicted"], EXCERPT),
            ]
            for row in listed.sort("example_id").head(ERRORS).iter_rows(named=True)
        ]
        table = Table(
            ["row", "text", "expected", "answered"],
            rows,
            frozenset(),
            kinds={0: "code"},
            caption="Answers that miss, beside what was expected",
            left_out=listed.height - len(rows),
        )
        parts.append(Details(f"{len(rows):,} answers that miss, with their texts", [table]))
    for table_name, title in _FINER.items():
        finer = facts.tables.get(table_name)
        if finer is None or finer.filter(pl.col("system") == name).is_empty():
            continue
        figures = finer.filter(pl.col("system") == name).drop("system")
        numbers = frozenset(at for at, kind in enumerate(figures.dtypes) if kind.is_numeric())
        cells = [
            [
                f"{value:.3f}" if isinstance(value, float) else "" if value is None else plain(str(value), 60)
                for value in row
            ]
            for row in figures.iter_rows()
        ]
        columns = [column.replace("_", " ") for column in figures.columns]
        parts.append(Details(title, [Table(columns, cells, numbers, caption=title)]))
    return parts


def _rows(facts: Facts, wrong: pl.DataFrame) -> Block:
    """The wrong answers with their texts, the surest first."""
    texts = facts.gold.select("example_id", "input")
    listed = wrong.join(texts, on="example_id", how="left").sort(
        ["confidence", "example_id"], descending=[True, False], nulls_last=True
    )
    rows = [
        [
            row["example_id"],
            plain(row["label"], 40),
            plain(row["predicted"], 40),
            "" if row["confidence"] is None else f"{row['confidence']:.2f}",
            plain(row["input"] or "", EXCERPT),
        ]
        for row in listed.head(ERRORS).iter_rows(named=True)
    ]
    table = Table(
        ["row", "true label", "answered", "sure", "text"],
        rows,
        frozenset({3}),
        kinds={0: "code"},
        caption="Wrong answers, the surest first",
        left_out=listed.height - len(rows),
    )
    return Details(f"The {len(rows):,} wrong answers it was surest of, with their texts", [table])


def _pairs(wrong: pl.DataFrame) -> Block:
    pairs = wrong.group_by("label", "predicted").len()
    pairs = pairs.sort(["len", "label", "predicted"], descending=[True, False, False])
    table = Table(
        ["true label", "answered", "rows"],
        [[plain(a, 60), plain(p, 60), f"{n:,}"] for a, p, n in pairs.head(15).iter_rows()],
        frozenset({2}),
        caption="Labels most often confused",
    )
    return Details(f"Pairs most often confused (of {pairs.height:,})", [table])


def _per_label(facts: Facts, name: str) -> list[Block]:
    per_class = facts.tables.get("per_class")
    if per_class is None:
        return []
    rows = [
        [
            plain(str(row["label"]), 60),
            *(f"{row[figure]:.3f}" for figure in ("precision", "recall", "f1")),
            f"{row['support']:,}",
        ]
        for row in per_class.filter(pl.col("system") == name).sort("f1", "label").iter_rows(named=True)
    ]
    table = Table(
        ["label", "precision", "recall", "F1", "rows"],
        rows,
        frozenset({1, 2, 3, 4}),
        caption="Precision, recall and F1 of each label, weakest first",
    )
    return [Details("Per label, weakest first", [table])] if rows else []
