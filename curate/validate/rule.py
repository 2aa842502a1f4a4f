"""What a named quality rule is, and which rows break it.

A rule is one polars expression that counts the places where a field breaks it. Before it stand cheap
conditions, so that few rows are looked at closely. Cost: a pass of a linear-time regex (Rust `regex`, no
backtracking) over the rows that the conditions leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from curate.task import Kind

Gate = Callable[[str], pl.Expr]
Quick = Callable[[pl.DataFrame, str], pl.DataFrame]
Scope = Literal["every", "prose", "task", "input", "prompt", "answer", "written", "summary", "label"]

_GENERATIVE = (Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE)


def scope_fields(scope: Scope, kind: Kind) -> tuple[str, ...]:
    """The text fields that a scope means for a kind.

    `every`: all text; `prose`: text a person wrote or reads, so neither labels nor JSON; `task`: prose but
    for `rejected`, which is there to be bad; `input`: what is given, whatever the kind; `prompt`: what a
    system that writes is asked; `answer`: what it should learn to write; `written`: the same and JSON;
    `summary`: a summary's output; `label`: a classification's output.
    """
    texts = ("input", "output", "rejected") if kind is Kind.PREFERENCE else ("input", "output")
    return {
        "every": texts,
        "prose": texts if kind in _GENERATIVE else ("input",),
        "task": ("input", "output") if kind in _GENERATIVE else ("input",),
        "input": ("input",),
        "prompt": ("input",) if kind in _GENERATIVE else (),
        "answer": ("output",) if kind in _GENERATIVE else (),
        "written": ("output",) if kind in (*_GENERATIVE, Kind.EXTRACTION) else (),
        "summary": ("output",) if kind is Kind.SUMMARY else (),
        "label": ("output",) if kind is Kind.CLASSIFICATION else (),
    }[scope]


@dataclass(frozen=True)
class Rule:
    """A named quality rule.

    Parameters
    ----------
    code
        Reason code in the ledger.
    description
        What it means, for a person.
    places
        Field name -> expression (integer) counting the places in that field which break the rule.
    scope
        Which fields it looks at, by kind.
    level
        What happens by default: `quarantine` drops the row, `warn` counts it, `off` does not look.
    gates
        Cheap conditions that every row which breaks the rule fulfils, the cheapest first: each sees the rows
        that the one before let through. Rules that begin with the same ones share their rows.
    quick
        `(rows that passed the gates, field) -> rows with a column places`, or one of the rule's code: the
        same as `places` for less, since parts of a text that are looked at often become columns. Rows that
        it leaves out break nothing. Rules that share gates and `quick` share its work.
    fix
        Field name -> the field without the fault. Stage `validate` applies it first (unless the rule is off),
        counts it as an edit, and judges what remains.
    fix_scope
        Which fields the fix may rewrite; default `scope`.
    counts_characters
        Whether the fix takes out characters one by one (the edit counts them), or a part of the text (it
        counts 1).
    """

    code: str
    description: str
    places: Callable[[str], pl.Expr]
    scope: Scope
    level: Literal["quarantine", "warn", "off"]
    gates: tuple[Gate, ...] = ()
    quick: Quick | None = None
    fix: Callable[[str], pl.Expr] | None = None
    fix_scope: Scope | None = None
    counts_characters: bool = False

    def fields(self, kind: Kind) -> tuple[str, ...]:
        """The fields the rule looks at in rows of `kind`."""
        return scope_fields(self.scope, kind)


def broken_rules(frame: pl.DataFrame, kind: Kind, rules: list[Rule]) -> pl.DataFrame:
    """Every breach of `rules` by rows of `frame`.

    Parameters
    ----------
    frame
        `example_id` and the text fields of `kind`.
    kind
        Decides which fields a rule looks at.
    rules
        The rules to look for.

    Returns
    -------
    pl.DataFrame
        `example_id, rule, evidence`, sorted; the evidence names field and number of places, never text of the
        row.
    """
    breaches = [pl.DataFrame(schema={"example_id": pl.String, "rule": pl.String, "evidence": pl.String})]
    shared = _shared_gates(kind, rules)
    passed: dict[tuple[str, tuple[Gate, ...]], pl.DataFrame] = {}
    judged_once: dict[tuple[str, tuple[Gate, ...], Quick], pl.DataFrame] = {}
    for rule in rules:
        for field in rule.fields(kind):
            candidates = frame
            for at, gate in enumerate(rule.gates, start=1):
                key = field, rule.gates[:at]
                if key in passed:
                    candidates = passed[key]
                    continue
                candidates = candidates.filter(gate(field))
                if key in shared:
                    passed[key] = candidates
            if candidates.is_empty():  # else the patterns would be compiled for no row
                continue
            if rule.quick is None:
                judged = candidates.select("example_id", rule.places(field).alias("places"))
            else:
                once = field, rule.gates, rule.quick
                if once not in judged_once:
                    judged_once[once] = rule.quick(candidates, field)
                judged = judged_once[once]
                if rule.code in judged.columns:
                    judged = judged.select("example_id", pl.col(rule.code).alias("places"))
            breaches.append(_evidence(judged.filter(pl.col("places") > 0), rule, field))
    return pl.concat(breaches).sort("example_id", "rule", "evidence")


def _shared_gates(kind: Kind, rules: list[Rule]) -> set[tuple[str, tuple[Gate, ...]]]:
    """The beginnings of gates that more than one rule has for a field."""
    counted = Counter(
        (field, rule.gates[:at])
        for rule in rules
        for field in rule.fields(kind)
        for at in range(1, len(rule.gates) + 1)
    )
    return {key for key, times in counted.items() if times > 1}


def _evidence(broken: pl.DataFrame, rule: Rule, field: str) -> pl.DataFrame:
    places = (
        pl.when(pl.col("places") == 1).then(pl.lit("1 place")).otherwise(pl.format("{} places", "places"))
    )
    return broken.select(
        "example_id",
        pl.lit(rule.code).alias("rule"),
        pl.format(f"{field}: {{}} ({{}})", pl.lit(rule.description), places).alias("evidence"),
    )
