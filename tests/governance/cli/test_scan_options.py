"""`assay scan FILE`: what is looked for, by options and by the project around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from curate.errors import AssayError
from governance.cli.main import assay

TEXTS = [
    "mail jo@example.com",
    "Tessa Quill rang",
    "our idnr: 86 095 742 719",
    "from 81.2.69.142",
    "the Omega 9 files",
]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), encoding="utf-8")
    return path


def _scan(export: Path, *options: str) -> tuple[dict[str, int], str]:
    result = CliRunner().invoke(
        assay, ["scan", str(export), "--format", "json", "--processes", "1", *options], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    inventory: list[dict[str, Any]] = json.loads(result.stdout)["inventory"]
    return {line["entity"]: line["findings"] for line in inventory}, result.stderr


def test_defaults(export: Path) -> None:
    assert _scan(export)[0] == {"EMAIL_ADDRESS": 1, "PERSON": 1, "IP_ADDRESS": 1}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--ner", "none"], {"EMAIL_ADDRESS", "IP_ADDRESS"}),
        (["--entities", "IP_ADDRESS"], {"IP_ADDRESS"}),
        (["--entities", "-IP_ADDRESS,+DE_TAX_ID"], {"EMAIL_ADDRESS", "PERSON", "DE_TAX_ID"}),
        (["--threshold", "0.99", "--ner", "none"], {"EMAIL_ADDRESS"}),
        (["--language", "de", "--ner", "none"], {"EMAIL_ADDRESS", "IP_ADDRESS", "DE_TAX_ID"}),
    ],
)
def test_an_option_changes_what_is_looked_for(export: Path, options: list[str], found: set[str]) -> None:
    assert set(_scan(export, *options)[0]) == found


def test_lists_are_files(export: Path, tmp_path: Path) -> None:
    (tmp_path / "deny.txt").write_text("omega  9\n")
    (tmp_path / "allow.txt").write_text("Tessa Quill\n")
    found, _ = _scan(export, "--deny", str(tmp_path / "deny.txt"), "--allow", str(tmp_path / "allow.txt"))
    assert found == {"EMAIL_ADDRESS": 1, "IP_ADDRESS": 1, "DENIED": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--entities", "EMAIL_ADRESS"], "did you mean EMAIL_ADDRESS"),
        (["--language", "sv"], "language"),
        (["--ner", "spacey:x"], "ner"),
    ],
)
def test_a_wrong_name_is_an_error(export: Path, options: list[str], message: str) -> None:
    result = CliRunner().invoke(assay, ["scan", str(export), *options])
    assert isinstance(result.exception, AssayError)
    assert message in str(result.exception)


def test_a_mix_of_signed_and_plain_names_is_a_usage_error(export: Path) -> None:
    result = CliRunner().invoke(assay, ["scan", str(export), "--entities", "+URL,PERSON"])
    assert result.exit_code == 2


def test_options_of_a_file_are_refused_without_one() -> None:
    result = CliRunner().invoke(assay, ["scan", "--threshold", "0.5"])
    assert result.exit_code == 2
    assert "need a FILE" in result.output


def test_a_project_lends_its_parameters_and_says_so(export: Path, tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text("name: x\n")
    (tmp_path / "params.yaml").write_text(
        "scan:\n  ner: null\n  entities: {remove: [IP_ADDRESS]}\n"
        "  deny: [{file: private/d.txt, fields: [input]}]\n"
    )
    (tmp_path / "private").mkdir()
    (tmp_path / "private/d.txt").write_text("Omega 9\n")
    found, said = _scan(export)
    assert found == {"EMAIL_ADDRESS": 1, "DENIED": 1}
    assert "params.yaml" in said
    found, said = _scan(export, "--no-project")
    assert found == {"EMAIL_ADDRESS": 1, "PERSON": 1, "IP_ADDRESS": 1}
    assert "params.yaml" not in said
