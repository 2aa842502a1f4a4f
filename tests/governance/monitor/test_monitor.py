"""`assay monitor` from the outside: quiet on rows like gold, loud on a new topic, and clear about what it
cannot do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.project import Project
from governance.cli.main import main
from governance.monitor.history import BILLION
from governance.records.kinds import Monitoring
from governance.records.store import read_journal
from tests.governance.monitor.conftest import PERSONAL, tickets, write_gold


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = assay("monitor", *arguments, "--format", "json")
    return code, json.loads(capsys.readouterr().out)


def looks(project: Project) -> list[Monitoring]:
    found = [record.predicate for _, record in read_journal(project.root).of(Monitoring)]
    return [one for one in found if isinstance(one, Monitoring)]


def test_rows_like_gold_are_no_drift_and_the_look_is_recorded_once(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets(2, 150).write_csv("live.csv")
    code, first = told(capsys, "live.csv")
    assert (code, first["drift"], first["advice"]["code"]) == (0, False, "wait")
    assert [one.spent for one in looks(project)] == [round(first["level"] * BILLION)]
    code, again = told(capsys, "live.csv")
    assert again["again"] and again["level"] == first["level"] and len(looks(project)) == 1
    # The order of the rows is nothing to a test.
    tickets(2, 150).sample(fraction=1, shuffle=True, seed=1).write_csv("other.csv")
    _, shuffled = told(capsys, "other.csv", "--dry-run")
    assert shuffled["columns"] == first["columns"] and len(looks(project)) == 1


def test_a_new_topic_is_found_named_and_handed_over_without_a_personal_value(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets(3, 150, solar=40).write_ndjson("live.jsonl")
    code, found = told(capsys, "live.jsonl", "--candidates", "label.csv")
    assert (code, found["drift"], found["advice"]["code"]) == (1, True, "label_topics")
    moved = {column["name"] for column in found["columns"] if column["moved"]}
    assert {"words_neighbours", "single_words"} <= moved
    assert "solar" in found["words_came"]
    assert any({"solar", "panel", "grid"} & set(topic["name"].split(", ")) for topic in found["topics"])
    table = pl.read_csv("label.csv")
    assert table.columns == [
        *("row", "id", "input", "output", "answer", "codes", "reasons", "topic", "unlike")
    ]
    assert (table["id"].head(20).str.starts_with("S3-")).all()
    assert table["output"].is_null().all()
    assert assay("monitor", "live.jsonl", "-o", "m.html") == 1
    assert assay("monitor", "live.jsonl", "-o", "m.md") == 1
    capsys.readouterr()
    assert assay("monitor", "live.jsonl") == 1
    assert "what moved" in capsys.readouterr().out.lower()
    for place in [*Path().glob("m.*"), Path("label.csv"), *Path("records").rglob("*.json")]:
        content = place.read_text(encoding="utf-8")
        assert PERSONAL not in content and "911 123456" not in content
    page = Path("m.html").read_text(encoding="utf-8")
    assert "<svg" in page and "solar" in page
    assert not any(sign in page for sign in ("https:", 'src="', "url(", "@import"))


def test_candidates_are_labelled_in_the_queue_and_come_in_by_either_way(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a stranger would: look, triage what is unlike gold, and name the answers among ingest.files."""
    Path("params.yaml").write_text(
        "monitor: {encoder: null, looks: 1}\n"
        "ingest:\n"
        "  columns: {id: ticket, input: body, output: queue, group: customer, collected_at: received}\n"
        "  files: [{path: old.csv}, {path: data/raw/answered.jsonl}, {path: filled.csv}]\n"
    )
    named = {"id": "ticket", "input": "body", "output": "queue", "collected_at": "received"}
    live = tickets(3, 150, solar=40).rename(named)
    live = live.with_columns(pl.format("C-{}", pl.int_range(pl.len())).alias("customer"))
    live.drop("queue").write_csv("live.csv")
    assert assay("monitor", "live.csv", "--candidates", "label.csv", "--dry-run") == 1
    assert "assay triage --refusals label.csv" in capsys.readouterr().err
    table = pl.read_csv("label.csv", infer_schema=False)
    assert set(table["received"]) == {"2026-03-01"} and table["customer"].is_null().all()
    first, second = table["ticket"][0], table["ticket"][1]
    assert assay("triage", "--refusals", "label.csv", "--list") == 0
    shown = capsys.readouterr().out
    assert "unlike gold" in shown and "refused" not in shown
    assert assay("triage", "--refusals", "label.csv", "--row", first, "--relabel", "stock") == 0
    (line,) = [json.loads(line) for line in Path("data/raw/answered.jsonl").read_text().splitlines()]
    assert (line["ticket"], line["queue"], line["received"]) == (first, "stock", "2026-03-01")
    filled = table.with_columns(
        pl.when(pl.col("ticket") == second).then(pl.lit("returns")).otherwise(None).alias("queue")
    )
    filled.filter(pl.col("ticket") != first).head(6).write_csv("filled.csv")
    tickets(8, 60).rename(named).with_columns(pl.lit("C-1").alias("customer")).write_csv("old.csv")
    capsys.readouterr()
    assert assay("ingest") == 0, capsys.readouterr().err
    kept = pl.read_parquet("data/ingest/examples.parquet")
    assert kept.filter(pl.col("example_id").is_in([first, second]))["output"].sort().to_list() == [
        *("returns", "stock")
    ]


