"""Stage `validate`: rows that break the kind's schema or a quality rule are quarantined with every reason.

Rows of the external held-out file are judged alike, and counted apart. Reads `data/dedup`, writes
`data/validate` (beside it `warnings.parquet`, kept rows that break a rule set to `warn`, and `edits.parquet`,
what rules with a fix rewrote).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.engine import current, together
from curate.errors import AssayError
from curate.examples import EXAMPLES, ledger
from curate.files import read_stage_frame
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, stage_parts, write_stage
from curate.task import Kind, TaskCard
from curate.validate.answers import answer_breaches
from curate.validate.clean import EDITS, clean
from curate.validate.own.declare import OwnRule
from curate.validate.own.judge import own_breaches
from curate.validate.own.load import project_rules
from curate.validate.params import Level, ValidateParams
from curate.validate.rule import broken_rules
from curate.validate.rules import RULES, rule_on_labels
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
    examples, edits = cleaned(examples, task, params)
    levels = levels_of(params, own)
    faults, warnings = parted(breaches(examples, task, params, own), levels, verdicts)
    kept = examples.join(faults.select("example_id").unique(), on="example_id", how="anti").sort("example_id")
    held_out = examples.filter("held_out").select("example_id")
    tally = tally_of(kept, task.kind)
    return result_of(faults, warnings, edits, held_out, tally, task, levels, kept)


def cleaned(
    examples: pl.DataFrame, task: TaskCard, params: ValidateParams
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`examples` as the rules with a fix leave them, and the edits."""
    if examples.schema != EXAMPLES:  # a table that breaks its contract is for `breaches` to refuse
        return examples, EDITS.to_frame()
    rules = [rule for rule in RULES.values() if params.level(rule.code) != "off"]
    return clean(examples, task.kind, rules, task.labels)


def parted(
    breached: pl.DataFrame, levels: Mapping[str, Level], verdicts: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Breaches for which a row goes, and those of rows that stay."""
    warned = pl.col("rule").is_in([code for code, level in levels.items() if level == "warn"])
    if verdicts is not None:
        kept_ids = verdicts.filter(pl.col("verdict") == "keep")["example_id"]
        warned |= pl.col("rule").is_in(list(levels)) & pl.col("example_id").is_in(kept_ids.implode())
    faults = breached.filter(~warned)
    staying = breached.filter(warned).join(faults, on="example_id", how="anti")
    return faults, staying.sort("example_id", "rule", "evidence")


@dataclass(frozen=True)
class Tally:
    """Of kept rows: how many, how many are held out and of unknown language, and how many have each label."""

    held_out: int
    language_unknown: int
    labels: pl.DataFrame


def tally_of(kept: pl.DataFrame, kind: Kind) -> Tally:
    """Of some kept rows."""
    labels = kept if kind is Kind.CLASSIFICATION else kept.clear()
    return Tally(
        int(kept["held_out"].sum()),
        kept["language"].null_count(),
        labels.group_by("output").agg(pl.len().alias("rows")),
    )


def result_of(
    faults: pl.DataFrame,
    warnings: pl.DataFrame,
    edits: pl.DataFrame,
    held_out: pl.DataFrame,
    tally: Tally,
    task: TaskCard,
    levels: Mapping[str, Level],
    kept: pl.DataFrame,
) -> StageResult:
    """The stage's result.

    Parameters
    ----------
    held_out
        `example_id` of the held-out rows that came in.
    tally
        Of the kept rows.
    """
    dropped = ledger(faults, "validate", pl.col("rule"), pl.col("evidence"))
    report = _report(held_out, tally, dropped, warnings, edits, task, levels)
    return StageResult("validate", kept, dropped, report, {"warnings": warnings, "edits": edits})


def levels_of(params: ValidateParams, own: Sequence[OwnRule] = ()) -> dict[str, Level]:
    """Code -> level of the named rules and those of the user's file."""
    return {code: params.level(code) for code in RULES} | {
        rule.code: params.level(rule.code, rule.level) for rule in own
    }


def breaches(
    examples: pl.DataFrame,
    task: TaskCard,
    params: ValidateParams,
    own: Sequence[OwnRule] = (),
    *,
    labels: pl.DataFrame | None = None,
    whole: bool = True,
) -> pl.DataFrame:
    """Every requirement of the schema and every rule not `off` that each row breaks: `example_id, rule,
    evidence`, sorted.

    Parameters
    ----------
    labels
        Where these are some rows of a table whose outputs are labels: `output, rows` of the whole table.
    whole
        As of `answer_breaches`.
    """
    rules = [rule for rule in RULES.values() if params.level(rule.code) != "off"]
    if labels is not None:
        rules = [rule_on_labels(rule, labels) for rule in rules]
    asked = requirements(examples if labels is None else labels, task, params)
    told = [
        schema_failures(examples, asked).rename({"reason": "rule"}),
        broken_rules(examples, task.kind, rules),
        answer_breaches(examples, task, params, whole=whole),
    ]
    if wanted := [rule for rule in own if params.level(rule.code, rule.level) != "off"]:
        told.append(own_breaches(examples, task.kind, wanted, params.rules_seconds))
    return pl.concat(told).sort("example_id", "rule", "evidence")


def _rows_by(frame: pl.DataFrame, column: str) -> dict[str, int]:
    counts = frame.group_by(column).agg(pl.col("example_id").n_unique().alias("rows")).sort(column)
    return dict(counts.iter_rows())


def _report(
    held_out: pl.DataFrame,
    tally: Tally,
    dropped: pl.DataFrame,
    warnings: pl.DataFrame,
    edits: pl.DataFrame,
    task: TaskCard,
    levels: Mapping[str, Level],
) -> dict[str, Any]:
    """Counts for people and the manifest."""
    held_out_drops = dropped.join(held_out, on="example_id", how="semi")
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
            "kept": tally.held_out,
            "dropped": held_out_drops["example_id"].n_unique(),
            "reasons": _rows_by(held_out_drops, "reason"),
        },
        "language_unknown": tally.language_unknown,
    }
    if task.kind is Kind.CLASSIFICATION:
        labels = dict(tally.labels.sort("output").iter_rows())
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
    examples = project.stage("dedup") / "examples.parquet"
    path = project.stage("dedup") / "verdicts.parquet"
    verdicts = read_stage_frame(path, made_by="dedup") if path.exists() else None
    own = project_rules(project, params)
    result = None
    if current().name != "local" and not own:  # a rule of the user's may look at all rows
        from curate.validate.partitioned import validate_parts

        parts = stage_parts(examples, made_by="dedup")
        ids = together(parts, ("example_id",))["example_id"]
        result = validate_parts(parts, ids, project.task, params, verdicts, progress)
    if result is None:
        rows = read_stage_frame(examples, made_by="dedup")
        ids = rows["example_id"]
        result = validate(rows, project.task, params, verdicts, own)
    if progress:
        progress(1, 1)
    return write_stage(result, ids, project.stage("validate"), made_from, params.max_dropped)
