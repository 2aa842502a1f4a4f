"""The audit for machines that review code: SARIF 2.1.0 and GitHub's workflow commands.

SARIF (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/): a rule for each entity, a result for each
finding that blocks (error), waits (warning) or was cleared by a person (suppressed), found again by its keyed
id whatever moves. A place is a row of the raw table and a field; a Parquet file has no lines, so the region
is line 1, as code scanning demands one.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import polars as pl

from curate.pii.decisions import CLEARING
from curate.text import plain
from governance.audit.project import Audit
from governance.audit.words import WHY, fix, headline

# GitHub takes 25,000 results a run and shows 5,000:
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
RESULTS = 25_000
# GitHub shows ten annotations of a level for each step; the last says how many more there are.
ANNOTATIONS = 10
TABLE = "data/ingest/examples.parquet"
LEVELS = {"blocks": "error", "baseline": "note", "queued": "warning"}


def as_sarif(audit: Audit) -> dict[str, Any]:
    """A SARIF log with one run."""
    cleared = pl.col("verdict").is_in(CLEARING) & (pl.col("standing") == "reviewed")
    told = audit.inventory.findings.filter(pl.col("standing").is_in(list(LEVELS)) | cleared)
    rules = told["entity"].unique().sort().to_list()
    places = {entity: at for at, entity in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "assay",
                "version": version("assay"),
                "rules": [
                    {
                        "id": entity,
                        "name": "".join(part.capitalize() for part in entity.split("_")),
                        "shortDescription": {"text": f"Personal data: {entity}"},
                        "help": {"text": "assay triage, or an action in params.redact and: dvc repro"},
                        "properties": {"tags": ["security", "privacy"]},
                    }
                    for entity in rules
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(audit, finding, places) for finding in told.head(RESULTS).iter_rows(named=True)],
        "properties": {"summary": headline(audit), "keyId": audit.key_id, "results": told.height},
    }
    if told.height > RESULTS:
        text = (
            f"{told.height - RESULTS:,} further findings are left out; `assay audit -o "
            f"findings.parquet` has all"
        )
        run["invocations"] = [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
            }
        ]
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _result(audit: Audit, finding: dict[str, Any], places: dict[str, int]) -> dict[str, Any]:
    row, field, entity = plain(finding["example_id"], 80), finding["field"], finding["entity"]
    why = WHY.get(finding["why"], f"judged {finding['verdict']}")
    result: dict[str, Any] = {
        "ruleId": entity,
        "ruleIndex": places[entity],
        "level": LEVELS.get(finding["standing"], "note"),
        "message": {"text": f"{entity} in {field} of row {row}: {why}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": TABLE}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"name": row, "fullyQualifiedName": f"{row}/{field}", "kind": "element"}
                ],
            }
        ],
        "partialFingerprints": {
            "assayFinding/v1": finding["finding_id"],
            "assayValue/v1": finding["value_id"],
        },
        "properties": {
            "tier": finding["tier"],
            "score": finding["score"],
            "action": finding["action"],
            "standing": finding["standing"],
        },
    }
    if audit.change is not None:
        result["baselineState"] = "new" if finding[audit.change.column] in audit.change.new else "unchanged"
    if finding["standing"] in ("reviewed", "baseline"):
        said = (
            f"verdict {finding['verdict']}"
            if finding["standing"] == "reviewed"
            else "in the committed baseline"
        )
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    return result


def as_github(audit: Audit) -> list[str]:
    """Workflow commands: an error for each kind of finding that blocks, a warning for each that waits,
    notices of what else is up.
    """
    lines = []
    for standing, command in (("blocks", "error"), ("queued", "warning")):
        groups = (
            audit.inventory.standing(standing)
            .group_by("entity", "field", "source", "why", maintain_order=True)
            .agg(
                pl.len().alias("findings"),
                pl.col("value_id").n_unique().alias("values"),
                pl.col("example_id").first(),
            )
        )
        shown = groups.height if groups.height <= ANNOTATIONS else ANNOTATIONS - 1
        for entity, field, source, why, findings, values, row in groups.head(shown).iter_rows():
            text = (
                f"{findings:,} findings of {values:,} values in {field} of source "
                f"{source or '(none)'}, first in row {row}: {WHY[why]}"
            )
            lines.append(_command(command, f"assay audit: {entity}", text))
        if groups.height > shown:
            rest = int(groups.slice(shown)["findings"].sum())
            lines.append(
                _command(
                    command,
                    "assay audit",
                    f"{rest:,} findings more in {groups.height - shown} further places",
                )
            )
    lines += [
        _command("notice", "assay audit", note) for note in (*audit.notes[: ANNOTATIONS - 1], headline(audit))
    ]
    if not audit.inventory.passed:
        lines.append(f"fix: {fix(audit)}")
    return lines


def _command(command: str, title: str, text: str) -> str:
    """One workflow command; `%`, `:` and `,` are escaped as GitHub's toolkit does, line breaks are gone."""
    name = plain(title, 80).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{command} title={name}::{plain(text, 400).replace('%', '%25')}"
