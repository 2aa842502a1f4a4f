"""A tiny project with three gold versions in git, DVC's cache and a folder as remote, and two systems.

The curation stages are the real ones; the systems are cards with a bank of examples, as systems that show
training rows keep one. Jo Miller is customer C-9001: three tickets are hers, one mentions her.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from curate.project import Project
from curate.sealed_folder import seal_folder
from curate.versions.locked import file_md5
from tests.chain import CURATION
from tests.curate.versions.test_revisions import ENV

JO = "jo.miller@example.org"
PHONE = "07700 900461"
CUSTOMER = "C-9001"
VALUES = (JO, PHONE, "Jo Miller", CUSTOMER)
THEIRS = ("K-0003", "K-0011", "K-0017")
MENTIONS = "K-0020"
KEY = "0123456789abcdef" * 4
SYSTEMS = ("lora", "probe")
CARD = {
    "assay": 1,
    "name": "tiny-desk",
    "kind": "classification",
    "behaviour": "Route each message to its queue.",
    "metric": {"name": "macro_f1", "target": 0.5},
    "labels": {"billing": "money", "delivery": "parcels"},
    "languages": ["en"],
    "sources": {
        "desk": {
            "description": "tickets of a test",
            "licence": "Apache-2.0",
            "lawful_basis": "contract",
            "purpose": "routing",
            "retention": "P2Y",
        }
    },
}
PARAMS: dict[str, Any] = {
    "ingest": {
        "path": "data/raw/tickets.csv",
        "columns": {
            "id": "ticket",
            "input": "text",
            "output": "queue",
            "subject": "customer",
            "collected_at": "received",
        },
        "defaults": {"language": "en", "source": "desk"},
    },
    "scan": {"ner": None},
    "redact": {},
    "dedup": {},
    "validate": {},
    "split": {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 3},
}
_THINGS = (
    ("billing", "The invoice for order {n} charges delivery twice, please put that right"),
    ("delivery", "Parcel number {n} was left in the rain behind the garden shed"),
    ("billing", "A refund of the deposit for booking {n} has still not arrived here"),
    ("delivery", "The courier of consignment {n} says nobody was at home yesterday"),
    ("billing", "Can the instalments of contract {n} be paid at the end of a month"),
    ("delivery", "Where is the second box of shipment {n}, only one was brought"),
)
_SHOPS = ("red", "blue", "green", "old", "new", "tall", "small")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, env=ENV, text=True)
    return done.stdout


def raw_rows(upto: int, edited: bool = False) -> list[tuple[str, str, str, str, str]]:
    """Tickets 1 to `upto`: ticket, text, queue, received, customer."""
    rows = []
    for number in range(1, upto + 1):
        queue, text = _THINGS[number % len(_THINGS)]
        ticket, customer = f"K-{number:04d}", f"C-{1000 + number}"
        words = text.format(n=chr(65 + number % 26) * 3 + "-" + chr(70 + number % 20) * 2)
        words += f", said the {_SHOPS[number % 7]} shop number {number}"
        if ticket in THEIRS:
            customer = CUSTOMER
            words += f". Write to {JO} or ring {PHONE}. Jo Miller"
        if ticket == MENTIONS:
            words += f". My neighbour {JO} took it in"
        if edited and number == 5:
            words += " again"
        rows.append((ticket, words, queue, f"2026-0{1 + number % 9}-11", customer))
    return rows


def write_raw(root: Path, upto: int, edited: bool = False) -> None:
    """The raw file."""
    frame = pl.DataFrame(
        raw_rows(upto, edited), schema=["ticket", "text", "queue", "received", "customer"], orient="row"
    )
    (root / "data" / "raw").mkdir(parents=True, exist_ok=True)
    frame.write_csv(root / "data" / "raw" / "tickets.csv")


def write_results(root: Path) -> None:
    """Systems that keep a bank of training rows, and an evaluation that shows test rows."""
    gold = json.loads((root / "gold" / "manifest.json").read_text())["content_digest"]
    train = pl.read_parquet(root / "gold" / "train.parquet")
    test = pl.read_parquet(root / "gold" / "test.parquet")
    shutil.rmtree(root / "models", ignore_errors=True)
    for name in SYSTEMS:
        folder = root / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.json").write_text(
            json.dumps({"name": name, "gold": gold, "schema": "assay.model/1"})
        )
        (folder / "weights.safetensors").write_bytes(b"numbers of " + name.encode() + gold.encode())
    bank = train.select("input", "output").to_dicts()
    (root / "models" / "probe" / "bank.json").write_text(json.dumps(bank))
    seal_folder(root / "models", Project(root).key, "models")
    reports = root / "reports" / "evaluation"
    reports.mkdir(parents=True, exist_ok=True)
    test.select("example_id", pl.col("output").alias("predicted")).write_parquet(
        reports / "predictions.parquet"
    )
    (reports / "comparison.json").write_text(json.dumps({"gold": gold, "verdict": {"outcome": "fine_tune"}}))
    (root / "reports" / "index.html").write_text(f"<p>{test['input'][0]}</p>")


OUTS = {
    **{stage: f"data/{stage}" for stage in ("ingest", "scan", "redact", "dedup", "validate", "split")},
    "publish": "gold",
    "train": "models",
    "evaluate": "reports/evaluation",
    "report": "reports/index.html",
}


def lock(root: Path) -> None:
    """Put every output into DVC's cache and write dvc.lock, as DVC would."""
    from governance.erasure.folders import put

    stages: dict[str, Any] = {}
    for stage, path in OUTS.items():
        place = root / path
        if place.is_dir():
            digest = put(root, place)
        else:
            digest = file_md5(place)
            stored = root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
            stored.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, stored)
        stages[stage] = {"cmd": f"assay {stage}", "outs": [{"path": path, "hash": "md5", "md5": digest}]}
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False))


