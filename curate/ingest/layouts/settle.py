"""Which format a file is read as, and which of its columns are for what: what params.yaml names holds, then
what the format usually has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.ingest.cells import cells
from curate.ingest.layouts.annotated import Annotated
from curate.ingest.layouts.argilla import read_argilla
from curate.ingest.layouts.label_studio import is_min, min_columns, read_full
from curate.ingest.layouts.table import MEDIA, Recognised, read_as, recognise
from curate.ingest.params import Columns, IngestParams
from curate.read import Records, shown_columns, shown_name
from curate.task import Kind

FIX = "name the columns in params.yaml: `ingest.columns.input` and `ingest.columns.output`"
# Formats that are a way of reading, not a set of column names.
_BARE = ("flat", "messages")
# What tells an annotation tool's export.
_UNFOLDED = {
    "label_studio": "a column `data` of objects and a column `annotations` of lists",
    "argilla": "`fields` and `responses`, or columns named NAME.responses, NAME-suggestion or annotation",
}
_LAYOUT_FIX = "correct `ingest.layout` in params.yaml (auto goes by the columns)"
_TITLES = {"flat": "columns", "messages": "chat turns"}


@dataclass(frozen=True)
class Source:
    """A file's rows, with an annotation tool's fields and questions as columns beside the file's own."""

    records: Records
    annotated: Annotated | None
    path: str

    @property
    def frame(self) -> pl.DataFrame:
        """The file's own columns."""
        return self.records.frame

    def plain_column(self, name: str) -> pl.Series | None:
        """The column of the file with that name, unless it is an annotation tool's question."""
        if self.annotated and name in self.annotated.questions:
            return None
        return self.frame[name] if name in self.frame.columns else None

    def cells(self, name: str) -> list[Any]:
        """What each row holds under a name: a question, a column, a field, or a dotted path."""
        if self.annotated:
            if name in self.annotated.questions:
                return self.annotated.questions[name]
            if name not in self.frame.columns and name in self.annotated.fields:
                return self.annotated.fields[name]
        return cells(self.frame, name, self.path)


@dataclass(frozen=True)
class Reading:
    """How a file is read.

    Parameters
    ----------
    layout, title
        The format, as params.yaml and as a person names it.
    columns
        With the format's usual names filled in.
    inputs
        The input's columns, in order.
    first_input
        Whether a row without the first of them says nothing.
    overlooked
        A format that the file looks like, but whose columns were named otherwise.
    """

    layout: str
    title: str
    columns: Columns
    inputs: tuple[str, ...]
    first_input: bool = False
    overlooked: str | None = None

    def said(self) -> str:
        """In one line: the format, and which columns become what."""
        from_columns = [self.columns.messages] if self.columns.messages else []
        into = " + ".join([*filter(None, from_columns), *self.inputs]) or "chosen and rejected"
        around = [name for name in (self.columns.system, self.columns.tools, self.columns.history) if name]
        output = self.columns.output
        outputs = (output,) if isinstance(output, str) else output or ()
        answers = [*outputs, *([self.columns.rejected] if self.columns.rejected else [])]
        line = f"{self.title}: {' + '.join(map(shown_name, [*around, into]))}"
        return line + (f" -> {' / '.join(map(shown_name, answers))}" if answers else "")


def open_source(records: Records, params: IngestParams, path: str) -> Source:
    """The file's rows, an annotation tool's export unfolded."""
    annotated = None
    if params.layout in ("auto", "label_studio"):
        annotated = read_full(records.frame)
    if annotated is None and params.layout in ("auto", "argilla"):
        annotated = read_argilla(records.frame)
    return Source(records, annotated, path)


def settle(source: Source, params: IngestParams, kind: Kind) -> Reading:
    """How the file is read.

    Raises
    ------
    AssayError
        If the columns do not say which is which, the format asked for is another, or a preference takes the
        rejected answer for the chosen one.
    """
    reading = _settled(source, params, kind)
    if kind == Kind.PREFERENCE:
        _refuse_swapped(reading.columns, source.path)
    return reading


