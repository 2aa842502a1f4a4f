"""A difference as JSON for programs: a versioned schema, all counts, and as many changes as asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from curate.diff.difference import CHANGES, Difference
from curate.diff.show.document import verdict
from curate.diff.show.examples import shown_changes
from curate.diff.show.privacy import masks
from curate.diff.show.tables import GateRow, shown_shifts

SCHEMA = "assay.diff/1"


def document(
    difference: Difference, *, limit: int = 1000, show_values: bool = False, gates: Sequence[GateRow] = ()
) -> dict[str, Any]:
    """`schema, before, after, verdict, gates, summary, comments, changes, changes_total, changes_listed,
    duplicates`.

    `changes` holds the first `limit` lines (columns `CHANGES`, and `stage`, `reason`, `text`: what a whole
    row says, or the input beside a label); its texts are null where they must not be shown. `duplicates`
    holds the first `limit` keys that stand on several rows. Personal data is masked throughout.
    """
    lines = shown_changes(difference, limit, show_values=show_values).select(
        *CHANGES.names(), "stage", "reason", "text"
    )
    found = {
        "schema": SCHEMA,
        "before": difference.before.name,
        "after": difference.after.name,
        "verdict": verdict(difference),
        "gates": [
            {"name": name, "passed": bool(passed), "skipped": passed is None, "message": message}
            for name, passed, message in gates
        ],
        "summary": replace(difference.summary, shifts=shown_shifts(difference, show_values)).document(),
        "comments": [
            {
                "row": told.row or None,
                "text": told.comment.text,
                "reviewer": told.comment.reviewer,
                "date": told.comment.date,
                "name": told.name,
                "current": told.current,
            }
            for told in difference.comments
        ],
        "changes_total": difference.changes.height,
        "changes_listed": lines.height,
        "changes": lines.to_dicts(),
        "duplicates": difference.duplicates.head(limit).to_dicts(),
    }
    whole: dict[str, Any] = _replaced(found, masks(_texts(found)))
    return whole


def _texts(value: Any) -> Iterator[str]:
    """Every string of a document, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _replaced(value: Any, hidden: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return hidden.get(value, value)
    if isinstance(value, Mapping):
        return {hidden.get(name, name): _replaced(member, hidden) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, hidden) for item in value]
    return value.item() if hasattr(value, "item") else value  # a figure may come as numpy made it
