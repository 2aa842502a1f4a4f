"""Verdicts on rows, judged by stage `redact` and carried out by `dedup`: what a person judged is the text
after redaction, and what an edit may hold is for the policy to say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from curate.project import Project
from curate.stage import StageResult
from curate.verdicts.standing import Reader, counts, project_rows, standing


def with_row_verdicts(
    result: StageResult, project: Project, verdicts: pl.DataFrame, as_of: date | None
) -> StageResult:
    """`result` with the table `verdicts` and its counts; as it is where nobody judged a row.

    Parameters
    ----------
    verdicts
        Verdicts on personal data, by which edits are read.
    as_of
        Date on which verdicts must hold; None obeys expired ones.
    """
    rows = project_rows(project)
    if not rows:
        return result
    reads = Reader.of(project, verdicts)
    table = standing(result.kept, rows, project.key, as_of, reads=reads)
    said = counts(rows, table, result.kept["example_id"], project.key)
    notes = [*result.report["notes"], *said.pop("notes")]
    return replace(
        result, report={**result.report, **said, "notes": notes}, tables={**result.tables, "verdicts": table}
    )
