"""Conversations: whole, or dropped with the reason; each turn's words stand in the row that it made."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.ingest.columns import map_columns
from curate.ingest.params import Columns, IngestParams
from curate.read import REJECTS, Records
from curate.task import Kind


def records(rows: list[dict[str, Any]]) -> Records:
    """Rows as the JSON readers give them: nested values as JSON text."""
    names = dict.fromkeys(name for row in rows for name in row)
    cells = {
        name: [
            value if value is None or isinstance(value, (str, bool, int)) else json.dumps(value)
            for value in (row.get(name) for row in rows)
        ]
        for name in names
    }
    nested = {name for name in names for row in rows if isinstance(row.get(name), (dict, list))}
    frame = pl.DataFrame({name: pl.Series(name, values, strict=False) for name, values in cells.items()})
    return Records(
        frame,
        pl.int_range(len(rows), eager=True).alias("line"),
        REJECTS.to_frame(),
        "record",
        frozenset(nested),
    )


def mapped(
    rows: list[dict[str, Any]],
    kind: Kind = Kind.REWRITING,
    columns: dict[str, Any] | None = None,
    **params: Any,
) -> pl.DataFrame:
    asked = IngestParams(path="d.jsonl", columns=Columns(**(columns or {})), **params)
    return map_columns(records(rows), asked, kind, "d.jsonl").frame


def user(text: Any, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": text, **more}


def assistant(text: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def calling(name: str, arguments: str, text: Any = None) -> dict[str, Any]:
    call = {"id": f"id-{name}", "type": "function", "function": {"name": name, "arguments": arguments}}
    return assistant(text, tool_calls=[call])


TOOL = {"role": "tool", "tool_call_id": "id-find", "content": "sent on Monday"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([user("Hi"), assistant("Hello"), user("And?")], "trailing_turn"),
        ([user("Hi"), assistant("Hello"), user("Order 7"), calling("find", "{}")], "tool_call_answer"),
        ([user("Order 7"), calling("find", "{}"), TOOL], "trailing_turn"),
        ([user("Hi"), assistant(None)], "missing_output"),
        ([user("Hi"), assistant("")], "missing_output"),
        ([user("Hi")], "missing_output"),
        ([assistant("Hello")], "empty_input"),
        ([{"role": "system", "content": "Be kind"}, assistant("Hello")], "empty_input"),
        ([user(""), assistant("Hello")], "empty_input"),
        ([user("Hi"), assistant(""), user("Hi?"), assistant("Hello")], "empty_turn"),
        ([user([PICTURE, {"type": "text", "text": "What is it?"}]), assistant("A cat")], "media_content"),
        ([user([{"type": "input_audio", "input_audio": {"data": "A"}}]), assistant("Yes")], "media_content"),
        ([user([{"type": "hologram", "of": "x"}]), assistant("Yes")], "unknown_content"),
        ([{"role": "narrator", "content": "Dusk."}, user("Hi"), assistant("Hello")], "unknown_role"),
        ([user("Hi"), assistant("Hello", weight=0)], "untrained_answer"),
        ([user("Hi"), assistant("Hello", tool_calls=[{"function": {}}])], "invalid_messages"),
        ([{"content": "no role"}], "invalid_messages"),
        (["Hi", "Hello"], "invalid_messages"),
        ([], "invalid_messages"),
        ('[{"role": "user", "content": "a", "content": "b"}]', "duplicate_key"),
        ([user("Find it"), calling("find", '{"id": 1, "id": 2}'), TOOL, assistant("Here")], "duplicate_key"),
    ],
)
def test_a_conversation_that_cannot_be_a_row_says_why_and_leaves_no_part_behind(
    turns: Any, reason: str
) -> None:
    row = mapped([{"messages": turns}, {"messages": [user("Bye"), assistant("Good bye")]}]).row(0, named=True)
    assert (row["input"], row["output"], row["reason"]) == (None, None, reason)
    assert row["evidence"] and "Hi" not in row["evidence"] and "narrator" not in row["evidence"]


def test_a_tool_call_in_the_middle_stands_in_the_input_with_its_result() -> None:
    turns = [
        user("Where is order 7?"),
        calling("find", '{"order": 7}', "Let me look."),
        TOOL,
        assistant("Sent."),
    ]
    row = mapped([{"messages": turns, "tools": [{"function": {"name": "find"}}]}]).row(0, named=True)
    assert row["output"] == "Sent."
    assert row["input"] == (
        'tools: [{"function": {"name": "find"}}]\n\nuser: Where is order 7?\n\nassistant: Let me look.\n'
        '<tool_call>{"name": "find", "arguments": {"order": 7}}</tool_call>\n\ntool (find): sent on Monday'
    )


def test_a_tool_call_is_the_answer_where_answers_are_json() -> None:
    rows = [
        {"messages": [user("Where is order 7?"), calling("find", '{"order": 7}')]},
        {"messages": [user("Where is order 7?"), calling("find", "{}", "Let me look.")]},
    ]
    frame = mapped(rows, Kind.EXTRACTION)
    assert frame["output"].to_list() == ['{"arguments":{"order":7},"name":"find"}', None]
    assert frame["reason"].to_list() == [None, "tool_call_answer"]


@pytest.mark.parametrize(
    "turns",
    [
        [{"from": "human", "value": "Order 7?"},
         {"from": "function_call", "value": '{"name": "find", "arguments": {"id": 7}}'},
         {"from": "observation", "value": "sent"}, {"from": "gpt", "value": "Sent."}],
        [user("Order 7?"), assistant(None, function_call={"name": "find", "arguments": '{"id": 7}'}),
         {"role": "function", "name": "find", "content": "sent"}, assistant("Sent.")],
        [user("Order 7?"), assistant([{"type": "tool_use", "id": "t", "name": "find", "input": {"id": 7}}]),
         user([{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "sent"}]}]),
         assistant([{"type": "text", "text": "Sent."}])],
    ],
)  # fmt: skip
def test_tool_calls_of_other_makers_are_read_too(turns: list[dict[str, Any]]) -> None:
    name = "conversations" if "from" in turns[0] else "messages"
    row = mapped([{name: turns}]).row(0, named=True)
    assert row["output"] == "Sent."
    assert '"name": "find"' in row["input"] and "sent" in row["input"] and "7" in row["input"]


def test_a_system_column_opens_the_input_unless_the_turns_open_with_the_same() -> None:
    turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ahoy"}]
    opened = [{"from": "system", "value": "Be a pirate."}, *turns]
    rows = [
        {"conversations": turns, "system": "Be a pirate."},
        {"conversations": opened, "system": "Be a pirate."},
        {"conversations": opened, "system": "Be brief."},
        {"conversations": turns, "system": ""},
        {"conversations": turns, "system": None},
    ]
    assert mapped(rows)["input"].to_list() == [
        "system: Be a pirate.\n\nuser: Hi",
        "system: Be a pirate.\n\nuser: Hi",
        "system: Be brief.\n\nsystem: Be a pirate.\n\nuser: Hi",
        "Hi",
        "Hi",
    ]
    assert mapped(rows, columns={"messages": "conversations"})["input"][0].startswith("system: Be a pirate.")


def test_prompts_of_mixed_types_in_one_file_are_both_read() -> None:
    rows = [
        {"prompt": [user("Hi")], "completion": [assistant("Hello")]},
        {"prompt": "Fix: teh", "completion": "the"},
    ]
    for order in (rows, rows[::-1]):
        pairs = mapped(order).select("input", "output").rows()
        assert sorted(pairs) == [("Fix: teh", "the"), ("Hi", "Hello")]


ROLES = st.sampled_from(["user", "assistant", "system", "tool", "critic"])
WORDS = st.from_regex(r"[a-z]{3,8}( [a-z]{3,8}){0,3}", fullmatch=True)
PARTS = st.one_of(
    WORDS,
    st.none(),
    st.just(""),
    st.lists(
        st.one_of(
            WORDS.map(lambda text: {"type": "text", "text": text}), st.just(PICTURE), st.just({"type": "odd"})
        ),
        max_size=3,
    ),
)
CALLS = st.lists(
    st.tuples(WORDS, WORDS).map(
        lambda pair: {"function": {"name": pair[0], "arguments": json.dumps({"q": pair[1]})}}
    ),
    max_size=2,
)


@st.composite
def conversations(draw: st.DrawFn) -> list[dict[str, Any]]:
    turns = []
    sensible = draw(st.booleans())
    for number in range(draw(st.integers(0, 6))):
        role = ["user", "assistant"][number % 2] if sensible else draw(ROLES)
        turn: dict[str, Any] = {"role": role, "content": draw(WORDS if sensible else PARTS)}
        if role == "assistant" and draw(st.booleans()):
            turn["tool_calls"] = draw(CALLS)
        turns.append(turn)
    return turns


def said(turns: list[dict[str, Any]]) -> list[str]:
    """Every text of a conversation, those of its tool calls too."""
    texts = []
    for turn in turns:
        content = turn["content"]
        if isinstance(content, str):
            texts.append(content)
        elif content:
            texts += [part["text"] for part in content if "text" in part]
        for call in turn.get("tool_calls", []):
            texts += [call["function"]["name"], json.loads(call["function"]["arguments"])["q"]]
    return texts


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.lists(conversations(), min_size=1, max_size=4),
    st.sampled_from([Kind.REWRITING, Kind.EXTRACTION]),
    st.sampled_from(["last", "each"]),
)
def test_no_words_of_a_kept_conversation_are_lost_and_every_other_has_a_reason(
    chats: list[list[dict[str, Any]]], kind: Kind, turns: str
) -> None:
    frame = mapped([{"messages": chat} for chat in chats], kind, turns=turns)
    assert set(frame["record"]) == set(range(len(chats)))
    for row in frame.iter_rows(named=True):
        chat = chats[row["record"]]
        if row["reason"] is not None:
            assert row["input"] is None and row["output"] is None
            continue
        if row["turn"] is not None:
            at = [place for place, turn in enumerate(chat) if turn["role"] == "assistant"][row["turn"] - 1]
            chat = chat[: at + 1]
        assert chat[-1]["role"] == "assistant"
        for text in said(chat):
            assert text in row["input"] or text in row["output"]
    if turns == "last":
        assert frame.height == len(chats)


def test_each_gives_an_example_for_every_assistant_turn_with_all_that_came_before() -> None:
    turns = [user("Hi"), assistant("Hello"), user("Bye"), assistant("Good bye"), user("Wait")]
    frame = mapped([{"messages": turns}], turns="each")
    assert frame.select("input", "output", "reason", "turn").rows() == [
        ("Hi", "Hello", None, 1),
        ("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Good bye", None, 2),
        (None, None, "trailing_turn", 3),
    ]


def test_each_leaves_out_turns_that_are_not_to_be_learnt_and_keeps_them_as_context() -> None:
    turns = [user("Hi"), assistant("Rude", weight=0), user("Sorry?"), assistant("Hello", weight=1)]
    frame = mapped([{"messages": turns}], turns="each")
    assert frame["reason"].to_list() == ["untrained_answer", None]
    assert "Rude" in frame["input"][1]


def test_a_turn_nested_deeper_than_python_walks_costs_its_row_alone() -> None:
    deep: Any = "x"
    for _ in range(700):
        deep = {"a": deep}
    rows = [{"messages": [user(deep), assistant("Hello")]}, {"messages": [user("Hi"), assistant("Hello")]}]
    assert mapped(rows)["reason"].to_list() == ["invalid_messages", None]
