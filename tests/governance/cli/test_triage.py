"""`assay triage`: by keys, in a real terminal, killed and resumed."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from curate.digests import sha256_of
from curate.errors import AssayError
from curate.files import write_folder
from curate.pii.decisions import FILE, read_verdicts
from governance.cli.main import assay
from governance.records.kinds import VerdictBatch
from governance.records.store import read_journal
from tests.chain import ROOT
from tests.governance.triage.conftest import examples, findings  # noqa: F401 (fixtures)

DEMO = "a-key-for-tests-that-is-long-enough-to-be-one"
CARD = f"name: t\nkind: rewriting\nbehaviour: b\nmetric: {{name: chrf, target: 0.5}}\ndemo_key: {DEMO}\n"


@pytest.fixture
def project(tmp_path: Path, examples: pl.DataFrame, findings: pl.DataFrame) -> Path:  # noqa: F811
    (tmp_path / "task.yaml").write_text(CARD)
    (tmp_path / "params.yaml").write_text("scan: {}\n")
    write_folder(tmp_path / "data/ingest", {"examples": examples}, {})
    write_folder(tmp_path / "data/scan", {"findings": findings}, {})
    return tmp_path


def _run(project: Path, *arguments: str) -> str:
    result = CliRunner().invoke(assay, ["-C", str(project), "triage", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def _back_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # undone after the test: `-C` changes the folder for good


def test_keys_write_verdicts_and_the_next_run_goes_on(project: Path) -> None:
    said = _run(project, "--reviewer", "Ada", "--reason", "part code", "--keys", "nrsq")
    assert "1 real, 1 not personal; 3 values still open" in said
    assert [(one.verdict, one.reviewer, one.reason) for one in read_verdicts(project)] == [
        ("not_personal", "Ada", "part code"),
        ("real", "Ada", "part code"),
    ]
    assert "3 of 3 values open" in _run(project, "--reviewer", "Ben", "--keys", "")


def test_a_session_leaves_a_record_of_what_is_decided(project: Path) -> None:
    _run(project, "--reviewer", "Ada", "--keys", "nrsq")
    _run(project, "--reviewer", "Ben", "--keys", "")  # nothing decided, nothing recorded
    ((_, record),) = read_journal(project).of(VerdictBatch)
    batch = record.predicate
    assert isinstance(batch, VerdictBatch) and batch.by == "Ada"
    assert batch.values == {"not_personal": 1, "real": 1}
    assert record.digest_of(FILE.as_posix()) == sha256_of(project / FILE)
    _run(project, "--reviewer", "Ben", "--sample", "4", "--keys", "nnq")
    assert len(read_journal(project).of(VerdictBatch)) == 2


def test_nothing_left_says_so(project: Path) -> None:
    _run(project, "--reviewer", "Ada", "--keys", "rrrrr")
    assert "nothing waits for a verdict" in _run(project, "--reviewer", "Ada", "--keys", "r")


def test_limit_and_entity_narrow_the_queue(project: Path) -> None:
    assert "2 of 2 values open" in _run(project, "--reviewer", "Ada", "--limit", "2", "--keys", "")
    assert "1 of 1 value open" in _run(project, "--reviewer", "Ada", "--entity", "DATE_TIME", "--keys", "")


def test_a_sample_is_judged_resumed_and_says_how_exact_the_scan_is(project: Path) -> None:
    said = _run(project, "--reviewer", "Ada", "--sample", "10", "--keys", "nrq")
    assert "1 not personal, 1 real; 7 questions left" in said  # the third finding is of the first one's value
    said = _run(project, "--reviewer", "Ada", "--sample", "10", "--keys", "rzrr" + "mqn" + "nnnn")
    assert "question 1 of 7" in said
    assert "2 real, 5 rows read; 0 questions left" in said
    assert "every question of a sample of 10 is answered" in _run(
        project, "--reviewer", "Ada", "--sample", "10", "--keys", "r"
    )
    document = json.loads(_run(project, "--estimate", "--format", "json"))
    assert document["schema"] == "assay.sample/1"
    phone = next(one for one in document["entities"] if one["entity"] == "PHONE_NUMBER")
    assert phone["missed"] == 1
    assert phone["recall"]["low"] < phone["recall"]["point"] < 1
    assert document["all"]["judged"] == 5
    assert "PHONE_NUMBER" in _run(project, "--estimate")


def test_an_estimate_without_answers_says_how_to_give_some(project: Path) -> None:
    with pytest.raises(AssayError, match="nothing of a sample has been judged") as caught:
        _run(project, "--estimate")
    assert caught.value.fix == "assay triage --sample 60"


def test_expiry_is_written(project: Path) -> None:
    _run(project, "--reviewer", "Ada", "--expires", "30", "--keys", "r")
    assert read_verdicts(project)[0].expires is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reviewer", "Ada"], "reads single keys from a terminal"),
        (["--reviewer", "Ada", "--entity", "POSTCODE", "--keys", ""], "unknown entities: POSTCODE"),
        (
            ["--reviewer", "Ada", "--reason", "it is zq@example.com", "--keys", "r"],
            "seems to hold a personal value",
        ),
        (["--reviewer", "Ada", "--sample", "9", "--limit", "3", "--keys", "r"], "--limit too"),
        (["--keys", "r"], "nobody to put on the verdicts"),
    ],
)
def test_bad_use_is_an_error_with_a_fix(
    project: Path, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    with pytest.raises(AssayError, match=message) as caught:
        _run(project, *arguments)
    assert caught.value.fix
    assert "zq@" not in str(caught.value)
    assert not (project / FILE).exists()


def test_a_scan_that_has_not_run_is_an_error(project: Path) -> None:
    (project / "data/scan/findings.parquet").unlink()
    with pytest.raises(AssayError, match="stage `scan` has not run"):
        _run(project, "--reviewer", "Ada", "--keys", "r")


@pytest.mark.slow
def test_a_killed_session_loses_nothing_and_a_quit_one_leaves_the_terminal_as_it_was(project: Path) -> None:
    import termios

    outer, inner = pty.openpty()
    before = termios.tcgetattr(inner)

    def launch() -> subprocess.Popen[bytes]:
        code = "from governance.cli.main import main\nmain(['triage', '--reviewer', 'Ada'])"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=project,
            env=environment,
            stdin=inner,
            stdout=inner,
            stderr=subprocess.PIPE,
        )
        _until(lambda: b"q quit" in _drain(outer), "the first screen")
        return process

    killed = launch()
    os.write(outer, b"\x1b[An")  # an arrow key is not a verdict
    _until(lambda: _drain(outer) is not None and len(read_verdicts(project)) == 1, "the verdict in the file")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    termios.tcsetattr(inner, termios.TCSANOW, before)

    resumed = launch()
    os.write(outer, b"rq")
    _until(lambda: _drain(outer) is not None and resumed.poll() is not None, "the end")
    _, said = resumed.communicate()
    assert resumed.returncode == 0
    assert b"1 real; 3 values still open" in said
    assert [one.verdict for one in read_verdicts(project)] == ["not_personal", "real"]
    assert termios.tcgetattr(inner) == before
    os.close(outer)
    os.close(inner)


def _drain(number: int) -> bytes:
    import select

    seen = b""
    while select.select([number], [], [], 0.3)[0]:
        seen += os.read(number, 65_536)
    return seen


def _until(true: object, what: str) -> None:
    assert callable(true)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")
