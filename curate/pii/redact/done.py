"""Some rows after redaction, and what is known of them: counted by partition, then told of all of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.pii.redact.leaves import named_in, unplaced
from curate.pii.redact.params import RedactParams
from curate.pii.redact.row import Row
from curate.pii.redact.surrogates import masked
from curate.task import Kind
from curate.text import plural

# Fields named on the stage's line.
_SHOWN = 3
DETAILS = "details: assay audit"


@dataclass(frozen=True)
class Done:
    """Some rows after redaction, and what the report says of them.

    Parameters
    ----------
    kept, dropped
        As of a `StageResult`.
    edits
        As of the stage; `made` counts those that are no exemption.
    cleared
        Findings that stay because a steward said so.
    repeated, labelled
        Repeats taken out; labels that are a value which the input lost.
    changed
        Rows changed and entities, by field of the outputs; `having` counts the rows that have each field.
    underivable
        By field and kind: how many rows, and the first with what it shows masked.
    """

    kept: pl.DataFrame
    dropped: pl.DataFrame
    edits: pl.DataFrame
    made: int
    cleared: pl.DataFrame
    repeated: int
    labelled: int
    changed: dict[str, int]
    entities: dict[str, Counter[str]]
    having: Counter[str]
    underivable: dict[tuple[str, str], tuple[int, tuple[str, str]]]


def changed_fields(rows: Sequence[Row]) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """What redaction changed in the outputs, by field: rows, and by which entities."""
    changed: dict[str, set[str]] = defaultdict(set)
    entities: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for path, entity in row.changed:
            changed[path].add(row.example_id)
            entities[path][entity] += 1
    return {path: len(ids) for path, ids in changed.items()}, dict(entities)


def having_fields(examples: pl.DataFrame, kind: Kind, paths: set[str]) -> Counter[str]:
    """How many rows have an output, a rejected answer, and each of the fields `paths` of a JSON output."""
    counts: Counter[str] = Counter()
    for name in ("output", "rejected"):
        texts = examples[name].drop_nulls()
        counts[name] = len(texts)  # asked for or not: another partition may have changed one
        if kind is Kind.EXTRACTION and name == "output":
            for text in texts.filter(named_in(texts, paths)):
                counts.update(paths & {leaf.path for leaf in unplaced(text) or ()})
    return counts


def underivable_fields(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[int, tuple[str, str]]]:
    """Outputs that the redacted input no longer gives, by field and kind: how many rows, and the first of
    them with what it shows masked.
    """
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        for field, kind, text in row.underivable:
            shape = re.sub(r"\w", "•", text) if kind == "initials" else masked(text)
            found[field, kind].setdefault(row.example_id, shape)
    return {place: (len(seen), min(seen.items())) for place, seen in found.items()}


def targets_of(done: Sequence[Done], params: RedactParams) -> list[dict[str, Any]]:
    """What redaction changed in the outputs, by field: rows that have the field, rows changed, the share, by
    which entities, and what was decided.
    """
    changed: Counter[str] = Counter()
    having: Counter[str] = Counter()
    entities: dict[str, Counter[str]] = defaultdict(Counter)
    for one in done:
        changed.update(one.changed)
        having.update(one.having)
        for path, counts in one.entities.items():
            entities[path].update(counts)
    told = []
    for path in sorted(changed, key=lambda path: (-changed[path], path)):
        target = params.target(path)
        told.append(
            {
                "field": path,
                "rows": having[path],
                "changed": changed[path],
                "share": round(changed[path] / max(having[path], 1), 4),
                "entities": dict(sorted(entities[path].items())),
                "rule": target.rule,
                "reason": target.reason,
            }
        )
    return told


def underivable_of(done: Sequence[Done]) -> list[dict[str, Any]]:
    """`underivable_fields` of all partitions, the commonest first."""
    rows: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for one in done:
        for place, (count, shown) in one.underivable.items():
            rows[place] += count
            first[place] = min(shown, first.get(place, shown))
    told = []
    for place in sorted(rows, key=lambda place: (-rows[place], place)):
        row, example = first[place]
        told.append(
            {"field": place[0], "kind": place[1], "rows": rows[place], "example": example, "row": row}
        )
    return told


def notes_of(
    changed: int,
    rows: int,
    targets: list[dict[str, Any]],
    underivable: list[dict[str, Any]],
    params: RedactParams,
) -> list[str]:
    """What a person should know at once: how many rows changed, which fields of the outputs beyond the share
    that is allowed without a reason, and which outputs the redacted input no longer gives.
    """
    notes = [f"{plural(changed, 'row')} changed ({changed / max(rows, 1):.0%})"]
    over = [
        line for line in targets if line["share"] > params.max_output_share and not line["reason"].strip()
    ]
    if over:
        shown = _some([f"`{line['field']}` {line['share']:.0%}" for line in over])
        fields = "field" if len(over) == 1 else "fields"
        notes.append(
            f"{len(over):,} output {fields} changed in over {params.max_output_share:.0%} of the rows "
            f"({shown}): `assay check` asks for a reason in redact.targets"
        )
    if underivable:
        shown = _some([f"`{line['field']}` {line['kind']} {line['rows']:,}" for line in underivable])
        notes.append(f"warning: outputs that the redacted input no longer gives ({shown})")
    if over or underivable:
        notes[-1] += f"; {DETAILS}"
    return notes


def _some(words: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(words) - _SHOWN
    return ", ".join([*words[:_SHOWN], *([f"{more:,} more"] if more > 0 else [])])
