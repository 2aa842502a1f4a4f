"""Instruction data: Alpaca, Dolly, prompt and completion, KTO.

What comes in is kept whole or dropped with its reason, and the format is said.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.curate.ingest.conftest import Case, assay, check, gpt, jsonl, to_csv, turn

pytestmark = pytest.mark.usefixtures("bare")

ALPACA = [
    {"instruction": "Translate.", "input": "The pump broke.", "output": "La pompe est en panne."},
    {"instruction": "Name a fruit.", "input": "", "output": "Pear"},
    {"instruction": "Name a colour.", "input": None, "output": "Red"},
]
ALPACA_PAIRS = [
    ("Translate.\n\nThe pump broke.", "La pompe est en panne."),
    ("Name a fruit.", "Pear"),
    ("Name a colour.", "Red"),
]

CASES = [
    Case("alpaca-json", "rewriting", "d.json", json.dumps(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    Case("alpaca-csv", "rewriting", "d.csv", to_csv(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    Case("alpaca-parquet", "rewriting", "d.parquet", pl.DataFrame(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    Case(
        "alpaca-history-and-system",
        "rewriting",
        "d.jsonl",
        jsonl(
            {
                "instruction": "And now?",
                "input": "",
                "output": "Noon",
                "system": "Be brief.",
                "history": [["What day?", "Monday"]],
            },
            {"instruction": "Hi", "input": "", "output": "Hello", "system": "", "history": []},
            {"instruction": "Hi?", "input": "", "output": "Hello.", "system": "", "history": [["alone"]]},
        ),
        [
            ("system: Be brief.\n\nuser: What day?\n\nassistant: Monday\n\nuser: And now?", "Noon"),
            ("Hi", "Hello"),
        ],
        {"invalid_messages": 1},
        "Alpaca",
    ),
    Case(
        "alpaca-malformed",
        "rewriting",
        "d.jsonl",
        jsonl(
            *ALPACA[:2],
            {"instruction": "", "input": "Only an input", "output": "x"},
            {"instruction": "No answer", "input": "", "output": ""},
            {"instruction": "A list", "input": ["a", "b"], "output": "x"},
            '{"instruction": "a", "instruction": "b", "input": "", "output": "c"}',
            '{"instruction": "cut',
        ),
        ALPACA_PAIRS[:2],
        {"empty_input": 1, "missing_output": 1, "several_values": 1, "unreadable": 2},
        "Alpaca",
    ),
    Case(
        "dolly",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"instruction": "Who?", "context": "Ann came.", "response": "Ann", "category": "qa"},
            {"instruction": "Why?", "context": "", "response": "Because", "category": "qa"},
        ),
        [("Who?\n\nAnn came.", "Ann"), ("Why?", "Because")],
        {},
        "Alpaca",
    ),
    Case(
        "a-context-that-all-rows-share-is-a-tag",
        "rewriting",
        "d.csv",
        "context,instruction,response\n" + "".join(f"support,ask {n},answer {n}\n" for n in range(6)),
        [(f"ask {n}", f"answer {n}") for n in range(6)],
        {},
        "Alpaca: instruction -> response",
    ),
    Case(
        "prompt-completion",
        "rewriting",
        "d.jsonl",
        jsonl({"prompt": "Fix: teh", "completion": "the"}, {"prompt": "Fix: x", "completion": None}),
        [("Fix: teh", "the")],
        {"missing_output": 1},
        "prompt and completion",
    ),
    Case(
        "prompt-completion-mixed",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"prompt": "Fix: teh", "completion": "the"},
            {"prompt": [turn("user", "Hi")], "completion": [turn("assistant", "Hello")]},
            {
                "prompt": [turn("system", "Be kind."), turn("user", "Hi")],
                "completion": [turn("assistant", "Yo")],
            },
            {"prompt": {"text": "no turns"}, "completion": "x"},
            {"prompt": "Go", "completion": [turn("assistant", "One"), turn("user", "Two")]},
        ),
        [("Fix: teh", "the"), ("Hi", "Hello"), ("system: Be kind.\n\nuser: Hi", "Yo")],
        {"nested_value": 1, "trailing_turn": 1},
        "prompt and completion",
    ),
    Case(
        "prompt-response-csv",
        "classification",
        "d.csv",
        "prompt,response\nwhere is it,delivery\npay,billing\n",
        [("where is it", "delivery"), ("pay", "billing")],
        {},
        "prompt and completion: prompt -> response",
    ),
    Case(
        "kto",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"prompt": "Hi", "completion": "Hello", "label": True},
            {"prompt": "Hi", "completion": "Go away", "label": False},
            {"prompt": "Bye", "completion": "Good bye", "label": None},
        ),
        [("Hi", "Hello")],
        {"undesirable": 2},
        "KTO: prompt -> completion",
    ),
    Case(
        "kto-chat",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"prompt": [turn("user", "Hi")], "completion": [turn("assistant", "Hello")], "label": True},
            {"prompt": [turn("user", "Hi")], "completion": [turn("assistant", "No")], "label": False},
        ),
        [("Hi", "Hello")],
        {"undesirable": 1},
        "KTO",
    ),
    Case(
        "kto-sharegpt",
        "rewriting",
        "d.csv",
        to_csv(
            [
                {"conversations": gpt("Hi", "Hello"), "kto_tag": "true"},
                {"conversations": gpt("Hi", "No"), "kto_tag": "false"},
            ]
        ),
        [("Hi", "Hello")],
        {"undesirable": 1},
        "KTO: conversations",
    ),
    Case(
        "kto-turns-and-a-label",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"conversations": gpt("Hi", "Hello"), "label": True},
            {"conversations": gpt("Hi", "No"), "label": False},
        ),
        [("Hi", "Hello")],
        {"undesirable": 1},
        "KTO: conversations",
    ),
    Case(
        "turns-with-a-class-are-not-kto",
        "rewriting",
        "d.jsonl",
        jsonl(
            {"conversations": gpt("Hi", "Hello"), "label": 1}, {"conversations": gpt("Hi", "No"), "label": 0}
        ),
        [("Hi", "Hello"), ("Hi", "No")],
        {},
        "ShareGPT",
    ),
    Case(
        "kto-numbers-and-a-word",
        "rewriting",
        "d.csv",
        "prompt,completion,label\nHi,Hello,1\nHi,No,0\nBye,Good bye,True\nBye,Go,maybe\nYo,Yes,good\n",
        [("Hi", "Hello"), ("Bye", "Good bye"), ("Yo", "Yes")],
        {"undesirable": 2},
        "KTO",
    ),
    Case(
        "a-topic-column-is-not-kto",
        "rewriting",
        "d.csv",
        "prompt,completion,label\nHi,Hello,greeting\nBye,Good bye,farewell\n",
        [("Hi", "Hello"), ("Bye", "Good bye")],
        {},
        "prompt and completion",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_instructions_are_read_whole_and_said(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(case, tmp_path, capsys)


def test_kto_gives_no_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "d.jsonl").write_text(jsonl({"prompt": "p", "completion": "bad", "label": False}))
    assert assay("init", "p", "--kind", "classification", "--data", "d.jsonl") == 2
    assert "KTO" in capsys.readouterr().err
