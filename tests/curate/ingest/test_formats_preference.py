"""Preference pairs in the shapes of every maker: what comes in is kept whole or dropped with its reason, and
the format is said.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.curate.ingest.conftest import assay, gpt, jsonl, made, to_csv, turn

pytestmark = pytest.mark.usefixtures("bare")

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


def test_columns_taken_the_wrong_way_round_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d.jsonl").write_text(jsonl({"prompt": "Q", "chosen": "good", "rejected": "bad"}))
    columns = ["--input", "prompt", "--output", "rejected", "--rejected", "chosen"]
    assert assay("init", "p", "--kind", "preference", "--data", "d.jsonl", *columns) == 2
    said = capsys.readouterr().err
    assert "chosen and rejected are swapped" in said and "the other way round" in said
