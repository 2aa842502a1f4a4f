"""`assay check` says what failed and how to fix it in every format, whatever a gate's message holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance import gate
from governance.cli.main import main
from tests.governance.audit.conftest import Small

HOSTILE = "</td><script>alert(1)</script>|[x](http://e)\x1b[31m\u202e::error::x%0A, so: there"


def run(capsys: pytest.CaptureFixture[str], shape: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--format", shape])
    return int(stopped.value.code or 0), capsys.readouterr().out


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[gate.Gate]:
    monkeypatch.chdir(tmp_path)
    Small(tmp_path)
    judged = [gate.Gate("card", True, "complete"), gate.Gate("target", False, HOSTILE, "assay evaluate")]
    monkeypatch.setattr(gate, "judge", lambda *_: judged)
    return judged


@pytest.mark.parametrize("shape", ["text", "json", "markdown", "github"])
def test_a_failed_gate_is_exit_1_and_is_named_with_its_fix(
    gates: list[gate.Gate], capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    code, out = run(capsys, shape)
    assert code == 1 and "target" in out and "assay evaluate" in out
    assert shape == "github" or "complete" in out
    if shape == "json":
        assert json.loads(out)["passed"] is False
    else:
        assert "\x1b[31m" not in out and "\u202e" not in out
    if shape == "github":
        (line,) = out.splitlines()
        assert line.startswith("::error title=assay check%3A target::") and line.endswith(
            "%0Afix: assay evaluate"
        )
    if shape == "markdown":
        assert "<script" not in out and "[x](" not in out and "**FAIL**" in out
    gates.pop()
    assert run(capsys, shape)[0] == 0
