"""Ingest: chats, preference pairs, JSON outputs and nested columns become the same table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.ingest import run
from tests.curate.ingest.conftest import FLAT, ingested, jsonl, project

pytestmark = pytest.mark.usefixtures("key")


def test_prompt_and_completion_are_found_by_their_names(tmp_path: Path) -> None:
    kept, _, report = ingested(
        tmp_path, "d.jsonl", jsonl({"prompt": "Rewrite: hi", "completion": "Hello."}), kind="rewriting"
    )
    assert kept.select("input", "output").row(0) == ("Rewrite: hi", "Hello.")
    assert report["files"][0]["layout"] == "prompt_completion"


TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (TURNS, ("Hi", "Hello")),
        ([{"role": "system", "content": "Be kind"}, *TURNS], ("system: Be kind\n\nuser: Hi", "Hello")),
        (
            [*TURNS, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Good bye"}],
            ("user: Hi\n\nassistant: Hello\n\nuser: Bye", "Good bye"),
        ),
        ([{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}], ("Hi", "Hello")),
        (
            [
                {"role": role, "content": [{"type": "text", "text": text}]}
                for role, text in (("user", "Hi"), ("assistant", "Hello"))
            ],
            ("Hi", "Hello"),
        ),
    ],
)
@pytest.mark.parametrize("form", ["list", "text", "csv", "parquet"])
def test_chat_messages_give_the_last_assistant_turn_and_what_came_before(
    tmp_path: Path, turns: list[dict[str, Any]], expected: tuple[str, str], form: str
) -> None:
    if form == "csv":
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["messages"], [json.dumps(turns)]])
        kept, _, _ = ingested(tmp_path, "d.csv", buffer.getvalue(), kind="rewriting")
    elif form == "parquet":
        pl.DataFrame({"messages": [turns]}).write_parquet(tmp_path / "d.parquet")
        kept, _, _ = ingested(tmp_path, "d.parquet", (tmp_path / "d.parquet").read_bytes(), kind="rewriting")
    else:
        kept, _, _ = ingested(
            tmp_path,
            "d.jsonl",
            jsonl({"messages": turns if form == "list" else json.dumps(turns)}),
            kind="rewriting",
        )
    assert kept.select("input", "output").row(0) == expected


def test_chat_rows_that_lack_a_side_or_are_no_turns_are_dropped_with_the_reason(tmp_path: Path) -> None:
    rows = [TURNS, TURNS[:1], TURNS[1:], "not turns", [{"text": "no role"}], None]
    kept, drops, _ = ingested(
        tmp_path, "d.jsonl", jsonl(*({"messages": row} for row in rows)), kind="rewriting"
    )
    assert kept.height == 1
    assert sorted(drops["reason"]) == [
        "empty_input",
        "empty_input",
        "invalid_messages",
        "invalid_messages",
        "missing_output",
    ]


def test_preference_rows_come_as_text_or_as_conversations(tmp_path: Path) -> None:
    rows = [
        {"prompt": "Q", "chosen": "good", "rejected": "bad"},
        {"prompt": "Q2", "chosen": "good", "rejected": None},
    ]
    kept, drops, _ = ingested(tmp_path / "a", "d.jsonl", jsonl(*rows), kind="preference")
    assert kept.select("input", "output", "rejected").rows() == [("Q", "good", "bad")]
    assert drops["reason"].to_list() == ["missing_rejected"]
    turns = {"chosen": TURNS, "rejected": [TURNS[0], {"role": "assistant", "content": "What?"}]}
    for name, row in {"b": turns, "c": {**turns, "prompt": TURNS[:1]}}.items():
        kept, _, _ = ingested(tmp_path / name, "d.jsonl", jsonl(row), kind="preference")
        assert kept.select("input", "output", "rejected").rows() == [("Hi", "Hello", "What?")]


def test_extraction_outputs_become_canonical_json_and_what_is_not_json_stays(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "label": {"b": 1, "a": "cafe\u0301"}},
        {"text": "b", "label": '{ "z" : [1, 2] }'},
        {"text": "c", "label": "{broken"},
    ]
    kept, _, _ = ingested(tmp_path, "d.jsonl", jsonl(*rows), FLAT, kind="extraction")
    assert dict(kept.select("input", "output").iter_rows()) == {
        "a": '{"a":"caf\u00e9","b":1}',
        "b": '{"z":[1,2]}',
        "c": "{broken",
    }


def test_extraction_outputs_may_be_several_columns_or_a_parquet_struct(tmp_path: Path) -> None:
    content = "text,company,date\none,Acme,2024\ntwo,,\n"
    kept, drops, _ = ingested(
        tmp_path / "a", "d.csv", content, {"input": "text", "output": ["date", "company"]}, kind="extraction"
    )
    assert kept["output"].to_list() == ['{"company":"Acme","date":"2024"}']
    assert drops["reason"].to_list() == ["missing_output"]
    (tmp_path / "b").mkdir()
    pl.DataFrame({"text": ["one"], "label": [{"b": [1], "a": None}]}).write_parquet(tmp_path / "b/d.parquet")
    kept, _, _ = ingested(
        tmp_path / "b", "d.parquet", (tmp_path / "b/d.parquet").read_bytes(), FLAT, kind="extraction"
    )
    assert kept["output"].to_list() == ['{"a":null,"b":[1]}']


def test_dotted_paths_reach_into_nested_columns(tmp_path: Path) -> None:
    rows = [{"user": {"text": "Table for 5"}, "labels": [{"slot": "people"}]}, {"user": {"text": "Hi"}}]
    content, columns = jsonl(*rows), {"input": "user.text", "output": "labels"}
    kept, drops, _ = ingested(tmp_path, "d.jsonl", content, columns, kind="extraction")
    assert kept.select("input", "output").rows() == [("Table for 5", '[{"slot":"people"}]')]
    assert drops["reason"].to_list() == ["missing_output"]
    kept, drops, _ = ingested(
        tmp_path, "d.jsonl", content, columns, kind="extraction", defaults={"output": "[]"}
    )
    assert (sorted(kept["output"]), drops.height) == (["[]", '[{"slot":"people"}]'], 0)
    with pytest.raises(AssayError, match=r"no row holds 'user\.words'; user holds: user\.text"):
        ingested(tmp_path, "d.jsonl", content, {**columns, "input": "user.words"}, kind="extraction")


def test_nested_values_where_text_is_wanted_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="'text' holds objects") as caught:
        ingested(tmp_path, "d.jsonl", jsonl({"text": {"body": "a"}, "label": "x"}), FLAT)
    assert "ingest.columns" in caught.value.fix
    with pytest.raises(AssayError, match="'label' holds objects, lists"):
        ingested(tmp_path, "d.jsonl", jsonl({"text": "a", "label": ["x"]}), FLAT)


def test_each_turn_of_a_conversation_has_its_id_and_all_share_a_group(tmp_path: Path) -> None:
    turns = [*TURNS, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Good bye"}]
    rows = [{"key": "A", "messages": turns}, {"key": "B", "messages": TURNS}, {"key": "C", "messages": []}]
    kept, drops, report = ingested(
        tmp_path / "keyed", "d.jsonl", jsonl(*rows), {"id": "key"}, kind="rewriting", turns="each"
    )
    assert kept.select("example_id", "group", "output").rows() == [
        ("A-t1", "A", "Hello"),
        ("A-t2", "A", "Good bye"),
        ("B-t1", "B", "Hello"),
    ]
    assert drops.select("example_id", "reason").rows() == [("C", "invalid_messages")]
    assert (report["files"][0]["rows"], report["files"][0]["examples"]) == (3, 4)
    first, _, _ = ingested(tmp_path / "a", "d.jsonl", jsonl(*rows), kind="rewriting", turns="each")
    again, _, _ = ingested(tmp_path / "b", "d.jsonl", jsonl(*rows[::-1]), kind="rewriting", turns="each")
    assert first.equals(again)
    assert first["example_id"].is_unique().all()
    assert {name.rpartition("-t")[0] for name in first["example_id"]} == set(first["group"])


def test_the_same_conversation_in_two_files_of_one_name_stays_two(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "d.jsonl").write_text(jsonl({"messages": TURNS}))
    files = [{"path": str(tmp_path / name / "d.jsonl")} for name in ("a", "b")]
    run(project(tmp_path, {"files": files, "turns": "each"}, kind="rewriting"))
    kept = pl.read_parquet(tmp_path / "data/ingest/examples.parquet")
    assert kept.height == kept["group"].n_unique() == 2


def test_keys_of_turns_that_are_not_read_are_listed(tmp_path: Path) -> None:
    answer = {"role": "assistant", "content": "Hello", "reasoning_content": "A greeting.", "logprobs": None}
    row = {"messages": [{"role": "user", "content": "Hi", "timestamp": 5}, answer], "topic": "x"}
    _, _, report = ingested(tmp_path, "d.jsonl", jsonl(row), kind="rewriting")
    assert report["files"][0]["unused_columns"] == [
        "messages[].reasoning_content",
        "messages[].timestamp",
        "topic",
    ]
    assert "columns not used: messages[].reasoning_content" in report["summary"]
