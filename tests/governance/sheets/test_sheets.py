"""Fact sheets: each field of the law is there, each number is that of the file whose digest stands beside it,
what only a person knows is a `?`, and nothing claims compliance.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.project import Project
from curate.publish.manifest import task_digest
from curate.show.html import as_html
from curate.show.markdown import as_markdown
from governance.cli.main import main
from governance.records.kinds import IntruderTest
from governance.records.store import read_journal
from governance.sheets.build import SHEETS, build
from governance.sheets.show import as_document, document_of
from tests.governance.published import CARD, SECRETS

PROCESSING = {
    "role": "controller",
    "controller": "Larkfield Home Ltd",
    "contact": "Data protection, 1 Mill Lane",
    "data_protection_officer": "The DPO",
    "data_subjects": ["customers"],
    "recipients": ["support desk"],
    "transfers": "none",
    "security": ["disk encryption"],
    "necessity": "queues cannot be told otherwise",
}
# Each place that a sheet must have.
PLACES = {
    "ropa": [f"Art. 30(1)({letter})" for letter in "abcdefg"],
    "art-30": [*(f"Art. 30(1)({one})" for one in "abcdefg"), *(f"Art. 30(2)({one})" for one in "abcd")],
    "dpia": ["Art. 35(7)(a)", "Art. 35(7)(b)", "Art. 35(9)", "Art. 35(2)", "Art. 36(1)"],
    "ai-act": [*(f"Art. 10(2)({one})" for one in "abcdefgh"), "Art. 10(3)", "Art. 10(4)", "Art. 10(5)"],
    "training-summary": ["1.1", "1.2", "1.3", *(f"2.{one}" for one in (1, 3, 4, 5, 6)), "3.1", "3.2", "3.3"],
}


def told(project: Project, name: str) -> dict[str, Any]:
    return document_of(build(Project(project.root), name))


def facts(project: Project, name: str) -> list[dict[str, Any]]:
    return [fact for section in told(project, name)["sections"] for fact in section["facts"]]


def value(project: Project, name: str, label: str) -> Any:
    return next(fact["value"] for fact in facts(project, name) if fact["label"] == label)


def state(project: Project, **processing: Any) -> None:
    """Write section `processing` into the card."""
    card = {**CARD, "processing": processing}
    (project.root / "task.yaml").write_text(yaml.safe_dump(card, sort_keys=False))


@pytest.mark.parametrize("name", SHEETS)
def test_every_field_is_there_with_evidence_or_a_blank(desk: Project, name: str) -> None:
    found = facts(desk, name)
    assert {fact["place"] for fact in found} >= set(PLACES[name])
    for fact in found:
        assert (fact["value"] == "?") == (not fact["evidence"]), fact["label"]
        for path, digest in fact["evidence"].items():
            if path != "records/":
                lies = desk.root / path
                assert hashlib.sha256(lies.read_bytes()).hexdigest() == digest, path
    document = told(desk, name)
    assert document["blank"] == sum(fact["value"] == "?" for fact in found) > 0
    assert all(one["date"] for one in document["sources"])


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_claims_compliance_or_shows_a_value(desk: Project, name: str) -> None:
    sheet = build(desk, name)
    for text in (
        as_html(as_document(sheet)),
        as_markdown(as_document(sheet)),
        json.dumps(document_of(sheet)),
    ):
        assert not [word for word in (*SECRETS, str(desk.root)) if word in text]
        assert "claim of compliance" in text
        assert not [word for word in ("is compliant", "complies", "lawfully") if word in text]
    again = build(Project(desk.root), name)
    assert document_of(again) == document_of(sheet)


def test_numbers_are_those_of_the_manifest_and_reports(desk: Project) -> None:
    manifest = json.loads((desk.gold / "manifest.json").read_text())
    assert value(desk, "training-summary", "Training rows") == manifest["splits"]["train"]["rows"]
    assert value(desk, "dpia", "Published rows") == manifest["rows"]
    assert value(desk, "art-30", "People whom the published rows are about") == 16
    assert value(desk, "ropa", "Published rows") == 16  # the first activity's
    assert any(line.startswith("EMAIL_ADDRESS: 1") for line in value(desk, "dpia", "Data minimisation"))
    assert value(desk, "dpia", "Was fine-tuning needed?") == "fine-tuning helps"
    assert value(desk, "training-summary", "Latest date of data collection") == "2026-02"
    assert "macro_f1" in str(value(desk, "ai-act", "Design choices"))
    terms = value(desk, "dpia", "How long rows are kept")
    assert terms[0].startswith("helpdesk: P2Y; the first rows go after 2028-01-01")
    assert terms[1].startswith("mail: 2031-05-01")


def test_the_card_says_who_and_the_sheets_repeat_it(desk: Project) -> None:
    before = {fact["label"]: fact["value"] for fact in facts(desk, "ropa")}
    assert before["Controller"] == "?" and before["Categories of recipients"] == "?"
    state(desk, **PROCESSING)
    after = {fact["label"]: fact["value"] for fact in facts(desk, "ropa")}
    assert after["Controller"] == "Larkfield Home Ltd" and after["Categories of recipients"] == [
        "support desk"
    ]
    assert "disk encryption" in after["Technical and organisational measures"]
    assert value(desk, "art-30", "Processor and contact") == ["Data protection, 1 Mill Lane"]
    state(desk, **{**PROCESSING, "role": "processor", "on_behalf_of": ["A Shop Ltd"]})
    assert value(desk, "art-30", "Controllers on whose behalf") == ["A Shop Ltd"]
    assert value(desk, "art-30", "Processor and contact")[0] == "Larkfield Home Ltd"


def test_what_is_said_of_processing_changes_no_version(desk: Project) -> None:
    plain = task_digest(Project(desk.root).task)
    assert plain == json.loads((desk.gold / "manifest.json").read_text())["task_digest"]
    state(desk, **PROCESSING)
    assert task_digest(Project(desk.root).task) == plain


def test_an_unknown_field_of_processing_is_refused(desk: Project, capsys: pytest.CaptureFixture[str]) -> None:
    state(desk, contoller="x")
    assert command("records", "ropa") == 2
    assert "contoller" in capsys.readouterr().err


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def test_the_command_writes_each_form(desk: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("dpia.html", "dpia.md", "dpia.json"):
        assert command("records", "dpia", "-o", name) == 0
    assert "<table" in Path("dpia.html").read_text() and "# Data protection" in Path("dpia.md").read_text()
    assert json.loads(Path("dpia.json").read_text())["sheet"] == "dpia"
    assert command("records", "ropa") == 0
    assert "Processing activity: helpdesk" in capsys.readouterr().out
    assert command("records", "nothing") == 2


@pytest.mark.parametrize(
    "path", ["gold/ledger.parquet", "models/lora/model.json", "reports/evaluation/comparison.json"]
)
def test_what_was_changed_since_it_was_written_is_not_told(desk: Project, path: str) -> None:
    changed = desk.root / path
    changed.write_bytes(changed.read_bytes() + b" ")
    assert command("records", "ropa") == 1


def test_without_a_gold_version_the_error_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(CARD))
    monkeypatch.chdir(tmp_path)
    assert command("records", "dpia") == 2
    assert "assay publish" in capsys.readouterr().err


def risk_test(*more: str) -> int:
    return command("risk", "--record", "nobody-identified", "--tried", "5", *more)


def test_a_motivated_intruder_test_is_recorded_and_shown(
    desk: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no motivated-intruder test" in told(desk, "dpia")["risks"][0]["residual"]
    assert risk_test("--note", "search engines and the shop's own reviews", "--by", "Red team") == 0
    ((name, record),) = read_journal(desk.root).of(IntruderTest)
    said = record.predicate
    assert isinstance(said, IntruderTest) and (said.tried, said.by, said.rows) == (5, "Red team", 32)
    assert record.digest_of("gold/train.parquet")
    risk = told(desk, "dpia")["risks"][0]
    assert "nobody identified, 5 rows tried, of this version" in risk["residual"]
    assert name in risk["evidence"].values()
    capsys.readouterr()
    assert command("risk") == 0
    assert "nobody identified, 5 rows tried, of this version" in capsys.readouterr().out
    assert command("risk", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["intruder_test"]["record"] == name
    assert command("ledger", "verify") == 0


def test_a_test_that_cannot_be_is_refused(desk: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert risk_test("--note", f"found {SECRETS[0]} on the web") == 2
    said = capsys.readouterr().err
    assert "EMAIL_ADDRESS" in said and SECRETS[0] not in said
    assert command("risk", "--record", "inconclusive", "--tried", "33") == 2
    assert command("risk", "--record", "inconclusive") == 2
    assert command("risk", "--note", "x") == 2
    assert read_journal(desk.root).of(IntruderTest) == []


def test_hostile_words_of_the_card_stay_words(desk: Project) -> None:
    state(desk, controller="<script>alert(1)</script>", contact="| a | [b](http://c.d) `")
    document = as_document(build(Project(desk.root), "ropa"))
    assert "<script>alert" not in as_html(document)
    assert "[b](http://c.d)" not in as_markdown(document)
