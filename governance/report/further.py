"""The report's sections on what a mean hides: which simpler way is enough, the worst part, personal data in
answers, and what a constraint buys.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Details, Paragraph, Table
from curate.text import plain
from governance.report.document import Section
from governance.report.facts import Facts

# Parts of each system that are listed, the worst first.
_LISTED = 12


def enough(comparison: dict[str, Any]) -> Section:
    """Prompting, retrieval, a smaller system, or better data first."""
    told = comparison.get("enough")
    title = "Which simpler way is enough?"
    if told is None:
        return Section("enough", title, [])
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    rows = [
        [
            way["way"],
            titles.get(way["system"] or "", ""),
            "" if way["score"] is None else f"{way['score']:.3f}",
            "" if way["gain"] is None else _signed(way, way["gain"]),
            "" if way["p"] is None else f"{way['p']:.4f}",
            "yes" if way["enough"] else "no",
            way["why"],
        ]
        for way in told["ways"]
    ]
    columns = ["way", "best system of it", "score", "fine-tuning adds [95 %]", "p", "enough", "why"]
    strong = frozenset(place for place, way in enumerate(told["ways"]) if way["enough"])
    return Section(
        "enough",
        title,
        [Paragraph(told["sentence"]), Table(columns, rows, frozenset({2, 3, 4}), strong, caption=title)],
    )


def worst_parts(facts: Facts, comparison: dict[str, Any]) -> Section:
    """The worst class, language, source or group of each system, beside its mean."""
    title = "What does the mean hide?"
    told = comparison.get("slices")
    if told is None or not (told["worst"] or told["too_small"]):
        return Section("slices", title, [])
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    metric = comparison["metrics"][told["metric"]]
    small = (
        f" {told['too_small']:,} smaller ones are not judged: their worst would be chance."
        if told["too_small"]
        else ""
    )
    if not told["worst"]:
        words = f"No class, language, source or group has {told['least_rows']} held-out rows.{small}"
        return Section("slices", title, [Paragraph(words)])
    words = (
        f"{metric} on the worst of {told['judged']:,} classes, languages, sources and groups of "
        f"{told['least_rows']} held-out rows or more, beside the mean of all rows. Intervals are as wide as "
        f"the number of parts asks for, and a part is called worse only where its whole interval lies below "
        f"the mean.{small}"
    )
    ranked = sorted(told["worst"].items(), key=lambda one: -one[1]["mean"])
    rows = [
        [
            titles.get(name, name),
            f"{part['mean']:.3f}",
            f"{part['by']} {plain(part['slice'], 60)}",
            f"{part['rows']:,}",
            f"{part['value']:.3f} [{part['low']:.3f}, {part['high']:.3f}]",
            "worse" if part["worse"] else "may be chance",
        ]
        for name, part in ranked
    ]
    columns = ["system", "all rows", "worst part", "rows", f"{metric} there", ""]
    blocks: list[Block] = [Paragraph(words), Table(columns, rows, frozenset({1, 3, 4}), caption=title)]
    table = facts.tables.get("slices")
    shown = comparison["fine_tuned"] or comparison["best_simpler"]
    if table is not None and table.height:
        mine = table.filter(pl.col("system") == shown).sort("value", "by", "slice")
        lines = [
            [
                f"{part['by']} {plain(str(part['slice']), 60)}",
                f"{part['rows']:,}",
                f"{part['value']:.3f} [{part['low']:.3f}, {part['high']:.3f}]",
                "worse" if part["worse"] else "",
            ]
            for part in mine.head(_LISTED).iter_rows(named=True)
        ]
        listed = Table(
            ["part", "rows", metric, ""],
            lines,
            frozenset({1, 2}),
            caption=f"Parts of {titles[shown]}, the worst first",
            left_out=mine.height - len(lines),
        )
        blocks.append(Details(f"Parts of {titles[shown]}, the worst first", [listed]))
    return Section("slices", title, blocks)


def personal_answers(comparison: dict[str, Any]) -> Section:
    """Personal data in answers whose input did not hold it."""
    title = "Do answers hold personal data that their input did not?"
    told = comparison.get("personal_data")
    if not told:
        return Section("personal_answers", title, [])
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    titles["expected"] = "the expected outputs"
    rows = [
        [
            titles.get(name, name),
            f"{part['outputs']:,}",
            f"{part['rate']['point']:.1%} [{part['rate']['low']:.1%}, {part['rate']['high']:.1%}]",
            ", ".join(f"{entity} {count:,}" for entity, count in part["entities"].items()) or "none",
        ]
        for name, part in told.items()
    ]
    words = (
        "The scan's detectors read every answer; counted are answers with a value that their own input does "
        "not hold in any spelling: it came out of the training rows or was made up. The expected outputs "
        "show what the task itself brings. Dates and NRP are not counted."
    )
    columns = ["system", "answers", "rate [95 %]", "by entity"]
    return Section(
        "personal_answers",
        title,
        [Paragraph(words), Table(columns, rows, frozenset({1, 2}), caption=title)],
    )


def constraint(comparison: dict[str, Any]) -> Section:
    """The system on trial with answers held to the schema, and free."""
    title = "What does holding answers to the schema buy?"
    told = comparison.get("constrained")
    if told is None:
        return Section("constraint", title, [])
    name = next(one["title"] for one in comparison["systems"] if one["name"] == told["system"])
    words = (
        f"{name}, free (as the verdict judges it) and with every answer held to the card's schema while it "
        f"is written. The constraint changes {told['changed']:,} answers; "
        f"{comparison['metrics'][told['metric']]} changes by {_signed(told['difference'])} "
        f"(p = {told['p']:.3f}). It makes the form right and says nothing of the content."
    )
    rows = [
        [label, *(_interval(told[side][metric]) for metric in comparison["metrics"])]
        for side, label in (("off", "free"), ("on", "constrained"))
    ]
    columns = ["answers", *(f"{metric} [95 %]" for metric in comparison["metrics"].values())]
    return Section(
        "constraint",
        title,
        [Paragraph(words), Table(columns, rows, frozenset(range(1, len(columns))), caption=title)],
    )


def _interval(figure: dict[str, float]) -> str:
    return f"{figure['point']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _signed(interval: dict[str, float], point: float | None = None) -> str:
    value = interval["point"] if point is None else point
    return f"{value:+.3f} [{interval['low']:+.3f}, {interval['high']:+.3f}]"
