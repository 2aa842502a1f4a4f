"""Whether the published rows fit the schema of their kind and the quality rules, but for those that a person
kept in spite of a rule.

The schema spares nobody. A verdict is matched by the row alone, not by its text: stage `validate` may have
put the text right after it was judged, a row whose verdict is stale was dropped there, and gate `version`
says where gold is older than the verdicts.
"""

from __future__ import annotations

import polars as pl

from curate.pii.redact.params import RedactParams
from curate.project import Project
from curate.seal import key_here
from curate.text import plain, plural
from curate.validate.own.load import project_rules
from curate.validate.params import ValidateParams
from curate.validate.stage import levels_of, validate
from curate.verdicts.journal import read_rows
from curate.verdicts.standing import project_rows, standing

# As the gate's answer: passed, what was seen, and the command that fixes it.
Verdict = tuple[bool, str, str]


def schema(project: Project, rows: pl.DataFrame) -> Verdict:
    """Judge the published rows (schema `EXAMPLES`)."""
    params = project.params("validate", ValidateParams)
    own = project_rules(project, params)
    judged = validate(rows, project.task, params, _kept(project, rows), own)
    if judged.dropped.height:
        return False, _broken(judged.dropped), "dvc repro"
    dropping = [code for code, level in levels_of(params, own).items() if level != "warn"]
    fits = f"{plural(rows.height, 'published row')} {'fits' if rows.height == 1 else 'fit'} the schema"
    spared = _spared(judged.tables["warnings"], dropping)
    return True, f"{fits} of kind {project.task.kind} and every rule{spared}", ""


def _broken(dropped: pl.DataFrame) -> str:
    count = dropped["example_id"].n_unique()
    reasons = ", ".join(sorted(set(dropped["reason"])))
    rows = f"{plural(count, 'published row')} {'breaks' if count == 1 else 'break'}"
    return f"{rows} the schema or a rule: {reasons} (e.g. {plain(dropped['example_id'][0], 60)})"


def _kept(project: Project, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The verdicts on published rows; None where there is nothing to read them by."""
    if not read_rows(project.root) or key_here(project) is None:
        return None
    as_of = project.params("redact", RedactParams).as_of
    return standing(rows, project_rows(project), project.key, as_of)


def _spared(warnings: pl.DataFrame, dropping: list[str]) -> str:
    """Which rows stay although they break a rule that drops."""
    spared = warnings.filter(pl.col("rule").is_in(dropping))
    if spared.is_empty():
        return ""
    codes, count = ", ".join(sorted(set(spared["rule"]))), spared["example_id"].n_unique()
    return f", but for {plural(count, 'row')} that people kept all the same ({codes})"
