"""A gate that was not judged is never shown as one that passed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from governance.cli.main import main
from governance.gate import GATES
from tests.attacks.project import edit_yaml, gates

TODAY = date.today().isoformat()


def skip(*names: str, **changed: Any) -> dict[str, Any]:
    return {
        "skip": [{"gate": name, "reason": "trained elsewhere", "date": TODAY, **changed} for name in names]
    }


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0), capsys.readouterr().out


def test_a_check_that_skips_every_gate_does_not_pass(
    victim: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_yaml(victim / "params.yaml", check=skip(*GATES))
    code, out = check(capsys, "check", "--format", "json")
    document = json.loads(out)
    assert code == 1 and document["passed"] is False
    assert [gate["name"] for gate in document["gates"] if gate["skipped"]] == list(GATES)


@pytest.mark.parametrize("shape", ["text", "json", "markdown", "github"])
def test_a_skip_is_said_in_every_face_with_its_reason_and_date(
    victim: Path, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    edit_yaml(victim / "params.yaml", check=skip("target"))
    code, out = check(capsys, "check", "--format", shape)
    words = " ".join(out.split())
    assert code == 0 and "SKIPPED" in words and "trained elsewhere" in words
    assert TODAY in words.replace("\\", "")
    if shape == "json":
        (gate,) = [gate for gate in json.loads(out)["gates"] if gate["name"] == "target"]
        assert gate["passed"] is False and gate["skipped"] is True


@pytest.mark.parametrize("shape", ["text", "json", "markdown", "github"])
def test_a_skip_is_said_beside_a_diff_too(
    victim: Path, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    edit_yaml(victim / "params.yaml", check=skip("target"))
    code, out = check(capsys, "diff", "gold", "--gates", "--format", shape)
    assert code == 0
    assert ('"skipped": true' in out) if shape == "json" else ("SKIPPED" in out)
    assert "trained elsewhere" in " ".join(out.split())


@pytest.mark.parametrize(
    "given",
    [
        ["target"],
        [{"gate": "target"}],
        [{"gate": "target", "reason": "why"}],
        [{"gate": "target", "reason": "  ", "date": TODAY}],
        [{"gate": "target", "reason": "why", "date": "2999-01-01"}],
        [{"gate": "target", "reason": "why", "date": str(date.today() + timedelta(days=3))}],
        [{"gate": "no such gate", "reason": "why", "date": TODAY}],
    ],
)
def test_a_skip_without_a_reason_or_a_date_is_refused(victim: Path, given: list[Any]) -> None:
    edit_yaml(victim / "params.yaml", check={"skip": given})
    with pytest.raises(AssayError, match=r"check\.skip"):
        gates(victim)
