"""Rows with benchmark text leave with a reason, or are listed; what is near in meaning is listed."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.overlap.stage import edited, read_benchmarks
from curate.project import Project
from curate.stage import check_conservation
from curate.task import Kind
from tests.curate.semantic.test_find import TOY

QUESTION = "which planet of the solar system has the largest number of known moons"
AGAINST = {"files": [{"path": "bench.jsonl", "field": "question"}]}


def examples(**rows: tuple[str, str, bool]) -> pl.DataFrame:
    """`name=(input, output, held_out)`."""
    return conform(
        pl.DataFrame(
            {
                "example_id": list(rows),
                "input": [text for text, _, _ in rows.values()],
                "output": [output for _, output, _ in rows.values()],
                "held_out": [held for _, _, held in rows.values()],
            }
        ),
        EXAMPLES,
    )


ROWS = examples(
    a=(f"A book. {QUESTION.title()}? And more of the book.", "x", False),
    b=("where is my parcel", f"I say: {QUESTION}!", False),
    c=("something else altogether", "y", False),
    d=(f"held out: {QUESTION}", "y", True),
)
BENCH = {"bench.jsonl": (pl.Series([QUESTION, "short", None]), "0" * 64)}


def test_rows_with_benchmark_text_leave_with_a_reason_and_held_out_rows_stay() -> None:
    result = dedup(ROWS, Kind.CLASSIFICATION, DedupParams(against=AGAINST), against=BENCH)
    check_conservation(result, ROWS["example_id"])
    assert result.dropped.select("example_id", "reason").rows() == [
        ("a", "benchmark_text"),
        ("b", "benchmark_text"),
    ]
    assert result.dropped["evidence"][0] == "holds text of row 0 of bench.jsonl (whole, 13 words)"
    assert result.kept["example_id"].to_list() == ["c", "d"]
    assert result.report["against"]["examples_dropped"] == 2
    assert result.tables["overlaps"].select("example_id", "kind", "dropped").rows() == [
        ("a", "whole", True),
        ("b", "whole", True),
    ]


def test_review_lists_them_and_drops_none() -> None:
    params = DedupParams(against={**AGAINST, "action": "review"})
    result = dedup(ROWS, Kind.CLASSIFICATION, params, against=BENCH)
    assert result.dropped.is_empty() and result.tables["overlaps"]["dropped"].to_list() == [False, False]


def test_without_it_nothing_changes_and_nothing_is_added() -> None:
    plain = dedup(ROWS, Kind.CLASSIFICATION, DedupParams())
    assert set(plain.tables) == {"pairs", "clusters", "conflicts", "contradictions"}
    assert not {"against", "semantic"} & set(plain.report)


def test_a_missing_benchmark_or_column_is_named(tmp_path: Path) -> None:
    params = DedupParams(against=AGAINST).against
    assert params is not None
    with pytest.raises(AssayError, match=r"bench.jsonl .* does not exist"):
        read_benchmarks(Project(tmp_path), params)
    (tmp_path / "bench.jsonl").write_text('{"text": "x"}\n')
    with pytest.raises(AssayError, match="no column 'question'") as raised:
        read_benchmarks(Project(tmp_path), params)
    assert "text" in raised.value.fix


def test_a_benchmark_that_changed_makes_the_stage_stale(tmp_path: Path) -> None:
    params = DedupParams(against=AGAINST).against
    assert params is not None
    (tmp_path / "bench.jsonl").write_text('{"question": "x"}\n')
    digest = read_benchmarks(Project(tmp_path), params)["bench.jsonl"][1]
    report = {"against": {"files": [{"path": "bench.jsonl", "sha256": digest}]}}
    assert edited(Project(tmp_path), report) == [] == edited(Project(tmp_path), {})
    (tmp_path / "bench.jsonl").write_text('{"question": "y"}\n')
    assert edited(Project(tmp_path), report) == ["bench.jsonl"]


def test_rows_of_one_meaning_are_listed_with_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.semantic.stage.encoding", lambda name: TOY)
    rows = examples(
        a=("card lost", "cards", False), b=("debit gone", "theft", False), c=("parcel late", "post", False)
    )
    result = dedup(rows, Kind.CLASSIFICATION, DedupParams(semantic={}))
    assert result.dropped.is_empty() and result.kept.height == 3
    assert result.tables["semantic"].rows() == [("b", "a", "b", "semantic", 1.0, True)]
    assert result.report["semantic"]["pairs_with_other_labels"] == 1
    shuffled = dedup(rows.reverse(), Kind.CLASSIFICATION, DedupParams(semantic={}))
    assert shuffled.tables["semantic"].equals(result.tables["semantic"])


def test_gates_are_off_warn_or_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from governance import alike_gates

    train = pl.DataFrame({"id": ["a"], "text": [f"A book: {QUESTION} and more, card lost"]})
    test = pl.DataFrame({"id": ["t"], "text": [QUESTION]})
    monkeypatch.setattr(alike_gates, "_rows", lambda project: (train, test))
    monkeypatch.setattr("curate.semantic.door.encoding", lambda name: TOY)
    day = date(2026, 1, 1)
    for state, passed in (("off", []), ("warn", [True]), ("fail", [False])):
        (tmp_path / "params.yaml").write_text(f"check: {{leaks: {{text: '{state}', meaning: '{state}'}}}}\n")
        gates = list(alike_gates.leaks_in_text(Project(tmp_path), day))
        assert [gate.passed for gate in gates] == passed
        assert all("1 training row hold the text of 1 held-out row" in gate.message for gate in gates)
    other = pl.DataFrame({"id": ["t"], "text": ["debit gone"]})
    monkeypatch.setattr(alike_gates, "_rows", lambda project: (train, other))
    (gate,) = alike_gates.leaks_in_meaning(Project(tmp_path), day)
    assert not gate.passed and "near in meaning" in gate.message and gate.fix.startswith("assay leaks")


def test_deduplication_without_meaning_does_not_load_torch() -> None:
    script = (
        "import sys, polars as pl, assay; assay.dedup(pl.DataFrame({'text': ['a', 'b']}), 'text');"
        "assert not {'torch', 'transformers', 'usearch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
