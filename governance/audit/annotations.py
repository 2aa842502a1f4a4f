"""The audit for machines that review code: SARIF and GitHub's workflow commands.

In SARIF there is a rule for each entity, a result for each finding that blocks (error), waits (warning) or
was cleared by a person (suppressed), found again by its keyed id whatever moves.
"""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from curate.pii.decisions import CLEARING
from curate.show.blocks import Level, Notice
from curate.show.github import MOST, workflow_commands
from curate.show.sarif import RESULTS, Result, Rule, sarif_log
from curate.text import plural
from governance.audit.project import Audit
from governance.audit.words import WHY, fix, headline

TABLE = "data/ingest/examples.parquet"
LEVELS: dict[str, Literal["error", "warning", "note"]] = {
    "blocks": "error",
    "baseline": "note",
    "queued": "warning",
}


def as_sarif(audit: Audit) -> dict[str, Any]:
    """A SARIF log with one run."""
    cleared = pl.col("verdict").is_in(CLEARING) & (pl.col("standing") == "reviewed")
    shown = audit.inventory.findings.filter(pl.col("standing").is_in(list(LEVELS)) | cleared)
    rules = [
        Rule(
            entity,
            f"Personal data: {entity}",
            "assay triage, or an action in params.redact and: dvc repro",
            ("security", "privacy"),
        )
        for entity in shown["entity"].unique().sort()
    ]
    results = [_result(audit, finding) for finding in shown.head(RESULTS).iter_rows(named=True)]
    rest = shown.height - len(results)
    left_out = (
        f"{rest:,} further findings are left out; `assay audit -o findings.parquet` has all" if rest else ""
    )
    facts = {"summary": headline(audit), "keyId": audit.key_id, "results": shown.height}
    return sarif_log(rules, results, facts, left_out)


def _result(audit: Audit, finding: dict[str, Any]) -> Result:
    row, field, entity = finding["example_id"], finding["field"], finding["entity"]
    why = WHY.get(finding["why"], f"judged {finding['verdict']}")
    state: Literal["new", "unchanged"] | None = None
    if audit.change is not None:
        state = "new" if finding[audit.change.column] in audit.change.new else "unchanged"
    accepted = {
        "reviewed": f"verdict {finding['verdict']}",
        "baseline": "in the committed baseline",
    }.get(finding["standing"], "")
    return Result(
        rule=entity,
        level=LEVELS.get(finding["standing"], "note"),
        message=f"{entity} in {field} of row {row}: {why}",
        file=TABLE,
        row=row,
        column=field,
        fingerprints={"assayFinding/v1": finding["finding_id"], "assayValue/v1": finding["value_id"]},
        properties={name: finding[name] for name in ("tier", "score", "action", "standing")},
        baseline=state,
        accepted=accepted,
    )


def as_github(audit: Audit) -> str:
    """Workflow commands: an error for each kind of finding that blocks, a warning for each that waits,
    notices of what else is up; then, as plain text, what to do.
    """
    notices: list[Notice] = []
    standings: tuple[tuple[str, Level], ...] = (("blocks", "error"), ("queued", "warning"))
    for standing, level in standings:
        groups = (
            audit.inventory.standing(standing)
            .group_by("entity", "field", "source", "why", maintain_order=True)
            .agg(
                pl.len().alias("findings"),
                pl.col("value_id").n_unique().alias("values"),
                pl.col("example_id").first(),
            )
        )
        shown = groups.height if groups.height <= MOST else MOST - 1
        for entity, field, source, why, findings, values, row in groups.head(shown).iter_rows():
            text = (
                f"{plural(findings, 'finding')} of {plural(values, 'value')} in {field} of source "
                f"{source or '(none)'}, first in row {row}: {WHY[why]}"
            )
            notices.append(Notice(text, f"assay audit: {entity}", level))
        if groups.height > shown:
            rest = int(groups.slice(shown)["findings"].sum())
            text = f"{plural(rest, 'more finding')} in {plural(groups.height - shown, 'further place')}"
            notices.append(Notice(text, level=level))
    notices += [Notice(note) for note in (headline(audit), *audit.notes)]
    advice = "" if audit.inventory.passed else f"fix: {fix(audit)}\n"
    return workflow_commands(notices, about="assay audit", rest="in `assay audit`") + advice
