"""The report's section on what fine-tuned models overfit, remember and forgot, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from curate.show.blocks import Block, Chart, Details, Heading, Paragraph, Table, Tone
from governance.report import charts
from governance.report.document import Section
from governance.report.facts import Facts
from governance.report.forgetting import forgotten


def remembered(facts: Facts, comparison: dict[str, Any]) -> Section:
    """Training curves, the gap to held-out rows, membership, verbatim completion, canaries, forgetting."""
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    parts: list[Block] = []
    if comparison.get("overfitting"):
        parts += [*_overfitting(facts, comparison, titles), *_memorisation(comparison, titles)]
    parts += _canaries(comparison.get("canaries"))
    parts += forgotten(comparison)
    return Section("memory", "Overfitting, memorisation, forgetting", parts)


def _overfitting(facts: Facts, comparison: dict[str, Any], titles: Mapping[str, str]) -> list[Block]:
    metric = comparison["metrics"][comparison["metric"]["name"]]
    blocks: list[Block] = [
        Heading("Overfitting", 3),
        Paragraph(
            "A model that learns its training rows rather than the task does well on them and worse on rows "
            f"it never saw. The gap is its {metric} on a sample of the training rows less the same on the "
            "held-out rows."
        ),
        Table(
            ["system", "training rows", "held-out rows", "gap [95 %]", "epochs", "kept"],
            [
                [
                    titles[name],
                    f"{one['train']:.3f}",
                    f"{one['held_out']:.3f}",
                    _interval(one["gap"], "+.3f"),
                    *_epochs(one["course"]),
                ]
                for name, one in comparison["overfitting"].items()
            ],
            frozenset(range(1, 6)),
        ),
    ]
    table = facts.tables.get("training_curves")
    for name, one in comparison["overfitting"].items():
        if one["course"] is None or "same_weights_as" in one:
            continue
        tone: Tone = "bad" if one["course"]["turned_up"] else "plain"
        blocks.append(Paragraph(f"{titles[name]}: {one['course']['words']}", tone))
        if table is not None:
            blocks += _curve(table.filter(pl.col("system") == name), titles[name])
    return blocks


def _epochs(course: Mapping[str, Any] | None) -> list[str]:
    return ["", ""] if course is None else [str(course["epochs"]), f"epoch {course['chosen']}"]


def _curve(table: pl.DataFrame, title: str) -> list[Block]:
    """Losses by epoch of a system's first seed, as a chart and as figures."""
    first = table.filter(pl.col("seed") == pl.col("seed").min()).sort("epoch")
    if first.is_empty():
        return []
    series = [
        charts.Line(
            "training rows" if rows == "train" else f"{rows} rows",
            [(epoch, loss, loss, loss) for epoch, loss in part.select("epoch", "loss").iter_rows()],
        )
        for (rows,), part in first.group_by(["rows"], maintain_order=True)
    ]
    kept: int | None = next(iter(first.filter("chosen")["epoch"].to_list()), None)
    rows = [
        [
            str(line["epoch"]) + (" (kept)" if line["chosen"] else ""),
            line["rows"],
            f"{line['loss']:.3f}",
            "" if line["accuracy"] is None else f"{line['accuracy']:.3f}",
        ]
        for line in first.iter_rows(named=True)
    ]
    strong = frozenset(place for place, line in enumerate(first["chosen"]) if line)
    figures = Table(["epoch", "rows", "loss", "accuracy"], rows, frozenset({2, 3}), strong)
    return [
        Chart(
            charts.lines(series, f"Losses of {title} by epoch", "epoch", "loss, nats", at=kept),
            [line.name for line in series],
            "Loss after each epoch; the dashed line is the epoch that was kept.",
        ),
        Details(f"Losses of {title} in figures", [figures]),
    ]


def _memorisation(comparison: dict[str, Any], titles: Mapping[str, str]) -> list[Block]:
    measured = {name: one for name, one in comparison["memorisation"].items() if "same_weights_as" not in one}
    same = [
        f"{titles[name]} answers with the weights of {titles[one['same_weights_as']]}."
        for name, one in comparison["memorisation"].items()
        if "same_weights_as" in one
    ]
    if not measured:
        return []
    membership = [
        [
            titles[name],
            _interval(one["membership"]["auc"], ".2f"),
            _interval(one["membership"]["uncalibrated_auc"], ".2f"),
            one["membership"]["calibrated_by"],
            f"{one['rows']['train']:,} and {one['rows']['held_out']:,}",
        ]
        for name, one in measured.items()
    ]
    blocks: list[Block] = [
        Heading("Memorisation", 3),
        Paragraph(
            "Membership: somebody holds a row with its answer and asks whether the model was trained on it; "
            "a low loss says yes. The area (AUC) is the share of pairs of a training row and a held-out row "
            "in which that is right: 0.5 is a guess, 1 gives every training row away. How hard a row is "
            "anyway, by a model that has not seen it, is taken off first. " + " ".join(same)
        ),
        Table(
            ["system", "AUC [95 %]", "loss alone", "calibrated by", "rows"],
            membership,
            frozenset({1, 2}),
        ),
    ]
    completed = [
        [
            titles[name],
            f"{told['train']:.0%}",
            f"{told['held_out']:.0%}",
            "" if told["base_model_train"] is None else f"{told['base_model_train']:.0%}",
            _interval(told["excess"], "+.2f"),
            f"{told['rows']['train']:,} and {told['rows']['held_out']:,}",
        ]
        for name, told in ((name, one["verbatim"]) for name, one in measured.items())
        if told["applies"]
    ]
    reasons = sorted({one["verbatim"]["why"] for one in measured.values() if not one["verbatim"]["applies"]})
    if completed:
        prefix = next(one["verbatim"] for one in measured.values() if one["verbatim"]["applies"])
        blocks += [
            Paragraph(
                "Word for word: given the prompt and the first "
                f"{prefix['prefix_tokens']} tokens of an answer, does the model write the rest exactly? "
                "Answers that follow from their input are completed on held-out rows too, so only the excess "
                "on training rows is memory."
            ),
            Table(
                ["system", "training rows", "held-out rows", "base model", "excess [95 %]", "answers"],
                completed,
                frozenset({1, 2, 3, 4}),
            ),
        ]
    if reasons:
        blocks.append(Paragraph(f"Completion word for word does not apply: {'; '.join(reasons)}.", "soft"))
    return blocks


def _canaries(told: Mapping[str, Any] | None) -> list[Block]:
    if told is None:
        return []
    if not told["applies"]:
        return [Paragraph(f"Canaries do not apply: {told['why']}.", "soft")]
    rows = [
        [
            str(line["times"]),
            f"{line['exposure']:.1f}",
            f"{line['low']:.1f} to {line['high']:.1f}",
            f"{line['base_model']:.1f}",
        ]
        for line in told["by_repetitions"]
    ]
    return [
        Heading("Canaries", 3),
        Paragraph(
            f"{told['canaries']} made-up secrets were planted in a copy of the training rows and a model was "
            "trained on it that has been thrown away. Exposure says by how many bits it prefers the true "
            f"code to {told['references']:,} random ones: 1.4 is what a model that knows nothing shows, "
            f"{told['most_bits']:.1f} means found at the first guess."
        ),
        Table(
            ["times planted", "exposure, bits", "smallest to largest", "base model"],
            rows,
            frozenset(range(4)),
        ),
    ]


def _interval(figure: Mapping[str, float], form: str) -> str:
    return f"{figure['point']:{form}} [{figure['low']:{form}}, {figure['high']:{form}}]"
