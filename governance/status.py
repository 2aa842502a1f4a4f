"""`assay status` as data: the task, the gold version, findings, metrics, verdict, models and reviews on one
screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from curate.documents import load_json, load_parquet
from curate.errors import AssayError
from curate.project import Project
from curate.provenance import locked
from curate.stages import REPORTING
from governance.state import faults


@dataclass(frozen=True)
class Line:
    """One line of the screen: a heading, what it says, and what to run next where something is due."""

    name: str
    message: str
    due: str = ""


def overview(project: Project, today: date) -> list[Line]:
    """The screen, top to bottom."""
    task = project.task
    lines = [
        Line(
            "task", f"{task.name} ({task.kind}): {task.metric.name} >= {task.target_said()} on held-out data"
        )
    ]
    lines += [Line(fault.name, fault.problem, fault.fix) for fault in faults(project)]
    lines += [_stages(project), _gold(project), _personal_data(project)]
    lines += _row_verdicts(project)
    lines += [_metrics(project), _models(project), *recorded(project, today)]
    if blanks := task.blanks():
        lines.append(
            Line(
                "blanks",
                f"{len(blanks)} in task.yaml: {', '.join(blanks[:6])}" + (", ..." if len(blanks) > 6 else ""),
                "fill them in task.yaml",
            )
        )
    return lines


def recorded(project: Project, today: date) -> list[Line]:
    """What was approved and by whom, what is stale, and reviews."""
    from governance.records.approvals import standing
    from governance.records.reviews import review_words
    from governance.records.show import approval_message
    from governance.review_calendar import calendar

    try:
        found = standing(project)
        passed, words = review_words(project)
    except AssayError as error:
        return [Line("records", error.problem, error.fix)]
    lines = []
    if found.wants or found.given:
        lines.append(
            Line("approvals", approval_message(found), "" if found.enough else "assay approve --list")
        )
    found_due = calendar(project, today)
    told = [f"due {found_due.next_on}" if found_due.next_on else "no date set", *([words] if words else [])]
    told += [f"{one.words}, to be reviewed by {one.by}" for one in found_due.due if one.trigger != "date"]
    if found_due.next_on is None:
        fix = "add to task.yaml:  review: {next: YYYY-MM-DD}"
    elif not passed:
        fix = "when it is put right: assay ledger add review WHAT --outcome passed"
    else:
        late = found_due.overdue(today)
        due = [f"{found_due.who}: review the task card, the gold set and the verdict"] * bool(found_due.due)
        fix = "; ".join([*(["it is late"] * bool(late)), *due])
    return [*lines, Line("review", "; ".join(told), fix)]


def _read(path: Path) -> dict[str, Any] | None:
    return load_json(path) if path.exists() else None


def _stages(project: Project) -> Line:
    counts = {
        stage: report["funnel"]
        for stage in REPORTING
        if (report := _read(project.stage(stage) / "report.json")) and "funnel" in report
    }
    if not counts:
        if locked(project, "data/ingest"):
            return Line(
                "rows",
                "data/ is not in this working copy, though dvc.lock names it",
                "dvc pull   (or: dvc repro)",
            )
        return Line("rows", "no stage has run", "dvc repro   (or: assay ingest)")
    kept = list(counts.values())[-1]["kept"]
    dropped = ", ".join(
        f"{stage} −{count['dropped']:,}" for stage, count in counts.items() if count["dropped"]
    )
    return Line(
        "rows",
        f"{counts[next(iter(counts))]['in']:,} in, {kept:,} after {list(counts)[-1]}"
        + (f" ({dropped})" if dropped else ""),
    )


def _gold(project: Project) -> Line:
    from curate.publish.gold import load_manifest

    try:
        manifest = load_manifest(project.gold)
    except AssayError as error:
        here = project.gold.exists() or locked(project, "gold")
        return Line("gold", error.problem if here else "none yet", error.fix)
    return Line(
        "gold",
        f"version {manifest['version']}: "
        + ", ".join(f"{part['rows']:,} {split}" for split, part in manifest["splits"].items()),
    )


def _personal_data(project: Project) -> Line:
    edits = project.stage("redact") / "edits.parquet"
    if not edits.exists():
        if locked(project, "data/redact"):
            return Line(
                "personal data", "data/redact is not in this working copy", "dvc pull   (or: dvc repro)"
            )
        return Line("personal data", "not yet scanned and redacted", "assay scan && assay redact")

    actions = load_parquet(edits).group_by("action").len().sort("len", descending=True)
    return Line(
        "personal data",
        ", ".join(f"{count:,} {action}" for action, count in actions.iter_rows()) or "none found",
    )


def _row_verdicts(project: Project) -> list[Line]:
    """What people decided on rows; no line where nobody did."""
    from curate.verdicts.journal import FILE, read_rows
    from governance.triage.without_effect import kept_in_vain

    if not (project.root / FILE).exists() or not read_rows(project.root):
        return []
    report = _read(project.stage("redact") / "report.json") or {}
    counts = report.get("row_verdicts")
    if counts is None:
        return [Line("row verdicts", "decided, and not yet carried out", "dvc repro   (or: assay redact)")]
    held = ", ".join(f"{count:,} {word}" for word, count in counts["in_force"].items()) or "none in force"
    wrong = [
        f"{counts[state]:,} {words}"
        for state, words in (
            ("stale", "on a text that has changed"),
            ("refused", "refused: it brings personal data"),
            ("gone", "of rows that are gone"),
            ("disputed", "disputed"),
        )
        if counts[state]
    ]
    in_vain = kept_in_vain(project)
    wrong += [f"{in_vain:,} kept without effect (assay why)"] if in_vain else []
    again = counts["stale"] or counts["refused"] or counts["disputed"]
    return [Line("row verdicts", "; ".join([held, *wrong]), "assay triage --rows" if again else "")]


def _metrics(project: Project) -> Line:
    from governance.report.build import VERDICTS

    comparison = _read(project.reports / "evaluation" / "comparison.json")
    if comparison is None:
        return Line(
            "verdict",
            "no evaluation yet",
            "assay train && assay evaluate   (or: dvc repro)"
            if project.task.kind == "classification"
            else "",
        )
    manifest = _read(project.gold / "manifest.json") or {}
    stale = comparison["gold"] != manifest.get("content_digest")
    return Line(
        "verdict",
        f"{VERDICTS[comparison['verdict']['outcome']]}. {comparison['verdict']['reasons'][0]}",
        "the evaluation is of an older gold version: dvc repro" if stale else "",
    )


def _models(project: Project) -> Line:
    cards = [card for path in sorted(project.models.glob("*/model.json")) if (card := _read(path))]
    return Line("models", ", ".join(card["title"] for card in cards) or "none")
