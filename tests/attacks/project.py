"""A small published project to attack: 120 messages in three queues, committed to git, with a key of its own
and a `dvc.lock` that names what stands.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from curate.project import Project
from curate.stages import REPORTING
from curate.versions.locked import file_md5, folder_md5
from governance.gate import Gate, judge

STAGES = (
    "curate.ingest.stage", "curate.pii.scan.stage", "curate.pii.redact.stage", "curate.dedup.stage",
    "curate.validate.stage", "curate.split.stage", "curate.publish.stage",
)  # fmt: skip
SECRET = "5ea1" * 16
TOPICS = {"billing": "invoice", "delivery": "parcel", "returns": "refund"}
COLOURS = ("amber", "blue", "coral", "denim", "ecru", "fawn", "green", "hazel")
PARTS = ("lamp", "sofa", "kettle", "rug", "mirror")
# Addresses of a domain that is reserved for documentation (RFC 2606).
ADDRESS = "customer{at}@mail.example.org"


def rows() -> list[dict[str, Any]]:
    """One message for each queue, colour and part; a third of them holds an e-mail address."""
    made: list[dict[str, Any]] = []
    for label, word in TOPICS.items():
        for colour in COLOURS:
            for part in PARTS:
                at = len(made)
                address = f" Write to {ADDRESS.format(at=at)} please." if at % 3 == 0 else ""
                text = f"About the {word} for my {colour} {part}: it was due in week {at % 50 + 1}.{address}"
                made.append({"id": f"t{at:03d}", "text": text, "queue": label})
    return made


def make(root: Path) -> Project:
    """Scaffold, run every curation stage, commit."""
    root.mkdir(parents=True, exist_ok=True)
    write_rows(root, rows())
    card = {
        "name": "attacked", "kind": "classification", "behaviour": "Route a message to its queue",
        "metric": {"name": "accuracy", "target": 0.5}, "alternative": "keywords", "owner": "support",
        "steward": "data desk", "reviewers": ["steward"], "labels": list(TOPICS),
        "sources": {
            "desk": {
                "description": "invented", "licence": "Apache-2.0", "lawful_basis": "none needed",
                "purpose": "tests", "retention": "none",
            }
        },
        "review": {"next": "2099-01-01"},
    }  # fmt: skip
    write_yaml(root / "task.yaml", card)
    params = {
        "ingest": {
            "path": "raw.jsonl",
            "columns": {"id": "id", "input": "text", "output": "queue"},
            "defaults": {"source": "desk", "language": "en"},
        },
        "dedup": {"max_dropped": 1.0, "threshold": 1.0},
        "split": {"train": 0.5, "validation": 0.2, "test": 0.3, "seed": 3},
    }  # fmt: skip
    write_yaml(root / "params.yaml", params)
    (root / "decisions").mkdir(exist_ok=True)
    (root / ".assay").mkdir(exist_ok=True)
    (root / ".assay" / "key").write_text(SECRET + "\n", encoding="utf-8")
    (root / ".assay" / "key").chmod(0o600)
    (root / ".gitignore").write_text("/.assay/\n/data/\n/gold\n/models\n/reports\n", encoding="utf-8")
    git(root, "init", "-q", "-b", "main")
    repro(root)
    commit(root, "start")
    return Project(root)


def repro(root: Path, start: str = "ingest") -> None:
    """Run the curation stages from `start` on, and write `dvc.lock` as `dvc repro` would."""
    names = [module.split(".")[-2] for module in STAGES]
    for module in STAGES[names.index(start) :]:
        importlib.import_module(module).run(Project(root))
    lock(root)


def lock(root: Path) -> None:
    """`dvc.lock` with the digests of what stands there."""
    outs = {name: f"data/{name}" for name in REPORTING} | {"publish": "gold"}
    stages: dict[str, Any] = {
        stage: {"cmd": f"assay {stage}", "outs": [{"path": path, "md5": folder_md5(root / path)}]}
        for stage, path in outs.items()
    }
    stages["split"]["outs"].append({"path": "split.lock", "md5": file_md5(root / "split.lock")})
    write_yaml(root / "dvc.lock", {"schema": "2.0", "stages": stages})


def gates(root: Path) -> dict[str, Gate]:
    """Every gate by name; of several under one name the first that failed."""
    judged = judge(Project(root), date.today())
    return {gate.name: gate for gate in reversed(judged)} | {
        gate.name: gate for gate in judged if gate.failed
    }


def red(root: Path) -> set[str]:
    """The names of the gates that fail; the project has no trained system, so `target` is left out."""
    return {name for name, gate in gates(root).items() if gate.failed} - {"target"}


def commit(root: Path, message: str) -> None:
    """Commit everything that git does not ignore."""
    git(root, "add", "-A")
    git(root, "-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "-q", "-m", message)


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def edit_yaml(path: Path, **sections: Any) -> None:
    """Set top-level entries of a YAML file."""
    write_yaml(path, {**yaml.safe_load(path.read_text(encoding="utf-8")), **sections})


def write_yaml(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), encoding="utf-8")


def edit_json(path: Path, **entries: Any) -> None:
    """Set top-level entries of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **entries}), encoding="utf-8")


def write_rows(root: Path, made: list[dict[str, Any]]) -> None:
    (root / "raw.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made), encoding="utf-8")
