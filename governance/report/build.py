"""From facts to the report's sections: what is said, in which order, with which figures.

Pure: reads nothing, and the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from curate.show.blocks import Answer, Block, Chart, Details, Document, Paragraph, Table
from curate.splits import SPLITS
from curate.task import Kind
from curate.text import plain, plural
from governance.report import charts
from governance.report.document import Section, as_document
from governance.report.errors import recommended, where_it_goes_wrong
from governance.report.facts import Facts
from governance.report.planted import Score
from governance.report.redaction import personal_data
from governance.report.rows import fields, sample_rows, warnings

METRIC_TITLES = {"macro_f1": "macro-F1", "accuracy": "accuracy"}
VERDICTS = {
    "fine_tune": "Fine-tune",
    "simpler_is_enough": "The simpler system is enough",
    "not_enough_data": "Not enough data to tell",
}
# A confusion matrix of more labels than this is unreadable; the pairs most often confused are listed instead.
HEAT_MAP_LABELS = 24


def build(facts: Facts, planted: Sequence[Score] = ()) -> Document:
    """The whole report."""
    manifest, sections = facts.manifest, []
    if facts.comparison is not None:
        sections += [
            _comparison(facts, facts.comparison),
            _tests(facts.comparison),
            _curve(facts),
            where_it_goes_wrong(facts, facts.comparison),
        ]
    sections += [
        _planted(planted),
        _funnel(facts),
        sample_rows(facts),
        fields(facts),
        warnings(facts),
        personal_data(facts),
        _duplicates(facts),
        _mix(facts),
        _suspects(facts),
        _provenance(facts),
    ]
    rows = manifest["splits"]
    return as_document(
        facts.task,
        manifest["version"],
        ", ".join(f"{rows[split]['rows']:,} {split}" for split in SPLITS),
        _answer(facts),
        sections,
    )


def _answer(facts: Facts) -> Answer:
    if facts.comparison is None:
        return Answer("No comparison", "note", [_no_comparison(facts)])
    verdict = facts.comparison["verdict"]
    reasons = [
        *verdict["reasons"],
        *([facts.cost["sentence"]] if facts.cost.get("sentence") else []),
        *facts.comparison["warnings"],
    ]
    title = VERDICTS[verdict["outcome"]]
    # The judge's own words say where the target is missed: "fine-tuning helps, but misses the target: +0.031
    # ..."
    said = verdict["headline"].split(":")[0]
    if "target" in said:
        title = said[0].upper() + said[1:]
    return Answer(title, "note", reasons, "Verdict")


def _no_comparison(facts: Facts) -> str:
    if facts.task.kind is not Kind.CLASSIFICATION:
        return (
            f"Training and evaluation are for classification; this {facts.task.kind} gold set is "
            f"published and ready to review."
        )
    return "No evaluation yet: run `assay train` and `assay evaluate`, or `dvc repro`."


def _comparison(facts: Facts, comparison: dict[str, Any]) -> Section:
    metric, target = comparison["metric"]["name"], comparison["metric"]["target"]
    systems = sorted(comparison["systems"], key=lambda one: one[metric]["point"])
    marked = {comparison["fine_tuned"], comparison["best_simpler"], recommended(comparison)}
    bars = [
        charts.Bar(
            one["title"],
            one[metric]["point"],
            one[metric]["low"],
            one[metric]["high"],
            "best" if one["name"] in marked else "plain",
        )
        for one in reversed(systems)
    ]
    costs = facts.cost.get("systems", {})
    timed = (
        {"training s": ("train_seconds", ".1f"), "ms a row": ("latency_ms_median", ".2f")} if costs else {}
    )
    rows = []
    for one in systems:
        rows.append(
            [
                one["title"],
                *(
                    f"{one[name]['point']:.3f} [{one[name]['low']:.3f}, {one[name]['high']:.3f}]"
                    for name in ("accuracy", "macro_f1")
                ),
                f"{one['calibration_error']:.3f}",
                f"{one['coverage']:.0%}",
                f"{one['trainable_parameters']:,}",
                *(_figure(costs.get(one["name"], {}), figure, form) for figure, form in timed.values()),
            ]
        )
    columns = [
        "system",
        "accuracy [95 %]",
        "macro-F1 [95 %]",
        "calibration error",
        f"coverage at {comparison['params']['risk']:.0%} risk",
        "trained parameters",
        *timed,
    ]
    words = (
        f"{METRIC_TITLES.get(metric, metric)} on the same {comparison['rows']['test']:,} held-out "
        f"rows ({comparison['test_clusters']:,} independent groups); whiskers are "
        f"{comparison['params']['confidence']:.0%} intervals that respect groups, the dashed line is "
        f"the task card's target. “Label descriptions only” is the honest stand-in for prompting "
        f"where no language model is at hand."
    )
    if not costs:
        words += (
            " Seconds of training and milliseconds a row differ on every run: the page with them is "
            "reports/cost/index.html, on the machine that ran the evaluation."
        )
    table = Table(
        columns,
        rows,
        frozenset(range(1, len(columns))),
        frozenset(i for i, one in enumerate(systems) if one["name"] in marked),
    )
    return Section(
        "comparison",
        "Was it worth it?",
        [
            Paragraph(words),
            Chart(
                charts.intervals(bars, f"{METRIC_TITLES.get(metric, metric)} of each system", target),
                description="Dots are the scores, lines their intervals, the dashed line the target; best "
                "first.",
            ),
            table,
        ],
    )


def _figure(costs: dict[str, float], name: str, form: str) -> str:
    """A cost as text; empty where it was not measured."""
    return format(costs[name], form) if name in costs else ""


def _tests(comparison: dict[str, Any]) -> Section:
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    purposes = {"verdict": "decides the verdict", "context": "context", "control": "control"}
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
    fits = [
        [
            one["title"],
            *(f"{one['fit'][split]['accuracy']:.3f}" if split in one["fit"] else "" for split in SPLITS),
            f"{one['overfitting'].get('train_minus_test_accuracy', 0):+.3f}",
        ]
        for one in comparison["systems"]
        if one.get("overfitting")
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
                    f"in {METRIC_TITLES.get(comparison['metric']['name'], '')} [95 %]",
                    "p (swap test)",
                    "p (Holm)",
                    "p (McNemar)",
                    "why",
                ],
                rows,
                frozenset({1, 2, 3, 4}),
            ),
        ]
    if fits:
        parts += [
            Paragraph("Overfitting: accuracy on rows a system was trained on against rows it never saw."),
            Table(["system", *SPLITS, "train − test"], fits, frozenset({1, 2, 3, 4})),
        ]
    return Section("tests", "Is the difference real?", parts)


def _curve(facts: Facts) -> Section:
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
    name = METRIC_TITLES.get(metric, metric)
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


def _planted(scores: Sequence[Score]) -> Section:
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
    words = (
        "This data's faults were planted by a seeded script and are known, so each stage can be "
        "judged against them."
    )
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


def _funnel(facts: Facts) -> Section:
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
                f"{plural(steps[0]['in'], 'row')} came in and {facts.manifest['rows']:,} "
                f"{'is' if facts.manifest['rows'] == 1 else 'are'} published; "
                "each of the others stands in gold/ledger.parquet with its reason, and `assay why ROW` "
                "tells its story."
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


def _duplicates(facts: Facts) -> Section:
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


def _mix(facts: Facts) -> Section:
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


def _suspects(facts: Facts) -> Section:
    suspects = facts.tables.get("label_suspects")
    if suspects is None:
        return Section("suspects", "Labels that look wrong", [])
    flagged = suspects.filter("flagged")
    rows = [
        [r["example_id"], r["split"], plain(r["given"], 60), plain(r["suggested"], 60), f"{r['score']:.3f}"]
        for r in flagged.head(50).iter_rows(named=True)
    ]
    words = (
        f"{flagged.height:,} of {plural(suspects.height, 'label')} disagree with what the other rows teach, "
        f"worst first. They are for a person to look at; nothing is dropped for it."
    )
    return Section(
        "suspects",
        "Labels that look wrong",
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


def _provenance(facts: Facts) -> Section:
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
