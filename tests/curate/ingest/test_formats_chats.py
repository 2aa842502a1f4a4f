"""Conversations: ShareGPT, OpenAI, Anthropic.

What comes in is kept whole or dropped with its reason, and the format is said.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.curate.ingest.conftest import CALL, IMAGE, Case, check, gpt, jsonl, to_csv, turn

pytestmark = pytest.mark.usefixtures("bare")

CASES = [
    Case(
        "sharegpt",
        "rewriting",
        "d.json",
        json.dumps(
            [
                {"id": "a", "conversations": gpt("Hi", "Ahoy"), "system": "Be a pirate."},
                {"id": "b", "conversations": gpt("Hi", "Hello", "Bye", "Good bye"), "system": ""},
                {"id": "c", "conversations": gpt("Hi", "Hello", "And?")},
                {"id": "d", "conversations": []},
                {"id": "e", "conversations": [{"from": "narrator", "value": "Dusk."}, *gpt("Hi", "Yo")]},
                {"id": "f", "conversations": None},
            ]
        ),
        [
            ("system: Be a pirate.\n\nuser: Hi", "Ahoy"),
            ("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Good bye"),
        ],
        {"trailing_turn": 1, "invalid_messages": 1, "unknown_role": 1, "empty_input": 1},
        "ShareGPT: system + conversations",
    ),
    Case(
        "sharegpt-parquet",
        "rewriting",
        "d.parquet",
        pl.DataFrame({"conversations": [gpt("Hi", "Ahoy"), gpt("Hi")], "source": ["a", "b"]}),
        [("Hi", "Ahoy")],
        {"missing_output": 1},
        "ShareGPT",
    ),
    Case(
        "sharegpt-llava",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"image": "cat.jpg", "conversations": gpt("<image>\nWhat is it?", "A cat")},
            {"conversations": gpt("Hi", "Hello")},
        ),
        [("Hi", "Hello")],
        {"media_content": 1},
        "ShareGPT",
    ),
    Case(
        "sharegpt-printed-by-pandas",
        "rewriting",
        "d.csv",
        to_csv([{"conversations": str(gpt("It's on?", 'He said "no"'))}, {"conversations": "[{'from': 'hu"}]),
        [("It's on?", 'He said "no"')],
        {"invalid_messages": 1},
        "ShareGPT",
    ),
    Case(
        "openai-tools",
        "rewriting",
        "d.jsonl",
        jsonl(
            {
                "messages": [
                    turn("user", "Order 7?"),
                    turn("assistant", None, tool_calls=[CALL]),
                    turn("tool", "sent", tool_call_id="c1"),
                    turn("assistant", "It is sent."),
                ],
                "tools": [{"type": "function", "function": {"name": "find"}}],
                "parallel_tool_calls": False,
            },
            {"messages": [turn("user", "Order 7?"), turn("assistant", None, tool_calls=[CALL])]},
            {"messages": [turn("user", IMAGE), turn("assistant", "A cat")]},
            {"messages": [turn("user", "Hi"), turn("assistant", "Rude", weight=0)]},
            {"messages": [turn("developer", "Be kind."), turn("user", "Hi"), turn("assistant", "Hello")]},
        ),
        [
            (
                'tools: [{"function":{"name":"find"},"type":"function"}]\n\nuser: Order 7?\n\nassistant: '
                '<tool_call>{"name": "find", "arguments": {"id": 7}}</tool_call>\n\ntool (find): sent',
                "It is sent.",
            ),
            ("system: Be kind.\n\nuser: Hi", "Hello"),
        ],
        {"tool_call_answer": 1, "media_content": 1, "untrained_answer": 1},
        "OpenAI chat: tools + messages",
    ),
    Case(
        "openai-csv",
        "rewriting",
        "d.csv",
        to_csv([{"messages": [turn("user", "Hi"), turn("assistant", "Hello")]}, {"messages": "broken ["}]),
        [("Hi", "Hello")],
        {"invalid_messages": 1},
        "OpenAI chat",
    ),
    Case(
        "openai-labels",
        "classification",
        "d.parquet",
        pl.DataFrame(
            {"messages": [[turn("user", text), turn("assistant", label)] for text, label in ("ax", "by")]}
        ),
        [("a", "x"), ("b", "y")],
        {},
        "OpenAI chat",
    ),
    Case(
        "openai-answers-as-json",
        "extraction",
        "d.jsonl",
        jsonl(
            {"messages": [turn("user", "Total 7"), turn("assistant", '{"total": 7}')]},
            {"messages": [turn("user", "Order 7?"), turn("assistant", None, tool_calls=[CALL])]},
            {"messages": [turn("user", "Total 8"), turn("assistant", '{"total": 8, "total": 9}')]},
        ),
        [("Total 7", '{"total":7}'), ("Order 7?", '{"arguments":{"id":7},"name":"find"}')],
        {"duplicate_key": 1},
        "OpenAI chat",
    ),
    Case(
        "one-conversation-in-a-json-file",
        "rewriting",
        "d.json",
        json.dumps({"messages": [turn("user", "Hi"), turn("assistant", "Hello")]}),
        [("Hi", "Hello")],
        {},
        "OpenAI chat",
    ),
    Case(
        "anthropic-system-in-parts",
        "rewriting",
        "d.jsonl",
        jsonl(
            {
                "system": [{"type": "text", "text": "Be kind."}],
                "messages": [turn("user", "Hi"), turn("assistant", [{"type": "text", "text": "Hello"}])],
            },
            {
                "system": "Be brief.",
                "messages": [turn("user", "Hi"), turn("assistant", [{"type": "thinking", "thinking": "x"}])],
            },
        ),
        [("system: Be kind.\n\nuser: Hi", "Hello")],
        {"unknown_content": 1},
        "OpenAI chat: system + messages",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_conversations_are_read_whole_and_said(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(case, tmp_path, capsys)
