"""Rows that hold conversations, put together one by one: prompt, system prompt, tools, history and answers.

Every row gives at least one line of the result: an example, or the reason why it gives none.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import polars as pl

from curate.ingest.cells import as_text, decoded, is_nested
from curate.ingest.chat.dialogue import (
    Exchange,
    against_prompt,
    answer,
    each_exchange,
    last_exchange,
    preface,
    prompt,
    render,
    same_prompt,
    sound,
    spoken,
    transcript,
)
from curate.ingest.chat.turns import ASSISTANT, USER, Turn, content_text, is_chat, plain_exchange, read_turns
from curate.ingest.unusable import Unusable
from curate.task import Kind

_SCHEMA = pl.Schema(
    {
        "input": pl.String(),
        "output": pl.String(),
        "rejected": pl.String(),
        "reason": pl.String(),
        "evidence": pl.String(),
        "record": pl.Int64(),
        "turn": pl.Int64(),
        "whole": pl.String(),
    }
)
# Unread keys of turns named at most.
_UNREAD = 20


def rows_of_conversations(
    height: int,
    sides: Mapping[str, list[Any]],
    around: Mapping[str, list[Any]],
    faults: Mapping[int, Unusable],
    *,
    kind: Kind,
    each: bool,
) -> tuple[pl.DataFrame, frozenset[str]]:
    """Examples of a file's rows.

    Parameters
    ----------
    height
        Rows of the file.
    sides
        `input`, `output`, `rejected`, where such columns are: text or chat turns a row.
    around
        `messages`, `system`, `tools`, `history`, where such columns are.
    faults
        Rows already known to be unusable.
    each
        One example of every assistant turn, where `messages` hold the answers.

    Returns
    -------
    tuple
        A frame (`input`, `output`, `rejected`, `reason`, `evidence`, `record`, `turn`, `whole`), and the keys
        of turns that were not read.
    """
    lines: list[tuple[Any, ...]] = []
    unread: set[str] = set()
    answers_apart, json_answers = "output" in sides, kind == Kind.EXTRACTION
    names, prefaced = (*sides, *around), bool({"system", "tools"} & around.keys())
    columns = zip(*sides.values(), *around.values(), strict=True) if names else repeat((), height)
    may_be_plain = names == ("messages",) and not each
    for row, values in enumerate(columns):
        if may_be_plain and row not in faults and (said := plain_exchange(values[0])):
            lines.append((*said, None, None, None, row, None, None))
            continue
        cells = dict(zip(names, values, strict=True))
        try:
            if row in faults:
                raise faults[row]
            if answers_apart:
                lines.append((*_pair(cells, kind, unread), None, None, row, None, None))
                continue
            turns = _asked(cells, unread)
            turns = spoken(turns)
            if prefaced:
                turns = preface(turns, content_text(cells.get("system")), _tools(cells.get("tools")))
            exchanges = (
                each_exchange(turns, json_answers=json_answers)
                if each
                else [last_exchange(turns, json_answers=json_answers)]
            )
            whole = render(turns) if each else None
            lines += [_line(exchange, row, whole) for exchange in exchanges]
        except Unusable as fault:
            lines.append((None, None, None, fault.reason, fault.evidence, row, None, None))
        except RecursionError:  # deeper than Python walks, yet not too deep for the reader
            lines.append((None, None, None, "invalid_messages", "nested too deeply", row, None, None))
    frame = pl.DataFrame(lines, schema=_SCHEMA, orient="row")
    return frame, frozenset(sorted(unread)[:_UNREAD])


def _line(exchange: Exchange, row: int, whole: str | None) -> tuple[Any, ...]:
    fault = exchange.fault
    reason, evidence = (fault.reason, fault.evidence) if fault else (None, None)
    return exchange.input, exchange.output, None, reason, evidence, row, exchange.turn, whole


def rendered(cells: list[Any], faults: dict[int, Unusable]) -> pl.Series:
    """Cells of text or chat turns as text: a part of an input that is joined of several columns."""
    texts: list[str | None] = []
    for row, cell in enumerate(cells):
        try:
            texts.append(render(sound(read_turns(cell).turns)) if is_chat(cell) else _text(cell))
        except Unusable as fault:
            faults.setdefault(row, fault)
            texts.append(None)
    return pl.Series(texts, dtype=pl.String)


def _asked(cells: Mapping[str, Any], unread: set[str]) -> list[Turn]:
    """The turns that a row's own columns hold, the system prompt and tools apart.

    Raises
    ------
    Unusable
        As `read_turns` does.
    """
    turns = _history(cells["history"]) if "history" in cells else []
    cell = cells.get("messages") if "messages" in cells else cells.get("input")
    if "messages" in cells or is_chat(cell):
        if cell in (None, ""):
            raise Unusable("empty_input", "no conversation")
        conversation = read_turns(cell)
        unread |= conversation.unread
        return [*turns, *conversation.turns] if turns else conversation.turns
    text = _text(cell)
    return [*turns, Turn(USER, text)] if text and text.strip() else turns


def _text(cell: Any) -> str | None:
    """A cell that should be text.

    Raises
    ------
    Unusable
        `nested_value`.
    """
    if isinstance(cell, (dict, list)):
        raise Unusable("nested_value", "an object or a list where text is wanted")
    return as_text(cell)


def _tools(cell: Any) -> str | None:
    """The tools on offer as JSON text, as they were written where they were."""
    value = decoded(cell) if is_nested(cell) else cell
    return None if value in (None, "", [], {}) else as_text(cell)


def _history(cell: Any) -> list[Turn]:
    """Alpaca's earlier turns: a list of [question, answer].

    Raises
    ------
    Unusable
        `invalid_messages`.
    """
    value = decoded(cell) if isinstance(cell, str) else cell
    if value in (None, "", []):
        if isinstance(cell, str) and cell.strip() not in ("", "[]", "null"):
            raise Unusable("invalid_messages", "the history is not a list of pairs")
        return []
    if is_chat(value):
        return read_turns(value).turns
    turns: list[Turn] = []
    for pair in value if isinstance(value, list) else [None]:
        if not (
            isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
        ):
            raise Unusable("invalid_messages", "the history is not a list of pairs")
        turns += [Turn(USER, pair[0]), Turn(ASSISTANT, pair[1])]
    return turns


def _pair(
    cells: Mapping[str, Any], kind: Kind, unread: set[str]
) -> tuple[str | None, str | None, str | None]:
    """Input, output and rejected answer of a row whose answers stand in columns of their own.

    Raises
    ------
    Unusable
        As `against_prompt`, `prompt` and `answer` do; `different_prompts` where two answers follow two
        prompts.
    """
    json_answers = kind == Kind.EXTRACTION
    asked = _asked(cells, unread)
    prompts: list[list[Turn]] = []
    texts: dict[str, str | None] = {}
    for side in ("output", "rejected"):
        cell = cells.get(side)
        turns = _answered(cell, unread, alone="messages" not in cells and "input" not in cells)
        if turns is None:
            texts[side] = _answer_text(cell, json_answers)
            prompts.append(asked)
            continue
        before, last = against_prompt(asked, turns)
        prompts.append(before)
        texts[side] = answer(last, json_answers=json_answers)
    has_rejected = kind == Kind.PREFERENCE and texts["rejected"] is not None
    if has_rejected and not same_prompt(prompts[0], prompts[1]):
        raise Unusable("different_prompts", "chosen and rejected answer different prompts")
    turns = preface(prompts[0], content_text(cells.get("system")), _tools(cells.get("tools")))
    whole = "messages" in cells and kind != Kind.PREFERENCE
    said = sound(turns)
    asks = render(said) if whole and said else prompt(turns)
    return asks, texts["output"], texts["rejected"]


def _answered(cell: Any, unread: set[str], *, alone: bool) -> list[Turn] | None:
    """The turns of an answer's cell; None if it is text."""
    if is_chat(cell):
        conversation = read_turns(cell)
        unread |= conversation.unread
        return conversation.turns
    if alone and isinstance(cell, str):
        return transcript(cell)
    return None


def _answer_text(cell: Any, json_answers: bool) -> str | None:
    if json_answers:
        return as_text(cell)
    if is_nested(cell) and not isinstance(cell, str):
        raise Unusable("nested_value", "an object or a list where the answer is wanted")
    return as_text(cell)
