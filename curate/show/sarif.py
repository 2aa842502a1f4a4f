"""SARIF 2.1.0 for code scanning (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

A place is a row of a table and a field of it; a Parquet file has no lines, so the region is line 1, as code
scanning demands one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Literal

from curate.text import plain

# GitHub takes 25,000 results a run and shows 5,000:
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
RESULTS = 25_000


@dataclass(frozen=True)
class Rule:
    """What a result is an instance of."""

    id: str
    description: str
    help: str
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Result:
    """One thing found.

    Parameters
    ----------
    rule
        Id of its rule.
    level
        How bad it is.
    message
        What it is, in a sentence.
    file, row, column
        Where: a table of the project, the row's id, the column.
    fingerprints
        Ids by which the same result is known again.
    properties
        Further facts.
    baseline
        Whether it is new against a baseline; None: there is none.
    accepted
        Why it was accepted; empty: it was not.
    """

    rule: str
    level: Literal["error", "warning", "note"]
    message: str
    file: str
    row: str
    column: str
    fingerprints: Mapping[str, str]
    properties: Mapping[str, Any] = field(default_factory=dict)
    baseline: Literal["new", "unchanged"] | None = None
    accepted: str = ""


def sarif_log(
    rules: Sequence[Rule], results: Sequence[Result], properties: Mapping[str, Any], left_out: str = ""
) -> dict[str, Any]:
    """A log with one run of this program.

    Parameters
    ----------
    results
        At most `RESULTS`.
    left_out
        Says what is not in the log; empty: everything is.
    """
    places = {rule.id: at for at, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "assay",
                "version": version("assay"),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, places) for result in results],
        "properties": dict(properties),
    }
    if left_out:
        warning = {"level": "warning", "message": {"text": left_out}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [warning]}]
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("_")),
        "shortDescription": {"text": rule.description},
        "help": {"text": rule.help},
        "properties": {"tags": list(rule.tags)},
    }


def _result(result: Result, places: Mapping[str, int]) -> dict[str, Any]:
    row = plain(result.row, 80)
    entry: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": places[result.rule],
        "level": result.level,
        "message": {"text": plain(result.message, 1_000)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": result.file}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"name": row, "fullyQualifiedName": f"{row}/{result.column}", "kind": "element"}
                ],
            }
        ],
        "partialFingerprints": dict(result.fingerprints),
        "properties": dict(result.properties),
    }
    if result.baseline:
        entry["baselineState"] = result.baseline
    if result.accepted:
        entry["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": plain(result.accepted, 400)}
        ]
    return entry