def test_records_hold_figures_and_no_word_of_a_text(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets(3, 150, solar=40).write_csv("live.csv")
    assert assay("monitor", "live.csv") == 1
    capsys.readouterr()
    (path,) = [path for path in Path("records").rglob("*.json") if "monitoring" in path.read_text()]
    assert "solar" not in path.read_text() and "live.csv" not in path.read_text()
    (one,) = looks(project)
    assert one.drift and one.compared == 190 and any(column.moved for column in one.columns)


def test_the_form_for_github_is_one_error_and_nothing_that_a_text_could_start(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    live = tickets(3, 150, solar=40)
    live = live.with_columns(pl.format("::error::{} <script>alert(1)</script>", "input").alias("input"))
    live.write_ndjson("live.jsonl")
    assert assay("monitor", "live.jsonl", "--format", "github", "--dry-run") == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "<script>" not in (tmp_path / "summary.md").read_text()


def test_a_year_of_looks_never_spends_more_than_it_may(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("params.yaml").write_text("monitor: {encoder: null, looks: 2, alpha: 0.04}\n")
    spent = []
    for seed in range(10, 14):
        tickets(seed, 40).write_csv("live.csv")
        _, found = told(capsys, "live.csv")
        spent.append(found["level"])
    assert spent == [0.01, 0.01, 0.01, 0.005]
    tickets(99, 40).write_csv("live.csv")
    _, dry = told(capsys, "live.csv", "--dry-run")
    assert len(looks(project)) == 4 and dry["record"] is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (pl.DataFrame({"input": ["my parcel is late"] * 10_000}), "only 1 that do not repeat"),
        (
            pl.DataFrame({"input": [None, " ", ""]}, schema={"input": pl.String}),
            "no row that can be compared",
        ),
        (tickets(5, 12), "no drift could be shown"),
        (pl.DataFrame({"input": ["x" * 1_100_000] * 30}), "too long 30"),
    ],
    ids=["one text", "empty", "few", "huge"],
)
def test_what_cannot_be_compared_is_an_error_with_a_fix(
    project: Project, capsys: pytest.CaptureFixture[str], rows: pl.DataFrame, words: str
) -> None:
    rows.write_ndjson("live.jsonl")
    assert assay("monitor", "live.jsonl") == 2
    error = capsys.readouterr().err
    assert words in error and "fix:" in error.replace("  ", " ").lower()
    assert not looks(project)


def test_files_and_columns_that_are_not_there_are_errors(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assay("monitor", "nothing.csv") == 2
    Path("empty.csv").write_text("")
    assert assay("monitor", "empty.csv") == 2
    tickets(5, 40).rename({"input": "body"}).write_csv("live.csv")
    assert assay("monitor", "live.csv") == 2
    assert "--input" in capsys.readouterr().err
    assert assay("monitor", "live.csv", "--input", "body", "--dry-run") == 0
    assert assay("monitor", "live.csv", "--input", "body", "--group", "who") == 2
    Path("gold").rename("elsewhere")
    assert assay("monitor", "live.csv", "--input", "body") == 2
    assert "gold" in capsys.readouterr().err


def test_rows_of_gold_are_left_out_and_a_file_of_them_alone_is_an_error(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tickets(1, 400)
    pl.concat([tickets(2, 60), gold.head(30)]).write_csv("live.csv")
    _, found = told(capsys, "live.csv", "--dry-run")
    assert found["compared"] == 60 and any("30 rows" in note for note in found["notes"])
    gold.head(80).write_csv("live.csv")
    assert assay("monitor", "live.csv") == 2
    assert "is a row of g1" in capsys.readouterr().err


def test_another_language_is_drift_and_named(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    live = tickets(2, 150)
    french = live.tail(30).with_columns(pl.format("bonjour {}", "input").alias("input"))
    pl.concat([live.head(120), french]).write_csv("live.csv")
    code, found = told(capsys, "live.csv", "--dry-run")
    assert code == 1
    assert "language" in {column["name"] for column in found["columns"] if column["moved"]}


def test_a_burst_of_one_text_is_said_and_is_not_drift(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    burst = pl.concat([tickets(5, 1)] * 3_000)
    pl.concat([tickets(2, 150), burst]).write_csv("live.csv")
    code, found = told(capsys, "live.csv", "--dry-run")
    assert code == 0 and any("one text stands 3,000 times" in note for note in found["notes"])


def test_groups_that_the_live_file_does_not_name_are_spoken_of(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = pl.Series("group", [f"c{number // 2}" for number in range(400)])
    write_gold(project.root, tickets(1, 400).with_columns(pairs))
    tickets(2, 100).write_csv("live.csv")
    _, found = told(capsys, "live.csv", "--dry-run")
    assert any("--group" in note for note in found["notes"])
    grouped = tickets(2, 100).with_columns(pl.Series("group", [f"L{n // 2}" for n in range(100)]))
    grouped.write_csv("live.csv")
    _, found = told(capsys, "live.csv", "--dry-run")
    assert found["units"] == 50 and not any("--group" in note for note in found["notes"])


def write_evaluation(project: Project, right: float = 0.9) -> None:
    """What `assay evaluate` leaves: answers of `lora` to gold's test rows."""
    test = pl.read_parquet("gold/test.parquet")
    hits = [n % 10 < right * 10 for n in range(test.height)]
    folder = project.reports / "evaluation"
    folder.mkdir(parents=True)
    (folder / "comparison.json").write_text(json.dumps({"fine_tuned": "lora"}))
    test.select(
        "example_id",
        pl.lit("lora").alias("system"),
        pl.col("output").alias("predicted"),
        pl.when(pl.Series(hits)).then(0.95).otherwise(0.55).alias("confidence"),
        pl.Series("correct", hits),
    ).write_parquet(folder / "predictions.parquet")


def write_answers(live: pl.DataFrame, sure: float) -> None:
    """What `assay predict` leaves, every fifth row refused as unsure."""
    rows = live.with_row_index("row").with_columns(
        pl.when(pl.col("row") % 5 == 0).then(0.4).otherwise(sure).alias("confidence"),
        pl.lit("").alias("flags"),
    )
    refused = rows.filter(pl.col("row") % 5 == 0)
    rows.filter(pl.col("row") % 5 > 0).select("row", "output", "confidence", "flags").write_parquet(
        "out.parquet"
    )
    refused.select(
        "row", pl.col("output").alias("answer"), "confidence", pl.lit("unsure").alias("codes")
    ).write_parquet("out.refused.parquet")


def test_answers_are_estimated_and_labels_that_come_late_measure_them(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write_evaluation(project)
    live = tickets(2, 150)
    live.write_csv("live.csv")
    write_answers(live, 0.95)
    _, found = told(capsys, "live.csv", "--answers", "out.parquet", "--dry-run")
    names = {column["name"] for column in found["columns"]}
    assert {"labels", "confidence", "refused"} <= names
    assert 0.5 < found["estimated"]["low"] < found["estimated"]["point"] < 1
    # The meaning of every label changed: confidences know nothing of it, labels do.
    live.with_columns(pl.lit("other").alias("output")).select("id", "output").write_csv("truth.csv")
    code, measured = told(
        capsys, "live.csv", "--answers", "out.parquet", "--labels", "truth.csv", "--dry-run"
    )
    assert code == 1 and measured["measured"]["high"] < 0.1 < measured["estimated"]["low"]
    assert measured["advice"]["code"] == "retrain"


def test_answers_of_another_file_or_system_are_errors(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write_evaluation(project)
    live = tickets(2, 60)
    live.write_csv("live.csv")
    write_answers(live, 0.9)
    assert assay("monitor", "live.csv", "--answers", "out.parquet", "--model", "other") == 2
    assert assay("monitor", "live.csv", "--model", "lora") == 2
    live.select("id").write_csv("truth.csv")
    assert assay("monitor", "live.csv", "--answers", "out.parquet", "--labels", "truth.csv") == 2
    assert "--labels" in capsys.readouterr().err


def test_any_file_may_be_the_reference(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    tickets(7, 200).write_csv("last.csv")
    tickets(8, 100).write_csv("this.csv")
    code, found = told(capsys, "this.csv", "--against", "last.csv", "--dry-run")
    assert code == 0 and found["against"] == "last.csv"
    assert assay("monitor", "this.csv", "--against", "nowhere.csv") == 2
