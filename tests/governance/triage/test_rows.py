"""The queue of rows: who waits, what a key writes, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform, ledger
from curate.files import write_folder
from curate.project import Project
from curate.verdicts.journal import append_rows, read_rows
from governance.cli.main import assay
from governance.triage.row_session import RowSession, press
from governance.triage.row_verdicts import Desk, Judge, Wish
from governance.triage.rows import KINDS, build_rows, redacted
from tests.chain import ROOT
from tests.curate.verdicts.test_apply import rows

DEMO = "a-key-for-tests-that-is-long-enough-to-be-one"
CARD = (
    "name: t\nkind: classification\nbehaviour: b\nlabels: [billing, delivery, orders]\n"
    f"metric: {{name: accuracy, target: 0.5}}\ndemo_key: {DEMO}\n"
)
TEXTS = rows(
    ("a1", "where is my parcel", "delivery"),
    ("a2", "where is my parcel?", "orders"),
    ("b1", "the invoice is wrong, write to kim@example.com", "orders"),
    ("c1", "{{name}} wants a receipt", "billing"),
    ("d1", "nothing is wrong with this one", "billing"),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)  # undone after the test: `-C` changes the folder for good
    (tmp_path / "task.yaml").write_text(CARD)
    (tmp_path / "params.yaml").write_text("scan: {}\n")
    write_folder(tmp_path / "data/ingest", {"examples": TEXTS, "drops": TEXTS.head(0)}, {})
    write_folder(tmp_path / "data/redact", {"examples": TEXTS}, {})
    against = TEXTS.head(2).select(
        pl.lit("a1").alias("cluster"),
        "example_id",
        pl.lit("output").alias("field"),
        pl.col("output").alias("value"),
        pl.lit("near").alias("alike"),
        pl.lit(True).alias("dropped"),
    )
    write_folder(tmp_path / "data/dedup", {"contradictions": against}, {})
    warnings = pl.DataFrame(
        {"example_id": ["c1"], "rule": ["template_left"], "evidence": ["input: (1 place)"]}
    )
    write_folder(tmp_path / "data/validate", {"warnings": warnings}, {})
    suspects = pl.DataFrame(
        {
            "example_id": ["b1", "d1"],
            "given": ["orders", "billing"],
            "suggested": ["billing", "billing"],
            "score": [0.9, 0.1],
            "flagged": [True, False],
        }
    )
    write_folder(tmp_path / "reports/evaluation", {"label_suspects": suspects}, {})
    return tmp_path


def _run(project: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(assay, ["-C", str(project), "triage", "--reviewer", "Ada", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def _waiting(project: Path) -> list[tuple[str, str]]:
    found = Project(project)
    return [(item.example_id, item.kind) for item in build_rows(found, read_rows(project)).items]


def test_rows_wait_in_the_order_of_what_is_the_matter_with_them(project: Path) -> None:
    assert _waiting(project) == [
        ("a1", "contradiction"),
        ("a2", "contradiction"),
        ("b1", "suspect"),
        ("c1", "warning"),
    ]
    listed = json.loads(_run(project, "--rows", "--list", "--format", "json"))["rows"]
    assert [row["row"] for row in listed] == ["a1", "a2", "b1", "c1"]
    assert "one of 2 rows of nearly the same text that contradict each other in: output" in listed[0]["why"]


def test_keys_decide_and_the_rest_of_a_contradiction_is_settled_with_it(project: Path) -> None:
    said = _run(project, "--rows", "--keys", "k1d")
    assert "1 more of its contradiction settled with it" in said
    assert "kim@example.com" not in said  # what the policy keeps, or nobody found, is masked
    assert [(line.verdict, dict(line.changes)) for line in read_rows(project)] == [
        ("keep", {}),
        ("relabel", {"output": "billing"}),
        ("drop", {}),
    ]
    assert _waiting(project) == []
    assert "no row waits for a verdict" in _run(project, "--rows", "--keys", "k")


def test_the_screen_names_the_row_that_was_decided_above_the_next_one(project: Path) -> None:
    screens = _run(project, "--rows", "--keys", "dsz").split("rows: ")[1:]
    assert "drop" not in screens[0].split("keep")[0]  # nothing is decided yet
    for screen, said, shown in zip(
        screens[1:], ("a1: drop", "a2: skipped", "a2: skip taken back"), ("a2", "b1", "a2"), strict=True
    ):
        _, message, blank, row, *_ = screen.splitlines()
        assert (message, blank, row) == (said, "", shown)


def test_the_last_verdict_is_named_at_the_end_of_the_queue(project: Path) -> None:
    last = _run(project, "--rows", "--keys", "dddd").split("rows: ")[-1]
    assert last.splitlines()[1] == "c1: drop"


def test_an_undo_opens_the_row_again(project: Path) -> None:
    _run(project, "--rows", "--keys", "dz")
    assert [line.verdict for line in read_rows(project)] == ["drop", "unsure"]
    assert _waiting(project)[-1] == ("a1", "contradiction")  # asked about again, last


def test_a_text_that_changed_and_two_people_who_disagree_come_first(project: Path) -> None:
    _run(project, "--row", "d1", "--drop")
    _run(project, "--row", "c1", "--keep")
    _, keep = read_rows(project)
    append_rows(project, [replace(keep, verdict="drop", reviewer="Ben", over=())])
    edited = TEXTS.with_columns(pl.col("input").str.replace("nothing", "a thing"))
    write_folder(project / "data/redact", {"examples": conform(edited, EXAMPLES)}, {})
    assert _waiting(project)[:2] == [("c1", "dispute"), ("d1", "stale")]
    assert "decided in two ways (Ada: keep, Ben: drop; the last one holds)" in _run(
        project, "--rows", "--keys", ""
    )
    _run(project, "--row", "c1", "--keep")  # over both
    assert ("c1", "dispute") not in _waiting(project)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--row", "d1"], "--row needs one of"),
        (["--row", "d1", "--drop", "--keep"], "--row needs one of"),
        (["--drop"], "--drop needs a row"),
        (["--row", "zz", "--drop"], "no row 'zz' in this project"),
        (["--row", "d1", "--relabel", "biling"], "would not fit the task card"),
        (["--row", "d1", "--set", "subject=x"], "--set names subject"),
        (["--row", "d1", "--set", "input=ring 07911 123456"], "brings personal data (input: PHONE_NUMBER)"),
        (["--row", "d1", "--drop", "--reason", "ask ada@example.com"], "seems to hold a personal value"),
        (["--rows", "--sample", "9"], "are about values"),
    ],
)
def test_what_cannot_be_done_says_why_and_writes_nothing(
    project: Path, arguments: list[str], words: str
) -> None:
    with pytest.raises(AssayError, match=words.replace("(", r"\(").replace(")", r"\)")) as error:
        _run(project, *arguments)
    assert "07911" not in str(error.value)
    assert read_rows(project) == []


@pytest.mark.parametrize(
    ("row", "reason", "fix"),
    [
        ("long", "too_long (input: 20001 characters, at most 20000 asked)", "--set input='...'"),
        ("other", "unknown_label", "--relabel LABEL"),
        ("leak", "leak (the held-out set holds it too: d1)", "leave it out"),
    ],
)
def test_a_keep_that_would_do_nothing_is_refused_with_what_to_do_instead(
    project: Path, row: str, reason: str, fix: str
) -> None:
    more = rows(
        ("long", "a " * 10_000 + "b", "billing"),
        ("other", "is this one", "no label"),
        ("leak", "ok", "billing"),
    )
    write_folder(project / "data/redact", {"examples": pl.concat([TEXTS, more])}, {})
    write_folder(project / "data/ingest", {"examples": pl.concat([TEXTS, more]), "drops": TEXTS.head(0)}, {})
    drops = ledger(more.tail(1), "dedup", "leak", pl.lit("as d1"), kept_id=pl.lit("d1"))
    write_folder(project / "data/dedup", {"drops": drops}, {})
    with pytest.raises(AssayError) as error:
        _run(project, "--row", row, "--keep")
    assert reason in error.value.problem and "keep would do nothing" in error.value.problem
    assert fix in error.value.fix
    assert read_rows(project) == []
    _run(project, "--row", row, "--drop")  # which does something


def test_at_the_screen_a_refused_verdict_is_said_and_the_row_stays_open(project: Path) -> None:
    odd = TEXTS.with_columns(
        pl.when(pl.col("example_id") == "a1").then(pl.lit("odd")).otherwise("output").alias("output")
    )
    write_folder(project / "data/redact", {"examples": odd.select(TEXTS.columns)}, {})
    said = _run(project, "--rows", "--keys", "kd")
    assert "not written: row a1 leaves as unknown_label" in said
    assert [line.verdict for line in read_rows(project)] == ["drop"]


def test_there_is_something_to_undo_or_it_is_said_that_there_is_not(project: Path) -> None:
    with pytest.raises(AssayError, match="nobody has decided on row d1: there is nothing to undo"):
        _run(project, "--row", "d1", "--undo")
    _run(project, "--row", "d1", "--drop")
    assert "1 taken back" in _run(project, "--row", "d1", "--undo")
    with pytest.raises(AssayError, match="was taken back already"):
        _run(project, "--row", "d1", "--undo")
    assert [line.verdict for line in read_rows(project)] == ["drop", "unsure"]


def test_a_file_decides_on_many_at_once_or_on_none(project: Path) -> None:
    table = project / "decided.csv"
    table.write_text("row,verdict,output,reason\na2,relabel,delivery,\nd1,drop,,a test\n")
    assert "1 drop, 1 relabel" in _run(project, "--from", str(table), "--reason", "second reading")
    assert [line.reason for line in read_rows(project)] == ["second reading", "a test"]
    table.write_text("row,verdict\nc1,drop\nb1,maybe\n")
    with pytest.raises(AssayError, match="row 2 has the verdict 'maybe'"):
        _run(project, "--from", str(table))
    table.write_text("row,verdict\nc1,drop\nc1,keep\n")
    with pytest.raises(AssayError, match="decided on twice at once"):
        _run(project, "--from", str(table))
    assert len(read_rows(project)) == 2


def test_a_key_that_means_nothing_changes_nothing(project: Path) -> None:
    queue = build_rows(Project(project), [])
    session = RowSession(queue.items)
    for key in "9xy\x1b":
        after, wishes = press(session, key)
        assert wishes == [] and after.at == session.at and after.closed == session.closed
    assert set(KINDS) >= {item.kind for item in queue.items}


def test_without_labels_on_the_card_a_label_must_be_one_that_there_is(project: Path) -> None:
    (project / "task.yaml").write_text(CARD.replace("labels: [billing, delivery, orders]\n", ""))
    found = Project(project)
    desk = Desk(found, redacted(found), Judge("Ada", "", date.today()))
    with pytest.raises(AssayError, match="no row has the label 'biling'"):
        desk.lines([Wish("d1", "relabel", {"output": "biling"})])
    assert desk.lines([Wish("d1", "relabel", {"output": "orders"})])[0].changes == {"output": "orders"}
