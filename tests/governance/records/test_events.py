"""Stages leave records, once for what they made; the journal is read and judged on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.project import Project
from curate.suppress import add, digests_of
from governance.cli.main import main
from governance.gate import GATES
from governance.records.events import decided, opened, published, suppressed, trained
from governance.records.kinds import Opening, Publication, VerdictBatch
from governance.records.ledger import verify
from governance.records.store import read_journal

CARD = {
    "assay": 1,
    "name": "desk",
    "kind": "classification",
    "behaviour": "route",
    "metric": {"name": "macro_f1", "target": 0.5},
}


def write_version(root: Path, rows: int, model: str = "a") -> None:
    """A gold version, its systems and their evaluation, as the stages leave them."""
    for split in ("train", "validation", "test"):
        path = root / "gold" / f"{split}.parquet"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"{split} {rows if split == 'train' else 7}".encode())
    splits = {split: {"rows": rows} for split in ("train", "validation", "test")}
    manifest = {"content_digest": f"{rows:064x}", "splits": splits}
    (root / "gold" / "manifest.json").write_text(json.dumps(manifest))
    for name in ("lora", "probe"):
        (root / "models" / name).mkdir(parents=True, exist_ok=True)
        (root / "models" / name / "model.json").write_text(f"{name} {model}")
    (root / "reports" / "evaluation").mkdir(parents=True, exist_ok=True)
    comparison = {"verdict": {"outcome": "fine_tune"}}
    (root / "reports" / "evaluation" / "comparison.json").write_text(json.dumps(comparison))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(CARD))
    write_version(tmp_path, 5)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def test_each_outcome_is_recorded_once(project: Project) -> None:
    for _ in range(2):
        published(project)
        trained(project)
        opened(project)
    assert len(read_journal(project.root).records) == 3
    write_version(project.root, 6)
    published(project)
    ((_, first), (_, second)) = read_journal(project.root).of(Publication)
    assert isinstance(second.predicate, Publication) and isinstance(first.predicate, Publication)
    assert {first.predicate.previous, second.predicate.previous} == {None, f"{5:064x}"}
    assert verify(project.root, project="desk").sound


def looks(project: Project) -> int:
    return len(read_journal(project.root).of(Opening))


def test_each_look_at_the_test_rows_by_other_models_is_recorded(project: Project) -> None:
    assert looks(project) == 0
    for model in ("a", "b", "b", "c"):
        write_version(project.root, 5, model)
        opened(project)
    assert looks(project) == 3
    write_version(project.root, 9, "d")  # other training rows, the same test rows
    opened(project)
    assert looks(project) == 4


def test_a_batch_of_verdicts_is_recorded_once_for_what_the_files_say(project: Project) -> None:
    (project.root / ".assay").mkdir(exist_ok=True)
    (project.root / ".assay" / "key").write_text("5ea1" * 16)
    (project.root / ".assay" / "key").chmod(0o600)
    assert decided(project) is None
    said = {"entity": "PERSON", "reviewer": "Ann", "reason": "", "expires": None, "finding_id": None}
    said |= {"date": "2026-11-28", "key_id": project.key.key_id}

    def write(*verdicts: tuple[str, str]) -> None:
        lines = [json.dumps({**said, "value_id": id_ * 24, "verdict": word}) for id_, word in verdicts]
        (project.root / "decisions").mkdir(exist_ok=True)
        (project.root / "decisions" / "pii.jsonl").write_text("".join(line + "\n" for line in lines))

    write(("a", "real"), ("b", "public"), ("a", "not_personal"))
    first = decided(project)
    assert first is not None and decided(project) == first
    batch = first.predicate
    assert isinstance(batch, VerdictBatch)
    assert batch.lines == 3 and batch.values == {"not_personal": 1, "public": 1}
    assert first.digest_of("decisions/pii.jsonl") is not None
    write(("a", "real"))
    again = decided(project)
    assert again is not None and again.id != first.id
    assert len(read_journal(project.root).of(VerdictBatch)) == 2


def test_the_journal_on_the_command_line(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    published(project)
    trained(project)
    assert assay("ledger", "checkpoint") == 0
    digest = capsys.readouterr().out.strip()
    assert len(digest) == 64
    assert assay("ledger", "verify", "--checkpoint", digest) == 0
    said = capsys.readouterr().out
    assert "3 records: sound" in said and "nothing is gone since checkpoint" in said
    assert assay("ledger", "log", "--format", "json") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {record["kind"] for record in told["records"]} == {"checkpoint", "training", "publication"}
    assert assay("ledger", "log", "-n", "1") == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if "desk" in line or "  " in line]) > 0
    next((project.root / "records").rglob("*.json")).write_text("{}")
    assert assay("ledger", "verify") == 1
    assert "was changed, or renamed" in capsys.readouterr().out


def test_a_damaged_journal_fails_the_check(project: Project) -> None:
    from datetime import date

    published(project)
    (gate,) = GATES["records"](project, date(2026, 11, 29))
    assert gate.passed and "1 record," in gate.message
    next((project.root / "records").rglob("*.json")).write_text("{}")
    (gate,) = GATES["records"](project, date(2026, 11, 29))
    assert not gate.passed and gate.fix == "assay ledger verify"


def test_a_suppression_is_recorded_by_count_and_never_by_value(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_KEY", "ab" * 32)
    fresh = add(project, digests_of(["jo@example.org", "Jo Miller"], project.key), by="Ann", reason="asked")
    record = suppressed(project, len(fresh), by="Ann", reason="asked")
    assert record.predicate.model_dump()["digests"] == len(fresh) == 4
    assert [one.name for one in record.subjects] == ["decisions/suppressed.jsonl"]
    assert b"jo@" not in record.content and b"iller" not in record.content
    assert assay("ledger", "verify") == 0 and assay("ledger", "log") == 0
    assert "suppression" in capsys.readouterr().out
