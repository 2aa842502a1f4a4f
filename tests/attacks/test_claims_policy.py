"""A policy that lets more pass is said, first and loudly, and fails until somebody decides."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.cli.main import main
from tests.attacks.project import commit, edit_yaml, gates, git, red, repro, write_yaml


def as_base(root: Path) -> Path:
    """A copy of the project to compare with."""
    base = root.with_name("base")
    shutil.copytree(root, base, symlinks=True)
    return base


def diff(capsys: pytest.CaptureFixture[str], base: Path, root: Path) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(["diff", str(base / "gold"), str(root / "gold"), "--format", "json"])
    return int(stopped.value.code or 0), json.loads(capsys.readouterr().out)


def test_a_default_of_keep_fails_check_and_is_the_first_word_of_the_diff(
    victim: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = as_base(victim)
    edit_yaml(victim / "params.yaml", redact={"default": "keep"})
    repro(victim, "redact")
    assert "audit" in red(victim)
    code, document = diff(capsys, base, victim)
    assert code == 1
    assert document["verdict"].startswith("no longer acted on: 40 personal values that stand in the text now")
    assert "policy loosened: redact.default" in document["verdict"]
    (mail,) = [one for one in document["summary"]["finding_changes"] if one["entity"] == "EMAIL_ADDRESS"]
    assert (mail["no_longer"], mail["fixed"]) == (40, 0)


LOOSER: list[tuple[dict[str, Any], str]] = [
    ({"redact": {"actions": {"EMAIL_ADDRESS": "keep"}}}, "redact.actions"),
    ({"redact": {"policy": [{"source": "desk", "action": "keep"}]}}, "redact.policy"),
    ({"redact": {"act_threshold": {"PERSON": 0.99}}}, "redact.act_threshold"),
    ({"redact": {"targets": {"output": {"rule": "exempt", "reason": "x"}}}}, "redact.targets"),
    ({"redact": {"max_output_share": 1.0}}, "redact.max_output_share"),
    ({"scan": {"threshold": 0.9}}, "scan.threshold"),
    ({"scan": {"thresholds": {"PHONE_NUMBER": 1.0}}}, "scan.thresholds"),
    ({"scan": {"entities": ["EMAIL_ADDRESS"]}}, "scan.entities"),
    ({"scan": {"entities": {"remove": ["EMAIL_ADDRESS"]}}}, "scan.entities"),
    ({"scan": {"ner": None, "fields": ["input"]}}, "scan.fields"),
    ({"scan": {"allow": [{"values": ["mail.example.org"]}]}}, "scan.allow"),
    ({"scan": {"unsupported_language": "scan_as_default"}}, "scan.unsupported_language"),
    ({"audit": {"accept": ["DATE_TIME", "NRP", "EMAIL_ADDRESS"]}}, "audit.accept"),
    ({"audit": {"review_below": 0.95}}, "audit.review_below"),
    ({"ingest": {"personal_ids": "keep"}}, "ingest.personal_ids"),
    ({"ingest": {"personal_names": "warn"}}, "ingest.personal_names"),
    ({"dedup": {"max_dropped": 1.0, "threshold": 1.0}}, ""),
    ({"check": {"skip": [{"gate": "audit", "reason": "x", "date": "2026-01-01"}]}}, "check.skip"),
]


@pytest.mark.parametrize(("change", "knob"), LOOSER)
def test_each_way_to_loosen_is_named_by_its_knob(victim: Path, change: dict[str, Any], knob: str) -> None:
    from curate.diff.measure.policy import loosened
    from curate.versions.version import Version

    before = yaml.safe_load((victim / "params.yaml").read_text())
    sides = [
        Version("v", table=None, policy={"params": {**before, **made}})  # type: ignore[arg-type]
        for made in ({}, change)
    ]
    found = {name for one in loosened(*sides) for name in one.knobs}
    assert (knob in found) if knob else not found
    assert knob.startswith(("scan.thresholds",)) or not {
        name for one in loosened(sides[1], sides[0]) for name in one.knobs
    } & {knob or "-"}


def test_a_target_that_was_lowered_is_loosened(victim: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = as_base(victim)
    edit_yaml(victim / "task.yaml", metric={"name": "accuracy", "target": 0.1})
    repro(victim, "publish")
    code, document = diff(capsys, base, victim)
    assert code == 1 and "policy loosened: task.metric.target: 0.5 -> 0.1" in document["verdict"]


def test_what_somebody_decided_passes_once_and_is_still_said(
    victim: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = as_base(victim)
    entry = {"knob": "redact.actions", "reason": "addresses are ours", "date": date.today().isoformat()}
    edit_yaml(
        victim / "params.yaml", redact={"actions": {"EMAIL_ADDRESS": "keep"}}, check={"looser": [entry]}
    )
    repro(victim, "redact")
    code, document = diff(capsys, base, victim)
    notes = " ".join(document["summary"]["notes"])
    assert code == 0 and "addresses are ours" in notes and "no longer acted on: 40" in notes
    edit_yaml(base / "params.yaml", check={"looser": [entry]})
    code, document = diff(capsys, base, victim)
    assert code == 1 and "policy loosened: redact.actions" in document["verdict"]


def test_against_a_commit_the_policy_is_the_one_of_that_commit(victim: Path) -> None:
    from curate.versions.records import beside

    edit_yaml(victim / "params.yaml", redact={"default": "keep"})
    commit(victim, "loosen")
    known = beside(lambda path: git(victim, "show", f"HEAD~1:{path}") if path == "params.yaml" else None)
    assert "redact" not in known.policy["params"]


def test_values_excused_by_the_baseline_are_loosened(victim: Path) -> None:
    from curate.diff.measure.policy import loosened
    from curate.versions.version import Version

    params = {"params": yaml.safe_load((victim / "params.yaml").read_text())}
    sides = [
        Version("v", table=None, policy={**params, "baseline": {"accepted": listed}})  # type: ignore[arg-type]
        for listed in ([], ["a" * 24])
    ]
    assert [one.knobs for one in loosened(*sides)] == [("decisions/pii-baseline.json",)]


def test_the_audit_is_a_gate(victim: Path) -> None:
    assert gates(victim)["audit"].passed
    write_yaml(victim / "params.yaml", yaml.safe_load((victim / "params.yaml").read_text()))
    assert red(victim) == set()
