"""Every file that a check leans on is noticed when it is changed: the gate is red and names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.versions.locked import file_md5
from tests.attacks.project import edit_json, gates, repro, write_yaml
from tests.attacks.test_claims_cache import caches, empty
from tests.attacks.test_claims_verdicts import verdict, write


def relock(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = root / "dvc.lock"
    locked = yaml.safe_load(path.read_text())
    change(locked["stages"])
    write_yaml(path, locked)


def other_digest(output: str) -> Callable[[Path], None]:
    """dvc.lock names another digest for an output."""

    def change(stages: dict[str, Any]) -> None:
        (entry,) = (one for stage in stages.values() for one in stage["outs"] if one["path"] == output)
        entry["md5"] = entry["md5"][::-1].removeprefix("rid.") + ".dir" * entry["md5"].endswith(".dir")

    return lambda root: relock(root, change)


def no_longer_named(stage: str) -> Callable[[Path], None]:
    return lambda root: relock(root, lambda stages: stages.pop(stage))


def lock_drawn_otherwise(root: Path) -> None:
    lock = json.loads((root / "split.lock").read_text())
    edit_json(root / "split.lock", seed=lock.get("seed", 0) + 1)


def lock_with_its_digest(root: Path) -> None:
    lock_drawn_otherwise(root)
    relock(root, lambda stages: stages["split"]["outs"][1].update(md5=file_md5(root / "split.lock")))


def verdict_turned(root: Path) -> None:
    write(root, verdict(root, "public"))


def verdict_added(root: Path) -> None:
    write(root, verdict(root, "real"), verdict(root, "public"))


def cache_emptied(root: Path) -> None:
    for path in caches(root):
        empty(path)


def cache_without_its_seal(root: Path) -> None:
    for path in caches(root):
        path.with_name("texts.seal").unlink()


ATTACKS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "split.lock": (lock_drawn_otherwise, "held-out", "split.lock"),
    "split.lock and dvc.lock": (lock_with_its_digest, "held-out", "split.lock"),
    "a verdict turned": (verdict_turned, "version", "decisions/pii.jsonl changed"),
    "a verdict added": (verdict_added, "version", "decisions/pii.jsonl changed"),
    "the scan cache emptied": (cache_emptied, "version", ".assay/cache/scan/"),
    "the seal of the scan cache": (cache_without_its_seal, "version", ".assay/cache/scan/"),
    "dvc.lock: gold": (other_digest("gold"), "version", "not the one that dvc.lock names"),
    "dvc.lock: scan": (other_digest("data/scan"), "version", "data/scan is not what dvc.lock names"),
    "dvc.lock: ingest": (other_digest("data/ingest"), "version", "data/ingest is not what dvc.lock names"),
    "dvc.lock: split.lock": (other_digest("split.lock"), "version", "split.lock is not what dvc.lock names"),
    "dvc.lock: without gold": (no_longer_named("publish"), "version", "gold is not what dvc.lock names"),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_a_changed_file_is_noticed_by_the_check(victim: Path, what: str) -> None:
    attack, gate, words = ATTACKS[what]
    if "verdict" in what:
        write(victim, verdict(victim, "real"))
        repro(victim, "redact")
    before = gates(victim)
    assert not before["version"].failed and not before["held-out"].failed
    attack(victim)
    found = gates(victim)[gate]
    assert found.failed and words in found.message, found
    assert found.fix
