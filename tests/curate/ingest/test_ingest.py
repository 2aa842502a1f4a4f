"""Ingest: any layout becomes one table, every row is accounted for, and bytes do not follow the order of the
rows.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, LEDGER
from curate.ingest import run
from curate.ingest.normalise import normalise, normalise_value
from curate.project import Project

METRIC = {
    "classification": "macro_f1",
    "extraction": "field_f1",
    "rewriting": "chrf",
    "summary": "chrf",
    "preference": "reward_accuracy",
}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_KEY", "ab" * 32)


def project(root: Path, ingest: dict[str, Any], *, kind: str = "classification", **card: Any) -> Project:
    root.mkdir(parents=True, exist_ok=True)
    sources = {"desk": {"licence": "CC-BY-4.0", "lawful_basis": "contract"}}
    task = {
        "name": "t",
        "kind": kind,
        "behaviour": "b",
        "metric": {"name": METRIC[kind], "target": 0.5},
        "sources": sources,
        **card,
    }
    (root / "task.yaml").write_text(yaml.safe_dump(task))
    (root / "params.yaml").write_text(yaml.safe_dump({"ingest": ingest}))
    return Project(root)


def ingested(
    root: Path,
    name: str,
    content: str | bytes,
    columns: dict[str, Any] | None = None,
    *,
    kind: str = "classification",
    card: dict[str, Any] | None = None,
    **ingest: Any,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    here = project(
        root, {"path": name, "columns": columns or {}, "max_dropped": 1, **ingest}, kind=kind, **(card or {})
    )
    report = run(here)
    return (
        pl.read_parquet(root / "data/ingest/examples.parquet"),
        pl.read_parquet(root / "data/ingest/drops.parquet"),
        report,
    )


def jsonl(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


FLAT = {"input": "text", "output": "label"}


def test_flat_rows_get_every_column_of_examples_and_their_provenance(tmp_path: Path) -> None:
    content = "key,text,label,who,thread,when,lang\nT1,Hello,greet,p9,g1,2024-05-01,en-GB\n"
    columns = {
        **FLAT,
        "id": "key",
        "subject": "who",
        "group": "thread",
        "collected_at": "when",
        "language": "lang",
    }
    kept, drops, _ = ingested(tmp_path, "d.csv", content, columns)
    assert kept.schema == EXAMPLES
    assert drops.schema == LEDGER
    assert kept.row(0, named=True) == {
        "example_id": "T1",
        "input": "Hello",
        "output": "greet",
        "rejected": None,
        "language": "en",
        "source": "desk",
        "group": "g1",
        "subject": "p9",
        "licence": "CC-BY-4.0",
        "lawful_basis": "contract",
        "collected_at": "2024-05-01",
        "held_out": False,
    }


MESSY = [
    ["Hello there", "greet"],
    ["Hello there", "greet"],
    ["Hello there", "other"],
    ["cafe\u0301", "x"],
    ["", "greet"],
    ["text", ""],
    ["  padded\r\ntext ", "x"],
    ["a", "b", "c"],
    ["a", "b", "c"],
    ["lonely"],
    ["1", "2", "3", "4"],
    ['quote "inside", comma', "x"],
    ["line\nbreak", "y"],
]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), declared=st.booleans())
def test_shuffled_input_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, seed: int, declared: bool
) -> None:
    def made(rows: list[list[str]]) -> list[bytes]:
        root = tmp_path_factory.mktemp("p")
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["text", "label"], *rows])
        ingested(
            root,
            "d.csv",
            buffer.getvalue(),
            {**FLAT, "id": "text"} if declared else FLAT,
            on_duplicate_id="number",
        )
        return [
            (root / "data/ingest" / name).read_bytes()
            for name in ("examples.parquet", "drops.parquet", "report.json")
        ]

    shuffled = random.Random(seed).sample(MESSY, len(MESSY))
    assert made(shuffled) == made(MESSY)


def test_threads_and_hash_seed_do_not_change_the_bytes(tmp_path: Path) -> None:
    made = []
    for threads, seed in (("1", "1"), ("2", "7")):
        root = tmp_path / threads
        root.mkdir()
        rows = [
            {"text": f"row {n % 700}", "label": {"b": n % 3, "a": [n % 5]}, "who": None if n % 9 else n}
            for n in range(2000)
        ]
        (root / "d.jsonl").write_text(jsonl(*rows))
        project(root, {"path": "d.jsonl", "columns": {**FLAT, "subject": "who"}}, kind="extraction")
        environment = {**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": seed}
        code = (
            "from pathlib import Path; from curate.project import Project; from curate.ingest import "
            "run; run(Project(Path('.').resolve()))"
        )
        subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, check=True)
        made.append([path.read_bytes() for path in sorted((root / "data/ingest").iterdir())])
    assert made[0] == made[1]


def test_every_row_is_kept_or_in_the_ledger_with_its_reason_and_its_line_is_kept_aside(
    tmp_path: Path,
) -> None:
    content = "key,text,label\n1,ok,x\n,no key,x\n3,,x\n4,text,\n5,a,b,c\n5,a,b,c\n6,short\n"
    kept, drops, report = ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"})
    assert kept["example_id"].to_list() == ["1"]
    assert dict(drops.group_by("reason").len().iter_rows()) == {
        "missing_id": 1,
        "empty_input": 1,
        "missing_output": 1,
        "unreadable": 3,
    }
    assert sorted(drops.filter(reason="unreadable")["evidence"]) == [
        "too_few_fields",
        "too_many_fields",
        "too_many_fields",
    ]
    assert drops["example_id"].is_unique().all()
    places = pl.read_parquet(tmp_path / ".assay/rejects.parquet")
    assert dict(places.select("line", "reason").iter_rows()) == {
        3: "missing_id",
        4: "empty_input",
        5: "missing_output",
        6: "too_many_fields",
        7: "too_many_fields",
        8: "too_few_fields",
    }
    assert ".assay/rejects.parquet" in report["summary"]
    assert report["funnel"]["in"] == 7


def test_no_raw_text_of_an_unreadable_row_stands_in_any_output(tmp_path: Path) -> None:
    ingested(tmp_path, "d.csv", "text,label\nfine,x\ncall 07700 900123,a,b\n", FLAT)
    for path in [*(tmp_path / "data").rglob("*"), *(tmp_path / ".assay").rglob("*")]:
        assert path.is_dir() or b"900123" not in path.read_bytes()


def test_content_ids_outlast_reorder_growth_and_a_corrected_label(tmp_path: Path) -> None:
    first, _, _ = ingested(tmp_path / "a", "d.csv", "text,label\none,x\ntwo,y\n", FLAT)
    later, _, _ = ingested(tmp_path / "b", "d.csv", "text,label\nthree,z\ntwo,corrected\none,x\n", FLAT)
    assert (
        dict(first.select("input", "example_id").iter_rows()).items()
        <= dict(later.select("input", "example_id").iter_rows()).items()
    )


def test_a_repeated_declared_key_is_an_error_that_names_lines_and_fix_or_is_numbered(tmp_path: Path) -> None:
    content = "key,text,label\nA,one,x\nB,two,x\nA,three,x\n"
    with pytest.raises(AssayError, match=r"1 key stands on 2 rows.*d\.csv line 2, d\.csv line 4") as caught:
        ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"})
    assert "ingest.on_duplicate_id: number" in caught.value.fix
    kept, _, _ = ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"}, on_duplicate_id="number")
    assert dict(kept.select("example_id", "input").iter_rows()) == {"A": "one", "A#2": "three", "B": "two"}


def test_held_out_rows_are_marked_and_never_share_an_id_with_the_data(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("text,label\nsame,x\nsame,x\nother,y\n")
    kept, _, report = ingested(
        tmp_path, "d.csv", "text,label\nsame,x\n", FLAT, card={"held_out": {"path": "test.csv"}}
    )
    assert kept["example_id"].is_unique().all()
    assert kept["held_out"].sum() == report["held_out"] == 3
    assert sorted(kept.filter("held_out")["input"]) == ["other", "same", "same"]


def test_a_held_out_key_that_stands_in_the_data_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("key,text,label\nA,same,x\n")
    card = {"held_out": {"path": "test.csv"}}
    with pytest.raises(AssayError, match="1 stand both in the data and in the held-out file"):
        ingested(tmp_path, "d.csv", "key,text,label\nA,same,x\n", {**FLAT, "id": "key"}, card=card)
    kept, _, _ = ingested(
        tmp_path,
        "d.csv",
        "key,text,label\nA,same,x\n",
        {**FLAT, "id": "key"},
        card=card,
        on_duplicate_id="number",
    )
    assert dict(kept.select("example_id", "held_out").iter_rows()) == {"A": False, "A#2": True}


def test_a_source_that_the_card_does_not_name_is_an_error_that_lists_the_cards(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,label,src\na,x,desk\nb,y,web\n")
    with pytest.raises(
        AssayError,
        match=r"'web', which the task card does not name \(first: d\.csv line 3\); the card's sources "
        r"are: desk",
    ):
        run(project(tmp_path, {"path": "d.csv", "columns": {**FLAT, "source": "src"}}))
    with pytest.raises(AssayError, match="no source"):
        run(project(tmp_path, {"path": "d.csv", "columns": FLAT}, sources={}))
    with pytest.raises(AssayError, match="no source"):
        run(project(tmp_path, {"path": "d.csv", "columns": FLAT}, sources={"a": {}, "b": {}}))


def test_several_files_each_with_its_source_make_one_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\none,x\n")
    (tmp_path / "b.txt").write_text(jsonl({"text": "two", "label": "y"}))
    sources = {"desk": {"licence": "L1"}, "web": {"licence": "L2"}}
    files = [{"path": "a.csv", "source": "desk"}, {"path": "b.txt", "source": "web", "format": "jsonl"}]
    run(project(tmp_path, {"files": files, "columns": FLAT}, sources=sources))
    kept = pl.read_parquet(tmp_path / "data/ingest/examples.parquet")
    assert sorted(kept.select("input", "source", "licence").iter_rows()) == [
        ("one", "desk", "L1"),
        ("two", "web", "L2"),
    ]


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


def test_a_missing_column_names_those_that_are_there_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="no column 'labels'; its columns are: text, label") as caught:
        ingested(tmp_path, "d.csv", "text,label\na,x\n", {"input": "text", "output": "labels"})
    assert "'label'" in caught.value.fix
    with pytest.raises(AssayError, match="none of the usual layouts"):
        ingested(tmp_path, "d.csv", "text,label\na,x\n")
    with pytest.raises(AssayError, match="no output column"):
        ingested(tmp_path, "d.csv", "text,label\na,x\n", {"input": "text"})


def test_errors_show_no_value_of_a_file_without_header_or_of_a_column_that_is_no_source(
    tmp_path: Path,
) -> None:
    with pytest.raises(AssayError) as caught:
        ingested(
            tmp_path, "d.csv", "jo@example.org,07700 900123,please call me back about it soon\na,b,c\n", FLAT
        )
    assert not any(value in str(caught.value) for value in ("example", "900123", "please"))
    rows = "".join(f"t,x,jo{n}@example.org\n" for n in range(30))
    with pytest.raises(AssayError, match="30 rows have source") as caught:
        ingested(tmp_path, "d.csv", "text,label,mail\n" + rows, {**FLAT, "source": "mail"})
    assert "example" not in str(caught.value)


def test_a_file_without_one_usable_row_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="no row is left after reading: missing_output 2"):
        ingested(tmp_path, "d.csv", "text,label\na,\nb,\n", FLAT)
    assert not (tmp_path / "data").exists()


def test_no_file_or_two_ways_of_naming_files_is_an_error(tmp_path: Path) -> None:
    for ingest in ({}, {"path": "d.csv", "files": [{"path": "d.csv"}]}):
        with pytest.raises(AssayError, match="name the raw data once"):
            run(project(tmp_path, ingest))


def test_numbers_booleans_and_dates_become_text(tmp_path: Path) -> None:
    from datetime import date, datetime

    frame = pl.DataFrame(
        {"text": [5], "label": [True], "when": [date(2024, 5, 1)], "at": [datetime(2024, 5, 1, 10, 0)]}
    )
    frame.write_parquet(tmp_path / "d.parquet")
    kept, _, _ = ingested(
        tmp_path,
        "d.parquet",
        (tmp_path / "d.parquet").read_bytes(),
        {**FLAT, "collected_at": "when", "group": "at"},
    )
    assert kept.select("input", "output", "collected_at").row(0) == ("5", "true", "2024-05-01")
    assert kept["group"][0].startswith("2024-05-01T10:00:00")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.none()
        | st.text(st.sampled_from(list("aé\u0301\r\n\ufeff\u00a0 \u1e9b\u0323K\u212a")), max_size=8),
        max_size=8,
    )
)
def test_normalising_a_column_equals_normalising_each_value(texts: list[str | None]) -> None:
    clean, counts = normalise(pl.Series("text", texts, dtype=pl.String))
    expected = [
        None
        if text is None
        else unicodedata.normalize(
            "NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        ).strip()
        for text in texts
    ]
    assert clean.to_list() == expected == [normalise_value(text) for text in texts]
    assert (sum(counts.values()) > 0) == (expected != texts)


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
