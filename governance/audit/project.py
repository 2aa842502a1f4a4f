"""The audit of a project as its files stand: findings, sources, verdicts, policy, baseline; the key for its
public name only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from curate.documents import load_json, load_parquet
from curate.errors import AssayError
from curate.examples import FINDINGS
from curate.files import read_stage_frame
from curate.pii.decisions import FILE, in_force, project_verdicts, read_verdicts
from curate.pii.detect.catalogue import NER_ENTITIES, check_names
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide, with_asked_texts
from curate.project import Project
from curate.text import plain, plural
from curate.versions.revisions import git
from governance.audit.inventory import Inventory, take
from governance.audit.params import AuditParams
from governance.audit.since import BASELINE, Change, at_revision, compare, read_baseline, write_baseline
from governance.redaction_impact import row_share_warning


@dataclass(frozen=True)
class Audit:
    """What every format shows.

    Parameters
    ----------
    inventory
        What stands.
    change
        Since a revision or the baseline; None where there is neither.
    rows
        Examples scanned.
    verdicts
        Verdicts in force, by word.
    scope
        Of placeholders and surrogates.
    key_id
        Public name of the key behind all ids.
    notes
        What else a steward must know, in sentences.
    targets, underivable
        What stage `redact` says of fields of the outputs: those it changed, and those that the redacted input
        no longer gives.
    """

    task: str
    inventory: Inventory
    change: Change | None
    rows: int
    verdicts: dict[str, int]
    scope: str
    key_id: str
    notes: tuple[str, ...]
    targets: tuple[dict[str, Any], ...] = ()
    underivable: tuple[dict[str, Any], ...] = ()


def audit(
    project: Project, today: date, revision: str | None = None, *, renew_baseline: bool = False
) -> Audit:
    """Audit `project` on a day, compared with a git revision, else with the committed baseline.

    Parameters
    ----------
    renew_baseline
        Write the baseline first: what stands over policy now is excused.

    Raises
    ------
    AssayError
        If a stage has not run, its output is of another key, or a file of `decisions/` or a parameter is not
        valid.
    """
    params, redaction = project.params("audit", AuditParams), project.params("redact", RedactParams)
    own = project.params("scan", ScanParams).own_entities
    redaction.check(set(project.task.sources), own)
    check_names(set(params.accept), "audit.accept", {*NER_ENTITIES, *own})
    path = project.stage("scan") / "findings.parquet"
    findings = read_stage_frame(path, made_by="scan")
    report = load_json(project.stage("scan") / "report.json")
    key_id = project.key.key_id
    if findings.schema != FINDINGS or report.get("key_id") != key_id:
        raise AssayError(
            f"{path} was made by another version of assay or with another key",
            fix="dvc repro scan   (or: assay scan)",
        )
    ingested = project.stage("ingest") / "examples.parquet"
    if not ingested.exists():
        raise AssayError(
            f"{ingested} does not exist: stage `ingest` has not run",
            fix="assay ingest   (or: dvc repro ingest)",
        )
    sources = load_parquet(ingested, columns=["example_id", "source"])
    examples = with_asked_texts(findings, sources, pl.scan_parquet(ingested))
    verdicts = project_verdicts(project)
    known = None if renew_baseline else read_baseline(project.root, key_id)
    inventory = take(
        findings,
        examples,
        verdicts,
        redaction,
        params,
        today,
        key_id=key_id,
        baseline=known.accepted if known else frozenset(),
    )
    if renew_baseline:
        write_baseline(project.root, findings, inventory.standing("blocks")["value_id"], key_id)
        return audit(project, today, revision)
    change = at_revision(project.root, revision, findings, key_id) if revision else None
    if change is None and known is not None:
        change = compare(known.values, findings, str(BASELINE), "values")
    current = in_force([verdict for verdict in verdicts if verdict.key_id == key_id], today)
    return Audit(
        task=project.task.name,
        inventory=inventory,
        change=change,
        rows=examples.height,
        verdicts=dict(current.group_by("verdict").len().sort("verdict").iter_rows()),
        scope=redaction.scope,
        key_id=key_id,
        notes=(
            *filter(None, [row_share_warning(project)]),
            *unnamed(project),
            *taken_out(project),
            *_languages(report),
            *_redacted(project, findings, examples, redaction),
        ),
        targets=_of_redaction(project, "targets"),
        underivable=_of_redaction(project, "underivable"),
    )


def unnamed(project: Project) -> list[str]:
    """The reviewers of verdicts whom the task card does not name, and whether their word counts."""
    counted = {verdict.reviewer for verdict in project_verdicts(project)}
    others = sorted({verdict.reviewer for verdict in read_verdicts(project.root)} - project.task.people)
    if not others:
        return []
    listed = ", ".join(plain(name, 40) for name in others[:5]) + (" and others" if len(others) > 5 else "")
    counts = "their verdicts count" if counted & set(others) else "their verdicts do not count"
    return [f"Verdicts by reviewers whom task.yaml does not name: {listed}; {counts} (redact.reviewers)"]


def taken_out(project: Project) -> list[str]:
    """How many verdicts git's history holds that are no longer in the file, which is only appended to."""
    try:
        log = git(project.root, "log", "--format=", "-p", "--no-renames", "--", str(FILE))
    except AssayError:  # no git here
        return []
    path = project.root / FILE
    here = set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set()
    gone = {line[1:] for line in (log or "").splitlines() if line.startswith("-{")} - here
    if not gone:
        return []
    return [
        f"{plural(len(gone), 'verdict')} that git once held {'is' if len(gone) == 1 else 'are'} no longer in "
        f"{FILE}, which is only appended to: git log -p -- {FILE}"
    ]


def _of_redaction(project: Project, name: str) -> tuple[dict[str, Any], ...]:
    """A list of the report of stage `redact`; empty where it has not run."""
    path = project.stage("redact") / "report.json"
    return tuple(load_json(path).get(name, [])) if path.exists() else ()


def _languages(report: dict[str, Any]) -> list[str]:
    """Rows that the detectors read without knowing their language."""
    others = report.get("language", {}).get("other_rows", {})
    if not others:
        return []
    listed = ", ".join(f"{name} {rows:,}" for name, rows in others.items())
    return [
        f"{plural(sum(others.values()), 'row is', 'rows are')} in languages the detectors do not know "
        f"({listed}): names and labels in them were not looked for"
    ]


def _redacted(
    project: Project, findings: pl.DataFrame, examples: pl.DataFrame, redaction: RedactParams
) -> list[str]:
    """Whether `data/redact` is what policy and verdicts now ask for."""
    path = project.stage("redact") / "report.json"
    if not path.exists():
        return [
            "Nothing has been redacted yet: the actions shown are what the policy will do. Run: dvc "
            "repro redact"
        ]
    verdicts = in_force(project_verdicts(project), redaction.as_of)
    wanted = (
        decide(findings, examples, redaction, verdicts)
        .group_by("entity", "action")
        .len()
        .sort("entity", "action")
        .rows()
    )
    done = [(line["entity"], line["action"], line["findings"]) for line in load_json(path).get("actions", [])]
    return (
        []
        if wanted == done
        else [
            "data/redact was made under another policy, other verdicts or another scan. Run: dvc repro redact"
        ]
    )