def push(root: Path) -> None:
    """Push what dvc.lock names."""
    from governance.erasure.folders import push_objects

    stages = yaml.safe_load((root / "dvc.lock").read_text())["stages"]
    push_objects(root, [stage["outs"][0]["md5"] for stage in stages.values()], ["shelf"])


def build(root: Path, remote: Path) -> None:
    """The project with its history."""
    root.mkdir(parents=True)
    remote.mkdir(parents=True)
    (root / "task.yaml").write_text(yaml.safe_dump(CARD, sort_keys=False))
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMS, sort_keys=False))
    (root / ".gitignore").write_text("/.assay/\n/data/*\n!/data/raw/\n/gold\n/models\n/reports/*\n")
    git(root, "init", "-b", "main")
    subprocess.run(["dvc", "init", "-q"], cwd=root, check=True, env=ENV, capture_output=True)
    (root / ".dvc" / "config").write_text(
        "[core]\n    analytics = false\n    remote = shelf\n['remote \"shelf\"']\n    url = ../../remote\n"
    )
    (root / "dvc.yaml").write_text(
        yaml.safe_dump(
            {"stages": {s: {"cmd": f"assay {s}", "outs": [p]} for s, p in OUTS.items()}}, sort_keys=False
        )
    )
    for number, (upto, edited) in enumerate(((20, False), (26, False), (26, True)), start=1):
        write_raw(root, upto, edited)
        _run_stages(root)
        write_results(root)
        _record(root)
        lock(root)
        push(root)
        git(root, "add", "-A", ".")
        git(root, "commit", "-m", f"version {number}")
        git(root, "tag", f"v{number}")


def _run_stages(root: Path) -> None:
    """The curation stages, in this process: the libraries are loaded once for three versions."""
    from governance.cli.rim import run_stage

    before = Path.cwd()
    os.chdir(root)
    try:
        for stage in CURATION:
            run_stage(stage)
    finally:
        os.chdir(before)


def _record(root: Path) -> None:
    from governance.records.events import trained

    trained(Project(root))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but git's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts[:1]
    }
