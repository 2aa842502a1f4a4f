"""What the data itself says about the task: its labels, the shape of its JSON, its headings. No value of a
row is copied, labels apart.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.text import plain, plural, visible
from curate.validate.null_markers import null_marker

# A label column names few things many times. Up to this many distinct values nothing is asked; beyond it,
# repeats.
LABELS_UNASKED = 50
_LABEL_CHARACTERS = 200
# An object with more names than this is keyed by data (ids, dates), and its names are content, not shape.
_SHAPE_NAMES = 60
# Deeper documents are not a task's targets; `validate` reports them.
_DEEPEST = 100
# Labels named by which nobody may have meant one.
_STAND_INS_TOLD = 8
# A heading is the house's, not one writer's, if nearly every row has it.
_HEADING_SHARE = 0.95
_HEADING = re.compile(
    r"(?m)^(?:#{1,6}[ \t]+|\*\*)?([^\W\d_][\w /&-]{1,39}?)(?:\*\*)?(?::|\*\*|(?<=\w)[ \t]*$)"
)


def labels(outputs: pl.Series, column: str) -> list[str]:
    """Distinct labels in order.

    Raises
    ------
    AssayError
        If so many are distinct that the column holds text rather than labels.
    """
    distinct: list[str] = outputs.drop_nulls().unique().sort().to_list()
    longest = max(map(len, distinct), default=0)
    if len(distinct) > max(LABELS_UNASKED, len(outputs) // 2) or longest > _LABEL_CHARACTERS:
        raise AssayError(
            f"column {plain(column, 40)!r} has {len(distinct):,} distinct values in "
            f"{plural(len(outputs), 'row')}, the longest of {longest:,} characters: text, not labels",
            fix="name the label column with --output, or choose another --kind (rewriting, summary, "
            "extraction)",
        )
    return distinct


def stand_ins(outputs: pl.Series) -> tuple[str, ...]:
    """Labels that read as if nobody had given one (`NULL`, `nan`, `N/A`, `none`, `-`), as sentences: they may
    be classes all the same.
    """
    # Judged as inputs are: whether an answer may be "none" is for its prompt to say, and a label has none.
    counted = outputs.drop_nulls().rename("input").to_frame().group_by("input").len("rows")
    found = counted.filter(null_marker("input") > 0).sort("rows", "input", descending=[True, False])
    if found.is_empty():
        return ()
    named = ", ".join(
        f"'{visible(label, 40)}' ({plural(rows, 'row')})"
        for label, rows in found.head(_STAND_INS_TOLD).iter_rows()
    )
    more = found.height - _STAND_INS_TOLD
    return (
        f"labels that may stand for no label: {named}" + (f" and {more:,} more" if more > 0 else ""),
        "each is a class of its own in task.yaml. Where they mean that nobody labelled the row, empty them "
        "in the file and run init again, or take them out of `labels`, which drops their rows as "
        "unknown_label; where they are classes, leave them",
    )


def output_schema(outputs: pl.Series) -> dict[str, Any] | None:
    """A JSON Schema (2020-12) that every JSON output fits: types, names, and which names all rows have; None
    without one JSON object or list.
    """
    documents = []
    for text in (
        outputs.drop_nulls().unique().sort().to_list()
    ):  # one shape is inferred from ragged documents: no vectorised form
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, (dict, list)) and _depth(document) <= _DEEPEST:
            documents.append(document)
    return _shape(documents) if documents else None


def _depth(document: Any) -> int:
    """How many objects and lists stand in one another."""
    depth, level = 0, [document]
    while level and depth <= _DEEPEST:
        depth += 1
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]
    return depth


def _shape(values: Sequence[Any]) -> dict[str, Any]:
    types = sorted({_type(value) for value in values})
    if "number" in types and "integer" in types:
        types.remove("integer")
    shape: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        counts = Counter(name for value in objects for name in value)
        if len(counts) <= _SHAPE_NAMES:
            shape["properties"] = {
                name: _shape([value[name] for value in objects if name in value]) for name in sorted(counts)
            }
            shape["required"] = sorted(name for name, count in counts.items() if count == len(objects))
            shape["additionalProperties"] = False
    lists = [value for value in values if isinstance(value, list)]
    if any(lists):
        shape["items"] = _shape([item for value in lists for item in value])
    return shape


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def sections(outputs: pl.Series) -> list[str]:
    """Headings (`# Name`, `**Name**`, `Name:`, or a short line of its own) that nearly all outputs have, in
    their usual order.
    """
    texts = outputs.drop_nulls()
    if len(texts) < 2:
        return []
    places: dict[str, list[int]] = {}
    for text in texts.to_list():  # headings and their order within one text
        headings = dict.fromkeys(match[1].strip() for match in _HEADING.finditer(text))
        for place, name in enumerate(headings):
            places.setdefault(name, []).append(place)
    common = {
        name: sum(at) / len(at) for name, at in places.items() if len(at) >= _HEADING_SHARE * len(texts)
    }
    return sorted(common, key=lambda name: (common[name], name))
