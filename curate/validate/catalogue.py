"""Every rule and requirement as a table: what `assay rules --list` prints."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.task import Kind
from curate.validate.own.declare import OwnRule
from curate.validate.rule import scope_fields
from curate.validate.rules import RULES

CATALOGUE = pl.Schema(
    {
        "rule": pl.String,
        "level": pl.String,
        "fields": pl.String,
        "fixes": pl.Boolean,
        "description": pl.String,
    }
)
# What the task card asks; a row that fails one cannot be used, so these have no level of their own.
REQUIREMENTS = {
    "empty": ("every field", "nothing there"),
    "too_short": ("every field", "fewer characters than params.validate asks"),
    "too_long": ("every field", "more characters than params.validate asks"),
    "wrong_language": ("language", "not one of the card's languages"),
    "unknown_label": ("label", "a label that the card does not list"),
    "invalid_json": ("JSON", "the output is not JSON"),
    "schema_violation": ("JSON", "the output does not fit the card's output_schema"),
    "missing_section": ("sections", "a heading of the card is missing"),
    "section_order": ("sections", "the headings are not in the card's order"),
    "same_answers": ("rejected", "the rejected answer is the chosen one"),
}
_SCOPES = {
    "every": "every text",
    "prose": "texts, not labels or JSON",
    "task": "input and answer",
    "input": "input",
    "prompt": "input of tasks with written answers",
    "answer": "written answers",
    "written": "written answers and JSON",
    "summary": "summaries",
    "label": "label",
}


def catalogue(kind: Kind | None = None, own: Sequence[OwnRule] = ()) -> pl.DataFrame:
    """The rules with their default levels, then what the task card asks (level `required`).

    Parameters
    ----------
    kind
        Only rules that look at rows of this kind; by default all.
    own
        Rules of a user's file, listed behind the named ones.

    Returns
    -------
    pl.DataFrame
        `CATALOGUE`: `fixes` says that stage `validate` puts the fault right where it can.
    """
    rows: list[tuple[str, str, str, bool, str]] = [
        (rule.code, rule.level, _SCOPES[rule.scope], rule.fix is not None, rule.description)
        for rule in RULES.values()
        if kind is None or scope_fields(rule.scope, kind)
    ]
    rows += [
        (rule.code, rule.level, f"{rule.field}, of {', '.join(rule.kinds)}", False, rule.description)
        for rule in own
        if kind is None or kind in rule.kinds
    ]
    rows += [(code, "required", fields, False, words) for code, (fields, words) in REQUIREMENTS.items()]
    return pl.DataFrame(rows, schema=CATALOGUE, orient="row")
