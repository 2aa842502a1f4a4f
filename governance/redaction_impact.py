"""The warning of `assay scan` and `assay audit` where redaction would change more rows than
`redact.warn_row_share`.
"""

from __future__ import annotations

import polars as pl

from curate.examples import FINDINGS, TEXT_FIELDS
from curate.files import read_stage_frame
from curate.pii.decisions import in_force, project_verdicts
from curate.pii.redact.impact import impact
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide, with_asked_texts
from curate.project import Project


def row_share_warning(project: Project) -> str:
    """The warning, empty where there is none to give."""
    policy = project.params("redact", RedactParams)
    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    path = project.stage("ingest") / "examples.parquet"
    if findings.schema != FINDINGS or not path.exists():
        return ""
    examples = pl.scan_parquet(path)
    sources = examples.select("example_id", "source").collect()
    asked = with_asked_texts(findings, sources, examples)
    acted = decide(findings, asked, policy, in_force(project_verdicts(project), policy.as_of))

    def texts(ids: list[str]) -> pl.DataFrame:
        return examples.filter(pl.col("example_id").is_in(ids)).select("example_id", *TEXT_FIELDS).collect()

    seen = impact(acted, sources.height, texts)
    return seen.words(policy.warn_row_share) if seen.share > policy.warn_row_share else ""
