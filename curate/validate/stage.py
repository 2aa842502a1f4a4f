"""Stage `validate`: rows that break the kind's schema or a quality rule are quarantined with every reason.

Rows of the external held-out file are judged alike, and counted apart. Reads `data/dedup`, writes
`data/validate` (beside it `warnings.parquet`, kept rows that break a rule set to `warn`, and `edits.parquet`,
what rules with a fix rewrote).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.examples import EXAMPLES, ledger
from curate.files import read_stage_frame
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, write_stage
from curate.task import Kind, TaskCard
from curate.validate.answers import answer_breaches
from curate.validate.clean import EDITS, clean
from curate.validate.own.declare import OwnRule
from curate.validate.own.judge import own_breaches
from curate.validate.own.load import project_rules
from curate.validate.params import Level, ValidateParams
from curate.validate.rules import RULES, broken_rules
from curate.validate.schema import requirements, schema_failures

# More distinct outputs than this are not a label set: the report gives their number only.
LABELS_TOLD = 1000


def validate(
    examples: pl.DataFrame,
    task: TaskCard,
    params: ValidateParams | None = None,
    verdicts: pl.DataFrame | None = None,
    own: Sequence[OwnRule] = (),
) -> StageResult:
    """Judge every row by the task card and the quality rules.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`.
    task
        The task card: kind, labels, output_schema, sections, languages, style.
    params
        Section `validate`.
    verdicts
        People's verdicts in force (schema `curate.verdicts.table.VERDICTS`): a row that somebody kept goes
        on with a warning where it breaks a quality rule. The schema of its kind spares nobody.
    own
        Rules of the user's file (`curate.validate.own.load`).

    Returns
    -------
    StageResult
        One ledger row for each reason of each quarantined row; tables `warnings` (`example_id, rule,
        evidence`) and `edits` (`example_id, field, rule, places`).

    Raises
    ------
    AssayError
        If the table breaks its own contract, or the card's `output_schema` cannot be used.
    """
    params = params or ValidateParams()
    rules = [rule for rule in RULES.values() if params.level(rule.code) != "off"]
    if examples.schema == EXAMPLES:  # a table that breaks its contract is for `breaches` to refuse
        examples, edits = clean(examples, task.kind, rules, task.labels)
    else:
        edits = EDITS.to_frame()
    breached = breaches(examples, task, params, own)
    levels = levels_of(params, own)
    warned = pl.col("rule").is_in([code for code, level in levels.items() if level == "warn"])
    if verdicts is not None:
        kept_ids = verdicts.filter(pl.col("verdict") == "keep")["example_id"]
        warned |= pl.col("rule").is_in(list(levels)) & pl.col("example_id").is_in(kept_ids.implode())
    faults = breached.filter(~warned)
    kept = examples.join(faults.select("example_id").unique(), on="example_id", how="anti").sort("example_id")
    warnings = (
        breached.filter(warned).join(kept, on="example_id", how="semi").sort("example_id", "rule", "evidence")
    )
    dropped = ledger(faults, "validate", pl.col("rule"), pl.col("evidence"))
    return StageResult(
        "validate",
        kept,
        dropped,
        _report(examples, kept, dropped, warnings, edits, task, levels),
        {"warnings": warnings, "edits": edits},
    )


def levels_of(params: ValidateParams, own: Sequence[OwnRule] = ()) -> dict[str, Level]:
    """Code -> level of the named rules and those of the user's file."""
    return {code: params.level(code) for code in RULES} | {
        rule.code: params.level(rule.code, rule.level) for rule in own
    }


def breaches(
    examples: pl.DataFrame, task: TaskCard, params: ValidateParams, own: Sequence[OwnRule] = ()
) -> pl.DataFrame:
    """Every requirement of the schema and every rule not `off` that each row breaks: `example_id, rule,
    evidence`, sorted.
    """
    rules = [rule for rule in RULES.values() if params.level(rule.code) != "off"]
    failures = schema_failures(examples, requirements(examples, task, params)).rename({"reason": "rule"})
    told = [failures, broken_rules(examples, task.kind, rules), answer_breaches(examples, task, params)]
    if wanted := [rule for rule in own if params.level(rule.code, rule.level) != "off"]:
        told.append(own_breaches(examples, task.kind, wanted, params.rules_seconds))
    return pl.concat(told).sort("example_id", "rule", "evidence")


def _rows_by(frame: pl.DataFrame, column: str) -> dict[str, int]:
    counts = frame.group_by(column).agg(pl.col("example_id").n_unique().alias("rows")).sort(column)
    return dict(counts.iter_rows())


def _report(
    examples: pl.DataFrame,
    kept: pl.DataFrame,
    dropped: pl.DataFrame,
    warnings: pl.DataFrame,
    edits: pl.DataFrame,
    task: TaskCard,
    levels: Mapping[str, Level],
) -> dict[str, Any]:
    """Counts for people and the manifest."""
    held_out = examples.filter("held_out")
    held_out_drops = dropped.join(held_out.select("example_id"), on="example_id", how="semi")
    report: dict[str, Any] = {
        "rules": {code: levels[code] for code in sorted(levels)},
        "warned": warnings["example_id"].n_unique(),
        "warnings": _rows_by(warnings, "rule"),
        "edited": edits["example_id"].n_unique(),
        "edits": _rows_by(edits, "rule"),
        "notes": [
            f"{rows:,} {word}: {', '.join(f'{code} {count:,}' for code, count in counts.items())}"
            for word, rows, counts in (
                ("put right", edits["example_id"].n_unique(), _rows_by(edits, "rule")),
                ("kept with a warning", warnings["example_id"].n_unique(), _rows_by(warnings, "rule")),
            )
            if rows
        ],
        "held_out": {
            "in": held_out.height,
            "kept": int(kept["held_out"].sum()),
            "dropped": held_out_drops["example_id"].n_unique(),
            "reasons": _rows_by(held_out_drops, "reason"),
        },
        "language_unknown": kept["language"].null_count(),
    }
    if task.kind is Kind.CLASSIFICATION:
        labels = _rows_by(kept, "output")
        report["labels_distinct"] = len(labels)
        report["labels"] = labels if len(labels) <= LABELS_TOLD else {}
        report["labels_without_rows"] = sorted(set(task.labels) - set(labels))
    return report


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage in `project`; returns its report.

    Raises
    ------
    AssayError
        If an input is stale (see `curate.provenance`), or the card of a summary names no sections.
    """
    params, made_from = project.params("validate", ValidateParams), begin(project, "validate")
    if project.task.kind is Kind.SUMMARY and not project.task.sections:
        raise AssayError(
            "task.yaml is of kind summary and names no `sections`: nothing would be asked of the outputs",
            fix="name the headings of every output in task.yaml, e.g. sections: [Problem, Action], "
            "then: assay validate",
        )
    examples = read_stage_frame(project.stage("dedup") / "examples.parquet", made_by="dedup")
    path = project.stage("dedup") / "verdicts.parquet"
    verdicts = read_stage_frame(path, made_by="dedup") if path.exists() else None
    result = validate(examples, project.task, params, verdicts, project_rules(project, params))
    if progress:
        progress(1, 1)
    return write_stage(
        result, examples["example_id"], project.stage("validate"), made_from, params.max_dropped
    )
