"""`import assay`: light, lazy, one code path for every kind of table, results that show no text."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assay
from tests.chain import sample_project

ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    "id": ["a", "b", "c", "d"],
    "text": ["write to jo@example.org", "thanks a lot", "Thanks a lot", "???"],
    "label": ["x", "y", "y", "x"],
}


def as_dataset(rows: dict[str, list[Any]]) -> Any:
    datasets = pytest.importorskip("datasets")
    return datasets.Dataset.from_dict(rows)


def class_labelled(rows: dict[str, list[Any]]) -> Any:
    datasets = pytest.importorskip("datasets")
    return as_dataset(rows).cast_column("label", datasets.ClassLabel(names=["w", "x", "y"]))


def filtered_dataset(rows: dict[str, list[Any]]) -> Any:
    twice = {name: [*values, *values] for name, values in rows.items()}
    return as_dataset(twice).select(range(len(rows["id"])))


TABLES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "categorical": lambda rows: pl.DataFrame(rows).with_columns(pl.col("label").cast(pl.Categorical)),
    "pandas": pd.DataFrame,
    "pandas with an index": lambda rows: pd.DataFrame(rows, index=[7, 3, 9, 1]),
    "pyarrow": pa.table,
    "datasets": as_dataset,
    "datasets with class labels": class_labelled,
    "datasets with indices": filtered_dataset,
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_gives_the_same_results(kind: str) -> None:
    table, same = TABLES[kind](ROWS), pl.DataFrame(ROWS)
    for result, expected in (
        (assay.scan(table, "text", id="id"), assay.scan(same, "text", id="id")),
        (assay.redact(table, "text"), assay.redact(same, "text")),
        (assay.dedup(table, "text", id="id"), assay.dedup(same, "text", id="id")),
        (assay.leaks(table, table, "text", label="label"), assay.leaks(same, same, "text", label="label")),
        (assay.rules(table, "text", "label"), assay.rules(same, "text", "label")),
        (assay.diff(table, same.head(2), key="id"), assay.diff(same, same.head(2), key="id")),
    ):
        assert result.kept.equals(expected.kept)
        assert result.dropped.equals(expected.dropped)
        assert result.counts() == expected.counts()
        assert result.details().equals(expected.details())
        assert result.kept.height + result.dropped.height == 4


def test_importing_is_light_and_every_name_is_there_and_in_the_right_home() -> None:
    code = (
        "import time, sys; t = time.perf_counter(); import assay; took = time.perf_counter() - t\n"
        "assert not {'polars', 'numpy', 'click', 'pydantic', 'governance'} & set(sys.modules)\n"
        "print(took)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert min(float(run.stdout) for run in runs) < 0.05
    assert dir(assay) == assay.__all__ == sorted(assay.__all__)
    for name in assay.__all__:
        value = getattr(assay, name)
        assert name in ("Table", "__version__") or value.__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        _ = assay.nothing
    for package in ("assay", "curate", "train", "governance"):
        assert (ROOT / package / "py.typed").exists()


def test_the_command_line_is_the_package_too() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assay", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "assay" in run.stdout


PRIVATE = "canary.seven@example.com"
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e"


def test_representations_show_no_text_of_the_table_and_neutralise_what_they_show() -> None:
    table = pl.DataFrame(
        {
            "key": [f"{PRIVATE}", "<b>bold</b>", "c"],
            "text": [f"mail {PRIVATE} {HOSTILE}", f"Mail {PRIVATE} {HOSTILE}", f"{HOSTILE}"],
            "label": [HOSTILE, HOSTILE.upper(), "x"],
        }
    )
    results: list[assay.Result] = [
        assay.scan(table, "text", id="key"),
        assay.redact(table, "text", id="key"),
        assay.dedup(table, "text", id="key"),
        assay.leaks(table, table, "text", label="label", id="key"),
        assay.rules(table, "text", "label", id="key"),
        assay.diff(table, table.with_columns(pl.col("text") + "!").head(2), key="key"),
    ]
    for result in results:
        for shown in (repr(result), result._repr_html_()):
            assert "canary" not in shown
            assert "\x1b" not in shown and "\u202e" not in shown
        assert "<script" not in result._repr_html_() and "<b>bold" not in result._repr_html_()
        assert re.search(r"<td>[^<]", result._repr_html_())


TEXT = st.lists(st.sampled_from(["red", "blue", "green", "card", "lost", "fee"]), max_size=6).map(" ".join)


@settings(max_examples=30)
@given(texts=st.lists(TEXT, min_size=1, max_size=14), at=st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0]))
def test_dedup_at_a_higher_threshold_is_what_a_new_run_gives(texts: list[str], at: float) -> None:
    table = pl.DataFrame({"text": texts})
    read_off = assay.dedup(table, "text", threshold=0.3).at(at)
    again = assay.dedup(table, "text", threshold=at)
    assert read_off.pairs.equals(again.pairs)
    assert read_off.kept.equals(again.kept)
    assert read_off.details().equals(again.details())
    assert (read_off.counts(), read_off.facts()) == (again.counts(), again.facts())


def test_a_cut_cluster_is_not_a_chain() -> None:
    """B resembles A and C resembles B, but C does not resemble A: C stays, for B does not."""
    words = [f"w{number:02}" for number in range(14)]
    table = pl.DataFrame({"text": [" ".join(words[a:b]) for a, b in ((0, 10), (3, 12), (6, 14))]})
    read_off = assay.dedup(table, "text", unit="word", n=1, threshold=0.3).at(0.5)
    assert read_off.details().rows() == [(1, 0, "near", pytest.approx(7 / 12))]
    assert read_off.details().equals(assay.dedup(table, "text", unit="word", n=1, threshold=0.5).details())


@settings(max_examples=20)
@given(
    train=st.lists(TEXT, min_size=1, max_size=8),
    test=st.lists(TEXT, min_size=1, max_size=8),
    at=st.sampled_from([0.3, 0.6, 1.0]),
)
def test_leaks_at_a_higher_threshold_are_what_a_new_run_gives(
    train: list[str], test: list[str], at: float
) -> None:
    sides = pl.DataFrame({"text": train}), pl.DataFrame({"text": test})
    read_off = assay.leaks(*sides, "text", threshold=0.3).at(at)
    again = assay.leaks(*sides, "text", threshold=at)
    assert read_off.pairs.equals(again.pairs)
    assert read_off.counts() == again.counts()
    empty = [row for row, text in enumerate(test) if not text]
    assert not set(read_off.pairs["test_row"]) & set(empty)


def test_scan_at_a_higher_threshold_is_what_a_new_run_gives() -> None:
    table = pl.DataFrame({"text": ["jo@example.org", "ring 07700 900123", "NHS number 943 476 5919"]})
    low = assay.scan(table, threshold=0.3)
    for threshold in (0.5, 0.9, 1.0):
        again = assay.scan(table, threshold=threshold)
        assert low.at(threshold).findings.equals(again.findings)
        assert low.at(threshold).inventory == again.inventory
        assert low.at(threshold).kept.equals(again.kept)
    with pytest.raises(assay.AssayError, match=r"threshold=0\.1") as caught:
        low.at(0.1)
    assert "scan again" in caught.value.fix


@pytest.mark.parametrize("result", [assay.dedup, lambda t, f: assay.leaks(t, t, f)])
def test_a_lower_threshold_than_that_of_the_run_is_refused(result: Any) -> None:
    with pytest.raises(assay.AssayError, match="lower"):
        result(pl.DataFrame(ROWS), "text").at(0.5)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame({"text": ["a", ["x"], "b"]}), "a list in row 1"),
        (pd.DataFrame({"text": ["a", "b", 3.5]}, dtype=object), "a float in row 2"),
        ({"text": ["a"]}, "not a table"),
        (pl.DataFrame({"text": [["a"]]}), "not text"),
        (pl.DataFrame({"other": ["a"]}), "no column 'text'"),
    ],
)
def test_what_is_not_a_column_of_text_is_named_with_its_row(table: Any, words: str) -> None:
    with pytest.raises(assay.AssayError) as caught:
        assay.dedup(table, "text")
    assert words in str(caught.value)
    assert caught.value.fix
    assert "--" not in str(caught.value)  # no options of the command line here


def test_a_missing_value_among_texts_is_no_mixture() -> None:
    table = pd.DataFrame({"text": ["a b c d", float("nan"), None, "a b c d"]}, dtype=object)
    assert assay.dedup(table, "text").counts() == {"exact_duplicate": 1}


def test_placeholders_of_a_row_agree_over_its_columns() -> None:
    table = pl.DataFrame({"q": ["I am on 07700 900123"], "a": ["Noted: 07700 900123"], "n": [1]})
    assert assay.redact(table, ["q", "a"]).kept.rows() == [
        ("I am on <PHONE_NUMBER_1>", "Noted: <PHONE_NUMBER_1>", 1)
    ]


def test_examples_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 8
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    for name in ("scan", "redact", "dedup", "leaks", "rules", "labels", "diff", "open_gold", "Project"):
        assert f"assay.{name}" in page


@pytest.mark.parametrize(
    "module",
    [
        *(f"curate.plain.{name}" for name in ("scan", "redact", "dedup", "leaks", "rules", "diff")),
        "train.plain",
    ],
)
def test_examples_of_the_docstrings_run(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(module), raise_on_error=True)
    assert outcome.attempted


def test_a_project_runs_stages_reads_them_and_tells_a_rows_life(tmp_path: Path) -> None:
    project = assay.Project(sample_project(tmp_path))
    assert project.run("ingest")["funnel"]["kept"] == project.examples().height
    row = project.examples()["example_id"][0]
    assert project.why(row)[0].stage == "ingest"
    assert project.task.name in repr(project)
    with pytest.raises(assay.AssayError, match="not a stage"):
        project.run("polish")
    with pytest.raises(assay.AssayError, match="not a gold version"):
        project.gold()
    assert not all(gate.passed for gate in project.check())


def test_a_gold_version_is_read_whole(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    folder.mkdir()
    for split in ("train", "validation", "test"):
        pl.DataFrame({"example_id": [split], "input": ["x"]}).write_parquet(folder / f"{split}.parquet")
    ledger = pl.DataFrame({"example_id": ["d", "d"], "stage": ["dedup"] * 2, "reason": ["a", "b"]})
    ledger.write_parquet(folder / "ledger.parquet")
    (folder / "manifest.json").write_text('{"version": 1}')
    gold = assay.open_gold(tmp_path)
    assert gold.counts() == {"train": 1, "validation": 1, "test": 1}
    assert gold.kept.columns == ["split", "example_id", "input"]
    assert gold.manifest == {"version": 1} and gold.train["example_id"].to_list() == ["train"]
    assert "3 rows; 1 dropped" in repr(gold)
