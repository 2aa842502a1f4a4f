"""`assay init`: what the data says is filled in."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.task import read_task
from tests.governance.scaffold.conftest import ROWS, TURNS, assay, init, to_csv, to_jsonl


def test_what_the_data_says_is_filled_in(tmp_path: Path) -> None:
    for kind in ("classification", "extraction", "summary"):
        to_csv(ROWS[kind], tmp_path / f"{kind}.csv")
        assert (
            assay(
                "init", kind, "--kind", kind, "--data", f"{kind}.csv", "--input", "text", "--output", "label"
            )
            == 0
        )
    assert read_task(tmp_path / "classification").labels == {"a": None, "b": None, "c": None}
    assert read_task(tmp_path / "summary").sections == ("Facts", "Outcome")
    assert read_task(tmp_path / "extraction").output_schema == {
        "type": "object",
        "properties": {"date": {"type": "string"}, "total": {"type": "integer"}},
        "required": ["total"],
        "additionalProperties": False,
    }


def test_chat_messages_several_outputs_and_nested_paths_scaffold_too(tmp_path: Path) -> None:
    to_jsonl([{"messages": TURNS}, {"messages": TURNS}], tmp_path / "chat.jsonl")
    assert assay("init", "a", "--kind", "rewriting", "--data", "chat.jsonl", "--messages", "messages") == 0
    to_csv([{"body": "b", "company": "Acme", "date": "May"}], tmp_path / "flat.csv")
    assert (
        assay(
            "init",
            "b",
            "--kind",
            "extraction",
            "--data",
            "flat.csv",
            "--input",
            "body",
            "--output",
            "company",
            "--output",
            "date",
        )
        == 0
    )
    to_jsonl([{"user": {"text": "b"}, "label": "x"}], tmp_path / "nested.jsonl")
    assert (
        assay(
            "init",
            "c",
            "--kind",
            "classification",
            "--data",
            "nested.jsonl",
            "--input",
            "user.text",
            "--output",
            "label",
        )
        == 0
    )
    for name in "abc":
        assert assay("-C", str(tmp_path / name), "ingest") == 0


def test_sources_and_languages_come_from_columns_where_such_columns_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"text": "a", "label": "x", "src": "web", "lang": "cy-GB"},
        {"text": "b", "label": "x", "src": "", "lang": "en"},
    ]
    to_csv(rows, tmp_path / "d.csv")
    assert (
        init(
            "p",
            "--source",
            "src",
            "--language",
            "lang",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert (list(card.sources), card.languages) == (["d", "web"], ("cy", "en"))
    assert "stops at rows in cy" in capsys.readouterr().err
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert sorted(pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet")["source"]) == ["d", "web"]


def test_a_held_out_file_is_copied_named_in_the_card_and_watched(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    to_csv(ROWS["classification"][:3], tmp_path / "test/d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "classification",
            "--data",
            "d.csv",
            "--held-out",
            "test/d.csv",
            "--input",
            "text",
            "--output",
            "label",
        )
        == 0
    )
    held_out = read_task(tmp_path / "p").held_out
    assert held_out is not None and held_out.path == "data/raw/held-out-d.csv"
    assert held_out.path in yaml.safe_load((tmp_path / "p/dvc.yaml").read_text())["stages"]["ingest"]["deps"]
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet")["held_out"].sum() == 3


HOSTILE = [
    "yes",
    "no: 1",
    "# a",
    "{{ 7 * 7 }}",
    "null",
    "1",
    "é\u2028x",
    "line\nbreak",
    "end\u0085x",
    "[a]",
    "'\"\\",
    "- a",
    "😀",
    "<b>",
    "2024-01-01",
    "!!python/object:os.system",
]


def test_hostile_labels_and_names_stay_what_they_are(tmp_path: Path) -> None:
    to_jsonl([{"text": f"t{n}", "label": label} for n, label in enumerate(HOSTILE)], tmp_path / "d.jsonl")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "classification",
            "--data",
            "d.jsonl",
            "--input",
            "text",
            "--output",
            "label",
            "--name",
            "a: {{ b }}\n# c",
            "--source",
            "d: #1",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert set(card.labels) == set(HOSTILE)
    assert (card.name, list(card.sources)) == ("a: {{ b }}\n# c", ["d: #1"])
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