# What the better and the worse answer of a pair are called in published sets.
_BETTER = frozenset({"chosen", "preferred", "winner", "accepted", "better", "preferred_output"})
_WORSE = frozenset({"rejected", "loser", "worse", "dispreferred", "non_preferred_output"})


def _refuse_swapped(columns: Columns, path: str) -> None:
    """Refuse columns whose names say the opposite of what they are to be."""
    output = columns.output if isinstance(columns.output, str) else ""
    rejected = columns.rejected or ""
    if output.lower() in _WORSE or rejected.lower() in _BETTER:
        raise AssayError(
            f"{path}: chosen and rejected are swapped: the answer to be learned comes from column "
            f"{shown_name(output)}, the one to be avoided from {shown_name(rejected)}",
            fix="params.yaml: ingest: {columns: {output: CHOSEN, rejected: REJECTED}}, the two the other "
            "way round; rename the columns if their names are wrong",
        )


def _settled(source: Source, params: IngestParams, kind: Kind) -> Reading:
    frame, inputs = source.frame, params.inputs()
    given = _given(params)
    found = _found(source, params, kind, given)
    overlooked = None
    if found and params.layout == "auto" and not _agrees(found, params):
        same_output = params.columns.output in (None, found.columns.get("output"))
        overlooked, found = found.layout.title if same_output else None, None
    if found:
        named_by_hand = _names(given.values())
        usual = {
            name: value
            for name, value in found.columns.items()
            if name not in given and not (named_by_hand & _names([value]))
        }
        columns = params.columns.model_copy(update=usual)
        read = columns.input
        named = inputs or ((read,) if isinstance(read, str) else read or ())
        if columns.messages and not inputs:
            named = ()
        return Reading(
            found.layout.name, found.layout.title, columns, named, found.layout.first_input and not inputs
        )
    if source.annotated:
        return _annotated(source.annotated, source, params)
    if params.layout == "label_studio_min" or (params.layout == "auto" and is_min(frame)):
        return _min(source, params, overlooked)
    if params.layout in _UNFOLDED:
        raise AssayError(
            f"{source.path} is not {params.layout}: that needs {_UNFOLDED[params.layout]}; its columns are: "
            f"{shown_columns(frame)}",
            fix=_LAYOUT_FIX,
        )
    return _by_hand(source, params, kind, overlooked)


def _names(values: Iterable[Any]) -> set[str]:
    return {name for value in values for name in ((value,) if isinstance(value, str) else value)}


def _given(params: IngestParams) -> dict[str, Any]:
    """Fields of the columns that were named by hand."""
    given = {name: value for name, value in params.columns.model_dump().items() if value}
    return given | ({"input": params.inputs()} if params.inputs() else {})


def _found(source: Source, params: IngestParams, kind: Kind, given: dict[str, Any]) -> Recognised | None:
    if params.layout == "auto":
        if source.annotated:
            return None
        # Without its marks KTO looks like pairs, and its bad answers like labels.
        whole = recognise(source.frame, None) if kind == Kind.CLASSIFICATION and not given else None
        if whole and whole.layout.name == "kto":
            raise _wrong_kind(whole, kind, source.path)
        return recognise(source.frame, kind)
    if params.layout in (*_BARE, *_UNFOLDED, "label_studio_min"):
        return None
    named = read_as(params.layout, source.frame, given)
    if isinstance(named, str):
        raise AssayError(
            f"{source.path} is not {params.layout}: that needs the columns {named}; its columns are: "
            f"{shown_columns(source.frame)}",
            fix=_LAYOUT_FIX,
        )
    if kind not in named.layout.kinds:
        raise _wrong_kind(named, kind, source.path)
    return named


def _wrong_kind(found: Recognised, kind: Kind, path: str) -> AssayError:
    kinds = ", ".join(sorted(found.layout.kinds))
    return AssayError(
        f"{path} holds {found.layout.title}, which gives no examples of kind {kind}",
        fix=f"choose a kind that it holds ({kinds}), or {FIX}",
    )


