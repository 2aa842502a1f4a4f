"""The formats known by name, as a table: which columns tell them, and what each column is for.

A format is recognised by the columns that it needs (`needs`: field -> the names it goes by); the first row of
the table that fits the file and the task's kind holds. Whatever is recognised is only a set of `Columns`, so
params.yaml can say the same by hand, and `ingest.layout` overrides the guess. To teach a format, add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from curate.ingest.cells import decoded, is_nested
from curate.ingest.chat.turns import is_chat
from curate.ingest.params import LayoutName
from curate.task import Kind

_PAIRS = frozenset({Kind.CLASSIFICATION, Kind.EXTRACTION, Kind.REWRITING, Kind.SUMMARY})
# Kinds whose outputs are answers, which can be good or bad.
_ANSWERED = frozenset({Kind.EXTRACTION, Kind.REWRITING, Kind.SUMMARY})
_PREFERENCE = frozenset({Kind.PREFERENCE})
# Columns that hold a picture, a recording or a film, or say where it lies.
MEDIA = ("image", "images", "video", "videos", "audio", "audios", "img")
_SYSTEM = ("system", "system_prompt")
_TOOLS = ("tools", "functions")
_AROUND = {"system": _SYSTEM, "tools": _TOOLS}
# Below this many rows nothing can be said of what they have in common.
_FEW = 5
# Rows turned into Python values at a time while a column is looked at.
_BLOCK = 1000
_ANSWERS = ("output", "response", "completion", "answer")

Test = Callable[[pl.Series], bool]


def has_chat(column: pl.Series) -> bool:
    """Whether any cell holds chat turns; only cells that could are decoded."""
    if column.dtype not in (pl.String, pl.List, pl.Struct, pl.Object):
        return False
    blocks = (column[start : start + _BLOCK] for start in range(0, len(column), _BLOCK))
    return any(is_chat(cell) for block in blocks for cell in _likely(block).to_list())


def _likely(block: pl.Series) -> pl.Series:
    """The cells that may hold turns."""
    for form in (r"^\s*[\[{]", r"""["'](?:role|from)["']\s*:""") if block.dtype == pl.String else ():
        block = block.filter(block.str.contains(form).fill_null(False))
    return block


# How exports write that an answer is good, and that it is bad.
GOOD = frozenset({"true", "1", "1.0", "yes", "good", "desirable", "chosen"})
BAD = frozenset({"false", "0", "0.0", "no", "bad", "undesirable", "rejected"})


def is_truth(column: pl.Series) -> bool:
    """Whether a column says good or bad in most of its rows, in whatever words."""
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return False
    said = column.drop_nulls().cast(pl.String).str.strip_chars().str.to_lowercase()
    return len(said) > 0 and 2 * int(said.is_in(list(GOOD | BAD)).sum()) >= len(said)


def is_verdict(column: pl.Series) -> bool:
    """Whether a column is true or false throughout: 0 and 1 are classes as often."""
    if column.dtype == pl.String:
        said = column.drop_nulls().str.strip_chars().str.to_lowercase()
        return len(said) > 0 and said.is_in(["true", "false"]).all()
    return column.dtype == pl.Boolean and column.null_count() < len(column)


def _varies(column: pl.Series) -> bool:
    """Whether rows differ in a column: what all have in common is a tag and not a context."""
    return len(column) < _FEW or column.n_unique() > 1


def _any(column: pl.Series) -> bool:
    return True


def _has_objects_with(*names: str) -> Test:
    def test(column: pl.Series) -> bool:
        values = (decoded(cell) if is_nested(cell) else cell for cell in column.drop_nulls().to_list())
        return any(isinstance(value, dict) and all(value.get(name) for name in names) for value in values)

    return test


@dataclass(frozen=True)
class Layout:
    """A format.

    Parameters
    ----------
    name, title
        As params.yaml names it, and as a person does.
    kinds
        The task kinds that it holds examples for.
    needs, may
        Field of `Columns` -> names of the column, the likeliest first; `may` where a file can do without.
    tests
        Field -> what its column must look like.
    first_input
        Whether a row without its first input column says nothing, whatever the others say.
    """

    name: LayoutName
    title: str
    kinds: frozenset[Kind]
    needs: Mapping[str, tuple[str, ...]]
    may: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tests: Mapping[str, Test] = field(default_factory=dict)
    first_input: bool = False


def _row(
    name: LayoutName,
    title: str,
    kinds: frozenset[Kind],
    needs: Mapping[str, tuple[str, ...]],
    may: Mapping[str, tuple[str, ...]] | None = None,
    *,
    first_input: bool = False,
    **tests: Test,
) -> Layout:
    return Layout(name, title, kinds, needs, may or {}, tests, first_input)


_CONVERSATIONS = ("conversations", "conversation")
# `context` stands for an input column that may be absent or empty, behind the one that is needed.
_INSTRUCTION = {"input": ("instruction",)}
_BEHIND = {"context": ("input", "context"), "history": ("history",), **_AROUND}
_CHOSEN = {"output": ("chosen",), "rejected": ("rejected",)}

LAYOUTS: tuple[Layout, ...] = (
    _row(
        "openai_preference",
        "OpenAI preference pairs",
        _PREFERENCE,
        {"input": ("input",), "output": ("preferred_output",), "rejected": ("non_preferred_output",)},
        input=_has_objects_with("messages"),
    ),
    _row(
        "sharegpt_preference",
        "ShareGPT preference pairs",
        _PREFERENCE,
        {"messages": _CONVERSATIONS, **_CHOSEN},
        _AROUND,
        messages=has_chat,
    ),
    _row(
        "alpaca_preference",
        "Alpaca preference pairs",
        _PREFERENCE,
        {**_INSTRUCTION, **_CHOSEN},
        _BEHIND,
        first_input=True,
        context=_varies,
    ),
    _row(
        "preference",
        "preference pairs (DPO)",
        _PREFERENCE,
        _CHOSEN,
        {"input": ("prompt", "question", "query", "input"), **_AROUND},
    ),
    _row(
        "kto",
        "KTO",
        _ANSWERED,
        {"input": ("prompt",), "output": ("completion",), "desirable": ("label",)},
        _AROUND,
        desirable=is_truth,
    ),
    _row(
        "kto",
        "KTO",
        _ANSWERED,
        {"messages": ("messages", *_CONVERSATIONS), "desirable": ("kto_tag",)},
        _AROUND,
        messages=has_chat,
        desirable=is_truth,
    ),
    _row(
        "kto",
        "KTO",
        _ANSWERED,
        {"messages": ("messages", *_CONVERSATIONS), "desirable": ("label",)},
        _AROUND,
        messages=has_chat,
        desirable=is_verdict,
    ),
    _row(
        "kto",
        "KTO",
        _ANSWERED,
        {**_INSTRUCTION, "output": _ANSWERS, "desirable": ("kto_tag",)},
        _BEHIND,
        first_input=True,
        context=_varies,
        desirable=is_truth,
    ),
    _row("openai_chat", "OpenAI chat", _PAIRS, {"messages": ("messages",)}, _AROUND),
    _row("sharegpt", "ShareGPT", _PAIRS, {"messages": _CONVERSATIONS}, _AROUND, messages=has_chat),
    _row(
        "alpaca",
        "Alpaca",
        _PAIRS,
        {**_INSTRUCTION, "output": _ANSWERS},
        _BEHIND,
        first_input=True,
        context=_varies,
    ),
    _row(
        "prompt_completion",
        "prompt and completion",
        _PAIRS,
        {"input": ("prompt",), "output": ("completion", "response", "output", "answer")},
        _AROUND,
    ),
    _row("flat", "input and output columns", _PAIRS, {"input": ("input",), "output": ("output",)}),
)


@dataclass(frozen=True)
class Recognised:
    """A format found in a file.

    Parameters
    ----------
    columns
        Values for the fields of `Columns`.
    """

    layout: Layout
    columns: dict[str, Any]


def recognise(frame: pl.DataFrame, kind: Kind | None) -> Recognised | None:
    """The first format that fits a file's columns and the kind (None: any kind)."""
    for layout in LAYOUTS:
        if kind is None or kind in layout.kinds:
            columns = _fitting(layout, frame, {})
            if columns is not None:
                return Recognised(layout, columns)
    return None


def read_as(name: str, frame: pl.DataFrame, given: Mapping[str, Any]) -> Recognised | str:
    """The format asked for by name, or which columns it lacks.

    Parameters
    ----------
    given
        Fields whose columns were named by hand; these need no other names.
    """
    wanted = [layout for layout in LAYOUTS if layout.name == name]
    for layout in wanted:
        columns = _fitting(layout, frame, given)
        if columns is not None:
            return Recognised(layout, columns)
    return "; or ".join(
        ", ".join(" or ".join(aliases) for aliases in layout.needs.values()) for layout in wanted
    )


def _fitting(layout: Layout, frame: pl.DataFrame, given: Mapping[str, Any]) -> dict[str, Any] | None:
    columns: dict[str, Any] = {}
    for field_name, aliases in layout.needs.items():
        if field_name in given:
            columns[field_name] = given[field_name]
            continue
        test = layout.tests.get(field_name, _any)
        there = next((name for name in aliases if name in frame.columns and test(frame[name])), None)
        if there is None:
            return None
        columns[field_name] = there
    taken = {name for value in columns.values() for name in ([value] if isinstance(value, str) else value)}
    for field_name, aliases in layout.may.items():
        test = layout.tests.get(field_name, _any)
        there = next(
            (name for name in aliases if name in frame.columns and name not in taken and test(frame[name])),
            None,
        )
        if there is not None and not (field_name == "context" and "input" in given):
            columns[field_name] = there
            taken.add(there)
    if layout.name == "openai_preference" and "input" not in given:
        request = columns.pop("input")
        columns["messages"] = f"{request}.messages"
        if _has_objects_with("tools")(frame[request]):
            columns["tools"] = f"{request}.tools"
    if "context" in columns:
        columns["input"] = (columns["input"], columns.pop("context"))
    if media := tuple(name for name in MEDIA if name in frame.columns and name not in taken):
        columns["media"] = media
    return columns
