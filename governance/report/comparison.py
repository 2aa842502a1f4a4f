"""The report's sections on the systems: how good each is, whether differences are real, whether more data
would help.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.show.blocks import Block, Chart, Details, Paragraph, Table
from governance.report import charts
from governance.report.document import Section
from governance.report.errors import recommended
from governance.report.facts import Facts


def _titles(comparison: dict[str, Any]) -> dict[str, str]:
    """What a reader calls each metric of the kind, by name."""
    titles: dict[str, str] = comparison["metrics"]
    return titles


def systems(facts: Facts, comparison: dict[str, Any]) -> Section:
    """Each system with its metrics and intervals."""
    metric, target = comparison["metric"]["name"], comparison["metric"]["target"]
    ranked = sorted(comparison["systems"], key=lambda one: one[metric]["point"])
    marked = {comparison["fine_tuned"], comparison["best_simpler"], recommended(comparison)}
    bars = [
        charts.Bar(
            one["title"],
            one[metric]["point"],
            one[metric]["low"],
            one[metric]["high"],
            "best" if one["name"] in marked else "plain",
        )
        for one in reversed(ranked)
    ]
    titles, rows = _titles(comparison), []
    sure = any("calibration_error" in one for one in ranked)
    seeded = any("seeds" in one for one in ranked)
    for one in ranked:
        rows.append(
            [
                one["title"],
                *(
                    f"{one[name]['point']:.3f} [{one[name]['low']:.3f}, {one[name]['high']:.3f}]"
                    for name in titles
                ),
                *([_over_seeds(one, metric)] if seeded else []),
                *(_certainty(one) if sure else []),
                f"{one['trainable_parameters']:,}",
            ]
        )
    columns = [
        "system",
        *(f"{title} [95 %]" for title in titles.values()),
        *([f"{titles[metric]} over seeds"] if seeded else []),
        *(["calibration error", f"coverage at {comparison['params']['risk']:.0%} risk"] if sure else []),
        "trained parameters",
    ]
    words = (
        f"{titles[metric]} on the same {comparison['rows']['test']:,} held-out "
        f"rows ({comparison['test_clusters']:,} independent groups); whiskers are "
        f"{comparison['params']['confidence']:.0%} intervals that respect groups, the dashed line is "
        f"the task card's target."
    )
    names = {one["name"] for one in ranked}
    if "descriptions" in names and not names & {"prompt", "few_shot", "retrieved"}:
        words += (
            " “Label descriptions only” is the honest stand-in for prompting where no language model is at "
            "hand."
        )
    table = Table(
        columns,
        rows,
        frozenset(range(1, len(columns))),
        frozenset(i for i, one in enumerate(ranked) if one["name"] in marked),
    )
    return Section(
        "comparison",
        "Was it worth it?",
        [
            Paragraph(words),
            Chart(
                charts.intervals(bars, f"{titles[metric]} of each system", target),
                description="Dots are the scores, lines their intervals, the dashed line the target; best "
                "first.",
            ),
            table,
        ],
    )


def _over_seeds(system: dict[str, Any], metric: str) -> str:
    """A metric's mean, range and standard deviation over seeds; empty where there was one seed."""
    if "seeds" not in system:
        return ""
    spread = system["seeds"][metric]
    return (
        f"{spread['mean']:.3f}, {spread['low']:.3f} to {spread['high']:.3f}, sd {spread['sd']:.3f} "
        f"({system['seeds']['count']} seeds)"
    )


def _certainty(system: dict[str, Any]) -> list[str]:
    """Calibration error and coverage as text; empty for a system without probabilities."""
    if "calibration_error" not in system:
        return ["", ""]
    return [f"{system['calibration_error']:.3f}", f"{system['coverage']:.0%}"]


def paired_tests(comparison: dict[str, Any]) -> Section:
    """Paired tests between systems."""
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    purposes = {
        "verdict": "decides the verdict",
        "context": "context",
        "control": "control",
        "variant": "another adapter",
    }
    rows = [
        [
            f"{titles[one['system']]} − {titles[one['against']]}",
            f"{one['difference']['point']:+.3f} [{one['difference']['low']:+.3f}, "
            f"{one['difference']['high']:+.3f}]",
            f"{one['p_metric']:.4f}",
            f"{one['p_holm']:.4f}",
            f"{one['p_mcnemar']:.4f}" if "p_mcnemar" in one else "",
            purposes.get(one["purpose"], one["purpose"]),
        ]
        for one in comparison["comparisons"]
    ]
    parts: list[Block] = []
    if rows:
        words = (
            "Paired tests on the same rows. Fine-tuning must beat every simpler system, so the verdict "
            "takes the largest p-value "
            f"against any of them; the difference it shows is from the best one here, "
            f"{titles[comparison['best_simpler']]}."
        )
        parts += [
            Paragraph(words),
            Table(
                [
                    "difference",
                    f"in {_titles(comparison)[comparison['metric']['name']]} [95 %]",
                    "p (swap test)",
                    "p (Holm)",
                    "p (McNemar)",
                    "why",
                ],
                rows,
                frozenset({1, 2, 3, 4}),
            ),
        ]
    return Section("tests", "Is the difference real?", parts)


def learning_curve(facts: Facts) -> Section:
    """The metric as training rows are added."""
    curve = facts.tables.get("learning_curve")
    if curve is None or curve.is_empty():
        return Section("curve", "Would more data help?", [])
    metric = facts.task.metric.name if facts.task.metric.name in curve.columns else "accuracy"
    low, high = f"{metric}_low", f"{metric}_high"
    ranged = {low, high} <= set(curve.columns)
    points = curve.select(
        "system",
        "rows",
        pl.col(metric).alias("mean"),
        pl.col(low if ranged else metric).fill_null(pl.col(metric)).alias("low"),
        pl.col(high if ranged else metric).fill_null(pl.col(metric)).alias("high"),
        (pl.col("seeds") if "seeds" in curve.columns else pl.lit(1)).fill_null(1).alias("seeds"),
    ).sort("system", "rows")
    titles = {one["name"]: one["title"] for one in (facts.comparison or {}).get("systems", [])}
    series = [
        charts.Line(
            titles.get(name, name),
            [(r["rows"], r["mean"], r["low"], r["high"]) for r in part.iter_rows(named=True)],
        )
        for (name,), part in points.group_by(["system"], maintain_order=True)
    ]
    rows = [
        [
            titles.get(r["system"], r["system"]),
            f"{r['rows']:,}",
            f"{r['mean']:.3f}",
            f"{r['low']:.3f} to {r['high']:.3f}" if r["seeds"] > 1 else "one draw: all rows",
        ]
        for r in points.iter_rows(named=True)
    ]
    name = _titles(facts.comparison)[metric] if facts.comparison else metric
    return Section(
        "curve",
        "Would more data help?",
        [
            Chart(
                charts.lines(series, "Learning curve", "training rows", name),
                [line.name for line in series],
                f"{name} on the held-out rows as training rows are added; the band is the range over "
                f"draws of them.",
            ),
            Details(
                "Figures of the learning curve",
                [
                    Table(
                        ["system", "training rows", name, "range over seeds"],
                        rows,
                        frozenset({1, 2}),
                        caption="Learning curve in figures",
                    )
                ],
            ),
        ],
    )
