"""Runs killed at random moments: the output is whole after each, and the next run sweeps and goes on.

    python -m benchmarks.kills [--kills 200] [--seed 1]

A child process runs a stage of the sample project and replaces folders and records over and over; it is
killed (SIGKILL) after a random time. After each kill: every folder that was there is there, its files are
those that its own record names, and `decisions/pii.jsonl` holds whole lines. At the end one run goes through,
and nothing half made lies anywhere. Exits 1 if anything else was seen.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl

from curate.files import replacing_folder, write_json, write_parquet
from curate.journal import append_records
from curate.provenance import file_digests
from governance.cli.rim import run_stage

ROOT = Path(__file__).resolve().parents[1]
# What a run needs, loaded once: each child is a fork of the process that has them.
PRELOADED = ["polars", "curate.ingest.stage", "curate.journal", "governance.cli.rim", "benchmarks.kills"]


def write(root: Path, rounds: int) -> None:
    """What runs write, over and over: a stage, folders and records, so that most kills hit a write."""
    os.chdir(root)
    os.environ["ASSAY_QUIET"] = "1"
    for number in range(rounds):
        (root / "started").touch()
        for turn in range(5):
            for stage in ("scan", "gold"):
                with replacing_folder(root / "killed" / stage) as fresh:
                    write_parquet(pl.DataFrame({"a": [f"{number}-{turn}"] * 1000}), fresh / "x.parquet")
                    write_json(fresh / "report.json", {"outputs": file_digests(fresh)})
            append_records(root, Path("decisions/pii.jsonl"), [{"number": number, "turn": turn}])
        run_stage("ingest")


def project(folder: Path) -> Path:
    """The sample project without its history."""
    (folder / "data" / "raw").mkdir(parents=True)
    for name in ("task.yaml", "params.yaml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "data/raw/tickets.csv", folder / "data/raw/tickets.csv")
    return folder


def faults(root: Path, known: set[str]) -> list[str]:
    """What is not as it must be; `known` are the outputs that have been there, and grows."""
    found = []
    for folder in (root / "data" / "ingest", root / "killed" / "scan", root / "killed" / "gold"):
        name = str(folder.relative_to(root))
        if not folder.is_dir():
            found += [f"{name} is absent"] if name in known else []
            continue
        known.add(name)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        digests = {file: digest for file, digest in file_digests(folder).items() if file != "report.json"}
        if digests != report["outputs"]:
            found.append(f"{name} is not whole")
    journal = root / "decisions" / "pii.jsonl"
    for line in journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []:
        try:
            json.loads(line)
        except ValueError:
            found.append("decisions/pii.jsonl holds half a line")
    return found


def leftovers(root: Path) -> list[Path]:
    """Half-made files."""
    return [path for path in root.rglob(".*") if path.suffix in (".new", ".old")]


def kills(count: int, seed: int) -> Counter[str]:
    """What was seen after each kill, and at the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    draw, seen, known = random.Random(seed), Counter[str](), set[str]()
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "project")
        for _ in range(count):
            (root / "started").unlink(missing_ok=True)
            child = context.Process(target=write, args=(root, 1_000_000))
            child.start()
            begun = time.monotonic()
            while not (root / "started").exists() and child.is_alive() and time.monotonic() - begun < 60:
                time.sleep(0.01)
            time.sleep(draw.uniform(0, 0.8))
            child.kill()
            child.join()
            if child.exitcode != -signal.SIGKILL:
                seen[f"a run ended by itself: {child.exitcode}"] += 1
            seen["kills"] += 1
            seen["kills that left something half made"] += bool(leftovers(root))
            seen.update(f"FAULT: {fault}" for fault in faults(root, known))
        last = context.Process(target=write, args=(root, 1))
        last.start()
        last.join()
        if last.exitcode:
            seen[f"a run ended by itself: {last.exitcode}"] += 1
        seen.update(f"FAULT: left behind: {path.name}" for path in leftovers(root))
        seen.update(f"FAULT: {fault}" for fault in faults(root, known))
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    seen = kills(given.kills, given.seed)
    for words, count in sorted(seen.items()):
        print(f"{count:6,}  {words}")
    sys.exit(1 if any(words.startswith(("FAULT", "a run")) for words in seen) else 0)


if __name__ == "__main__":
    main()
