"""Whether targets are still true of their inputs: every character span cuts what it names, and every
extracted value that stood in its input before curation stands in it after.

Only rows whose texts were changed are read; the others were true when redaction looked at them or never held
a span. A row costs a tenth of a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.errors import GateFailed
from curate.pii.redact.closed import Closed
from curate.pii.redact.follow import is_value, standing
from curate.pii.redact.leaves import leaves, located
from curate.pii.redact.offsets import Located, SpanPath, locate
from curate.placeholders import PLACEHOLDER
from curate.task import Kind
from curate.text import plural

_PLACEHOLDER = re.compile(PLACEHOLDER)


@dataclass(frozen=True)
class Untrue:
    """Rows whose outputs are not as true of their inputs as they came.

    Parameters
    ----------
    uncut
        With character spans that no longer cut what they name.
    absent
        With values that stood in the input on arrival and do not stand in it now.
    """

    uncut: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def untrue_targets(
    published: pl.DataFrame,
    ingested: pl.DataFrame,
    edits: pl.DataFrame,
    redaction: Mapping[str, Any],
    closed: Closed,
    rewritten: pl.Series | None = None,
) -> Untrue:
    """The changed rows whose outputs are not as true of their inputs as they came; of an extraction only.

    Parameters
    ----------
    published, ingested
        `example_id`, `input` and `output`, after and before curation.
    edits
        Schema `EDITS`: an output of which a person let something stay is not judged by its input.
    redaction
        The report of stage `redact`, with its `spans`.
    rewritten
        Ids of the rows that a person relabelled or edited: they owe nothing to what stood there on arrival,
        but a span must cut what it names.
    """
    if closed.kind is not Kind.EXTRACTION:
        return Untrue()
    paths = [SpanPath.model_validate(path) for path in redaction.get("spans", ())]
    cleared = edits.filter(pl.col("action").is_in(["keep", "exempt"]))["example_id"]
    both = published.select("example_id", "input", "output").join(
        ingested.select("example_id", "input", "output"), on="example_id", suffix="_before"
    )
    changed = both.filter(
        pl.col("input").ne_missing(pl.col("input_before"))
        | pl.col("output").ne_missing(pl.col("output_before"))
    ).sort("example_id")
    by_hand = set() if rewritten is None else set(rewritten)
    decided = set(cleared) | by_hand
    uncut, absent = [], []
    for row, text, output, text_before, output_before in changed.iter_rows():
        if output is None or output_before is None:
            continue
        before = (text, output) if row in by_hand else (text_before, output_before)
        if paths and not spans_hold(paths, before, (text, output)):
            uncut.append(row)
        if row not in decided and not values_stand(closed, (text_before, output_before), (text, output)):
            absent.append(row)
    return Untrue(tuple(uncut), tuple(absent))


def check_targets(found: Iterable[Untrue]) -> None:
    """Fail for the rows of all stretches together.

    Raises
    ------
    GateFailed
        Naming up to five rows.
    """
    every = list(found)
    uncut = [row for one in every for row in one.uncut]
    absent = [row for one in every for row in one.absent]
    _refuse(uncut, "with character spans that no longer cut what they name")
    _refuse(absent, "with values that stood in the input on arrival and do not stand in it now")


def _refuse(rows: Sequence[str], fault: str) -> None:
    if rows:
        raise GateFailed(
            f"{plural(len(rows), 'row')} {fault}, e.g. {', '.join(rows[:5])}: a stage changed the text",
            fix="assay why ROW tells which stage. After `redact`: declare the field in `redact.spans` or "
            "`redact.targets` of params.yaml; after `validate`: "
            "validate: {rules: {invisible_characters: off}}; then: dvc repro",
        )


Texts = tuple[str, str]  # input and output


def spans_hold(paths: Sequence[SpanPath], before: Texts, after: Texts) -> bool:
    """Whether each span cuts its value, or (where it has none) what is left of the text cut before."""
    old = {_place(span): span for span in locate(paths, leaves(before[1]) or ())}
    for span in locate(paths, leaves(after[1]) or ()):
        if not span.cuts(after[0]):
            return False
        was = old.get(_place(span))
        if span.value is None and was is not None and was.cuts(before[0]):
            kept = _PLACEHOLDER.split(after[0][span.start : span.end])
            if not _in_order(kept, before[0][was.start : was.end]):
                return False
    return True


def _place(span: Located) -> str:
    return located(span.last.steps)


def _in_order(parts: Sequence[str], text: str) -> bool:
    """Whether `parts` stand in `text` one after the other."""
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(parts) > 1 or parts[0] == text


def values_stand(closed: Closed, before: Texts, after: Texts) -> bool:
    """Whether each leaf that stood in the input as written stands in it still; values of a closed set are
    names of things and need not.
    """
    now = {located(leaf.steps): leaf for leaf in leaves(after[1]) or () if leaf.kind != "key"}
    for leaf in leaves(before[1]) or ():
        if leaf.kind == "key" or closed.leaf(leaf) or not is_value(leaf):
            continue
        new = now.get(located(leaf.steps))
        stood = leaf.text in before[0] and standing(leaf.text, before[0])
        if new is not None and stood and not standing(new.text, after[0]):
            return False
    return True
