"""`assay audit` in every format: exit codes, hostile names, and structures that machines read."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from governance.cli.main import main
from governance.records.kinds import VerdictBatch
from governance.records.store import read_journal
from tests.governance.audit.conftest import Small, value

HOSTILE = "</td><script>alert(1)</script>|[x](http://e)\x1b[31m\u202e::error::x%0A"
FORMATS = ["text", "json", "markdown", "html", "github", "sarif"]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    monkeypatch.chdir(tmp_path)
    return Small(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["audit", *arguments])
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


@pytest.mark.parametrize("shape", FORMATS)
def test_exit_code_is_1_while_something_stands_and_0_once_it_is_judged(
    small: Small, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    small.params("redact: {actions: {URL: keep}}")
    small.scan([("URL", 1, "a", 0.9, False)])
    assert run(capsys, "--format", shape)[0] == 1
    small.decide(1, "public")
    code, out, _ = run(capsys, "--format", shape)
    assert code == 0 and out


@pytest.mark.parametrize("shape", FORMATS)
def test_no_text_and_nothing_hostile_comes_through(
    small: Small, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    small.params("redact: {actions: {URL: keep}}")
    small.scan([("URL", 1, HOSTILE, 0.9, False), ("URL", 2, "b", 0.4, False)], source=HOSTILE)
    (small.root / "task.yaml").write_text(
        (small.root / "task.yaml").read_text().replace("name: small", f"name: {json.dumps(HOSTILE)}")
    )
    small.decide(3, "real", reviewer="<script>alert(2)</script>")
    _, out, err = run(capsys, "--format", shape)
    assert "CANARY" not in out + err
    if shape in ("json", "sarif"):
        json.loads(out)
        assert "\x1b" not in out
        return
    assert "\x1b[31m" not in out and "\u202e" not in out
    if shape == "html":
        parser = _Tags()
        parser.feed(out)
        assert "script" not in parser.tags and not parser.loads
    if shape == "markdown":
        assert "<script" not in out and "[x](" not in out
    if shape == "github":
        assert all(
            re.match(r"::(error|warning|notice) title=[^:]*::|fix: ", line) for line in out.splitlines()
        )
        assert "%0A" not in out


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [name for name, _ in attrs if name in ("src", "href", "onload", "onclick")]


def test_sarif_has_the_structure_of_2_1_0_and_keyed_fingerprints(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.params("redact: {actions: {URL: keep}}")
    small.scan(
        [
            ("URL", 1, "a", 0.9, False),
            ("UK_NHS", 2, "b", 0.5, False),
            ("URL", 3, "c", 0.9, False),
            ("UK_NHS", 4, "d", 1.0, True),
        ]
    )
    small.decide(3, "public")
    log = json.loads(run(capsys, "--format", "sarif")[1])
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (made,) = log["runs"]
    rules = [rule["id"] for rule in made["tool"]["driver"]["rules"]]
    assert made["tool"]["driver"]["name"] == "assay" and rules == ["UK_NHS", "URL"]
    by_row: dict[str, Any] = {
        result["locations"][0]["logicalLocations"][0]["name"]: result for result in made["results"]
    }
    assert {row: (result["level"], "suppressions" in result) for row, result in by_row.items()} == {
        "a": ("error", False), "b": ("warning", False), "c": ("note", True),
    }  # fmt: skip
    for result in made["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "data/ingest/examples.parquet"
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        assert all(re.fullmatch(r"[0-9a-f]{24}", digest) for digest in result["partialFingerprints"].values())
        assert all(one["kind"] in ("inSource", "external") for one in result.get("suppressions", []))


def test_sarif_says_what_is_new_since_the_baseline(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    small.params("redact: {actions: {URL: keep}}")
    small.scan([("URL", 1, "a", 0.9, False)])
    assert run(capsys, "--write-baseline")[0] == 0
    assert len(read_journal(Path.cwd()).of(VerdictBatch)) == 1
    small.scan([("URL", 1, "a", 0.9, False), ("URL", 2, "b", 0.9, False)])
    code, out, _ = run(capsys, "--format", "sarif")
    states = {
        one["locations"][0]["logicalLocations"][0]["name"]: one["baselineState"]
        for one in json.loads(out)["runs"][0]["results"]
    }
    assert (code, states) == (1, {"a": "unchanged", "b": "new"})


def test_github_stays_within_ten_annotations_of_a_level(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    entities = [
        "URL",
        "UK_NHS",
        "UK_NINO",
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "IP_ADDRESS",
        "UUID",
        "CRYPTO",
        "IBAN_CODE",
        "US_SSN",
        "US_ITIN",
        "UK_POSTCODE",
    ]
    small.params("redact: {default: keep}")
    small.scan([(entity, at, f"r{at}", 0.9, False) for at, entity in enumerate(entities)])
    lines = run(capsys, "--format", "github")[1].splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert "3 more findings in 3 further places" in errors[-1]


def test_parquet_holds_every_finding_with_its_standing(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.scan([("URL", 1, "a", 0.9, False), ("URL", 2, "b", 0.4, False)])
    code, _, err = run(capsys, "-o", "all.parquet")
    assert code == 0 and "2 findings written" in err
    assert pl.read_parquet("all.parquet").select("value_id", "standing").rows() == [
        (value(2), "queued"),
        (value(1), "settled"),
    ]


def test_a_document_is_written_whole_where_it_is_asked_for(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.scan([])
    code, out, _ = run(capsys, "-o", "audit.html")
    assert (code, out) == (0, "")
    assert Path("audit.html").read_text().rstrip().endswith("</html>")


def test_text_in_a_file_is_what_the_terminal_shows(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    _, shown, _ = run(capsys)
    run(capsys, "-o", "audit.txt")
    assert (small.root / "audit.txt").read_text() == shown


@pytest.mark.parametrize("shape", FORMATS)
def test_a_project_without_a_finding_passes(
    small: Small, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    small.scan([])
    assert run(capsys, "--format", shape)[0] == 0


def test_a_bad_verdict_line_is_exit_2_and_not_a_pass(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.scan([])
    small.decide(1, "public")
    with (small.root / "decisions/pii.jsonl").open("a") as file:
        file.write("oops\n")
    code, _, err = run(capsys)
    assert code == 2 and "decisions/pii.jsonl line 2 is not JSON" in err
