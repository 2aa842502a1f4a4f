"""Which rows leave whatever a person says of them: those that do not fit the schema of their kind, and those
that the held-out set holds too. To keep one would do nothing.

The schema is judged here, on the rows as `validate` would leave them; what the held-out set holds is what the
last run of `dedup` found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from curate.documents import load_parquet
from curate.project import Project
from curate.text import plain, shell_word
from curate.validate.catalogue import REQUIREMENTS
from curate.validate.params import ValidateParams
from curate.validate.schema import requirements
from curate.validate.stage import cleaned

# Reasons for which a row leaves and which no verdict lifts.
UNLIFTED = frozenset({*REQUIREMENTS, "leak"})


@dataclass(frozen=True)
class Leaving:
    """A row that leaves all the same: why, and what to do instead."""

    example_id: str
    reason: str
    evidence: str
    fix: str


def leaving(project: Project, examples: pl.DataFrame, ids: Collection[str]) -> list[Leaving]:
    """Those of `ids` that no `keep` holds, in order.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`, redacted.
    """
    rows = examples.filter(pl.col("example_id").is_in(sorted(ids)))
    return [*_unfit(project, rows), *_held_out_too(project, ids)]


def kept_in_vain(project: Project) -> int:
    """How many rows left in the last run although a verdict in force keeps them."""
    tables = [project.stage("redact") / "verdicts.parquet"]
    tables += [project.stage(stage) / "drops.parquet" for stage in ("dedup", "validate")]
    if not all(path.exists() for path in tables):
        return 0
    verdicts, *drops = map(load_parquet, tables)
    kept = verdicts.filter(pl.col("verdict") == "keep", pl.col("state") == "in_force")
    gone = pl.concat(table.select("example_id", "reason") for table in drops)
    unlifted = gone.filter(pl.col("reason").is_in(sorted(UNLIFTED)))
    return kept.join(unlifted, on="example_id", how="semi").height


def _unfit(project: Project, rows: pl.DataFrame) -> list[Leaving]:
    """Looks as `validate` does only at rows that do not fit as they stand: its rewriting takes the time."""
    params = project.params("validate", ValidateParams)
    if not _failures(project, params, rows):
        return []
    return _failures(project, params, cleaned(rows, project.task, params)[0])


def _failures(project: Project, params: ValidateParams, rows: pl.DataFrame) -> list[Leaving]:
    return [
        Leaving(name, asked.code, evidence, _instead(asked.code, asked.field, name))
        for asked in requirements(rows, project.task, params)
        for name, evidence in rows.filter(~asked.holds).select("example_id", asked.evidence).rows()
    ]


def _instead(code: str, field: str, name: str) -> str:
    command = f"assay triage --row {shell_word(name)}"
    if code == "unknown_label":
        return f"{command} --relabel LABEL, or list its label under `labels` in task.yaml"
    if code == "wrong_language":
        return "correct its language in the raw file, or name it under `languages` in task.yaml"
    edit = f"{command} --set {field}='...'"
    if code in ("too_short", "too_long"):
        section = "input" if field == "input" else "output"
        bound = "min_chars" if code == "too_short" else "max_chars"
        return f"{edit}, or change validate.{section}.{bound} in params.yaml"
    return edit


def _held_out_too(project: Project, ids: Collection[str]) -> list[Leaving]:
    path = project.stage("dedup") / "drops.parquet"
    if not path.exists():
        return []
    drops = load_parquet(path).filter((pl.col("reason") == "leak") & pl.col("example_id").is_in(sorted(ids)))
    return [
        Leaving(
            row["example_id"],
            "leak",
            plain(f"the held-out set holds it too: {row['kept_id'] or ''}".removesuffix(": ")),
            "leave it out, or take its twin out of the held-out file: what is trained on cannot be tested on",
        )
        for row in drops.iter_rows(named=True)
    ]