def _agrees(found: Recognised, params: IngestParams) -> bool:
    """Whether the input's columns, where named by hand, are those of the format."""
    usual = found.columns.get("input") or ()
    usual = (usual,) if isinstance(usual, str) else usual
    if params.columns.messages:
        return bool(params.columns.messages == found.columns.get("messages")) and not params.inputs()
    return not params.inputs() or set(params.inputs()) == set(usual)


def _annotated(annotated: Annotated, source: Source, params: IngestParams) -> Reading:
    columns = params.columns
    inputs = params.inputs() or tuple(filter(None, [annotated.usual_field()]))
    output = columns.output or annotated.usual_question()
    if not (inputs and output):
        fields, questions = (
            ", ".join(map(shown_name, names)) or "none" for names in (annotated.fields, annotated.questions)
        )
        raise AssayError(
            f"{source.path} is an export of {annotated.title}; which column is which is not clear: its "
            f"fields are {fields}; its questions are {questions}",
            fix=FIX,
        )
    update = {"input": inputs[0] if len(inputs) == 1 else inputs, "output": output}
    update["media"] = columns.media or tuple(name for name in MEDIA if name in annotated.fields)
    return Reading(annotated.layout, annotated.title, columns.model_copy(update=update), inputs)


def _min(source: Source, params: IngestParams, overlooked: str | None) -> Reading:
    columns, inputs = params.columns, params.inputs()
    usual = min_columns(source.frame) or {}
    inputs = inputs or tuple(filter(None, [usual.get("input")]))
    output = columns.output or usual.get("output")
    title = "Label Studio (JSON-MIN)"
    if not (inputs and output):
        raise AssayError(
            f"{source.path} is an export of {title}; which column is which is not clear; its columns are: "
            f"{shown_columns(source.frame)}",
            fix=FIX,
        )
    update = {"input": inputs[0] if len(inputs) == 1 else inputs, "output": output}
    update["media"] = columns.media or tuple(name for name in MEDIA if name in source.frame.columns)
    return Reading(
        "label_studio_min", title, columns.model_copy(update=update), inputs, overlooked=overlooked
    )


def _by_hand(source: Source, params: IngestParams, kind: Kind, overlooked: str | None) -> Reading:
    """Columns named by hand."""
    columns, inputs, frame = params.columns, params.inputs(), source.frame
    there = set(frame.columns)
    update: dict[str, Any] = {}
    if columns.messages or params.layout == "messages":
        update["messages"] = columns.messages or "messages"
        inputs = ()
    elif not inputs:
        other = recognise(frame, None)
        if other and params.layout == "auto" and not columns.output:
            raise _wrong_kind(other, kind, source.path)
        if kind == Kind.PREFERENCE and columns.output:
            inputs = ("prompt",) if "prompt" in there else ()
        elif "input" in there and (columns.output or "output" in there):
            inputs = ("input",)
        elif params.layout == "auto" and not columns.output:
            raise AssayError(
                f"{source.path}: none of the usual layouts; its columns are: {shown_columns(frame)}", fix=FIX
            )
        else:
            raise AssayError(
                f"{source.path}: no input column is named; its columns are: {shown_columns(frame)}", fix=FIX
            )
    chat = bool(update.get("messages"))
    if inputs:
        update["input"] = inputs[0] if len(inputs) == 1 else inputs
    if not columns.output and not chat:
        if "output" not in there or columns.input:
            raise AssayError(
                f"{source.path}: no output column is named; its columns are: {shown_columns(frame)}", fix=FIX
            )
        update["output"] = "output"
    if kind == Kind.PREFERENCE and not columns.rejected and (columns.output or not chat):
        update["rejected"] = "rejected"
    layout = "messages" if chat else "flat"
    return Reading(layout, _TITLES[layout], columns.model_copy(update=update), inputs, overlooked=overlooked)
