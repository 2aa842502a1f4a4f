"""Chat turns to input and output: the last assistant turn is the output, what came before it the input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

# ShareGPT's names for the roles of the chat format.
_ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}

Turns = list[tuple[str, str]]


@dataclass(frozen=True)
class Dialogue:
    """Columns made from a column of chat turns, in its row order; `valid` is false where a cell holds no
    turns.
    """

    input: pl.Series
    output: pl.Series
    valid: pl.Series


def as_turns(cell: Any) -> Turns | None:
    """(role, content) pairs of a list of `{role, content}` (or ShareGPT's `{from, value}`), given as such or
    as JSON text.

    Turns without text (tool calls) are left out; content in parts is joined. None if it is no list of turns.
    """
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    if not isinstance(cell, list) or not cell:
        return None
    turns: Turns = []
    for turn in cell:
        if not isinstance(turn, dict):
            return None
        role, content = turn.get("role", turn.get("from")), turn.get("content", turn.get("value"))
        if not isinstance(role, str):
            return None
        if isinstance(content, list):
            content = "\n".join(
                str(part.get("text", ""))
                for part in content
                if isinstance(part, dict) and part.get("type", "text") == "text"
            )
        if isinstance(content, str) and content.strip():
            turns.append((_ROLES.get(role.lower(), role.lower()), content))
    return turns


def render(turns: Turns) -> str:
    """A single user turn's content; several turns as `role: content`, a blank line between them."""
    if len(turns) == 1 and turns[0][0] == "user":
        return turns[0][1]
    return "\n\n".join(f"{role}: {content.strip()}" for role, content in turns)


def split_last(turns: Turns) -> tuple[Turns, str | None]:
    """Turns before the last assistant turn, and its content; all turns and None without one."""
    last = max((index for index, (role, _) in enumerate(turns) if role == "assistant"), default=None)
    return (turns, None) if last is None else (turns[:last], turns[last][1])


def dialogue(column: pl.Series, *, whole: bool = False) -> Dialogue:
    """Inputs and outputs of a column of chat turns.

    Parameters
    ----------
    column
        String (JSON) or List(Struct).
    whole
        Render all turns into the input and give no output: the output stands in a column of its own.
    """
    inputs: list[str | None] = []
    outputs: list[str | None] = []
    valid: list[bool] = []
    for cell in column.to_list():  # ragged nested lists: no vectorised form keeps the roles in order
        turns = as_turns(cell)
        before, output = (turns or [], None) if whole else split_last(turns or [])
        asked = whole or any(role == "user" for role, _ in before)
        inputs.append(render(before) if before and asked else None)
        outputs.append(output)
        valid.append(turns is not None or cell is None)
    return Dialogue(
        pl.Series("input", inputs, dtype=pl.String),
        pl.Series("output", outputs, dtype=pl.String),
        pl.Series("valid", valid, dtype=pl.Boolean),
    )


def looks_like_turns(column: pl.Series) -> bool:
    """Whether the first cell that says something holds chat turns."""
    if column.dtype not in (pl.String, pl.List, pl.Object):
        return False
    said = column.drop_nulls().head(1).to_list()
    return bool(said) and bool(as_turns(said[0]))
