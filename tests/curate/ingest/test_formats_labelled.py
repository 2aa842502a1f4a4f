"""Exports of labelling tools: Label Studio, Argilla.

What comes in is kept whole or dropped with its reason, and the format is said.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.curate.ingest.conftest import Case, check, jsonl

pytestmark = pytest.mark.usefixtures("bare")

CASES = [
    Case(
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
    Case(
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
    Case(
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
    Case(
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
    Case(
        "label-studio-min-csv",
        "classification",
        "d.csv",
        "annotation_id,annotator,text,topic\n1,1,where is it,delivery\n2,1,pay,billing\n",
        [("where is it", "delivery"), ("pay", "billing")],
        {},
        "Label Studio (JSON-MIN)",
    ),
    Case(
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
    Case(
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
    Case(
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
    Case(
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
    Case(
        "argilla-2-chat-field",
        "rewriting",
        "d.json",
        json.dumps(
            [
                {
                    "fields": {"chat": [{"role": "user", "content": "Hi"}]},
                    "suggestions": {},
                    "responses": {"reply": [{"value": "Hello", "user_id": "u"}]},
                    "status": "completed",
                }
            ]
        ),
        [("Hi", "Hello")],
        {},
        "Argilla: chat -> reply",
    ),
    Case(
        "label-studio-images",
        "classification",
        "d.json",
        json.dumps(
            [
                {
                    "id": number,
                    "data": data,
                    "annotations": [
                        {
                            "result": [
                                {"type": "choices", "from_name": "animal", "value": {"choices": ["cat"]}}
                            ]
                        }
                    ],
                }
                for number, data in enumerate(
                    [{"image": "https://example.org/1.jpg", "text": "a cat"}, {"text": "a cat"}]
                )
            ]
        ),
        [("a cat", "cat")],
        {"media_content": 1},
        "Label Studio: text -> animal",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_exports_of_labelling_tools_are_read_whole_and_said(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(case, tmp_path, capsys)
