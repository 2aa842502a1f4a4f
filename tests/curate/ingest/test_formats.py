"""Every format known by name, in several hands, through `assay init` and `assay ingest`: what comes in is
kept whole or dropped with its reason, and the format is said.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from governance.cli.main import main
from governance.scaffold import setup

Pairs = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "start_git_and_dvc", lambda root: [])


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def jsonl(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def to_csv(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: json.dumps(cell) if isinstance(cell, (dict, list)) else cell for name, cell in row.items()}
        )
    return buffer.getvalue()


def made(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    name: str,
    content: str | pl.DataFrame,
    *options: str,
) -> tuple[pl.DataFrame, Counter[str], str, int]:
    """What init and ingest make of a file: kept rows, reasons of the dropped, what was said, rows that came
    in.
    """
    if isinstance(content, pl.DataFrame):
        content.write_parquet(tmp_path / name)
    else:
        (tmp_path / name).write_text(content)
    assert assay("init", "p", "--kind", kind, "--data", name, *options) == 0, capsys.readouterr().err
    said = capsys.readouterr().err
    assert assay("-C", str(tmp_path / "p"), "ingest") in (0, 1)  # 1: most rows of a small file are bad ones
    said += capsys.readouterr().err
    folder = tmp_path / "p/data/ingest"
    report = json.loads((folder / "report.json").read_text())
    kept, drops = (pl.read_parquet(folder / f"{part}.parquet") for part in ("examples", "drops"))
    assert drops["reason"].is_in(["", None]).sum() == 0
    rows = sum(one["rows"] + one["unreadable"] for one in report["files"])
    assert report["funnel"]["in"] == kept.height + drops.height
    return kept, Counter(drops["reason"]), said, rows


def turn(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def gpt(*said: str) -> list[dict[str, str]]:
    return [{"from": ("human", "gpt")[place % 2], "value": text} for place, text in enumerate(said)]


CALL = {"type": "function", "id": "c1", "function": {"name": "find", "arguments": '{"id": 7}'}}
IMAGE = [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "What is it?"}]
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

# name, kind, file, content, pairs kept, reasons of the dropped, what is said
CASES: list[tuple[str, str, str, str | pl.DataFrame, Pairs, dict[str, int], str]] = [
    ("alpaca-json", "rewriting", "d.json", json.dumps(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    ("alpaca-csv", "rewriting", "d.csv", to_csv(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    ("alpaca-parquet", "rewriting", "d.parquet", pl.DataFrame(ALPACA), ALPACA_PAIRS, {}, "Alpaca"),
    (
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
    (
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
    (
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
    (
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
    (
        "sharegpt-parquet",
        "rewriting",
        "d.parquet",
        pl.DataFrame({"conversations": [gpt("Hi", "Ahoy"), gpt("Hi")], "source": ["a", "b"]}),
        [("Hi", "Ahoy")],
        {"missing_output": 1},
        "ShareGPT",
    ),
    (
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
    (
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
    (
        "openai-csv",
        "rewriting",
        "d.csv",
        to_csv([{"messages": [turn("user", "Hi"), turn("assistant", "Hello")]}, {"messages": "broken ["}]),
        [("Hi", "Hello")],
        {"invalid_messages": 1},
        "OpenAI chat",
    ),
    (
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
    (
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
    (
        "prompt-completion",
        "rewriting",
        "d.jsonl",
        jsonl({"prompt": "Fix: teh", "completion": "the"}, {"prompt": "Fix: x", "completion": None}),
        [("Fix: teh", "the")],
        {"missing_output": 1},
        "prompt and completion",
    ),
    (
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
    (
        "prompt-response-csv",
        "classification",
        "d.csv",
        "prompt,response\nwhere is it,delivery\npay,billing\n",
        [("where is it", "delivery"), ("pay", "billing")],
        {},
        "prompt and completion: prompt -> response",
    ),
    (
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
    (
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
    (
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
    (
        "kto-numbers-and-a-word",
        "rewriting",
        "d.csv",
        "prompt,completion,label\nHi,Hello,1\nHi,No,0\nBye,Good bye,True\nBye,Go,maybe\nYo,Yes,good\n",
        [("Hi", "Hello"), ("Bye", "Good bye"), ("Yo", "Yes")],
        {"undesirable": 2},
        "KTO",
    ),
    (
        "a-topic-column-is-not-kto",
        "rewriting",
        "d.csv",
        "prompt,completion,label\nHi,Hello,greeting\nBye,Good bye,farewell\n",
        [("Hi", "Hello"), ("Bye", "Good bye")],
        {},
        "prompt and completion",
    ),
    (
        "sharegpt-printed-by-pandas",
        "rewriting",
        "d.csv",
        to_csv([{"conversations": str(gpt("It's on?", 'He said "no"'))}, {"conversations": "[{'from': 'hu"}]),
        [("It's on?", 'He said "no"')],
        {"invalid_messages": 1},
        "ShareGPT",
    ),
    (
        "one-conversation-in-a-json-file",
        "rewriting",
        "d.json",
        json.dumps({"messages": [turn("user", "Hi"), turn("assistant", "Hello")]}),
        [("Hi", "Hello")],
        {},
        "OpenAI chat",
    ),
    (
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
    (
        "a-context-that-all-rows-share-is-a-tag",
        "rewriting",
        "d.csv",
        "context,instruction,response\n" + "".join(f"support,ask {n},answer {n}\n" for n in range(6)),
        [(f"ask {n}", f"answer {n}") for n in range(6)],
        {},
        "Alpaca: instruction -> response",
    ),
    (
        "label-studio-choices",
        "classification",
        "d.json",
        json.dumps(
            [
                {
                    "id": n,
                    "data": {"text": text, "url": n},
                    "annotations": [
                        {
                            "was_cancelled": cancelled,
                            "result": [
                                {
                                    "from_name": "topic",
                                    "to_name": "text",
                                    "type": "choices",
                                    "value": {"choices": choices},
                                }
                            ],
                        }
                        for cancelled, choices in given
                    ],
                    "predictions": [{"result": [{"from_name": "topic", "value": {"choices": ["spam"]}}]}],
                }
                for n, (text, given) in enumerate(
                    [
                        ("where is it", [(False, ["delivery"])]),
                        ("pay", [(False, ["billing"]), (False, ["billing"])]),
                        ("pay and ship", [(False, ["billing", "delivery"])]),
                        ("hm", [(False, ["billing"]), (False, ["delivery"])]),
                        ("skipped", [(True, ["delivery"])]),
                        ("nobody", []),
                    ]
                )
            ]
        ),
        [("where is it", "delivery"), ("pay", "billing")],
        {"several_values": 1, "annotators_disagree": 1, "missing_output": 2},
        "Label Studio: text -> topic",
    ),
    (
        "label-studio-spans",
        "extraction",
        "d.jsonl",
        jsonl(
            {
                "data": {"text": "Ann came"},
                "annotations": [
                    {
                        "result": [
                            {
                                "from_name": "who",
                                "type": "labels",
                                "value": {"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]},
                            }
                        ]
                    }
                ],
            },
            {"data": {"text": "Nobody"}, "annotations": [{"result": []}]},
        ),
        [("Ann came", '[{"end":3,"labels":["PER"],"start":0,"text":"Ann"}]')],
        {"missing_output": 1},
        "Label Studio",
    ),
    (
        "label-studio-textarea",
        "rewriting",
        "d.parquet",
        pl.DataFrame(
            {
                "data": [{"text": "teh"}, {"text": "hte"}],
                "completions": [
                    [{"result": [{"from_name": "fixed", "type": "textarea", "value": {"text": ["the"]}}]}],
                    [
                        {
                            "result": [
                                {"from_name": "fixed", "type": "textarea", "value": {"text": ["the", "The"]}}
                            ]
                        }
                    ],
                ],
            }
        ),
        [("teh", "the")],
        {"several_values": 1},
        "Label Studio",
    ),
    (
        "label-studio-min",
        "classification",
        "d.json",
        json.dumps(
            [
                {
                    "id": n,
                    "text": text,
                    "topic": topic,
                    "annotator": 1,
                    "annotation_id": n,
                    "lead_time": 2.5,
                    "created_at": "2024-05-01",
                    "updated_at": "2024-05-01",
                }
                for n, (text, topic) in enumerate(
                    [
                        ("where is it", "delivery"),
                        ("pay", {"choices": ["billing"]}),
                        ("both", {"choices": ["billing", "delivery"]}),
                        ("none", None),
                    ]
                )
            ]
        ),
        [("where is it", "delivery"), ("pay", "billing")],
        {"several_values": 1, "missing_output": 1},
        "Label Studio (JSON-MIN): text -> topic",
    ),
    (
        "label-studio-min-csv",
        "classification",
        "d.csv",
        "annotation_id,annotator,text,topic\n1,1,where is it,delivery\n2,1,pay,billing\n",
        [("where is it", "delivery"), ("pay", "billing")],
        {},
        "Label Studio (JSON-MIN)",
    ),
    (
        "argilla-2-records",
        "classification",
        "d.json",
        json.dumps(
            [
                {
                    "id": str(n),
                    "fields": {"text": text},
                    "responses": {"topic": [{"value": value, "user_id": "u"} for value in values]},
                    "suggestions": {"topic": {"value": "spam", "score": 0.9, "agent": "m"}},
                    "metadata": {},
                    "status": "completed",
                }
                for n, (text, values) in enumerate(
                    [("where", ["delivery"]), ("pay", ["billing"] * 2), ("hm", ["a", "b"]), ("?", [])]
                )
            ]
        ),
        [("where", "delivery"), ("pay", "billing")],
        {"annotators_disagree": 1, "missing_output": 1},
        "Argilla: text -> topic",
    ),
    (
        "argilla-2-datasets",
        "classification",
        "d.parquet",
        pl.DataFrame(
            {
                "id": ["1", "2"],
                "status": ["completed", "completed"],
                "text": ["where", "pay"],
                "topic.responses": [["delivery"], ["billing", "spam"]],
                "topic.responses.users": [["u"], ["u", "v"]],
                "topic.responses.status": [["submitted"], ["submitted", "discarded"]],
                "topic.suggestion": ["spam", "spam"],
            }
        ),
        [("where", "delivery"), ("pay", "billing")],
        {},
        "Argilla",
    ),
    (
        "argilla-1",
        "rewriting",
        "d.jsonl",
        jsonl(
            {
                "fields": {"text": "teh"},
                "responses": [
                    {"user_id": "u", "values": {"fixed": {"value": "the"}}, "status": "submitted"},
                    {"user_id": "v", "values": {"fixed": {"value": "x"}}, "status": "discarded"},
                ],
                "suggestions": [],
            },
            {"fields": {"text": "hte"}, "responses": [], "suggestions": []},
        ),
        [("teh", "the")],
        {"missing_output": 1},
        "Argilla",
    ),
    (
        "argilla-0",
        "classification",
        "d.jsonl",
        jsonl(
            {"inputs": {"text": "where"}, "prediction": [["spam", 0.9]], "annotation": "delivery"},
            {"inputs": {"text": "pay"}, "prediction": None, "annotation": None},
        ),
        [("where", "delivery")],
        {"missing_output": 1},
        "Argilla",
    ),
]


@pytest.mark.parametrize(
    ("kind", "name", "content", "pairs", "reasons", "words"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_known_format_is_read_whole_and_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    name: str,
    content: str | pl.DataFrame,
    pairs: Pairs,
    reasons: dict[str, int],
    words: str,
) -> None:
    kept, dropped, said, rows = made(tmp_path, capsys, kind, name, content)
    assert sorted(kept.select("input", "output").rows()) == sorted(pairs)
    assert dropped == Counter(reasons)
    assert rows == kept.height + dropped.total()
    assert said.count(f" as {words}") >= 1


PREFERENCES: list[tuple[str, list[dict[str, Any]], list[tuple[str, str, str]], dict[str, int], str]] = [
    (
        "texts",
        [{"prompt": "Q", "chosen": "good", "rejected": "bad", "score": 1}, {"prompt": "Q", "chosen": "good"}],
        [("Q", "good", "bad")],
        {"missing_rejected": 1},
        "preference pairs (DPO): prompt -> chosen / rejected",
    ),
    (
        "turns",
        [
            {
                "prompt": [turn("system", "Be kind."), turn("user", "Q")],
                "chosen": [turn("assistant", "good")],
                "rejected": [turn("assistant", "bad")],
            },
            {
                "prompt": [turn("user", "Q")],
                "chosen": [turn("assistant", "good"), turn("user", "more")],
                "rejected": [turn("assistant", "bad")],
            },
        ],
        [("system: Be kind.\n\nuser: Q", "good", "bad")],
        {"trailing_turn": 1},
        "preference pairs",
    ),
    (
        "mixed",
        [
            {"prompt": "Q", "chosen": "good", "rejected": "bad"},
            {
                "prompt": [turn("user", "Q2")],
                "chosen": [turn("assistant", "fine")],
                "rejected": [turn("assistant", "poor")],
            },
            {"prompt": "Q3", "chosen": {"role": "assistant", "content": "well"}, "rejected": "ill"},
        ],
        [("Q", "good", "bad"), ("Q2", "fine", "poor"), ("Q3", "well", "ill")],
        {},
        "preference pairs",
    ),
    (
        "whole-conversations",
        [
            {
                "chosen": [turn("user", "Q"), turn("assistant", "good")],
                "rejected": [turn("user", "Q"), turn("assistant", "bad")],
            },
            {
                "chosen": [turn("user", "Q"), turn("assistant", "good")],
                "rejected": [turn("user", "Another"), turn("assistant", "bad")],
            },
            {"chosen": [turn("user", "Q")], "rejected": [turn("user", "Q"), turn("assistant", "bad")]},
        ],
        [("Q", "good", "bad")],
        {"different_prompts": 1, "missing_output": 1},
        "preference pairs",
    ),
    (
        "prompt-repeated",
        [
            {
                "prompt": "Q",
                "chosen": [turn("user", "Q"), turn("assistant", "good")],
                "rejected": [turn("user", "Q"), turn("assistant", "bad")],
            },
            {
                "prompt": "Q",
                "chosen": [turn("user", "Else"), turn("assistant", "good")],
                "rejected": [turn("user", "Else"), turn("assistant", "bad")],
            },
        ],
        [("Q", "good", "bad")],
        {"different_prompts": 1},
        "preference pairs",
    ),
    (
        "hh",
        [
            {
                "chosen": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant: Good bye",
                "rejected": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Bye\n\nAssistant: Go",
            },
            {
                "chosen": "\n\nHuman: Hi\n\nAssistant: Hello",
                "rejected": "\n\nHuman: Hey\n\nAssistant: No",
            },
        ],
        [("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Good bye", "Go")],
        {"different_prompts": 1},
        "preference pairs",
    ),
    (
        "orca",
        [{"system": "Be kind.", "question": "Q", "chosen": "good", "rejected": "bad"}],
        [("system: Be kind.\n\nuser: Q", "good", "bad")],
        {},
        "preference pairs (DPO): system + question",
    ),
    (
        "openai",
        [
            {
                "input": {"messages": [turn("user", "Q")], "tools": [], "parallel_tool_calls": True},
                "preferred_output": [turn("assistant", "good")],
                "non_preferred_output": [turn("assistant", "bad")],
            }
        ],
        [("Q", "good", "bad")],
        {},
        "OpenAI preference pairs",
    ),
    (
        "sharegpt",
        [
            {
                "conversations": gpt("Q"),
                "chosen": {"from": "gpt", "value": "good"},
                "rejected": {"from": "gpt", "value": "bad"},
            }
        ],
        [("Q", "good", "bad")],
        {},
        "ShareGPT preference pairs",
    ),
    (
        "alpaca",
        [{"instruction": "Fix", "input": "teh", "chosen": "the", "rejected": "hte"}],
        [("Fix\n\nteh", "the", "hte")],
        {},
        "Alpaca preference pairs: instruction + input -> chosen / rejected",
    ),
    (
        "images",
        [
            {"prompt": "Q", "images": ["a.png"], "chosen": "good", "rejected": "bad"},
            {"prompt": "Q", "images": [], "chosen": "good", "rejected": "bad"},
        ],
        [("Q", "good", "bad")],
        {"media_content": 1},
        "preference pairs",
    ),
]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("rows", "triples", "reasons", "words"),
    [case[1:] for case in PREFERENCES],
    ids=[c[0] for c in PREFERENCES],
)
def test_preference_pairs_of_every_maker_are_read_whole_and_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, Any]],
    triples: list[tuple[str, str, str]],
    reasons: dict[str, int],
    words: str,
    form: str,
) -> None:
    content = jsonl(*rows) if form == "jsonl" else to_csv(rows)
    kept, dropped, said, came = made(tmp_path, capsys, "preference", f"d.{form}", content)
    assert sorted(kept.select("input", "output", "rejected").rows()) == sorted(triples)
    assert dropped == Counter(reasons)
    assert came == kept.height + dropped.total()
    assert words in said
