"""Run the examples one after another and print one table.

    python -m examples.run                    # all, each in its folder; what has run is not run again
    python -m examples.run --only hr-routing  # one of them (also: --only a,b)
    python -m examples.run --subset           # few rows, few systems, one epoch, in a folder thrown away

The others still run when an example fails; then the exit code is 1. `--subset` takes minutes and shows that
the parts fit together; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from curate.files import dump_json
from examples.table import Result, read_result, show

HERE = Path(__file__).resolve().parent
# Of each raw file, evenly spaced; language models refuse to train on fewer than 20 rows.
SUBSET_ROWS = {"data": 45, "held_out": 8}
# The quickest system that writes or chooses, the one that learns, and what is built on it.
SUBSET_SYSTEMS = ("nearest", "prompt", "lora", "lm_lora", "lm_dpo")
_DATA = "data/raw"


@dataclass(frozen=True)
class Run:
    """One example's run: what came of it, or None where it failed, and the seconds it took."""

    name: str
    result: Result | None
    seconds: float


def names(folder: Path = HERE) -> list[str]:
    """The examples, by name: every folder that holds a task card."""
    return sorted(card.parent.name for card in folder.glob("*/task.yaml"))


def repro(folder: Path) -> bool:
    """Run `dvc repro` in an example's folder with this code, and say whether it succeeded."""
    path = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    env = {
        # The card's published key makes the digests; a key from outside would be another project's.
        **{name: value for name, value in os.environ.items() if name != "ASSAY_KEY"},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "DVC_NO_ANALYTICS": "1",
    }
    return (
        subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=folder, env=env, check=False).returncode
        == 0
    )


def run(name: str, *, subset: bool = False, folder: Path = HERE) -> Run:
    """Run one example to its verdict."""
    start = time.perf_counter()
    with ExitStack() as stack:
        place = folder / name
        if subset:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-"))) / name
            make_subset(folder / name, place)
        result = read_result(place) if repro(place) else None
    return Run(name, result, time.perf_counter() - start)


def copy_example(example: Path, place: Path) -> None:
    """What git holds of an example, in the new folder `place`; nothing that a run wrote."""
    (place / _DATA).mkdir(parents=True)
    (place / "decisions").mkdir()
    for file in (*example.iterdir(), *(example / _DATA).glob("*.jsonl"), *(example / "decisions").glob("*")):
        if file.is_file() and file.suffix != ".lock":
            shutil.copyfile(file, place / file.relative_to(example))


def make_subset(example: Path, place: Path) -> None:
    """A copy of an example in the new folder `place`: few rows, the quickest systems, one epoch."""
    copy_example(example, place)
    for raw in sorted((place / _DATA).glob("*.jsonl")):
        lines = raw.read_text(encoding="utf-8").splitlines(keepends=True)
        few = _spaced(lines, SUBSET_ROWS.get(raw.stem, SUBSET_ROWS["data"]))
        raw.write_text("".join(few), encoding="utf-8")
    params = yaml.safe_load((example / "params.yaml").read_text(encoding="utf-8"))
    (place / "params.yaml").write_text(dump_json(_smaller(params)), encoding="utf-8")  # JSON is YAML
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet", "--no-scm"], cwd=place, check=True)


def _spaced(lines: Sequence[str], count: int) -> list[str]:
    if len(lines) <= count:
        return list(lines)
    return [lines[at * len(lines) // count] for at in range(count)]


def _smaller(params: dict[str, Any]) -> dict[str, Any]:
    train = dict(params.get("train") or {})
    systems = [system for system in train.get("systems", ()) if system in SUBSET_SYSTEMS]
    for name in ("lora", "lm_lora", "lm_dpo"):
        train[name] = {**train.get(name, {}), "epochs": 1, "min_steps": 0}
    train |= {
        "systems": systems,
        "curve": None,
        "language": {**train.get("language", {}), "max_new_tokens": 24},
    }
    # So few rows say nothing about the share that a stage drops.
    calm = {
        name: {**(params.get(name) or {}), "max_dropped": 0.9}
        for name in ("ingest", "redact", "dedup", "validate")
    }
    evaluate = {
        **(params.get("evaluate") or {}),
        **{"written_fit_rows": 4, "written_membership_rows": 4, "latency_rows": 4, "bootstrap": 200},
        "forgetting": None,  # a hundred instructions, answered by the base and by each adapter: minutes
    }
    return {**params, **calm, "train": train, "evaluate": evaluate, "report": {"truth": None}}


def chosen(only: str | None, known: Sequence[str]) -> list[str]:
    """The examples that `--only` names; all without it.

    Raises
    ------
    ValueError
        If it names one that does not exist.
    """
    asked = [name.strip() for name in (only or "").split(",") if name.strip()]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise ValueError(f"no example is called {', '.join(unknown)}; there are: {', '.join(known)}")
    return asked or list(known)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 if every example ran to its verdict, 1 if one failed, 2 if an unknown one is named."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.run", description="Run the examples one after another and print one table."
    )
    parser.add_argument("--only", metavar="NAME[,NAME]", help="these examples alone; without it, all")
    parser.add_argument(
        "--subset",
        action="store_true",
        help="few rows, few systems, one epoch, thrown away afterwards: minutes",
    )
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the figures of the table to FILE as well"
    )
    options = parser.parse_args(arguments)
    try:
        wanted = chosen(options.only, names())
    except ValueError as error:
        parser.error(str(error))
    messages, runs = Console(stderr=True, highlight=False), []
    for at, name in enumerate(wanted, start=1):
        messages.rule(f"{name}  ({at} of {len(wanted)})")
        runs.append(run(name, subset=options.subset))
        said = "done" if runs[-1].result else "failed"
        messages.print(f"{name}: {said} after {runs[-1].seconds:,.0f} s")
    show([(one.name, one.result, one.seconds) for one in runs], Console(highlight=False))
    if options.json:
        rows = [{"example": one.name, "seconds": round(one.seconds, 1), "result": one.result} for one in runs]
        options.json.write_text(json.dumps(rows, indent=1, default=vars) + "\n", encoding="utf-8")
    return 0 if all(one.result for one in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
